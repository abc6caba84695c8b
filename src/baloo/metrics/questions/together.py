"""Several areas, several points: who is in more than one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import combinations
from typing import Literal, TypeAlias

from baloo.errors import UnknownName
from baloo.metrics.questions.known import first_day_of
from baloo.metrics.questions.state import State
from baloo.metrics.questions.values import Count, Overlap, Pair, Step
from baloo.registry.model import Span, Window

__all__ = ["Operation", "Together"]

Operation: TypeAlias = Literal["union", "intersection", "difference"]
_OPERATIONS = ("union", "intersection", "difference")
_DEFAULT_STEP = ("active", "Active", "active", "active")


class Together(State):
    """Questions about several areas, or several points of one, at a day."""

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
        if op not in _OPERATIONS:
            raise UnknownName("op", op, _OPERATIONS)
        names = list(dict.fromkeys(self._names.area(area) for area in areas))
        day = as_of or self.today
        single = [self.count(f"area:{name}", level, day, staff=staff) for name in names]
        exactly = {o.areas: o.people for o in self.overlap(day, level, staff=staff, areas=names)}
        asked = {"union": tuple(exactly), "intersection": (tuple(sorted(names)),), "difference": (tuple(names[:1]),)}[op]
        value = sum(exactly.get(areas, 0) for areas in asked)
        unknown = all(count.value is None for count in single)
        return Count(None if unknown else value, day, any(c.provisional for c in single), any(c.warming_up for c in single))

    def during(self, scopes: Sequence[str], window: Span, op: Operation = "union", as_of: dt.date | None = None,
               level: str = "active", staff: bool = True) -> Count:
        """People who held a level on at least one day of a window that ends with a day, each counted once.

        Of several scopes: in any of them (union), in each, be it on different days (intersection), or in the first and no other
        (difference). Raises UnknownName.
        """
        if op not in _OPERATIONS:
            raise UnknownName("op", op, _OPERATIONS)
        names = list(dict.fromkeys(self._names.scope(scope) for scope in scopes))
        keys = [self._names.key(name, self._names.measure(name, level)) for name in names]
        asked, day = tuple(sorted({key for key in keys if key is not None})), as_of or self.today
        first = first_day_of(Window("within", window), day)
        found = self._keep(("during", asked, first, day, staff), lambda: self._reader.during(asked, first, day, staff))
        value = sum(people for held, people in found if _chosen(op, [key in held for key in keys]))
        single = [self.count(name, level, day, staff=staff) for name in names]
        unknown, early = all(count.value is None for count in single), [self.count(name, level, first) for name in names]
        return Count(None if unknown else value, day, any(c.provisional for c in single), any(c.warming_up for c in early))

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


def _chosen(op: Operation, held: Sequence[bool]) -> bool:
    """Whether somebody is counted who held the scopes, in their order, or did not."""
    if op == "difference":
        return held[0] and not any(held[1:])
    return any(held) if op == "union" else all(held)
