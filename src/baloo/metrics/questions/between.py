"""Two days compared, and more: who came, stayed, left, moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from baloo.errors import UnknownName
from baloo.metrics.questions.compared import check_order, cohorts_of, exchange_of, flows_of, moves_of
from baloo.metrics.questions.periods import eves
from baloo.metrics.questions.state import State
from baloo.metrics.questions.values import Cohort, CohortGrain, Exchange, Flows, Move, PeriodGrain

__all__ = ["Between"]


class Between(State):
    """Questions about two days, or the periods between them."""

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
