"""The engine alone: facts and people of the oracle's kind in, sets of people out, without door, queue, lake or records.

Facts are written as data files with the columns of `baloo.lake.base`, people are handed over by a fake reader, and what was
counted is read back from the Parquet files that `baloo.metrics.derived` describes.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb

import baloo.registry
from baloo.clock import FixedClock
from baloo.lake.base import LakeSnapshot
from baloo.metrics.derived import Manifest, read_manifest
from baloo.metrics.refresh import refresh
from baloo.people.base import PeopleChanges, StaffSpan
from baloo.people.keys import owner_key
from baloo.registry.model import Registry
from baloo.workspace import write_whole
from oracle.oracle import Fact, Identity, People, Person

FAR = dt.date(2026, 11, 22)  # the day that it is in tests which do not care

_EVENTS = """
    seq BIGINT, received_month VARCHAR, received TIMESTAMPTZ, namespace VARCHAR, environment VARCHAR, id VARCHAR, doc BIGINT,
    body BIGINT, "natural" BIGINT, schema VARCHAR, version VARCHAR, system VARCHAR, kind VARCHAR, "at" TIMESTAMPTZ,
    at_offset SMALLINT, day DATE, identity_id BIGINT, observation_id BIGINT, object VARCHAR, extra VARCHAR"""
_VOIDS = """
    seq BIGINT, doc BIGINT, namespace VARCHAR, environment VARCHAR, id VARCHAR, why VARCHAR, received_month VARCHAR"""


class FakePeople:
    """A people reader that was told everything: ids of identities by their order, persons by their oldest identity."""

    def __init__(self, facts: Iterable[Fact], people: People) -> None:
        self._told = people
        told = [who for group in people.same for who in group]
        whos = dict.fromkeys([*(fact.who for fact in facts), *told, *people.out, *(who for who, _, _ in people.roster)])
        self.ids = {who: id_ for id_, who in enumerate(whos, 1)}
        self.observations: dict[tuple[Identity, str | None], int] = {}
        for fact in facts:
            self.observations.setdefault((fact.who, fact.email), len(self.observations) + 1)

    def person_id(self, who: Identity) -> int:
        """The id of the person that an identity belongs to."""
        group = next((g for g in self._told.same if who in g), (who,))
        return min(self.ids[one] for one in group)

    def person(self, person_id: int) -> Person:
        """The person as the oracle names them."""
        return self._told.person(next(who for who, id_ in self.ids.items() if id_ == person_id))

    def changes(self, since: int | None, staff_domains: tuple[str, ...]) -> PeopleChanges:
        """Everything, at version 1; nothing new after it."""
        domains = {domain.casefold() for domain in staff_domains}
        return PeopleChanges(
            version=1, whole=since is None,
            members=[(id_, self.person_id(who)) for who, id_ in self.ids.items()] if since is None else [],
            owners=[(owner_key(*who), id_) for who, id_ in self.ids.items()] if since is None else [],
            excluded=sorted({self.person_id(who) for who in self._told.out}),
            staff=[StaffSpan(self.person_id(who), start, end) for who, start, end in self._told.roster],
            staff_observations=sorted(o for (_, email), o in self.observations.items()
                                      if email and email.strip().casefold().rpartition("@")[2] in domains),
        )


@dataclass
class Counted:
    """What the engine counted, as sets of the oracle's persons."""

    folder: Path
    people_reader: FakePeople
    manifest: Manifest

    def people(self, scope: str, measure: str, day: dt.date) -> frozenset[Person]:
        """Who holds a measure of a scope at the end of a day."""
        if measure == "inactive":
            return self.people(scope, "known", day) - self.people(scope, "visitor", day)
        key = self._keys.get((scope, measure), -1)
        return frozenset(p for p, start, stop in self._rows.get(key, ()) if start <= day < stop)

    def without_staff(self, scope: str, measure: str, day: dt.date) -> frozenset[Person]:
        """The same answer, less the persons who are staff at that day."""
        return self.people(scope, measure, day) - self.people("community", "staff", day)

    def no_number_before(self, scope: str) -> dt.date | None:
        """The day before which the scope has no number."""
        day = self.manifest.no_number_before.get(scope)
        return dt.date.fromisoformat(day) if day else None

    @cached_property
    def _keys(self) -> dict[tuple[str, str], int]:
        return {(key.scope, key.measure): key.key for key in self.manifest.keys}

    @cached_property
    def _rows(self) -> dict[int, list[tuple[Person, dt.date, dt.date]]]:
        rows: dict[int, list[tuple[Person, dt.date, dt.date]]] = {}
        for key, person, start, stop in live_rows(self.folder, self.manifest):
            rows.setdefault(key, []).append((self.people_reader.person(person), start, stop))
        return rows


