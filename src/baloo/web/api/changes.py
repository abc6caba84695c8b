"""Two days compared: `/flows`, `/moves`."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import Response
from litestar.params import QueryParameter

from baloo.metrics.answers import Flows
from baloo.web.api.asked import Areas, Asked, Day, Hiding, Level, Of, Present, WithoutStaff, between, listed
from baloo.web.api.problems import BadParameter
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.api.shapes import Compared, FlowsBetween, Moves
from baloo.web.few import FLOWS, Few

__all__ = ["HANDLERS"]

_LONGEST = 120  # periods


def flows(
    request: Asked, answers: Present, few: Hiding, asked: Of, start: Day = None, end: Day = None, level: Level = "active",
    grain: Annotated[Literal["month", "quarter", "year"] | None, QueryParameter(description="Each such period in turn.")] = None,
) -> Response[FlowsBetween]:
    """Two days compared (default: today, a year before): before - left + joined + returned = after, stayed + left = before."""
    first, last = between(start, end, answers)
    if grain and (last - first).days > _LONGEST * {"month": 28, "quarter": 90, "year": 365}[grain]:
        raise BadParameter(f"That is more than {_LONGEST} periods; ask for less at a time.", "start")
    if grain:
        found = answers.flow_series(asked.scope, first, last, grain, level, asked.staff)
    else:
        found = [answers.flows(asked.scope, first, last, level, asked.staff)]
    scope = answers.scope(asked.scope).name
    areas = None
    if scope == "community" and not grain:
        areas = {area: _shown(one, few) for area, one in answers.flows_by_area(first, last, level, asked.staff)}
    rows = [_shown(one, few) for one in found]
    return reply(request, FlowsBetween(scope, level, not asked.staff, rows, areas, _sum(areas), few.k, answers.stamp))


def moves(
    request: Asked, answers: Present, few: Hiding, start: Day = None, end: Day = None, level: Level = "active",
    exclude_staff: WithoutStaff = False, areas: Areas = None,
) -> Response[Moves]:
    """People who left one area and came to another between two days (default: today, and a year before), most first."""
    first, last = between(start, end, answers)
    found = answers.moves(first, last, level, not exclude_staff, listed(areas))
    rows = [move for move in found if not few.hides(move.people)]
    return reply(request, Moves(first, last, level, exclude_staff, rows, few.k, answers.stamp))


HANDLERS = [*in_both_forms(flows, "Who joined, returned, stayed and left"), *in_both_forms(moves, "Who moved between areas")]


def _shown(flows: Flows, few: Few) -> Compared:
    return Compared(flows.start, flows.end, **few.flows(flows))


def _sum(areas: dict[str, Compared] | None) -> Compared | None:
    if not areas:
        return None
    columns = {name: [getattr(one, name) for one in areas.values()] for name in FLOWS}
    first = next(iter(areas.values()))
    return Compared(first.start, first.end, **{name: None if None in column else sum(column) for name, column in columns.items()})
