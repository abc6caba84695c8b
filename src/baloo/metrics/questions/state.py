"""One counted state, as the questions share it: its names, its curves, and what was asked of it before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from baloo.metrics.derived import Manifest
from baloo.metrics.questions.compared import stamp_of
from baloo.metrics.questions.curves import Curve, Curves
from baloo.metrics.questions.known import Known
from baloo.metrics.questions.reader import Connection, Reader, States
from baloo.metrics.questions.scopes import LEVELS, Names
from baloo.metrics.questions.values import Count
from baloo.registry.model import Registry

__all__ = ["State"]

_T = TypeVar("_T")
_KEPT = 2000  # answers of a state that are remembered


class State:
    """What was counted, of one manifest and one day. Reads files when it is asked; safe to use from many threads."""

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

    def top_areas(self) -> list[str]:
        """The ids of the areas that are part of no other."""
        return self._names.top_areas()

    def count(self, scope: str, level: str = "active", as_of: dt.date | None = None, staff: bool = True) -> Count:
        """How many people held a level at the end of a day (default: today). Raises UnknownName."""
        scope = self._names.scope(scope)
        level = self._names.measure(scope, level)
        day = as_of or self.today
        value = self._value(scope, level, day, staff)
        return Count(value, day, self._known.provisional(scope, level, day), self._known.warming_up(scope, level, day))

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

    def _keep(self, question: object, ask: Callable[[], _T]) -> _T:
        """The answer to a question, asked once. The oldest answers are forgotten; two threads may ask the same at once."""
        if question not in self._kept:
            while len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[question] = ask()
        return self._kept[question]  # type: ignore[return-value] # the question says which
