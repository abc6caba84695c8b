"""Which answers lean on days that are not known: provisional and warming up (REGISTRY 3.3), from the rules alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from baloo.metrics.questions.periods import ONE_DAY, back, start_of
from baloo.metrics.questions.scopes import LEVELS
from baloo.registry.model import AllOf, AnyOf, Area, Leaf, Not, Point, Reached, Registry, Rule, Version, Window

__all__ = ["Known", "first_day_of", "last_day_of"]

_UNIT = {"days": 1, "weeks": 7}


class _Look(NamedTuple):
    """One leaf while its version is in force, [since, until), and what is known of the systems that feed it."""

    since: dt.date
    until: dt.date
    window: Window
    first: dt.date | None  # the latest first known day of its systems
    last: dt.date | None  # the earliest last known day


class Known:
    """Answers for one registry and the first and last known days of its systems."""

    def __init__(self, registry: Registry, first_days: Mapping[str, str], last_days: Mapping[str, str], today: dt.date) -> None:
        self._registry = registry
        self._first = {system: dt.date.fromisoformat(day) for system, day in first_days.items()}
        self._last = {system: dt.date.fromisoformat(day) for system, day in last_days.items()}
        self._today = today
        self._looks: dict[tuple[str, str], list[_Look]] = {}

    def provisional(self, scope: str, measure: str, day: dt.date) -> bool:
        """Whether a window ends after today, or looks ahead of what a feeding system is known to have."""
        return day > self._today or any(
            last_day_of(look.window, day) > min(self._today, look.last or self._today)
            for look in self._at(scope, measure, day) if look.window.form == "around")

    def warming_up(self, scope: str, measure: str, day: dt.date) -> bool:
        """Whether a window begins before a feeding system's first known day."""
        return any(look.first is not None and first_day_of(look.window, day) < look.first
                   for look in self._at(scope, measure, day) if look.window.form != "ever")

    def _at(self, scope: str, measure: str, day: dt.date) -> Iterator[_Look]:
        if (scope, measure) not in self._looks:
            self._looks[scope, measure] = list(dict.fromkeys(self._all(scope, measure)))
        return (look for look in self._looks[scope, measure] if look.since <= day < look.until)

    def _all(self, scope: str, measure: str) -> Iterator[_Look]:
        registry = self._registry
        kind, _, name = scope.partition(":")
        default = registry.community.active
        if kind == "area":
            yield from self._of_area(registry.areas[name.partition("/")[0]], measure)
        elif kind == "system":
            yield self._look(default, (name,), dt.date.min, dt.date.max)
        elif kind == "unclaimed":
            yield self._look(default, tuple(registry.systems), dt.date.min, dt.date.max)
        else:
            for area in registry.organisations()[name] if kind == "organisation" else registry.areas:
                yield from self._of_area(registry.areas[area], measure)

    def _of_area(self, area: Area, measure: str) -> Iterator[_Look]:
        pathway = self._registry.pathway_of(area.id)
        points = _points(pathway, measure)
        if measure in LEVELS and not any(point.level == "active" for point in pathway):
            yield self._look(self._registry.community.active, self._systems(area), dt.date.min, dt.date.max)
        for point in points:
            yield from self._of_point(area, point, frozenset())
        if measure in LEVELS:
            for part in self._registry.parts_of(area.id):
                yield from self._of_area(part, measure)

    def _of_point(self, area: Area, point: Point, seen: frozenset[tuple[str, str]]) -> Iterator[_Look]:
        if (area.id, point.id) in seen:
            return
        seen |= {(area.id, point.id)}
        for version, since, until in _in_force(point.versions):
            for leaf in _leaves(version.when):
                if isinstance(leaf, Leaf):
                    yield self._look(leaf, self._systems(area), since, until)
                else:
                    other = self._registry.areas.get(leaf.area or area.id, area)
                    for reached in self._registry.pathway_of(other.id):
                        if reached.id == leaf.point:
                            yield from self._of_point(other, reached, seen)

    def _look(self, leaf: Leaf, systems: Iterable[str], since: dt.date, until: dt.date) -> _Look:
        feeding = [s for s in systems if leaf.kinds is None or set(leaf.kinds) & set(self._registry.systems[s].kinds)]
        return _Look(since, until, leaf.window, _best(max, self._first, feeding), _best(min, self._last, feeding))

    def _systems(self, area: Area) -> tuple[str, ...]:
        """The systems that feed an area or one of its parts, by `counts` or by a map."""
        registry = self._registry
        found = {claim.system for claim in area.counts}
        found |= {s.id for s in registry.systems.values() if s.map and any(row.area == area.id for row in s.map.rows)}
        for part in registry.parts_of(area.id):
            found |= set(self._systems(part))
        return tuple(sorted(found & registry.systems.keys()))


def first_day_of(window: Window, day: dt.date) -> dt.date:
    """The first day that a window sees when it is asked at `day`."""
    if window.form == "calendar":
        assert window.period is not None  # noqa: S101 - by the registry's own rules
        end = day + ONE_DAY
        return start_of(window.period, start_of(window.period, end) - ONE_DAY)
    if window.span is None:
        return dt.date.min
    eve = back(day, window.span.n, window.span.unit)
    return eve if eve == dt.date.min else eve + ONE_DAY


def last_day_of(window: Window, day: dt.date) -> dt.date:
    """The last day that a window sees, as far as it is after `day`."""
    if window.form != "around" or window.span is None:
        return day
    return dt.date.fromordinal(min(dt.date.max.toordinal(), day.toordinal() + window.span.n * _UNIT[window.span.unit]))


def _points(pathway: tuple[Point, ...], measure: str) -> list[Point]:
    if measure.startswith("point:"):
        return [point for point in pathway if point.id == measure[6:]]
    active = [point for point in pathway if point.level == "active"][:1]
    if measure in ("active", "core"):
        return active + [point for point in pathway if measure == "core" == point.level]
    if measure in LEVELS:
        return [point for point in pathway if LEVELS.index(point.level) >= LEVELS.index(measure)]
    return []


def _in_force(versions: tuple[Version, ...]) -> Iterator[tuple[Version, dt.date, dt.date]]:
    ends = [version.since or dt.date.min for version in versions[1:]] + [dt.date.max]
    for version, until in zip(versions, ends, strict=True):
        yield version, version.since or dt.date.min, until


def _leaves(rule: Rule) -> Iterator[Leaf | Reached]:
    if isinstance(rule, (Leaf, Reached)):
        yield rule
    elif isinstance(rule, Not):
        yield from _leaves(rule.rule)
    elif isinstance(rule, (AnyOf, AllOf)):
        for inner in rule.rules:
            yield from _leaves(inner)


def _best(choose: Callable[[Iterable[dt.date]], dt.date], days: Mapping[str, dt.date], systems: Iterable[str]) -> dt.date | None:
    found = [days[system] for system in systems if system in days]
    return choose(found) if found else None
