"""Growth or churn: comings and goings, quarter by quarter."""

from __future__ import annotations

import datetime as dt

from baloo.charts import Period, churn
from baloo.metrics.answers import Flows, PeriodGrain
from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["quarters"]

_QUARTERS = 8
_HIDDEN = 0.2  # the share of numbers that may be hidden


def quarters(scene: Scene, scope: Scope) -> Figure | None:
    """The last eight quarters, or the last years where quarters hold too few people; None where these do too."""
    quarterly = _flows(scene, scope, "quarter", dt.timedelta(days=91 * (_QUARTERS - 1)))
    grain = "quarter" if _open(scene, quarterly) else "year"
    found = quarterly if grain == "quarter" else _flows(scene, scope, "year", dt.timedelta(days=365 * 6))
    if not _open(scene, found):
        return None
    words = scene.words
    came, left = sum(f.joined + f.returned for f in found), sum(f.left for f in found)
    told = any(scene.hides(n) for f in found for n in _cells(f))
    all_in_all = words("quarters-text", came=words.number(came), left=words.number(left))
    way = "more" if came > left else "fewer" if came < left else "same"
    return Figure(
        slug=scope.slug("quarters"),
        title=words("quarters-title", way=way),
        text=words("quarters-kept", k=scene.few.k) if told else all_in_all,
        label=words("quarters-label", scope=scope.title), subject=words("quarters-subject", scope=scope.title),
        table=Table(
            words("quarters-caption", scope=scope.title),
            (
                Column("quarter_to", words("column-quarter")), Column("joined", words("tile-joined"), number=True),
                Column("returned", words("tile-returned"), number=True), Column("left", words("tile-left"), number=True),
                Column("active", words("column-after"), number=True),
            ),
            tuple((
                scene.day(f.end), scene.cell(f.joined), scene.cell(f.returned), scene.cell(f.left), _after(scene, f),
            ) for f in reversed(found)),
        ),
        start=found[0].start, end=found[-1].end,
        picture=churn(
            [
                Period(_name(i, f, grain), *(0 if scene.hides(n) else n for n in _cells(f)))
                for i, f in enumerate(found)
            ],
            (words("tile-joined"), words("tile-returned"), words("tile-left")),
        ),
    )


def _flows(scene: Scene, scope: Scope, grain: PeriodGrain, back: dt.timedelta) -> list[Flows]:
    """The periods in which somebody was there."""
    found = scene.answers.flow_series(scope.name, scene.as_of - back, scene.as_of, grain, staff=scene.staff)
    return [f for f in found if f.before or f.after]


def _cells(flows: Flows) -> tuple[int, int, int]:
    return flows.joined, flows.returned, flows.left


def _open(scene: Scene, found: list[Flows]) -> bool:
    """Whether there are periods to compare, and most of their numbers can be shown."""
    cells = [n for f in found for n in _cells(f)]
    return len(found) > 1 and sum(scene.hides(n) for n in cells) <= len(cells) * _HIDDEN


def _name(i: int, flows: Flows, grain: str) -> tuple[str, ...]:
    """The year, or the quarter and below the first one and the first of each year the year."""
    if grain == "year":
        return (str(flows.end.year),)
    quarter = (flows.end.month + 2) // 3
    return (f"Q{quarter}", str(flows.end.year)) if i == 0 or quarter == 1 else (f"Q{quarter}",)


def _after(scene: Scene, flows: Flows) -> Cell:
    """The people at the end, unless that and the row before would give away a number of too few."""
    if any(scene.hides(n) for n in _cells(flows)):
        hidden = scene.words("not-shown")
        return Cell(hidden, hidden)
    return scene.cell(flows.after)
