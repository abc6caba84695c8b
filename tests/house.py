"""The whole spine in one folder: door, queue, loader, people and refresh, wired as the worker wires them.

What was counted is read from the files of `data/derived`; persons come out as sets of identities, (system, account or
username) or (system, email, name), so that a house and the oracle can be compared whatever ids were given.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

import baloo.registry
from baloo.clock import FixedClock
from baloo.ingest.accept import OPERATOR, Door
from baloo.lake.base import Loaded
from baloo.lake.compaction import compact
from baloo.metrics.derived import Manifest, read_manifest
from baloo.metrics.refresh import Refreshed, refresh
from baloo.people import hands
from baloo.people.find import find
from baloo.queue.base import encode
from baloo.records.tables import identities, members, meta, roster
from baloo.worker.parts import Parts
from baloo.workspace import Workspace
from harness import live_changes, live_rows
from oracle.oracle import Identity

Called = frozenset[Identity]  # a person, by all that systems call them


class House:
    """One workspace, with everything that writes to it."""

    def __init__(self, folder: Path, today: dt.date) -> None:
        self.workspace = Workspace.init(folder)
        self.clock = FixedClock(dt.datetime.combine(today, dt.time(12), dt.UTC))
        self.parts: Parts | None = None

    def open(self) -> None:
        """Begin, once the registry is written to `workspace.registry`."""
        self.parts = Parts(self.workspace, self.clock)
        self.door = Door(self.parts.registry, self.clock, self.workspace.settings)

    def close(self) -> None:
        """Let go of the files."""
        if self.parts:
            self.parts.close()

    def send(self, body: str, sender: str = OPERATOR) -> int:
        """Put a body through the door into the queue; how many events were refused at the door."""
        verdict = self.door.accept(body.encode(), namespace="baloo", sender=sender, via="import")
        self._parts.queue.append([encode(verdict.request)])
        return len(verdict.request.refusals)

    def take_back(self, ids: Iterable[str], sender: str) -> None:
        """Take documents back in the name of a system."""
        verdict = self.door.take_back(tuple(ids), namespace="baloo", sender=sender)
        self._parts.queue.append([encode(verdict.request)])

    def load(self) -> list[Loaded]:
        """Load all that waits, and find who is who."""
        loaded = list(iter(self._parts.loader.load_once, None))
        find(self._parts.records, now=self._parts.now())
        return loaded

    def link(self, a: Identity, b: Identity) -> None:
        """Say that two identities are one person."""
        hands.link(self._parts.records, [(self._id(a), self._id(b))], who="tests")

    def unlink(self, a: Identity, b: Identity) -> None:
        """Say that two identities are two persons."""
        hands.unlink(self._parts.records, [(self._id(a), self._id(b))], who="tests")

    def exclude(self, who: Identity, why: str) -> None:
        """Take a person out of every count."""
        hands.exclude(self._parts.records, [self._id(who)], why=why, who="tests")

    def include(self, who: Identity) -> None:
        """Count a person again."""
        hands.include(self._parts.records, [self._id(who)], who="tests")

    def enrol(self, who: Identity, since: str | None, until: str | None) -> None:
        """Write somebody into the roster of staff."""
        id_ = self._id(who)
        with self._parts.records.engine.begin() as connection:
            version = int(connection.scalar(sa.select(meta.c.value).where(meta.c.name == "people_version")) or 0) + 1
            connection.execute(roster.insert().values(identity_id=id_, since=since, until=until, version=version))
            connection.execute(meta.update().where(meta.c.name == "people_version").values(value=str(version)))

    def refresh(self, *, whole: bool = False, derived: Path | None = None) -> Refreshed:
        """Count what arrived since, or everything; into the workspace, or into another folder."""
        return refresh(derived=derived or self.workspace.derived, lake=self._parts.lake.snapshot(), people=self._parts.people,
                       registry=baloo.registry.load(self.workspace.registry), clock=self.clock, whole=whole)

    def compact(self, *, purge: bool = False) -> int:
        """Compact the lake as far as it is counted; how many files were replaced."""
        manifest = read_manifest(self.workspace.derived)
        return compact(self._parts.lake, manifest.seq if manifest else 0, purge=purge)

    def people(self) -> dict[Identity, int]:
        """The person of each identity, by the records."""
        joined = sa.select(identities.c.key, members.c.person_id).join(members, members.c.identity_id == identities.c.id)
        with self._reading() as connection:
            return {called(key): person for key, person in connection.execute(joined)}

    def persons(self) -> dict[int, Called]:
        """Each person by all their identities."""
        found: dict[int, set[Identity]] = {}
        for identity, person in self.people().items():
            found.setdefault(person, set()).add(identity)
        return {person: frozenset(all_) for person, all_ in found.items()}

    def rows(self, derived: Path | None = None) -> list[tuple[str, str, int, dt.date, dt.date]]:
        """Every interval that is live: scope, measure, person id, from, to."""
        folder = derived or self.workspace.derived
        manifest = read_manifest(folder)
        assert manifest is not None
        names = names_of(manifest)
        return sorted((scope, measure, person, start, stop)
                      for key, person, start, stop in live_rows(folder, manifest) for scope, measure in names[key])

    def curves(self, derived: Path | None = None) -> list[tuple[str, str, bool, dt.date, int]]:
        """Every day on which a number changes, of all people and of staff alone: scope, measure, staff, day, by how much."""
        folder = derived or self.workspace.derived
        manifest = read_manifest(folder)
        assert manifest is not None
        sums: Counter[tuple[str, str, bool, dt.date]] = Counter()
        names = names_of(manifest)
        for key, staff, day, delta in live_changes(folder, manifest):
            for scope, measure in names.get(key, [("nothing", str(key))]):  # the name of a part may be gone with its people
                sums[scope, measure, staff, day] += delta
        return sorted((*place, delta) for place, delta in sums.items() if delta)

    def _id(self, who: Identity) -> int:
        with self._reading() as connection:
            keys = connection.execute(sa.select(identities.c.id, identities.c.key).where(identities.c.system == who[0]))
            return next(id_ for id_, key in keys if called(key) == who)

    def _reading(self) -> sa.Connection:
        return self._parts.records.engine.connect().execution_options(writes=False)

    @property
    def _parts(self) -> Parts:
        assert self.parts is not None
        return self.parts


def names_of(manifest: Manifest) -> dict[int, list[tuple[str, str]]]:
    """What each key of the tables means: scopes and measures."""
    names: dict[int, list[tuple[str, str]]] = {}
    for key in manifest.keys:
        names.setdefault(key.key, []).append((key.scope, key.measure))
    return names


def called(key: str) -> Identity:
    """What an identity's key in the records calls somebody."""
    system, _, *names = json.loads(key)
    return (system, *(name or "" for name in names))


