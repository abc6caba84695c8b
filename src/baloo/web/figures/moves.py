"""Where people come from and go to: moves between areas in a year."""

from __future__ import annotations

from baloo.metrics.answers import Move
from baloo.web import scope as scopes
from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["moves"]


def moves(scene: Scene, scope: Scope) -> Figure | None:
    """The moves into and out of an area, or between all areas; None where none is of enough people to be shown."""
    words = scene.words
    found = [move for move in scene.answers.moves(scene.year_ago, scene.as_of, staff=scene.staff) if not scene.hides(move.people)]
    if scope.form == "area":
        found = [move for move in found if scope.id in {move.source, move.target}]
    if not found or scope.form not in {"area", "community"}:
        return None
    first = found[0]
    return Figure(
        slug=scope.slug("moves"),
        title=words("moves-title", source=_title(scene, first.source), target=_title(scene, first.target), n=first.people),
        text=_text(scene, scope, found), label=words("moves-caption"), subject=words("moves-subject", scope=scope.title),
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


def _text(scene: Scene, scope: Scope, found: list[Move]) -> str:
    words = scene.words
    if scope.form == "community":
        return words("moves-text")
    into = next((m for m in found if m.target == scope.id), None)
    out = next((m for m in found if m.source == scope.id), None)
    parts = [words("moves-in", n=into.people, area=_title(scene, into.source))] if into else []
    parts += [words("moves-out", n=out.people, area=_title(scene, out.target))] if out else []
    return " ".join([*parts, words("moves-note", k=scene.few.k)])
