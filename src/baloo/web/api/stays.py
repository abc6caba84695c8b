"""Whether newcomers stay: `/cohorts`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from litestar import Response
from litestar.params import FromQuery

from baloo.metrics.answers import Cohort, CohortGrain
from baloo.metrics.questions.periods import back
from baloo.web.api.asked import Asked, Day, Hiding, Level, Of, Present
from baloo.web.api.problems import BadParameter
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.api.shapes import CohortOf, Cohorts, Kept, Later
from baloo.web.few import Few

__all__ = ["HANDLERS"]

_ONE_DAY = dt.timedelta(1)
_YEARS, _LONGEST = 2, 60  # periods


def cohorts(
    request: Asked, answers: Present, few: Hiding, asked: Of, start: Day = None, end: Day = None, level: Level = "active",
    grain: FromQuery[CohortGrain] = "quarter",
) -> Response[Cohorts]:
    """People by the period in which they first held a level, and how many held it at the end of each later one.

    Default: the last two years, by quarters. As a table a row is one cohort at the end of one period.
    """
    last = end or answers.today
    first = start or back(last, _YEARS, "years")
    if (last - first).days > _LONGEST * {"week": 7, "month": 28, "quarter": 90, "year": 365}[grain]:
        raise BadParameter(f"That is more than {_LONGEST} periods; ask for less at a time.", "start")
    found = answers.cohorts(asked.scope, first, last, grain, level, asked.staff)
    rows = [_shown(found, i, few) for i in range(len(found))]
    scope = answers.scope(asked.scope).name
    body = Cohorts(scope, level, grain, not asked.staff, rows, few.k, answers.stamp)
    return reply(request, body, (one for row in rows for one in _long(row)))


HANDLERS = in_both_forms(cohorts, "Whether newcomers stay")


def _shown(found: list[Cohort], i: int, few: Few) -> CohortOf:
    """A cohort; of a later period null where those who hold the level, or those who do not, are few."""
    cohort = found[i]
    kept = [None if few.hides(cohort.people) or few.hides(n) or few.hides(cohort.people - n) else n for n in cohort.later]
    later = [Later(other.last, n) for other, n in zip(found[i + 1:], kept, strict=True)]
    return CohortOf(cohort.eve + _ONE_DAY, cohort.last, few.kept(cohort.people), later)


def _long(row: CohortOf) -> Iterator[Kept]:
    for after, later in enumerate(row.later, 1):
        yield Kept(row.start, row.end, row.people, after, later.day, later.people)
