"""The parts that whoever holds the lake works with, opened once and wired to each other."""

from __future__ import annotations

from baloo.clock import Clock
from baloo.ingest.quarantine import Quarantine
from baloo.lake.loader import Loader
from baloo.lake.store import Lake
from baloo.people.reader import Reader
from baloo.people.resolver import Resolver
from baloo.queue.log import LogQueue
from baloo.records import Records
from baloo.registry import load
from baloo.registry.provider import RegistryProvider
from baloo.workspace import Workspace

__all__ = ["Parts"]


class Parts:
    """Queue, lake, records and what stands between them. The caller holds the lock `lake`."""

    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self.workspace = workspace
        self.clock = clock
        self.registry = RegistryProvider(workspace.registry, load)
        self.records = Records.open(workspace.records)
        self.queue = LogQueue(workspace.queue)
        self.lake = Lake.open(workspace.lake)
        self.people = Reader(self.records)
        self.quarantine = Quarantine(self.records)
        self.identities = Resolver(self.records, self.quarantine.keep, now=self.now)
        self.loader = Loader(self.queue, self.lake, self.identities, self.registry, self.records.secret)

    def close(self) -> None:
        """Let go of files and connections."""
        self.queue.close()
        self.lake.close()
        self.records.close()

    def now(self) -> int:
        """This moment in microseconds since 1970."""
        return int(self.clock.now().timestamp() * 1_000_000)
