"""Questions and answers: what pages, API, feed and command line ask of the counted intervals.

`Answers` is one consistent state, of one manifest and one day. Everything that shows a number asks here, so that a number is the
same wherever it stands. Scopes are written as in `metrics.derived`: `community`, `unclaimed`, `area:ID`, `system:ID`,
`organisation:ID`; an area's former ids still lead to it. `level` is visitor, casual, active or core, or another measure: `known`,
`seen`, `new`, `point:ID`. `staff=False` leaves out the people who are staff at the day that is asked for.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

from baloo.clock import Clock
from baloo.errors import UnknownName
from baloo.metrics.derived import NothingCounted, read_manifest
from baloo.metrics.questions.between import Between
from baloo.metrics.questions.periods import last_day, last_days, last_sunday
from baloo.metrics.questions.reader import Connection
from baloo.metrics.questions.scopes import LEVELS
from baloo.metrics.questions.together import Operation, Together
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

_WEEK = dt.timedelta(7)


class Answers(Between, Together):
    """One counted state. Make one with `Answers.open`; cheap, and safe to use from many threads. It reads files when it is asked.

    Counts and series come from running sums in memory (microseconds); flows, overlaps, moves and pathways read the intervals
    (tens of milliseconds), once for each question.
    """

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

    # Counts at a day

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
