"""Writes what was counted by hand: a small community in `data/derived/`, without an engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeAlias

import duckdb

from baloo.metrics.derived import Key, Manifest, write_manifest
from baloo.registry.model import Area, Community, Kind, Registry, System

Held: TypeAlias = "tuple[str, str, int, dt.date, dt.date]"  # scope, measure, person, start, stop: [start, stop)
FOREVER = dt.date(9999, 12, 31)


def day(text: str) -> dt.date:
    """A date."""
    return dt.date.fromisoformat(text)


@dataclass
class Counted:
    """What is to be written. `patch` and `replaced` are as in the manifest; `held` are the rows of the whole files."""

    held: Sequence[Held]
    patch: Sequence[Held] = ()
    replaced: Sequence[int] = ()
    version: int = 1
    registry_hash: str = "hash"
    first_days: Mapping[str, str] = field(default_factory=dict)
    last_days: Mapping[str, str] = field(default_factory=dict)
    no_number_before: Mapping[str, str] = field(default_factory=dict)

    def live(self) -> list[Held]:
        """The rows that count."""
        gone = set(self.replaced)
        return [row for row in self.held if row[2] not in gone] + list(self.patch)

    def holds(self, scope: str, measure: str, on: dt.date) -> set[int]:
        """Who holds a measure at a day."""
        return {person for of, what, person, start, stop in self.live() if (of, what) == (scope, measure) and start <= on < stop}

    def write(self, folder: Path) -> Path:
        """Write files and manifest into the folder, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        names = sorted({(row[0], row[1]) for row in [*self.held, *self.patch]} | {("community", "staff")})
        keys = {name: i * 3 + 1 for i, name in enumerate(names)}
        stem = f"v{self.version}"
        with _duckdb().cursor() as connection:
            for part, held in (("intervals", self.held), ("patch", self.patch)):
                rows = sorted((keys[scope, measure], *rest) for scope, measure, *rest in held)
                _write(connection, folder / f"{stem}-{part}.parquet", "key INTEGER, person BIGINT, start DATE, stop DATE", rows)
            _write(connection, folder / f"{stem}-replaced.parquet", "person BIGINT", [(p,) for p in self.replaced])
            _write(connection, folder / f"{stem}-changes.parquet", "key INTEGER, staff BOOLEAN, day DATE, delta BIGINT",
                   self._changes(keys))
        write_manifest(folder, Manifest(
            version=self.version, seq=self.version * 10, people_version=1, registry_hash=self.registry_hash,
            refreshed="2020-01-01T12:00:00+00:00", keys=tuple(Key(key, *name) for name, key in keys.items()),
            intervals=(f"{stem}-intervals.parquet",), patch=(f"{stem}-patch.parquet",) if self.patch else (),
            replaced=(f"{stem}-replaced.parquet",) if self.replaced else (), changes=(f"{stem}-changes.parquet",),
            first_days=dict(self.first_days), last_days=dict(self.last_days), no_number_before=dict(self.no_number_before),
        ))
        return folder

    def _changes(self, keys: Mapping[tuple[str, str], int]) -> list[tuple[int, bool, dt.date, int]]:
        deltas: dict[tuple[int, bool, dt.date], int] = {}
        staff = [(p, a, b) for s, m, p, a, b in self.live() if (s, m) == ("community", "staff")]
        for scope, measure, person, start, stop in self.live():
            key = keys[scope, measure]
            cut = [(max(start, a), min(stop, b)) for p, a, b in staff if p == person and a < stop and b > start]
            for among, spans in ((False, [(start, stop)]), (True, cut)):
                for first, end in spans:
                    deltas[key, among, first] = deltas.get((key, among, first), 0) + 1
                    if end < FOREVER:
                        deltas[key, among, end] = deltas.get((key, among, end), 0) - 1
        return sorted((*of, delta) for of, delta in deltas.items() if delta)


def registry(*areas: Area, systems: Iterable[str] = ("desk", "forge"), community: Community | None = None) -> Registry:
    """A registry of a fictional community with these areas; each system has a kind `SYSTEM.deed`."""
    return Registry(
        community or Community("hill", "The Hill", "Are we a hundred yet?", 100),
        {s: System(s, s.title(), {f"{s}.deed": Kind(f"{s}.deed", "Did something")}) for s in systems},
        {area.id: area for area in areas}, {}, "hash",
    )


@cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _write(connection: duckdb.DuckDBPyConnection, file: Path, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rows ({columns})")
    if rows:
        values = ", ".join("(" + ", ".join(f"'{value}'" for value in row) + ")" for row in rows)
        connection.execute(f"INSERT INTO rows VALUES {values}")
    connection.execute(f"COPY rows TO '{file}' (FORMAT parquet)")
