"""How long the engine alone takes over invented events: whole, after 1,000 new events, after 1,000 merges.

    python bench/bench_refresh.py [EVENTS ...]

Twelve systems of three kinds, eight areas of three points, half of each area's contributions chosen by `where`.
"""

from __future__ import annotations

import datetime as dt
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from baloo.clock import FixedClock
from baloo.lake.base import LakeSnapshot
from baloo.metrics.refresh import refresh
from baloo.people.base import PeopleChanges
from baloo.registry.model import (
    AllOf,
    AnyOf,
    Area,
    Claim,
    Community,
    Kind,
    Leaf,
    Point,
    Registry,
    Span,
    System,
    Test,
    Version,
    Window,
)  # fmt: skip

A_PERSON, IDENTITIES = 100, 4  # events and identities of one person
CLOCK = FixedClock(dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
YEAR, QUARTER, MONTH = (Window("within", Span(n, unit)) for n, unit in ((1, "years"), (90, "days"), (30, "days")))
EVENTS = """
SELECT i + {first} AS seq, i + {first} AS doc, 'production' AS environment, 's' || system AS system,
  's' || system || '.k' || (hash(i, 10) % 3) AS kind, day, identity AS identity_id, identity AS observation_id,
  'https://x.example.org/' || (hash(i, 4) % 1000000) AS object,
  '{{"locale":"fr","product":"p' || (hash(i, 6) % 4) || '","strings":' || (hash(i, 8) % 50) || '}}' AS extra
FROM (
  SELECT i, person * {identities} + (hash(i, 12) % 3)::BIGINT AS identity,
    (hash(person, 1) % 12 + CASE WHEN hash(i, 13) % 4 = 0 THEN hash(i, 14) % 3 ELSE 0 END) % 12 AS system,
    DATE '2021-01-01' + least(1824, (hash(person, 2) % 1500 + (hash(i, 11) % 1000 / 1000.0) ** 1.5 * (30 + hash(person, 3) % 1795))::INT) AS day
  FROM (SELECT i, ({people} * (hash(i, 15) % 1000003 / 1000003.0) ** 2.2)::BIGINT AS person FROM range({count}) AS r(i))
)
"""  # noqa: E501


def registry() -> Registry:
    """24 rules."""
    systems = {f"s{n}": System(f"s{n}", f"S{n}", {f"s{n}.k{k}": Kind(f"s{n}.k{k}", "Did") for k in range(3)}) for n in range(12)}
    areas = {}
    for n in range(8):
        chosen = Claim(f"s{8 + n % 4}", where=(("product", Test("in", ("p0", "p1") if n < 4 else ("p2", "p3"))),))
        often = Leaf(QUARTER, "at_least", 5 + n, kinds=(f"s{n}.k0", f"s{n}.k1"))
        points = (
            Point("first", "casual", (Version(Leaf(YEAR, "at_least", 1)),)),
            Point("regular", "active", (Version(AnyOf((often, Leaf(MONTH, "at_least", 1, kinds=(f"s{n}.k2",))))),)),
            Point("core", "core", (Version(AllOf((Leaf(YEAR, "at_least", 20), Leaf(YEAR, "at_least", 8, of="days")))),)),
        )
        areas[f"a{n}"] = Area(f"a{n}", f"A{n}", counts=(Claim(f"s{n}"), chosen), pathway=points)
    return Registry(Community("bench", "Bench", "How many?"), systems, areas, {}, "bench")


class People:
    """Four identities a person, and a thousand merges at version 2."""

    def __init__(self, people: int) -> None:
        self.identities = people * IDENTITIES
        self.version = 1
        self.merged: list[tuple[int, int]] = []

    def merge(self, some: int) -> None:
        """Say that identities are somebody else's."""
        chance = random.Random(1)
        self.version += 1
        ids = chance.sample(range(self.identities), some)
        self.merged = [(identity, chance.randrange(self.identities) // IDENTITIES) for identity in ids]

    def changes(self, since: int | None, staff_domains: tuple[str, ...]) -> PeopleChanges:
        """As `PeopleReader` has it."""
        del staff_domains
        if since is None:
            return PeopleChanges(self.version, True, [(i, i // IDENTITIES) for i in range(self.identities)])
        return PeopleChanges(self.version, False, self.merged if since < self.version else [])


def measure(count: int, folder: Path) -> None:
    """Print a line for each refresh, with the floor of the same bytes read by DuckDB alone."""
    people = People(count // A_PERSON)
    files = [str(folder / name) for name in ("events.parquet", "new.parquet")]
    with duckdb.connect() as connection:
        for file, first, some in zip(files, (0, count), (count, 1000), strict=True):
            made = EVENTS.format(first=first + 1, people=count // A_PERSON, count=some, identities=IDENTITIES)
            connection.execute(f"COPY ({made}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
        begun = time.perf_counter()
        read = "sum(length(extra)), sum(identity_id), count(DISTINCT kind), max(day)"
        connection.execute(f"SELECT {read} FROM '{files[0]}'").fetchall()
        print(f"{count:>11,} events  read by DuckDB alone {time.perf_counter() - begun:6.2f} s")
    whole = LakeSnapshot(1, count, (files[0],), (), (count,))
    more = LakeSnapshot(2, count + 1000, tuple(files), (), (count, count + 1000))
    for what, lake in (("whole", whole), ("1,000 events", more), ("1,000 merges", more)):
        if what == "1,000 merges":
            people.merge(1000)
        cpu = time.process_time()
        done = refresh(derived=folder / "derived", lake=lake, people=people, registry=registry(), clock=CLOCK)
        taken = f"{done.seconds:6.2f} s, processor {time.process_time() - cpu:6.2f} s"
        print(f"{what:>20}  {taken}, {done.mode}, {done.persons:,} persons")
    print(f"{'highest memory':>20}  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    for events in [int(argument) for argument in sys.argv[1:]] or [1_000_000]:
        with tempfile.TemporaryDirectory() as place:
            measure(events, Path(place))
