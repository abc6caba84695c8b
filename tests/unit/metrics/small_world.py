"""A small world for the engine: a lake of a few events, people in dictionaries, a registry made by hand."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb

from baloo.clock import FixedClock
from baloo.lake.base import LakeSnapshot
from baloo.metrics.refresh import Refreshed, refresh
from baloo.metrics.tables import tables
from baloo.people.base import PeopleChanges, StaffSpan
from baloo.people.keys import owner_key
from baloo.registry.model import (
    AllOf,
    AnyOf,
    Area,
    AreaMap,
    Claim,
    Community,
    Kind,
    Leaf,
    MapRow,
    Not,
    Point,
    PointsLine,
    Reached,
    Registry,
    Span,
    System,
    Test,
    Version,
    Window,
)  # fmt: skip

D = dt.date.fromisoformat
CLOCK = FixedClock(dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
_EVENTS = (
    "seq BIGINT, received TIMESTAMPTZ, doc BIGINT, environment VARCHAR, system VARCHAR, kind VARCHAR, day DATE, "
    "identity_id BIGINT, observation_id BIGINT, object VARCHAR, extra VARCHAR"
)


def within(n: int, unit: str) -> Window:
    """`within: n unit`."""
    return Window("within", Span(n, unit))  # type: ignore[arg-type]


def leaf(threshold: int = 1, window: Window | None = None, **more: object) -> Leaf:
    """A leaf that asks for at least so many, within 30 days where nothing else is said."""
    return Leaf(window or within(30, "days"), **{"amount": "at_least", "threshold": threshold, **more})  # type: ignore[arg-type]


def point(name: str, level: str, when: object, **more: object) -> Point:
    """A point of one version."""
    return Point(name, level, (Version(when),), **more)  # type: ignore[arg-type]


def registry(*, regular: int = 3) -> Registry:
    """Every form of rule, in three systems and four areas; `regular` is the threshold of one of them."""

    def kinds(system: str) -> dict[str, Kind]:
        return {
            f"{system}.answer": Kind(f"{system}.answer", "Answered", owner_field="owner"),
            f"{system}.edit": Kind(f"{system}.edit", "Edited"),
            f"{system}.account": Kind(f"{system}.account", "Made an account", contribution=False),
        }

    rows = (MapRow("ours/", True, "coding"), MapRow("ours/site", False, "support", since=D("2024-02-01")))
    systems = {
        "forum": System("forum", "Forum", kinds("forum")),
        "wiki": System("wiki", "Wiki", kinds("wiki")),
        "git": System("git", "Git", kinds("git"), map=AreaMap("repository", "map.csv", rows)),
    }
    coding = (
        point("seen", "casual", leaf(1, within(1, "years"))),
        Point(
            "regular",
            "active",
            (Version(leaf(2)), Version(leaf(regular, within(90, "days")), D("2024-03-01"))),
            keeps=Span(14, "days"),
        ),
        point("deep", "core", AllOf((leaf(2, within(90, "days"), of="days"), Not(leaf(1, within(3, "days")))))),
    )
    support = (
        point("others", "active", leaf(2, within(90, "days"), whose="others")),
        point("helps", "core", leaf(2, within(13, "weeks"), of="people")),
        point("top", "casual", leaf(50, within(1, "months"), amount="top")),
        point("both", "core", AnyOf((Reached("regular", "coding"), leaf(amount="first")))),
    )
    words = (
        point("strings", "active", leaf(5, of="points", points=(PointsLine(1, per="strings"), PointsLine(2)), cap_per_day=6)),
        point("pages", "core", leaf(2, Window("calendar", period="quarter"), of="objects")),
    )
    areas = {
        "coding": Area("coding", "Coding", organisation="ours", pathway=coding),
        "site": Area("site", "Site", part_of="coding", counts=(Claim("wiki", where=(("page", Test("starts", ("dev/",))),)),)),
        "support": Area("support", "Support", organisation="ours", counts=(Claim("forum"),), pathway=support),
        "words": Area("words", "Words", split_by="locale", counts=(Claim("wiki", until=D("2024-06-01")),), pathway=words),
    }
    return Registry(Community("ours", "Ours", "How many?"), systems, areas, {}, f"hash-{regular}")


class World:
    """People 1 to 9, each with the identity of the same number, and what they did."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.derived = folder / "derived"
        self.seq = 0
        self.files: list[tuple[str, int]] = []
        self.voids: list[str] = []
        self.version = 1
        self.persons = {identity: 100 + identity for identity in range(1, 10)}
        self.changed: list[tuple[int, int]] = []
        self.excluded: list[int] = []
        self.staff: list[StaffSpan] = []
        self.observations: list[int] = []

    def did(self, *events: tuple[int, str, str, dict[str, object]]) -> int:
        """Load events: (identity, kind, day, more), where more has `object`, `environment` and fields; the seq of the last."""
        rows = []
        for identity, kind, day, told in events:
            self.seq += 1
            more = dict(told)
            place, environment = more.pop("object", None), more.pop("environment", "production")
            rows.append((
                self.seq, CLOCK.now(), 1000 + self.seq, environment, kind.split(".")[0], kind,
                D(day), identity, identity * 10, place, json.dumps(more),
            ))  # fmt: skip
        self.files.append((self._write("events", _EVENTS, rows), self.seq))
        return self.seq

    def take_back(self, seq: int) -> None:
        """Void the event of a seq."""
        self.seq += 1
        self.voids.append(self._write("voids", "seq BIGINT, doc BIGINT", [(self.seq, 1000 + seq)]))

    def join(self, identity: int, person: int) -> None:
        """Say that an identity is another person from now on."""
        self.version += 1
        self.persons[identity] = person
        self.changed.append((self.version, identity))

    def changes(self, since: int | None, staff_domains: tuple[str, ...]) -> PeopleChanges:
        """As `PeopleReader` has it."""
        del staff_domains
        whole = since is None
        told = (
            list(self.persons) if since is None else sorted({identity for version, identity in self.changed if version > since})
        )
        return PeopleChanges(
            self.version, whole, [(identity, self.persons[identity]) for identity in told],
            [(owner_key(system, f"u{identity}"), identity) for identity in told for system in ("forum", "wiki", "git")],
            self.excluded, self.staff, self.observations,
        )  # fmt: skip

    def refresh(self, told: Registry | None = None, *, whole: bool = False, derived: Path | None = None) -> Refreshed:
        """Count."""
        events, last = tuple(file for file, _ in self.files), tuple(seq for _, seq in self.files)
        return refresh(
            derived=derived or self.derived, lake=LakeSnapshot(1, self.seq, events, tuple(self.voids), last), people=self,
            registry=told or registry(), clock=CLOCK, whole=whole,
        )  # fmt: skip

    def rebuilt(self, told: Registry | None = None) -> dict[str, list[tuple[object, ...]]]:
        """What a count from nothing gives."""
        self.refresh(told, whole=True, derived=self.folder / "rebuilt")
        return tables(self.folder / "rebuilt")

    def _write(self, name: str, columns: str, rows: list[tuple[object, ...]]) -> str:
        file = self.folder / f"{name}-{self.seq}.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE rows ({columns})")
            connection.executemany(f"INSERT INTO rows VALUES ({', '.join('?' * len(rows[0]))})", rows)
            connection.execute(f"COPY rows TO '{file}' (FORMAT parquet)")
        return str(file)


