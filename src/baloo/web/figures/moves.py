"""Moves between areas in a year; for one area, its exchange with all others."""

from __future__ import annotations

from baloo.web import scope as scopes
from baloo.web.figures.exchange import exchange
from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["moves"]


def moves(scene: Scene, scope: Scope) -> Figure | None:
    """The moves between all areas, or the exchange of one; None where there is none of enough people to be shown."""
    if scope.form == "area":
        return exchange(scene, scope)
    words = scene.words
    found = [move for move in scene.answers.moves(scene.year_ago, scene.as_of, staff=scene.staff) if not scene.hides(move.people)]
    if not found or scope.form != "community":
        return None
    first = found[0]
    return Figure(
        slug=scope.slug("moves"),
        title=words("moves-title", source=_title(scene, first.source), target=_title(scene, first.target), n=first.people),
        text=words("moves-text", k=scene.few.k), label=words("moves-caption"), subject=words("moves-subject", scope=scope.title),
        table=Table(
            words("moves-caption"),
            (
                Column("from", words("column-from")), Column("to", words("column-to")),
                Column("people", words("column-people"), number=True),
            ),
            tuple((_cell(scene, move.source), _cell(scene, move.target), scene.cell(move.people)) for move in found),
        ),
        start=scene.year_ago, end=scene.as_of,
    )


def _title(scene: Scene, area: str) -> str:
    return scopes.area(scene.registry, area).title


def _cell(scene: Scene, area: str) -> Cell:
    found = scopes.area(scene.registry, area)
    return Cell(found.title, area, found.path)
