"""The areas beside each other: now, a year ago, half a year's line, target."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from baloo.charts import sparkline
from baloo.web import scope as scopes
from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["AreaRow", "area_rows", "areas"]

_WEEKS = 26


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area as its row shows it. `share` is the part of the target that is reached, 0 to 100."""

    scope: Scope
    now: int | None
    number: str
    few: bool
    change: str
    difference: int | None
    line: str
    course: str
    goal: str = ""
    share: float | None = None
    newest: str = ""


def area_rows(scene: Scene, found: Iterable[Scope]) -> list[AreaRow]:
    """The rows, those with most people first."""
    rows = [_row(scene, scope) for scope in found]
    return sorted(rows, key=lambda row: (-(row.now or 0), row.scope.title))


def areas(scene: Scene, scope: Scope) -> Figure:
    """The table of areas; `scope` is the community, or an area or organisation whose areas are shown."""
    words = scene.words
    rows = area_rows(scene, inner(scene, scope))
    return Figure(
        slug=scope.slug("areas"), title=words("areas-title"), text=words("areas-text", n=len(rows)), label=words("areas-title"),
        subject=words("areas-subject"),
        table=Table(
            words("areas-caption"),
            (
                Column("area", words("column-area")), Column("people", words("column-now"), number=True),
                Column("change", words("column-change"), number=True), Column("target", words("column-target"), number=True),
            ),
            tuple((
                Cell(row.scope.title, row.scope.name.removeprefix("area:"), row.scope.path), scene.cell(row.now),
                Cell(row.change, row.difference),
                Cell(words.number(row.scope.target) if row.scope.target else "", row.scope.target),
            ) for row in rows),
        ),
        start=scene.year_ago, end=scene.as_of,
    )


def inner(scene: Scene, scope: Scope) -> list[Scope]:
    """The areas of the community, of an organisation, or that an area is made of; the parts of a split area come last."""
    registry = scene.registry
    if scope.form == "community":
        return [scopes.area(registry, a.id) for a in registry.areas.values() if a.part_of is None]
    if scope.form == "organisation":
        return [scopes.area(registry, a) for a in registry.organisations()[scope.id]]
    if scope.form == "area":
        split = [name for s in scene.answers.scopes() if (name := s.name).startswith(f"{scope.name}/")]
        return [scopes.area(registry, a.id) for a in registry.parts_of(scope.id)] + [
            scopes.part(registry, scope.id, name.partition("/")[2]) for name in split
        ]
    return []


def _row(scene: Scene, scope: Scope) -> AreaRow:
    words = scene.words
    now, then = scene.people(scope), scene.people(scope, as_of=scene.year_ago)
    open_numbers = now is not None and then is not None and not scene.hides(now) and not scene.hides(then)
    difference = now - then if open_numbers and now is not None and then is not None else None
    weeks = [None if scene.hides(r.value) else r.value for r in scene.weeks(scope, scene.as_of - dt.timedelta(weeks=_WEEKS))]
    known = [v for v in weeks if v is not None]
    rise = known[-1] - known[0] if known else 0
    goal, share = _goal(scene, scope, now)
    return AreaRow(
        scope, now, scene.shown(now), now is None or scene.hides(now),
        "" if difference is None else _change(scene, difference), difference, sparkline(weeks),
        words("course", way="up" if rise > 0 else "down" if rise < 0 else "level"), goal, share, _newest(scene, scope, now),
    )


def _change(scene: Scene, difference: int) -> str:
    if difference == 0:
        return scene.words("change-none")
    return scene.words("change-more" if difference > 0 else "change-fewer", n=abs(difference))


def _goal(scene: Scene, scope: Scope, now: int | None) -> tuple[str, float | None]:
    words = scene.words
    if not scope.target:
        return "", None
    target = words.number(scope.target)
    if now is None or scene.hides(now):
        return words("goal-plain", target=target), None
    share = round(min(now / scope.target, 1) * 100, 2)
    if now < scope.target:
        return words("goal-short", n=scope.target - now, target=target), share
    return words("goal-there", n=now - scope.target, target=target), share


def _newest(scene: Scene, scope: Scope, now: int | None) -> str:
    """The month in which somebody last came new to an area, where enough people are there for that to tell nothing."""
    newest = None if not now or scene.hides(now) else scene.answers.newest(scope.name)
    return scene.words("newest", month=scene.words.month(newest)) if newest else ""