class Asked:
    """The live intervals of a house, as sets of persons by scope, measure and day."""

    def __init__(self, house: House, derived: Path | None = None) -> None:
        self._persons = house.persons()
        manifest = read_manifest(derived or house.workspace.derived)
        self._no_number_before = manifest.no_number_before if manifest else {}
        self._rows: dict[tuple[str, str], list[tuple[int, dt.date, dt.date]]] = {}
        for scope, measure, person, start, stop in house.rows(derived):
            self._rows.setdefault((scope, measure), []).append((person, start, stop))

    def people(self, scope: str, measure: str, day: dt.date) -> frozenset[Called]:
        """Who holds a measure of a scope at the end of a day."""
        if measure == "inactive":
            return self.people(scope, "known", day) - self.people(scope, "visitor", day)
        rows = self._rows.get((scope, measure), ())
        return frozenset(self._persons[person] for person, start, stop in rows if start <= day < stop)

    def without_staff(self, scope: str, measure: str, day: dt.date) -> frozenset[Called]:
        """The same less the staff of that day."""
        return self.people(scope, measure, day) - self.people("community", "staff", day)

    def no_number_before(self, scope: str) -> dt.date | None:
        """The day before which the scope has no number."""
        day = self._no_number_before.get(scope)
        return dt.date.fromisoformat(day) if day else None
