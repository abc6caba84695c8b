"""The door over HTTP: a plain ASGI application, called before any framework, that hands each request to its wire protocol.

Whatever the protocol, success is answered only after the queue has said that the request is on disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from baloo.clock import Clock
from baloo.errors import BalooError
from baloo.ingest.body import Ambiguous, Gone, Incoming, Receive, Scope, Send, Slow
from baloo.ingest.express import Express
from baloo.ingest.wire.bagheera import Bagheera
from baloo.ingest.wire.base import Appender, Entry, Senders, Wire, Witness
from baloo.ingest.wire.beacon import Beacon
from baloo.ingest.wire.eventgate import EventGate
from baloo.ingest.wire.glean import Glean
from baloo.ingest.wire.hooks import Hooks
from baloo.ingest.wire.native import Native
from baloo.people.marks import Suppressed
from baloo.registry.model import Registry
from baloo.workspace import Workspace

__all__ = ["WIRES", "DoorApp", "is_door_path", "make_door"]

WIRES = (Native, EventGate, Glean, Bagheera, Beacon, Hooks)
"""The protocols; the first that claims a path has it."""


def is_door_path(path: str) -> bool:
    """Whether a decoded path is the door's."""
    return any(wire.claims(path) for wire in WIRES)


def make_door(
    workspace: Workspace, registry_provider: Callable[[], Registry], tokens: Senders, appender: Appender, clock: Clock,
    witnesses: Sequence[Witness] = (), suppressed: Suppressed | None = None,
) -> DoorApp:
    """The door of a workspace as an ASGI application. `suppressed` knows whose events it drops."""
    return DoorApp(Entry(workspace, registry_provider, tokens, appender, clock, witnesses, suppressed))


class DoorApp:
    """ASGI application for the paths of `is_door_path`; what is usual `express` takes too. `statuses` counts its answers."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.statuses: Counter[int] = Counter()
        self.express = Express(entry, self.statuses)
        self._bodies = entry.bodies
        self._wires: list[Wire] = [wire(entry) for wire in WIRES]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        incoming = Incoming(scope, receive)
        path = scope["path"]
        wire = next(wire for wire in self._wires if wire.claims(path))
        try:
            try:
                answer = await wire.answer(scope, incoming)
            except BalooError as error:
                whole = not isinstance(error, Slow | Ambiguous) and await self._bodies.drain(incoming)
                answer = wire.told(error, close=not whole)
        except Gone:
            return
        self.statuses[answer.status] += 1
        await answer.send(send)
