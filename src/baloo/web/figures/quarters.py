"""Growth or churn: comings and goings, quarter by quarter."""

from __future__ import annotations

import datetime as dt

from baloo.charts import Period, churn
from baloo.metrics.answers import Flows
from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["quarters"]

_QUARTERS = 8


def quarters(scene: Scene, scope: Scope) -> Figure | None:
    """The last eight quarters; None where fewer than two have anybody in them."""
    words = scene.words
    start = scene.as_of - dt.timedelta(days=91 * (_QUARTERS - 1))
    flows = scene.answers.flow_series(scope.name, start, scene.as_of, "quarter", staff=scene.staff)
    found = [f for f in flows if f.before or f.after]
    if len(found) < 2:
        return None
    rows = [[None if scene.hides(n) else n for n in (f.joined, f.returned, f.left)] for f in found]
    came = sum(f.joined + f.returned for f in found)
    left = sum(f.left for f in found)
    way = "more" if came > left else "fewer" if came < left else "same"
    return Figure(
        slug=scope.slug("quarters"),
        title=words("quarters-title", way=way),
        text=words("quarters-text", came=words.number(came), left=words.number(left), n=len(found)),
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
            [Period(_name(i, f), *(n or 0 for n in row)) for i, (f, row) in enumerate(zip(found, rows, strict=True))],
            (words("tile-joined"), words("tile-returned"), words("tile-left")),
        ),
    )


def _name(i: int, flows: Flows) -> tuple[str, ...]:
    """The quarter, and below the first one and the first of each year the year."""
    quarter = (flows.end.month + 2) // 3
    return (f"Q{quarter}", str(flows.end.year)) if i == 0 or quarter == 1 else (f"Q{quarter}",)


def _after(scene: Scene, flows: Flows) -> Cell:
    """The people at the end, unless that and the row before would give away a number of too few."""
    if any(scene.hides(n) for n in (flows.joined, flows.returned, flows.left)):
        hidden = scene.words("tile-hidden")
        return Cell(hidden, hidden)
    return scene.cell(flows.after)
