"""Questions and answers: what pages, API, feed and command line ask of the counted intervals.

`Answers` is one consistent state, of one manifest and one day. Everything that shows a number asks here, so that a number is the
same wherever it stands. Scopes are written as in `metrics.derived`: `community`, `unclaimed`, `area:ID`, `system:ID`,
`organisation:ID`; an area's former ids still lead to it. `level` is visitor, casual, active or core, or another measure: `known`,
`seen`, `new`, `point:ID`. `staff=False` leaves out the people who are staff at the day that is asked for.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

from baloo.clock import Clock
from baloo.errors import UnknownName
from baloo.metrics.derived import Manifest, NothingCounted, read_manifest
from baloo.metrics.questions.compared import check_order, cohorts_of, exchange_of, flows_of, moves_of, stamp_of
from baloo.metrics.questions.curves import Curve, Curves
from baloo.metrics.questions.known import Known
from baloo.metrics.questions.periods import eves, last_day, last_days, last_sunday
from baloo.metrics.questions.reader import Connection, Reader, States
from baloo.metrics.questions.scopes import LEVELS, Names
from baloo.metrics.questions.values import (
    Breakdown,
    Cohort,
    CohortGrain,
    Count,
    Exchange,
    FeedRow,
    Flows,
    Grain,
    LevelCount,
    Move,
    Overlap,
    Pair,
    PeriodGrain,
    Row,
    Scope,
    Staging,
    Stamp,
    Step,
)
from baloo.registry.model import Registry

__all__ = [
    "LEVELS", "Answers", "AnswersSource", "Breakdown", "Cohort", "CohortGrain", "Count", "Exchange", "FeedRow", "Flows",
    "Grain", "LevelCount", "Move", "NothingCounted", "Operation", "Overlap", "Pair", "PeriodGrain", "Row", "Scope", "Staging",
    "Stamp", "Step",
]

Operation: TypeAlias = Literal["union", "intersection", "difference"]
_T = TypeVar("_T")
_WEEK = dt.timedelta(7)
_DEFAULT_STEP = ("active", "Active", "active", "active")
_KEPT = 2000  # answers of a state that are remembered


class Answers:
    """One counted state. Make one with `Answers.open`; cheap, and safe to use from many threads. It reads files when it is asked.

    Counts and series come from running sums in memory (microseconds); flows, overlaps, moves and pathways read the intervals
    (tens of milliseconds), once for each question.
    """

    def __init__(self, folder: Path, manifest: Manifest, registry: Registry, today: dt.date, connection: Connection) -> None:
        self.registry = registry
        self.today = today
        self.stamp = stamp_of(manifest)
        self._reader = Reader(folder, manifest, connection)
        self._curves = Curves(self._reader.curves)
        self._names = Names(registry, manifest)
        self._known = Known(registry, manifest.first_days, manifest.last_days, today)
        self._days = manifest.first_days, manifest.last_days
        self._staging = manifest.staging
        self._begins = {scope: dt.date.fromisoformat(day) for scope, day in manifest.no_number_before.items()}
        self._kept: dict[object, object] = {}

    @classmethod
    def open(cls, derived: Path, registry: Registry, clock: Clock, connection: Connection | None = None) -> Answers:
        """The state that was counted last. Raises NothingCounted where no refresh has run."""
        manifest = read_manifest(derived)
        if manifest is None:
            raise NothingCounted
        return cls(derived, manifest, registry, clock.today(), connection or Connection())

    # Names

    def scopes(self) -> list[Scope]:
        """Everything that people are counted in: community, unclaimed, areas with the parts of splits, systems, organisations."""
        return list(self._names.scopes.values())

    def scope(self, name: str) -> Scope:
        """One scope by its name or a former one. Raises UnknownName with the nearest."""
        return self._names.scopes[self._names.scope(name)]

    def views(self) -> list[str]:
        """The views of the feed: all, unclaimed, areas, systems. Names compare in lower case, by letters and digits only."""
        return list(self._names.views)

    def view(self, name: str) -> Scope:
        """The scope that a view shows; where an area and a system have the same name, the area. Raises UnknownName."""
        return self._names.scopes[self._names.view(name)]

    def known_days(self, system: str) -> tuple[dt.date | None, dt.date | None]:
        """The first and the last day of which something is known from a system; None where nothing ever came."""
        first, last = (days.get(system) for days in self._days)
        return dt.date.fromisoformat(first) if first else None, dt.date.fromisoformat(last) if last else None

    def staging(self, system: str) -> Staging | None:
        """What a system has sent to try it out; None where nothing."""
        events, last = self._staging.get(system, (0, ""))
        return Staging(events, dt.datetime.fromisoformat(last)) if events else None

    def top_areas(self) -> list[str]:
        """The ids of the areas that are part of no other."""
        return self._names.top_areas()

    # Counts at a day

    def count(self, scope: str, level: str = "active", as_of: dt.date | None = None, staff: bool = True) -> Count:
        """How many people held a level at the end of a day (default: today). Raises UnknownName."""
        scope = self._names.scope(scope)
        level = self._names.measure(scope, level)
        day = as_of or self.today
        value = self._value(scope, level, day, staff)
        return Count(value, day, self._known.provisional(scope, level, day), self._known.warming_up(scope, level, day))

    def series(self, scope: str, level: str = "active", start: dt.date | None = None, end: dt.date | None = None,
               grain: Grain = "week", staff: bool = True) -> list[Row]:
        """The count at the last day of each day, week (Sunday) or month that touches [start, end], oldest first.

        Without `start` it begins with the first person; it ends today at the latest. A period that is not over then is given
        at the end, marked provisional. Raises UnknownName.
        """
        scope = self._names.scope(scope)
        level = self._names.measure(scope, level)
        if grain not in ("day", "week", "month"):
            raise UnknownName("grain", grain, ("day", "week", "month"))
        start = start or self._curve(scope, level).first()
        end = min(end or self.today, self.today)
        if start is None:
            return []
        rows = []
        for day in last_days(grain, start, end):
            provisional = day != last_day(grain, day) or self._known.provisional(scope, level, day)
            rows.append(Row(day, self._value(scope, level, day, staff), provisional))
        return rows

    def lapse(self, scope: str, level: str = "active", weeks: int = 52, staff: bool = True) -> list[Row]:
        """How many hold a level at the end of each coming week if nobody does anything that is not known today.

        It follows from the windows of the rules alone. What is dated ahead is known, and counts. Raises UnknownName.
        """
        sunday = last_sunday(self.today) + _WEEK
        counts = (self.count(scope, level, sunday + _WEEK * i, staff) for i in range(weeks))
        return [Row(count.as_of, count.value, True) for count in counts]

    def levels(self, scope: str, as_of: dt.date | None = None, staff: bool = True) -> list[LevelCount]:
        """People at each level from core down to visitor, each with those above it; then the inactive: known, and at no level."""
        scope = self._names.scope(scope)
        day = as_of or self.today
        found, above = [], 0
        for level in reversed(LEVELS):
            people = self._value(scope, level, day, staff) or 0
            found.append(LevelCount(level, people, people - above))
            above = people
        inactive = self.inactive(scope, day, staff=staff)
        return [*found, LevelCount("inactive", inactive, inactive)]

    def inactive(self, scope: str, as_of: dt.date | None = None, staff: bool = True) -> int:
        """People who are known to the scope by the day, at no level."""
        scope = self._names.scope(scope)
        known, level = self._names.key(scope, "known"), self._names.key(scope, "visitor")
        if known is None:
            return 0
        keys = tuple(dict.fromkeys(key for key in (known, level) if key is not None))
        day = as_of or self.today
        return sum(n for held, _, n in self._states(keys, day, day, staff) if known in held and level not in held)

    def newest(self, scope: str) -> dt.date | None:
        """The first day of the month in which the newest person of a scope contributed first; None where there is nobody."""
        scope = self._names.scope(scope)
        day = self._curve(scope, "known").last_until(self.today)
        return day.replace(day=1) if day else None

    def sum_of_areas(self, as_of: dt.date | None = None, level: str = "active", staff: bool = True) -> Breakdown:
        """A level (or `seen`, `new`) in each top-level area, their sum, and the community's people counted once."""
        day = as_of or self.today
        areas = tuple((area, self.count(f"area:{area}", level, day, staff=staff).value) for area in self.top_areas())
        total, unclaimed = (self.count(scope, level, day, staff=staff).value for scope in ("community", "unclaimed"))
        return Breakdown(areas, sum(n or 0 for _, n in areas), total, unclaimed)

    def feed(self, view: str, weeks: int = 52, until: dt.date | None = None, staff: bool = True) -> list[FeedRow]:
        """The seeds' feed of a view, newest week first: always so many weeks, weeks of which nothing is known with zeros.

        A row is judged at its Sunday, so the first row is the last week that was over by `until`, which may itself be that Sunday
        (default: the last week that was over yesterday). Raises UnknownName with the valid views.
        """
        scope = self._names.view(view)
        yesterday = self.today - dt.timedelta(1)
        sunday = last_sunday(min(until or yesterday, yesterday))
        sundays = [sunday - _WEEK * i for i in range(weeks)]
        new, seen = ([self._held(scope, measure, day, staff) for day in sundays] for measure in ("new", "seen"))
        return [FeedRow(day - dt.timedelta(6), *row) for day, *row in zip(sundays, new, seen, strict=True)]

    # Two days compared

    def flows(self, scope: str, start: dt.date, end: dt.date, level: str = "active", staff: bool = True) -> Flows:
        """Who stayed, left, joined and returned between the ends of two days. Raises UnknownName, InputError."""
        check_order(start, end)
        scope = self._names.scope(scope)
        return self._flows([scope], [start, end], level, staff)[0][0]

    def flow_series(self, scope: str, start: dt.date, end: dt.date | None = None, grain: PeriodGrain = "quarter",
                    level: str = "active", staff: bool = True) -> list[Flows]:
        """The flows of each month, quarter or year that touches [start, end], from its eve to its last day, or to the end."""
        if grain not in ("month", "quarter", "year"):
            raise UnknownName("grain", grain, ("month", "quarter", "year"))
        end = min(end or self.today, self.today)
        check_order(start, end)
        return self._flows([self._names.scope(scope)], eves(grain, start, end), level, staff)[0]

    def flows_by_area(self, start: dt.date, end: dt.date, level: str = "active", staff: bool = True) -> list[tuple[str, Flows]]:
        """The flows of each top-level area: their sums are more than the community's, where people are in several."""
        check_order(start, end)
        areas = self.top_areas()
        found = self._flows([f"area:{area}" for area in areas], [start, end], level, staff)
        return [(area, flows) for area, (flows,) in zip(areas, found, strict=True)]

    def moves(self, start: dt.date, end: dt.date, level: str = "active", staff: bool = True,
              areas: Sequence[str] | None = None) -> list[Move]:
        """Between which areas (default: the top-level ones) people moved, most people first."""
        check_order(start, end)
        keys = self._area_keys(areas, level)
        return moves_of(self._states(tuple(keys.values()), start, end, staff), keys)

    def exchange(self, area: str, start: dt.date, end: dt.date, level: str = "active", staff: bool = True) -> Exchange:
        """Where else those were who came to an area between two days, and where else those are who left it.

        Else is every top-level area that the area does not lie in. Raises UnknownName, InputError.
        """
        check_order(start, end)
        name = self._names.area(area)
        within = {whole.id for whole in self.registry.whole_of(name.partition("/")[0])} | {name.partition("/")[0]}
        keys = self._area_keys([name, *(top for top in self.top_areas() if top not in within)], level)
        return exchange_of(self._states(tuple(keys.values()), start, end, staff), keys, name, start, end)

    def cohorts(self, scope: str, start: dt.date, end: dt.date | None = None, grain: CohortGrain = "quarter",
                level: str = "active", staff: bool = True) -> list[Cohort]:
        """Who first held a level in each period that touches [start, end], and still or again at the end of each later one."""
        end = min(end or self.today, self.today)
        check_order(start, end)
        scope = self._names.scope(scope)
        key, days = self._names.key(scope, self._names.measure(scope, level)), eves(grain, start, end)
        kept = self._keep(("cohorts", key, tuple(days), staff), lambda: self._reader.cohorts(key, days, staff))
        return cohorts_of(kept, days)

    # Several areas at a day

    def overlap(self, as_of: dt.date | None = None, level: str = "active", staff: bool = True,
                areas: Sequence[str] | None = None) -> list[Overlap]:
        """People by exactly the areas, of the given ones (default: the top-level), that they are active in, most people first."""
        keys = self._area_keys(areas, level)
        day = as_of or self.today
        found: dict[tuple[str, ...], int] = {}
        for held, _, n in self._states(tuple(keys.values()), day, day, staff):
            exactly = tuple(area for area, key in keys.items() if key in held)
            found[exactly] = found.get(exactly, 0) + n
        return [Overlap(exactly, n) for exactly, n in sorted(found.items(), key=lambda item: (-item[1], item[0]))]

    def pairs(self, as_of: dt.date | None = None, level: str = "active", staff: bool = True,
              areas: Sequence[str] | None = None) -> list[Pair]:
        """People active in both of two areas, for each two that share somebody, most people first."""
        found: dict[tuple[str, str], int] = {}
        for overlap in self.overlap(as_of, level, staff=staff, areas=areas):
            for pair in combinations(overlap.areas, 2):
                found[pair] = found.get(pair, 0) + overlap.people
        return [Pair(*pair, n) for pair, n in sorted(found.items(), key=lambda item: (-item[1], item[0]))]

    def by_number_of_areas(self, as_of: dt.date | None = None, level: str = "active", staff: bool = True,
                           areas: Sequence[str] | None = None) -> dict[int, int]:
        """Number of areas to the people active in just so many of them, fewest areas first."""
        found: dict[int, int] = {}
        for overlap in self.overlap(as_of, level, staff=staff, areas=areas):
            found[len(overlap.areas)] = found.get(len(overlap.areas), 0) + overlap.people
        return dict(sorted(found.items()))

    def combine(self, areas: Sequence[str], op: Operation = "union", as_of: dt.date | None = None, level: str = "active",
                staff: bool = True) -> Count:
        """People active in any of the areas (union), in each (intersection), or in the first and no other (difference)."""
        if op not in ("union", "intersection", "difference"):
            raise UnknownName("op", op, ("union", "intersection", "difference"))
        names = list(dict.fromkeys(self._names.area(area) for area in areas))
        day = as_of or self.today
        single = [self.count(f"area:{name}", level, day, staff=staff) for name in names]
        exactly = {o.areas: o.people for o in self.overlap(day, level, staff=staff, areas=names)}
        asked = {"union": tuple(exactly), "intersection": (tuple(sorted(names)),), "difference": (tuple(names[:1]),)}[op]
        value = sum(exactly.get(areas, 0) for areas in asked)
        unknown = all(count.value is None for count in single)
        return Count(None if unknown else value, day, any(c.provisional for c in single), any(c.warming_up for c in single))

    def pathway(self, area: str, as_of: dt.date | None = None, staff: bool = True) -> list[Step]:
        """The points of an area's pathway in order. An area without one has a single step, the community's rule."""
        scope = f"area:{self._names.area(area)}"
        day = as_of or self.today
        pathway = self.registry.pathway_of(scope.removeprefix("area:").partition("/")[0])
        points = [(p.id, p.title or p.id, str(p.level), f"point:{p.id}") for p in pathway] or [_DEFAULT_STEP]
        keys = [self._names.key(scope, measure) for _, _, _, measure in points]
        states = self._states(tuple(sorted({key for key in keys if key is not None})), day, day, staff)
        found: list[Step] = []
        for i, (point, title, level, _) in enumerate(points):
            people = sum(n for held, _, n in states if keys[i] in held)
            both = sum(n for held, _, n in states if i and keys[i] in held and keys[i - 1] in held)
            found.append(Step(point, title, level, people, both / found[-1].people if i and found[-1].people else None))
        return found

    # Helpers

    def _curve(self, scope: str, measure: str, *, staff_alone: bool = False) -> Curve:
        return self._curves.of(self._names.key(scope, measure), self._names.family(scope, measure), staff_alone=staff_alone)

    def _held(self, scope: str, measure: str, day: dt.date, staff: bool) -> int:
        everybody = self._curve(scope, measure).at(day)
        return everybody if staff else everybody - self._curve(scope, measure, staff_alone=True).at(day)

    def _value(self, scope: str, measure: str, day: dt.date, staff: bool) -> int | None:
        begins = self._begins_at(scope.partition("/")[0] if scope.startswith("area:") else scope, measure)
        if not self._names.counted(scope) or day < begins:
            return None
        return self._held(scope, measure, day, staff)

    def _begins_at(self, scope: str, measure: str) -> dt.date:
        """The first day on which a rule decides who holds a measure; a level has no number before the rule that is counted."""
        own = self._begins.get(f"{scope} {measure}", dt.date.min)
        return max(own, self._begins.get(scope, dt.date.min)) if measure in LEVELS else own

    def _area_keys(self, areas: Sequence[str] | None, level: str) -> dict[str, int]:
        """The keys of areas, by id in order; of those that anybody ever held."""
        names = self.top_areas() if areas is None else sorted({self._names.area(area) for area in areas})
        keys = {name: self._names.key(f"area:{name}", self._names.measure(f"area:{name}", level)) for name in names}
        return {name: key for name, key in keys.items() if key is not None}

    def _states(self, keys: tuple[int, ...], a: dt.date, b: dt.date, staff: bool) -> list[States]:
        keys = tuple(sorted(set(keys)))
        states = self._keep(("states", keys, a, b, staff), lambda: self._reader.states(keys, a, b, staff))
        if a != b:  # they tell of the one day too
            self._keep(("states", keys, b, b, staff), lambda: [States(after, after, n) for _, after, n in states if after])
        return states

    def _flows(self, scopes: Sequence[str], days: Sequence[dt.date], level: str, staff: bool) -> list[list[Flows]]:
        """For each scope its flows from each day to the next."""
        measures = [(scope, self._names.measure(scope, level)) for scope in scopes]
        keys = [self._names.key(*measure) for measure in measures]
        asked = tuple(sorted({key for key in keys if key is not None}))
        came = self._keep(("came", asked, tuple(days), staff), lambda: self._reader.came(asked, days, staff))
        found = {(row.key, row.eve): row for row in came}
        held = [[self._held(*measure, day, staff) for day in days] for measure in measures]
        return [
            [flows_of(found.get((key or 0, a)) if key is not None else None, a, b, before, after)
             for (a, before), (b, after) in pairwise(zip(days, people, strict=True))]
            for key, people in zip(keys, held, strict=True)
        ]

    def _keep(self, question: object, ask: Callable[[], _T]) -> _T:
        """The answer to a question, asked once. The oldest answers are forgotten; two threads may ask the same at once."""
        if question not in self._kept:
            while len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[question] = ask()
        return self._kept[question]  # type: ignore[return-value] # the question says which


class AnswersSource:
    """Hands out the present `Answers`: the same one until the manifest, the registry or the day changes. For many threads."""

    def __init__(self, derived: Path, registry: Callable[[], Registry], clock: Clock) -> None:
        self.derived = derived
        self._registry = registry
        self._clock = clock
        self.connection = Connection()
        self._lock = threading.Lock()
        self._present: tuple[tuple[object, ...], Registry, Answers] | None = None

    def current(self) -> Answers:
        """The answers of this moment. Raises NothingCounted before the first refresh, RegistryError for a broken registry."""
        registry = self._registry()
        with self._lock:
            try:
                file = (self.derived / "manifest.json").stat()
            except FileNotFoundError:
                raise NothingCounted from None
            mark = (file.st_ino, file.st_mtime_ns, file.st_size, self._clock.today())
            if self._present is None or self._present[0] != mark or self._present[1] is not registry:
                self._present = (mark, registry, Answers.open(self.derived, registry, self._clock, self.connection))
            return self._present[2]
