"""How far along the path: people at each step of an area's pathway."""

from __future__ import annotations

from baloo.charts import Bar, funnel
from baloo.metrics.answers import Step
from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["pathway", "steps"]


def steps(scene: Scene, scope: Scope) -> list[Step]:
    """The steps of an area's pathway."""
    return scene.answers.pathway(scope.name.removeprefix("area:"), scene.as_of, staff=scene.staff)


def pathway(scene: Scene, scope: Scope) -> Figure | None:
    """The figure of a pathway; None where it has one step, which the number above says already, or too few on each."""
    words, found = scene.words, steps(scene, scope)
    if len(found) < 2 or not any(step.people and not scene.hides(step.people) for step in found):
        return None
    rates = [_rate(scene, found, i) for i in range(len(found))]
    hardest = min((i for i, rate in enumerate(rates) if rate is not None), key=lambda i: rates[i] or 0, default=None)
    counted = next((i for i, step in enumerate(found) if step.level == "active"), None)
    bars = [
        Bar(
            step.title, 0 if scene.hides(step.people) else step.people, scene.shown(step.people),
            words("path-rate", n=rates[i] or 0) if rates[i] is not None else "", i == counted,
        )
        for i, step in enumerate(found)
    ]
    return Figure(
        slug=scope.slug("pathway"),
        title=words("path-title", step=found[hardest].title) if hardest is not None else words("path-title-plain"),
        text=_text(scene, scope), label=words("path-label", scope=scope.title), subject=words("path-subject", scope=scope.title),
        table=Table(
            words("path-caption"),
            (
                Column("step", words("column-step")), Column("level", words("column-level")),
                Column("people", words("column-people"), number=True),
                Column("percent_of_before", words("column-rate"), number=True),
            ),
            tuple((
                Cell(step.title, step.title), Cell(words("level", level=step.level), step.level), scene.cell(step.people),
                Cell("" if rates[i] is None else words("percent", n=rates[i] or 0), rates[i]),
            ) for i, step in enumerate(found)),
        ),
        start=scene.as_of, end=scene.as_of, picture=funnel(bars),
    )


def _text(scene: Scene, scope: Scope) -> str:
    text = scene.words("path-text")
    return f"{text} {scene.words('path-whole')}" if scene.registry.parts_of(scope.id) and scope.form == "area" else text


def _rate(scene: Scene, found: list[Step], i: int) -> int | None:
    """How many in a hundred of the step before hold this one too; None where that tells of too few."""
    rate = scene.few.rate(found, i)
    return None if rate is None else round(rate * 100)
