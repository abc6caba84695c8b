"""The search for who is who beside a running worker: a process of its own, of low priority, whose memory goes with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

from baloo.logs import log
from baloo.people.news import waiting
from baloo.records import Records
from baloo.workspace import Workspace

__all__ = ["Search", "end_with_stdin", "search"]

_PAUSE = 10.0  # seconds between two searches at least, and as much as five times what the last one took
_MANY = 20_000  # identities from which on a search takes much memory, and a core for a while
_QUIET = 60.0  # seconds without an event after which such a search begins; a server that starts has other things to do
_PATIENCE, _LONG = 60.0, 600.0  # seconds for which a search, and one of many, waits while events come all the time
_LOW = 5  # steps of niceness


class Search:
    """Starts searches when something is to be searched, one at a time."""

    def __init__(self, workspace: Workspace, records: Records) -> None:
        self._workspace, self._records = workspace, records
        self._running: subprocess.Popen[bytes] | None = None
        self._begun = 0.0
        self._next = 0.0
        self._busy = time.monotonic()  # when something came last
        self._since: float | None = None  # when somebody was first found waiting
        self._many = False
        self._look = True

    def expect(self) -> None:
        """Something was loaded: there may be somebody to search."""
        self._look = True

    def tend(self, *, busy: bool) -> bool:
        """Begin a search that is due; while `busy`, what waits can wait a while. Whether one has ended, with news of people."""
        now = time.monotonic()
        self._busy = now if busy else self._busy
        code = None if self._running is None else self._running.poll()
        if code is not None:
            self._running, self._look = None, self._look or bool(code)
            self._next = now + max(_PAUSE, 5 * (now - self._begun))
        elif self._running is None and self._look and now >= self._next:
            self._begin(now)
        return code is not None

    def _begin(self, now: float) -> None:
        if self._since is None:
            number = waiting(self._records)
            if not number:
                self._look = False
                return
            self._since, self._many = now, number > _MANY
        rest, patience = (_QUIET, _LONG) if self._many else (0.0, _PATIENCE)
        if now - self._busy <= rest and now - self._since < patience:
            return
        self._look, self._since, self._begun = False, None, now
        command = [sys.executable, "-m", "baloo.worker", "search", str(self._workspace.root)]
        self._running = subprocess.Popen(command, stdin=subprocess.PIPE)

    def writes(self) -> bool:
        """Whether a search is at its end and writes what it found: whoever wants to write, too, waits for some seconds."""
        return self._running is not None and self._running.poll() is None and self._records.busy()

    def stop(self) -> None:
        """End a search that runs; the next one does its work."""
        if self._running is not None:
            self._running.terminate()
            with self._running:
                self._running = None


def end_with_stdin() -> None:
    """End this process when the worker is gone that began it, even by `kill -9`: nobody else could stop it. For a thread."""
    while os.read(0, 1):
        pass
    os._exit(0)


def search(workspace: Workspace, now: int) -> None:
    """Search what waits; `now` is microseconds since 1970."""
    from baloo.people.find import find  # noqa: PLC0415 - the worker itself does without
    from baloo.worker.effort import counted_in  # noqa: PLC0415 - the same

    os.nice(_LOW)
    threading.Thread(target=end_with_stdin, daemon=True).start()
    begun = time.monotonic()
    records = Records.open(workspace.records)
    try:
        number = waiting(records)
        find(records, now=now, contributions=counted_in(workspace))
    finally:
        records.close()
    log("people searched", identities=number, seconds=round(time.monotonic() - begun, 3))