def lived_in(folder: Path) -> World:
    """A world in which something of every kind has happened, counted once."""
    world = World(folder)
    world.did(
        (1, "forum.answer", "2024-01-05", {"owner": "u2"}), (1, "forum.answer", "2024-01-09", {"owner": "u3"}),
        (2, "forum.answer", "2024-02-01", {"owner": "u2"}), (2, "forum.edit", "2024-02-02", {"object": "q1"}),
        (3, "wiki.edit", "2024-01-20", {"page": "dev/a", "locale": "fr", "strings": 4, "object": "p1"}),
        (3, "wiki.edit", "2024-01-21", {"page": "dev/b", "locale": ["fr", "de"], "strings": [1, 2], "object": "p2"}),
        (4, "git.edit", "2024-02-10", {"repository": "ours/site"}), (4, "git.edit", "2024-03-10", {"repository": "ours/core"}),
        (5, "git.edit", "2024-03-11", {"repository": "theirs"}), (6, "forum.account", "2024-03-11", {}),
        (7, "forum.answer", "2024-03-11", {"owner": "nobody", "environment": "staging"}),
        (8, "wiki.edit", "2024-07-01", {"page": "x", "locale": "it"}), (9, "forum.answer", "2024-03-01", {"owner": "u1"}),
    )  # fmt: skip
    world.refresh()
    return world
