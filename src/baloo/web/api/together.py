"""Several areas, several points: `/overlap`, `/pathway`."""

from __future__ import annotations

from typing import Annotated

from litestar import Response
from litestar.params import QueryParameter

from baloo.metrics.answers import LevelCount
from baloo.web.api.asked import Areas, Asked, Day, Hiding, Level, Present, WithoutStaff, listed
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.api.shapes import AtLevel, Overlaps, Pathway, StepOf
from baloo.web.few import Few

__all__ = ["HANDLERS"]


def overlap(
    request: Asked, answers: Present, few: Hiding, as_of: Day = None, level: Level = "active",
    exclude_staff: WithoutStaff = False, areas: Areas = None,
) -> Response[Overlaps]:
    """People by exactly the areas that they are active in, by pairs of areas, and by the number of areas."""
    names, staff = listed(areas), not exclude_staff
    found = answers.overlap(as_of, level, staff, names)
    people, added = sum(one.people for one in found), sum(one.people * len(one.areas) for one in found)
    return reply(request, Overlaps(
        as_of=as_of or answers.today, level=level, exclude_staff=exclude_staff,
        people=few.kept(people), sum_of_areas=None if few.hides(people) or few.hides(added - people) else added,
        rows=few.open(found), pairs=[pair for pair in answers.pairs(as_of, level, staff, names) if not few.hides(pair.people)],
        by_number_of_areas=few.beside_sum(answers.by_number_of_areas(as_of, level, staff, names)),
        hidden_below=few.k, stamp=answers.stamp,
    ))


def pathway(
    request: Asked, answers: Present, few: Hiding, area: Annotated[str, QueryParameter(description="The area.")],
    as_of: Day = None, exclude_staff: WithoutStaff = False,
) -> Response[Pathway]:
    """How many hold each point, and what share of those at the point before hold both."""
    name = answers.scope(f"area:{area}").id
    steps = answers.pathway(name, as_of, not exclude_staff)
    rows = [StepOf(s.point, s.title, s.level, few.kept(s.people), few.rate(steps, i)) for i, s in enumerate(steps)]
    levels = [_level(found, few) for found in answers.levels(f"area:{name}", as_of, not exclude_staff)]
    return reply(request, Pathway(name, as_of or answers.today, exclude_staff, rows, levels, few.k, answers.stamp))


HANDLERS = [*in_both_forms(overlap, "Who is active in several areas"), *in_both_forms(pathway, "How far along an area's pathway")]


def _level(found: LevelCount, few: Few) -> AtLevel:
    if few.hides(found.people) or few.hides(found.exactly):
        return AtLevel(found.level, None, None)
    return AtLevel(found.level, found.people, found.exactly)
