"""The heartbeat: each minute the door takes in a request of its own, and the age of the last one that is in the lake is told.

A heartbeat is judged, put on disk by the queue and taken over by the loader like any other request; its end is the commit of
that load in the lake, which names the last request that it holds. It holds no event: the body that is judged names a system that
cannot be declared, so that the right verdict is a refusal, and nothing of it is kept. The lake gets no row, no count changes, and
the quarantine stays as it is.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Protocol

from baloo.errors import BalooError
from baloo.ingest.accept import HTTP, Door
from baloo.ingest.verdict import Verdict
from baloo.lake.told import HEARTBEAT
from baloo.queue.base import Request
from baloo.worker.report import read_report
from baloo.workspace import Workspace

__all__ = ["Heartbeat", "Pulse"]

_BODY = (
    b'{"schema":"contribution","version":1,"at":"2026-01-01T00:00:00Z","system":"baloo/heartbeat","kind":"beat",'
    b'"actor":{"account":"heartbeat"}}'
)
_RIGHT = "unknown-system"
_log = logging.getLogger("baloo.heartbeat")


class _Entry(Protocol):
    """What the heartbeat needs of the door: `baloo.ingest.wire.base.Entry`."""

    door: Door

    async def keep(self, verdict: Verdict) -> object: ...


class Heartbeat:
    """Sends a heartbeat every `seconds`; with 0 none."""

    def __init__(self, entry: _Entry, seconds: float) -> None:
        self._entry = entry
        self._seconds = seconds

    async def run(self) -> None:
        """Send until cancelled. One that cannot be sent is missed: its age tells."""
        while self._seconds:
            try:
                await self.beat()
            except BalooError as error:
                _log.warning("A heartbeat could not be sent: %s", error.slug)
            await asyncio.sleep(self._seconds)

    async def beat(self) -> None:
        """Send one, and return when it is on disk. Raises what the door raises, and BalooError for a verdict that is wrong."""
        judged = self._entry.door.accept(_BODY, namespace=HEARTBEAT, sender=None, via=HTTP)
        if [refusal.slug for refusal in judged.refusals] != [_RIGHT]:
            raise BalooError("The door does not judge as it should.")
        await self._entry.keep(Verdict(Request(HEARTBEAT, None, int(time.time() * 1e6), HEARTBEAT)))


class Pulse:
    """How old the last heartbeat is that reached the lake; `late` is the age, in seconds, from which something is wrong."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._sending = bool(workspace.settings["heartbeat_seconds"])
        self._late: int = workspace.settings["heartbeat_late_seconds"]
        self._since = time.time()

    def age(self) -> float | None:
        """In seconds; since this process began where none has ever come through, None where none is sent."""
        if not self._sending:
            return None
        report = read_report(self._workspace)
        last = report.heartbeat if report else None
        return max(0.0, time.time() - (self._since if last is None else last))

    @staticmethod
    def in_words(age: float) -> str:
        """What an age that is too high means."""
        return f"No heartbeat has reached the lake for {age:,.0f} seconds: what the door takes in may not be counted."

    def late(self, age: float | None) -> bool:
        """Whether an age is too high."""
        return age is not None and age > self._late
