"""Who helps in several places: people by exactly the areas that they are active in."""

from __future__ import annotations

from baloo.web import scope as scopes
from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["overlap"]

_ROWS = 12


def overlap(scene: Scene, scope: Scope) -> Figure | None:
    """The combinations of two areas and more, those of most people first; None where none has enough people to be shown."""
    words = scene.words
    several = [o for o in scene.answers.overlap(scene.as_of, staff=scene.staff) if len(o.areas) > 1 and o.people]
    found = [o for o in several if not scene.hides(o.people)][:_ROWS]
    if not found:
        return None
    names = [words.listed([scopes.area(scene.registry, area).title for area in o.areas]) for o in found]
    return Figure(
        slug=scope.slug("overlap"), title=words("overlap-title", areas=names[0]),
        text=words("overlap-text", n=found[0].people, k=scene.few.k),
        label=words("overlap-caption"), subject=words("overlap-subject"),
        table=Table(
            words("overlap-caption"),
            (Column("areas", words("column-exactly")), Column("people", words("column-people"), number=True)),
            tuple((Cell(name, " ".join(o.areas)), scene.cell(o.people)) for name, o in zip(names, found, strict=True)),
        ),
        start=scene.as_of, end=scene.as_of,
    )
