"""Several areas, several points: `/overlap`, `/pathway`."""

from __future__ import annotations

from typing import Annotated

from litestar import Response
from litestar.params import QueryParameter

from baloo.web.api.asked import Areas, Asked, Day, Level, Present, WithoutStaff, listed
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.api.shapes import Overlaps, Pathway

__all__ = ["HANDLERS"]


def overlap(
    request: Asked, answers: Present, as_of: Day = None, level: Level = "active", exclude_staff: WithoutStaff = False,
    areas: Areas = None,
) -> Response[Overlaps]:
    """People by exactly the areas that they are active in, by pairs of areas, and by the number of areas."""
    names, staff = listed(areas), not exclude_staff
    rows = answers.overlap(as_of, level, staff, names)
    return reply(request, Overlaps(
        as_of=as_of or answers.today, level=level, exclude_staff=exclude_staff, people=sum(row.people for row in rows),
        sum_of_areas=sum(row.people * len(row.areas) for row in rows), rows=rows, pairs=answers.pairs(as_of, level, staff, names),
        by_number_of_areas=answers.by_number_of_areas(as_of, level, staff, names), stamp=answers.stamp,
    ))


def pathway(
    request: Asked, answers: Present, area: Annotated[str, QueryParameter(description="The area.")], as_of: Day = None,
    exclude_staff: WithoutStaff = False,
) -> Response[Pathway]:
    """How many hold each point, and what share of those at the point before hold both."""
    name = answers.scope(f"area:{area}").id
    rows = answers.pathway(name, as_of, not exclude_staff)
    levels = answers.levels(f"area:{name}", as_of, not exclude_staff)
    return reply(request, Pathway(name, as_of or answers.today, exclude_staff, rows, levels, answers.stamp))


HANDLERS = [*in_both_forms(overlap, "Who is active in several areas"), *in_both_forms(pathway, "How far along an area's pathway")]
