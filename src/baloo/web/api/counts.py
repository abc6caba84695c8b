"""How many, now, over time, and in weeks to come: `/active`, `/series`, `/extract`, `/lapse`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from baloo.errors import InputError
from baloo.metrics.answers import Answers, Count, Grain, Row
from baloo.metrics.questions.meaning import combined_by, counted_by, on_one_day
from baloo.metrics.questions.periods import span_of
from baloo.registry.model import Span
from baloo.web.api.asked import Asked, Day, Hiding, Level, Of, Present, Scoped, WithoutStaff, between, listed
from baloo.web.api.problems import BadParameter
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.api.shapes import Active, AreaCount, Extract, Extracted, Lapse, Series, SumOfAreas
from baloo.web.few import Few

__all__ = ["HANDLERS"]

_LONGEST = 20_000  # rows of a series
_MOST = 100_000  # rows of an extract
_DAYS: dict[Grain, int] = {"day": 1, "week": 7, "month": 28}  # at least


@get("/active", sync_to_thread=True, summary="How many people are active")
def active(
    request: Asked, answers: Present, few: Hiding, asked: Of, as_of: Day = None, level: Level = "active",
    areas: Annotated[str | None, QueryParameter(description="Areas to be combined, with commas between them.")] = None,
    op: Annotated[Literal["union", "intersection", "difference"] | None,
                  QueryParameter(description="How: in any of them, in each of them, or in the first and no other.")] = None,
    window: Annotated[str | None, QueryParameter(description="On at least one of the days up to then, as in `90 days`.")] = None,
) -> Response[Active]:
    """People who held a level at the end of a day, each counted once: of the community, of one scope, or of several areas.

    With a window, who held it on any of its days, each day judged by its own rule; in several areas also on different days.
    """
    names = _names(areas, asked, op)
    day, span = as_of or answers.today, None if window is None else _span(window)

    def ask(some: list[str]) -> Count:
        scopes = [f"area:{name.removeprefix('area:')}" for name in some] or [asked.scope]
        if span:
            return answers.during(scopes, span, op or "union", day, level, asked.staff)
        if len(scopes) > 1:
            return answers.combine(some, op or "union", day, level, asked.staff)
        return answers.count(scopes[0], level, day, asked.staff)

    count = ask(names)
    hidden = few.hides(count.value) if not names else few.combined(
        [ask([name]).value or 0 for name in dict.fromkeys(names)], op or "union", count.value or 0)
    scope = answers.scope(asked.scope)
    meaning = _meaning(answers, names, op, level) if names else counted_by(answers.registry, scope, level, day)
    return reply(request, Active(
        active=None if hidden else count.value, few=hidden, as_of=day, scope=scope.name, level=level,
        exclude_staff=not asked.staff,
        provisional=count.provisional, warming_up=count.warming_up,
        definition=on_one_day(meaning, span, day) if span else meaning,
        areas=names or None, op=(op or "union") if names else None, window=window,
        sum_of_areas=_sum(answers, few, day, level, asked.staff) if scope.kind == "community" and not (names or span) else None,
        hidden_below=few.k, stamp=answers.stamp,
    ))


def series(
    request: Asked, answers: Present, few: Hiding, asked: Of, start: Day = None, end: Day = None,
    grain: FromQuery[Grain] = "week", level: Level = "active",
    point: Annotated[str | None, QueryParameter(description="Instead of a level: a point of the area's pathway.")] = None,
) -> Response[Series]:
    """Counts at the last day of each period (weeks end on Sunday); one that still runs is given at today, and is provisional."""
    if start and ((end or answers.today) - start).days > _LONGEST * _DAYS[grain]:
        raise BadParameter(f"That is more than {_LONGEST:,} rows; ask for less at a time.", "start")
    held = f"point:{point}" if point else level
    found = answers.series(asked.scope, held, start, end, grain, asked.staff)
    rows = [Row(row.day, few.kept(row.value), row.provisional) for row in found]
    return reply(request, Series(answers.scope(asked.scope).name, held, grain, not asked.staff, rows, few.k, answers.stamp))


def extract(
    request: Asked, answers: Present, few: Hiding, start: Day = None, end: Day = None, grain: FromQuery[Grain] = "week",
    level: Level = "active", exclude_staff: WithoutStaff = False,
) -> Response[Extract]:
    """The counts of everything that people are counted in, a row for each scope and period, as spreadsheets and Tableau like it.

    Default: the last year. People are counted once in each row: rows of several scopes are not to be added up.
    """
    first, last = between(start, end, answers)
    scopes = answers.scopes()
    if len(scopes) * ((last - first).days // _DAYS[grain] + 1) > _MOST:
        raise BadParameter(f"That is more than {_MOST:,} rows; ask for less at a time.", "start")
    rows = [
        Extracted(row.day, scope.kind, scope.name, scope.title, level, few.kept(row.value), row.provisional)
        for scope in scopes for row in answers.series(scope.name, level, first, last, grain, not exclude_staff)
    ]
    return reply(request, Extract(level, grain, exclude_staff, rows, few.k, answers.stamp))


def lapse(
    request: Asked, answers: Present, few: Hiding, asked: Of, level: Level = "active",
    weeks: Annotated[int, QueryParameter(ge=1, le=520, description="How many, at most 520.")] = 52,
) -> Response[Lapse]:
    """How many hold a level at the end of each coming week if nobody does anything more: no forecast, only what the rules say.

    What is dated ahead, such as an event that is planned, is known and counts.
    """
    found = answers.lapse(asked.scope, level, weeks, asked.staff)
    rows = [Row(row.day, few.kept(row.value), row.provisional) for row in found]
    scope = answers.scope(asked.scope).name
    return reply(request, Lapse(scope, level, not asked.staff, answers.today, rows, few.k, answers.stamp))


HANDLERS = [
    active, *in_both_forms(series, "How many people, over time"),
    *in_both_forms(extract, "All counts in one table"), *in_both_forms(lapse, "How many, if nobody did anything more"),
]


def _names(areas: str | None, asked: Scoped, op: str | None) -> list[str]:
    names = listed(areas) or []
    if names and asked.scope != "community":
        raise BadParameter("Name `areas` or one scope, not both.", "areas")
    if len(names) > 50:
        raise BadParameter("Combine at most 50 areas.", "areas")
    if not names and (op or areas is not None):
        raise BadParameter("`op` needs `areas`, as in `areas=a,b&op=union`.", "areas")
    return names


def _span(window: str) -> Span:
    try:
        return span_of(window)
    except InputError as error:
        raise BadParameter(f"{error.message} {error.remedy}", "window") from error


def _meaning(answers: Answers, names: list[str], op: str | None, level: str) -> str:
    return combined_by([answers.scope(f"area:{name.removeprefix('area:')}").title for name in names], op or "union", level)


def _sum(answers: Answers, few: Few, day: dt.date, level: str, staff: bool) -> SumOfAreas:
    found = answers.sum_of_areas(day, level, staff)
    shown = few.beside_sum({area: n for area, n in found.areas if n is not None})
    areas = [AreaCount(area, shown.get(area)) for area, _ in found.areas]
    return SumOfAreas(areas, few.kept(found.sum), few.kept(found.total), few.kept(found.unclaimed))
