"""A community that never was, and answers about it that need no workspace: they add up, and are the same in every run."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace

from baloo.errors import UnknownName
from baloo.metrics.answers import Cohort, Count, Exchange, FeedRow, Flows, Move, Overlap, Row, Staging, Step
from baloo.registry.model import Area, Claim, Community, Kind, Leaf, Point, Registry, Span, System, Version, Window

TODAY = dt.date(2026, 11, 22)
_YEAR = Window("within", Span(1, "years"))


def _area(name: str, title: str, systems: Sequence[str], **more: object) -> Area:
    pathway = (
        Point("first", "casual", (Version(Leaf(_YEAR, "at_least", 1)),), "First contribution"),
        Point("regular", "active", (
            Version(Leaf(_YEAR, "at_least", 5)), Version(Leaf(_YEAR, "at_least", 10), dt.date(2025, 6, 15)),
        ), "Regular", keeps=Span(14, "days"), next="become a mentor"),
        Point("mentor", "core", (Version(Leaf(_YEAR, "at_least", 100)),), "Mentor"),
    )
    claims = tuple(Claim(system) for system in systems)
    return Area(name, title, counts=claims, pathway=pathway, owner="ama@example.org", **more)  # type: ignore[arg-type]


def registry() -> Registry:
    """Marula: eight areas, five systems, one organisation."""
    systems = {
        name: System(name, title, {f"{name}.done": Kind(f"{name}.done", "Did something")}, f"https://{name}.example.org")
        for name, title in (
            ("forge", "forge.marula.example"), ("forum", "support.marula.example"), ("wiki", "The wiki"), ("chat", "Chat"),
            ("meet", "Meetups"),
        )
    }
    areas = [
        _area("coding", "Coding", ["forge"], target=400),
        _area("support", "Support", ["forum", "chat"], target=350, was=("help",)),
        _area("translation", "Translation", ["wiki"], target=300, split_by="locale"),
        _area("quality", "Quality", ["forge"], target=200, organisation="moco"),
        _area("documentation", "Documentation", ["wiki"], target=160), _area("events", "Events", ["meet"], target=120),
        _area("design", "Design", ["forge"], target=75), _area("infrastructure", "Infrastructure", ["forge"], part_of="coding"),
        _area("archive", "Archive", ["wiki"]),
    ]
    community = Community("marula", "Marula", "Are we a thousand yet?", target=1000)
    return Registry(community, systems, {area.id: area for area in areas}, {}, "0" * 64)


_NOW = {
    "community": (538, 1204), "area:coding": (180, 412), "area:support": (148, 338), "area:translation": (300, 287),
    "area:quality": (90, 196), "area:documentation": (170, 158), "area:events": (40, 121), "area:design": (60, 64),
    "area:infrastructure": (38, 35), "area:archive": (9, 3), "area:translation/fr": (70, 66), "area:translation/sw": (6, 3),
    "organisation:moco": (90, 196), "system:forge": (200, 431), "system:forum": (150, 301), "system:wiki": (320, 340),
    "system:chat": (0, 96), "unclaimed": (0, 12), "system:meet": (40, 121),
}

_QUARTERS = ((3, 31), (6, 30), (9, 30), (12, 31))


@dataclass
class PretendAnswers:
    """Has the questions of `baloo.metrics.answers.Answers`."""

    numbers: dict[str, tuple[int, int]] = field(default_factory=lambda: dict(_NOW))
    version: int = 7

    @property
    def stamp(self) -> SimpleNamespace:
        """Which state this is."""
        refreshed = dt.datetime(2026, 11, 22, 6, tzinfo=dt.UTC)
        return SimpleNamespace(version=self.version, seq=1, refreshed=refreshed, counted_to=TODAY)

    def scopes(self) -> list[SimpleNamespace]:
        """All that people are counted in."""
        return [SimpleNamespace(name=name) for name in self.numbers]

    def views(self) -> list[str]:
        """Two of them."""
        return ["all", "archive", "support"]

    def view(self, name: str) -> SimpleNamespace:
        """Everybody, or an area."""
        if name not in self.views():
            raise UnknownName("view", name, self.views())
        everybody = SimpleNamespace(name="community", title="Marula")
        return everybody if name == "all" else SimpleNamespace(name=f"area:{name}", title=name.title())

    def count(self, scope: str, level: str = "active", as_of: dt.date | None = None, *, staff: bool = True) -> Count:
        """A number that grows over five years, with a ripple."""
        if scope not in self.numbers:
            raise UnknownName("scope", scope, self.numbers)
        first, last = self.numbers[scope]
        as_of = as_of or TODAY
        share = max(0.0, min(1.0, 1 - (TODAY - as_of).days / (365 * 5)))
        ripple = int(hashlib.sha256(f"{scope}{as_of}".encode()).hexdigest()[:2], 16) / 255 - 0.5
        value = last if as_of >= TODAY else round(first + (last - first) * share * share * (3 - 2 * share) + ripple * last / 60)
        return Count(max(0, value if staff else round(value * 0.9)), as_of)

    def series(
        self, scope: str, level: str, start: dt.date, end: dt.date, grain: str = "week", *, staff: bool = True,
    ) -> list[Row]:
        """The number at the end of each week."""
        days = [end - dt.timedelta(weeks=n) for n in range((end - start).days // 7, -1, -1)]
        return [Row(day, self.count(scope, level, day, staff=staff).value) for day in days]

    def lapse(self, scope: str, level: str = "active", weeks: int = 52, *, staff: bool = True) -> list[Row]:
        """A number that falls to nobody in a year."""
        now = self.count(scope, level, staff=staff).value or 0
        sunday = TODAY + dt.timedelta(7 - TODAY.isoweekday() % 7)
        return [Row(sunday + dt.timedelta(weeks=n), now * max(0, 51 - n) // 52, True) for n in range(weeks)]

    def feed(self, view: str, weeks: int = 52, until: dt.date | None = None, *, staff: bool = True) -> list[FeedRow]:
        """Eleven new people a week."""
        until = until or TODAY
        monday = until - dt.timedelta(until.weekday())
        return [FeedRow(monday - dt.timedelta(weeks=n), 11, 1204) for n in range(weeks)]

    def flows(self, scope: str, start: dt.date, end: dt.date, *, staff: bool = True) -> Flows:
        """A sum that holds."""
        before, after = self.count(scope, as_of=start).value or 0, self.count(scope, as_of=end).value or 0
        left = before // 5
        returned = max(0, after - before + left) // 4
        return Flows(start, end, before, before - left, left, max(0, after - (before - left) - returned), returned, after)

    def flow_series(self, scope: str, start: dt.date, end: dt.date, grain: str = "quarter", *, staff: bool = True) -> list[Flows]:
        """Eight quarters."""
        days = [end - dt.timedelta(days=91 * n) for n in range(8, -1, -1)]
        return [self.flows(scope, a, b, staff=staff) for a, b in pairwise(days)]

    def staging(self, system: str) -> Staging | None:
        """The forum was tried out."""
        return Staging(12, dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)) if system == "forum" else None

    def known_days(self, system: str) -> tuple[dt.date | None, dt.date | None]:
        """One system is late, one is silent."""
        if system == "meet":
            return None, None
        return dt.date(2021, 3, 2), dt.date(2026, 11, 3) if system == "chat" else TODAY

    def moves(self, start: dt.date, end: dt.date, *, staff: bool = True) -> list[Move]:
        """Some movers."""
        return [
            Move("documentation", "support", 22), Move("support", "quality", 15), Move("translation", "support", 12),
            Move("quality", "support", 3),
        ]

    def exchange(self, area: str, start: dt.date, end: dt.date, *, staff: bool = True) -> Exchange:
        """Who came and who left, from and to everywhere."""
        came = (Overlap((), 54), Overlap(("documentation",), 22), Overlap(("translation",), 12), Overlap(("quality",), 3))
        went = (Overlap((), 42), Overlap(("quality",), 15), Overlap(("coding", "events"), 7), Overlap(("design",), 2))
        stayed = self.count(f"area:{area}").value or 0
        return Exchange(start, end, stayed + 66, stayed, stayed + 91, came, went)

    def cohorts(self, scope: str, start: dt.date, end: dt.date, grain: str = "quarter", *, staff: bool = True) -> list[Cohort]:
        """Eight quarters, of whose people ever fewer stay; the last one is not over."""
        ends = [*(dt.date(2025, *md) for md in _QUARTERS), *(dt.date(2026, *md) for md in _QUARTERS[:3])]
        days = [dt.date(2024, 12, 31), *ends, end]
        people = [88, 74, 69, 91, 97, 83, 79, 3] if self.count(scope).value else [0] * 8
        return [
            Cohort(eve, last, n, tuple(n * 50 // 100 - n * i // 30 for i in range(len(people) - row - 1)))
            for row, ((eve, last), n) in enumerate(zip(pairwise(days), people, strict=True))
        ]

    def overlap(self, as_of: dt.date, *, staff: bool = True) -> list[Overlap]:
        """Who helps in several places."""
        return [Overlap(("coding",), 200), Overlap(("coding", "quality"), 81), Overlap(("support", "documentation"), 44)]

    def by_number_of_areas(self, as_of: dt.date, *, staff: bool = True) -> list[tuple[int, int]]:
        """People by the number of areas."""
        return [(1, 892), (2, 233), (3, 63), (4, 13), (5, 3)]

    def newest(self, scope: str) -> dt.date | None:
        """September."""
        return dt.date(2026, 9, 1)

    def pathway(self, area: str, as_of: dt.date | None = None, *, staff: bool = True) -> list[Step]:
        """Three steps."""
        people = self.count(area if area.startswith("area:") else f"area:{area}", as_of=as_of).value or 0
        return [
            Step("first", "First contribution", "casual", people * 3, None), Step("regular", "Regular", "active", people, 0.33),
            Step("mentor", "Mentor", "core", people // 8, 0.12),
        ]
