"""Queue, lake and loader in one folder, with identities that need no records: for tests of the walls.

Ama, Jun, Tove and Idris are on `forum`; ids of events are made of a number. `live` reads what stands, as the engine would.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path

from baloo.lake.base import Loaded
from baloo.lake.files import parquet
from baloo.lake.loader import Loader
from baloo.lake.store import Lake
from baloo.lake.tables import TABLES
from baloo.queue.base import Event, Queue, Refusal, Request, Void, encode
from baloo.queue.log import LogQueue
from baloo.registry.model import Community, Kind, Registry, System

NOON = 1_700_000_000_000_000  # 2023-11-14, in microseconds
DAY = 86_400_000_000
FORUM = System("forum", "The forum", {
    "forum.answer": Kind("forum.answer", "Answered", owner_field="asked/by"),
    "forum.vote": Kind("forum.vote", "Voted", natural_key=("object", "day")),
    "forum.commit": Kind("forum.commit", "Committed", natural_key=("sha",)),
})  # fmt: skip
REGISTRY = Registry(Community("test", "Test", "How many?"), {"forum": FORUM}, {}, {}, "")


def name(number: int) -> str:
    """The id of an event."""
    return str(uuid.UUID(int=number))


def event(number: int, **said: object) -> Event:
    """An event; what it says makes its body."""
    fields: dict[str, object] = {
        "id": name(number), "schema": "forum", "version": "1", "at": NOON + number * 1_000_000, "offset": None, "system": "forum",
        "kind": "forum.answer", "account": "ama", "username": None, "email": None, "name": None,
        "object": f"https://forum.example.org/{number}", "extra": "{}", "environment": "production",
    } | said  # fmt: skip
    essence = hashlib.blake2b(repr(fields).encode(), digest_size=8).digest()
    return Event(**(fields | {"body": said.get("body", int.from_bytes(essence, "big", signed=True))}))  # type: ignore[arg-type]


def request(
    *events: Event, voids: Iterable[Void] = (), refusals: Iterable[Refusal] = (), sender: str | None = "forum",
    received: int = NOON, via: str = "http", namespace: str = "baloo",
) -> bytes:  # fmt: skip
    """A row of the queue."""
    return encode(Request(namespace, sender, received, via, tuple(events), tuple(refusals), tuple(voids)))


def void(number: int, why: str = "deleted", environment: str = "production") -> Void:
    """An event taken back."""
    return Void(name(number), environment, why)


class Ids:
    """Identities that are numbers made of accounts, and lists of what the loader asked for."""

    def __init__(self) -> None:
        self.resolved = 0
        self.owners: set[tuple[str, str]] = set()
        self.kept: list[tuple[int, Refusal]] = []

    def resolve(
        self, events: Sequence[Event], spans: Sequence[tuple[int, int]], owners: Sequence[tuple[str, str]]
    ) -> list[tuple[int, int]]:
        """One identity an account, else a name."""
        self.resolved += len(events)
        self.owners |= {*owners}
        return [(sum((e.account or e.username or e.email or e.name or "").encode()), 1) for e in events]

    def suppressing(self) -> None:
        """Nobody is."""

    def erased(self, _accounts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Nobody is."""
        return []

    def quarantine(
        self, seq: int, received: int, namespace: str, sender: str | None, refusals: Sequence[Refusal]
    ) -> None:
        """Keep refusals once for each (seq, index), as the records do."""
        known = {(s, r.index) for s, r in self.kept}
        self.kept += [(seq, r) for r in refusals if (seq, r.index) not in known]


class Walls:
    """The walls of one workspace; `reopened` is the same after everything was closed."""

    def __init__(self, folder: Path, *, queue: Queue | None = None, ids: Ids | None = None) -> None:
        self.folder = folder
        self.queue = queue or LogQueue(folder / "queue")
        self.lake = Lake.open(folder / "lake")
        self.ids = ids or Ids()
        self.loader = Loader(self.queue, self.lake, self.ids, lambda: REGISTRY, b"secret")  # type: ignore[arg-type]

    def reopened(self) -> Walls:
        """Close everything and open it anew."""
        self.close()
        return Walls(self.folder, ids=self.ids)

    def close(self) -> None:
        """Let go of the files."""
        self.queue.close()
        self.lake.close()

    def send(self, *rows: bytes) -> list[int]:
        """Put rows into the queue."""
        return self.queue.append(rows)

    def load(self, *rows: bytes, **limits: int) -> Loaded:
        """Send rows and load one batch."""
        if rows:
            self.send(*rows)
        loaded = self.loader.load_once(**limits)
        assert loaded is not None
        return loaded

    def live(self, columns: str = "id", lake: Lake | None = None) -> list[tuple[object, ...]]:
        """These columns of the events that count or would count: not void, by the contract of `baloo.lake.base`."""
        view = (lake or self.lake).snapshot()
        events, voids = parquet(view.events, TABLES["events"]), parquet(view.voids, TABLES["voids"])
        return (lake or self.lake).duckdb.execute(f"""
            SELECT {columns} FROM {events} AS e
            WHERE NOT EXISTS (FROM {voids} AS v WHERE v.doc = e.doc AND v.seq > e.seq) ORDER BY e.id, e.seq
        """).fetchall()  # fmt: skip

    def numbers(self) -> list[int]:
        """The numbers of the live events, in order."""
        return sorted(uuid.UUID(str(row[0])).int for row in self.live())
