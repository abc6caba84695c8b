"""Do newcomers stay? People by the period in which they first became active, and how many of them are so in each later one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from baloo.metrics.answers import Cohort, PeriodGrain
from baloo.metrics.questions.periods import last_day
from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["cohorts"]

_PERIODS: dict[PeriodGrain, int] = {"quarter": 8, "year": 6}
_HIDDEN = 0.2  # the share of numbers that may be hidden
_EVERYBODY = 0.97  # the share that stays where a rule looks back so far that nobody can have left yet
_ALIKE = 2  # in a hundred


def cohorts(scene: Scene, scope: Scope) -> Figure | None:
    """The last eight quarters, or years where quarters hold too few people or a rule looks back for longer; else None."""
    quarters = _found(scene, scope, "quarter")
    grain: PeriodGrain = "quarter" if _telling(scene, quarters) else "year"
    found = quarters if grain == "quarter" else _found(scene, scope, grain)
    if not _telling(scene, found):
        return None
    words, later = scene.words, range(1, len(found))
    return Figure(
        slug=scope.slug("cohorts"), title=_title(scene, found, grain), text=_text(scene, found, grain),
        label=words("stay-caption", grain=grain), subject=words("stay-subject", scope=scope.title),
        table=Table(
            words("stay-caption", grain=grain),
            (
                Column("first_active", words("column-first-active")), Column("people", words("column-people"), number=True),
                *(Column(f"after_{i}", f"+{i}", number=True) for i in later),
            ),
            tuple((
                Cell(_name(cohort, grain), cohort.last.isoformat()), scene.cell(cohort.people),
                *(_cell(scene, found, row, i, grain) for i in later),
            ) for row, cohort in enumerate(found)),
        ),
        start=found[0].eve + dt.timedelta(1), end=found[-1].last, heat=True,
    )


def _found(scene: Scene, scope: Scope, grain: PeriodGrain) -> list[Cohort]:
    """The cohorts from the first that has anybody, the present one too."""
    days = (_PERIODS[grain] - 1) * (91 if grain == "quarter" else 365)
    found = scene.answers.cohorts(scope.name, scene.as_of - dt.timedelta(days), scene.as_of, grain, staff=scene.staff)
    begin = next((i for i, cohort in enumerate(found) if cohort.people), len(found))
    return found[begin:]


def _telling(scene: Scene, found: Sequence[Cohort]) -> bool:
    """Whether most numbers can be shown, and some people could have left."""
    before = found[:-1]  # nothing follows the last one
    people, stayed = sum(c.people for c in before), sum(c.later[0] for c in before)
    cells = [_hidden(scene, cohort, n) for cohort in before for n in cohort.later]
    return bool(cells) and sum(cells) <= len(cells) * _HIDDEN and stayed < people * _EVERYBODY


def _hidden(scene: Scene, cohort: Cohort, n: int) -> bool:
    """Whether it is not said at all how many of a cohort are active, for they or the cohort are few."""
    return not cohort.people or scene.hides(cohort.people) or scene.hides(n)


def _rate(scene: Scene, cohort: Cohort, i: int) -> int | None:
    """How many in a hundred of a cohort are active at the end of the i-th period after it; None where that tells of few."""
    n = cohort.later[i - 1]
    told = (cohort.people, n, cohort.people - n)
    return None if not cohort.people or any(scene.hides(number) for number in told) else round(100 * n / cohort.people)


def _over(found: Sequence[Cohort], i: int, grain: PeriodGrain) -> bool:
    """Whether the period that stands at `i` is over."""
    return found[i].last == last_day(grain, found[i].last)


def _cell(scene: Scene, found: Sequence[Cohort], row: int, i: int, grain: PeriodGrain) -> Cell:
    if row + i >= len(found):
        return Cell("", None)
    cohort, rate = found[row], _rate(scene, found[row], i)
    if rate is not None:
        return Cell(str(rate) if _over(found, row + i, grain) else scene.words("stay-provisional", n=rate), rate)
    if _hidden(scene, cohort, cohort.later[i - 1]):
        return Cell("\u2013", scene.words("not-shown"))
    least = f"{100 * (cohort.people - scene.few.k + 1) // cohort.people}+"  # few of them left
    return Cell(least, least)


def _name(cohort: Cohort, grain: PeriodGrain) -> str:
    return str(cohort.last.year) if grain == "year" else f"Q{(cohort.last.month + 2) // 3} {cohort.last.year}"


def _compared(scene: Scene, found: Sequence[Cohort], grain: PeriodGrain) -> tuple[Cohort, int, int, int] | None:
    """The latest cohort of which it is known for good how many stayed, after how many periods, that rate and the one before it.

    The fewest periods after which both are known; None where there are none.
    """
    a_year = 4 if grain == "quarter" else 1
    for i in range(1, len(found)):
        for row in range(len(found) - i - 1, a_year - 1, -1):
            now, then = (_rate(scene, found[at], i) for at in (row, row - a_year))
            if now is not None and then is not None and _over(found, row + i, grain):
                return found[row], i, now, then
    return None


def _title(scene: Scene, found: Sequence[Cohort], grain: PeriodGrain) -> str:
    compared = _compared(scene, found, grain)
    if compared is None:
        return scene.words("stay-title", way="unknown")
    *_, now, then = compared
    return scene.words("stay-title", way="more" if now > then + _ALIKE else "fewer" if now < then - _ALIKE else "same")


def _text(scene: Scene, found: Sequence[Cohort], grain: PeriodGrain) -> str:
    compared, note = _compared(scene, found, grain), scene.words("stay-note", grain=grain)
    if compared is None:
        return note
    cohort, i, now, then = compared
    return f'{scene.words("stay-text", period=_name(cohort, grain), n=now, then=then, after=i, grain=grain)} {note}'
