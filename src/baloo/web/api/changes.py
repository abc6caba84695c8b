"""Two days compared: `/flows`, `/moves`."""

from __future__ import annotations

from dataclasses import astuple
from typing import Annotated, Literal

from litestar import Response
from litestar.params import QueryParameter

from baloo.metrics.answers import Flows
from baloo.web.api.asked import Areas, Asked, Day, Level, Of, Present, WithoutStaff, between, listed
from baloo.web.api.problems import BadParameter
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.api.shapes import FlowsBetween, Moves

__all__ = ["HANDLERS"]

_LONGEST = 120  # periods


def flows(
    request: Asked, answers: Present, asked: Of, start: Day = None, end: Day = None, level: Level = "active",
    grain: Annotated[Literal["month", "quarter", "year"] | None, QueryParameter(description="Each such period in turn.")] = None,
) -> Response[FlowsBetween]:
    """Two days compared (default: today, a year before): before - left + joined + returned = after, stayed + left = before."""
    first, last = between(start, end, answers)
    if grain and (last - first).days > _LONGEST * {"month": 28, "quarter": 90, "year": 365}[grain]:
        raise BadParameter(f"That is more than {_LONGEST} periods; ask for less at a time.", "start")
    if grain:
        rows = answers.flow_series(asked.scope, first, last, grain, level, asked.staff)
    else:
        rows = [answers.flows(asked.scope, first, last, level, asked.staff)]
    scope = answers.scope(asked.scope).name
    areas = dict(answers.flows_by_area(first, last, level, asked.staff)) if scope == "community" and not grain else None
    return reply(request, FlowsBetween(scope, level, not asked.staff, rows, areas, _sum(areas), answers.stamp))


def moves(
    request: Asked, answers: Present, start: Day = None, end: Day = None, level: Level = "active",
    exclude_staff: WithoutStaff = False, areas: Areas = None,
) -> Response[Moves]:
    """People who left one area and came to another between two days (default: today, and a year before), most first."""
    first, last = between(start, end, answers)
    rows = answers.moves(first, last, level, not exclude_staff, listed(areas))
    return reply(request, Moves(first, last, level, exclude_staff, rows, answers.stamp))


HANDLERS = [*in_both_forms(flows, "Who joined, returned, stayed and left"), *in_both_forms(moves, "Who moved between areas")]


def _sum(areas: dict[str, Flows] | None) -> Flows | None:
    if not areas:
        return None
    start, end, *_ = astuple(next(iter(areas.values())))
    return Flows(start, end, *(sum(column) for column in zip(*(astuple(flows)[2:] for flows in areas.values()), strict=True)))