def live_rows(folder: Path, manifest: Manifest) -> list[tuple[int, int, dt.date, dt.date]]:
    """The live intervals (key, person, start, stop), in order."""
    def table(names: Sequence[str], empty: str) -> str:
        return f"read_parquet({[str(folder / name) for name in names]})" if names else f"(SELECT {empty} WHERE false)"

    if not manifest.intervals and not manifest.patch:
        return []
    nothing = "0 AS key, 0 AS person, DATE '1970-01-01' AS start, DATE '1970-01-01' AS stop"
    intervals, patch = table(manifest.intervals, nothing), table(manifest.patch, nothing)
    replaced = table(manifest.replaced, "0 AS person")
    return reader().execute(
        f"SELECT key, person, start, stop FROM {intervals} WHERE person NOT IN (SELECT person FROM {replaced}) "
        f"UNION ALL SELECT key, person, start, stop FROM {patch} ORDER BY ALL"
    ).fetchall()


def live_changes(folder: Path, manifest: Manifest) -> list[tuple[int, bool, dt.date, int]]:
    """The changes of each curve (key, staff, day, delta)."""
    files = [str(folder / name) for name in manifest.changes]
    return reader().execute("SELECT key, staff, day, delta FROM read_parquet($1)", [files]).fetchall() if files else []


@cache
def reader() -> duckdb.DuckDBPyConnection:
    """A connection that reads files, one for all tests of a process."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def count(folder: Path, registry: Registry | Path, facts: Sequence[Fact], people: People, today: dt.date = FAR) -> Counted:
    """Have the engine count everything from nothing, in a folder of its own."""

    reader = FakePeople(facts, people)
    derived = folder / "derived"
    snapshot = write_lake(folder / "lake", facts, reader)
    refresh(
        derived=derived, lake=snapshot, people=reader,
        registry=registry if isinstance(registry, Registry) else baloo.registry.load(registry),
        clock=FixedClock(dt.datetime.combine(today, dt.time(12), dt.UTC)), whole=True,
    )
    manifest = read_manifest(derived)
    assert manifest is not None
    return Counted(derived, reader, manifest)


def write_lake(folder: Path, facts: Sequence[Fact], people: FakePeople) -> LakeSnapshot:
    """The facts as one data file, and an empty file of voids."""
    folder.mkdir(parents=True, exist_ok=True)
    events, voids = folder / "events.parquet", folder / "voids.parquet"
    rows = folder / "events.ndjson"
    rows.write_text("".join(json.dumps(_row(seq, fact, people)) + "\n" for seq, fact in enumerate(facts, 1)), "utf-8")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE events ({_EVENTS}); CREATE TABLE voids ({_VOIDS})")
        if facts:
            columns = dict(column.split() for column in _EVENTS.replace('"', "").split(","))
            read = f"read_json('{rows}', format='newline_delimited', columns={columns})"
            connection.execute(f"INSERT INTO events BY NAME SELECT * FROM {read}")
        connection.execute(f"COPY events TO '{events}' (FORMAT parquet); COPY voids TO '{voids}' (FORMAT parquet)")
    return LakeSnapshot(version=1, seq=len(facts), events=(str(events),), voids=(str(voids),), max_seq=(len(facts),))


def write_registry(folder: Path, parts: dict[str, Any]) -> Path:
    """Write a registry: `community`, lists of `systems` and `areas`, `maps` as texts by name, and a schema of the `fields`.

    YAML is a superset of JSON, so the files are JSON.
    """
    fields = sorted(parts.get("fields", ()))
    schema = {"schema": "fixture", "version": 1, "title": "What the tests use", "fields": dict.fromkeys(fields, "any")}
    for name, things in (("systems", parts["systems"]), ("areas", parts["areas"]), ("schemas", [schema] if fields else [])):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for thing in things:
            id_ = thing[name[:-1]]
            write_whole(folder / name / f"{id_}.yaml", json.dumps(thing, default=str, ensure_ascii=False).encode())
    for name, text in parts.get("maps", {}).items():
        (folder / "maps").mkdir(exist_ok=True)
        write_whole(folder / "maps" / name, text.encode())
    write_whole(folder / "community.yaml", json.dumps(parts["community"], default=str).encode())
    return folder


def _row(seq: int, fact: Fact, people: FakePeople) -> dict[str, Any]:
    return {
        "seq": seq, "received_month": "2026-11", "received": "2026-11-22T00:00:00Z",
        "namespace": "baloo", "environment": "production", "id": f"{seq:032x}", "doc": seq, "body": seq, "natural": None,
        "schema": "fixture", "version": "1", "system": fact.system, "kind": fact.kind,
        "at": f"{fact.day}T12:00:00Z", "at_offset": None, "day": str(fact.day),
        "identity_id": people.ids[fact.who], "observation_id": people.observations[fact.who, fact.email],
        "object": fact.object, "extra": json.dumps(fact.extra, ensure_ascii=False),
    }
