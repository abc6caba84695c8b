"""Why the areas add up to more than there are people."""

from __future__ import annotations

from collections.abc import Mapping

from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["once"]


def once(scene: Scene, scope: Scope) -> Figure | None:
    """People by the number of areas they are active in; None where too few are active in more than one."""
    words = scene.words
    found = dict(scene.answers.by_number_of_areas(scene.as_of, staff=scene.staff))
    people = sum(found.values())
    added = sum(areas * n for areas, n in found.items())
    several = sum(n for areas, n in found.items() if areas > 1)
    if not several or scene.hides(several):
        return None
    rows = [
        (Cell(words("in-areas", n=areas) if exact else words("in-areas-or-more", n=areas), areas if exact else f"{areas}+"),
         scene.cell(n), scene.cell(counted))
        for areas, exact, n, counted in _merged(found, scene.few.k)
    ]
    return Figure(
        slug=scope.slug("areas-per-person"),
        title=words("once-title", sum=words.number(added), people=words.number(people)),
        text=words("once-text", n=several),
        label=words("once-caption"), subject=words("once-subject"),
        table=Table(
            words("once-caption"),
            (
                Column("areas", words("column-areas")), Column("people", words("column-people"), number=True),
                Column("counted", words("column-counted"), number=True),
            ),
            tuple(rows), (Cell(words("all"), "all"), scene.cell(people), scene.cell(added)),
        ),
        start=scene.as_of, end=scene.as_of,
    )


def _merged(found: Mapping[int, int], k: int) -> list[tuple[int, bool, int, int]]:
    """Rows (areas, exactly, people, counted in areas), the last ones put together until each has at least k people."""
    rows = [(areas, True, n, areas * n) for areas, n in sorted(found.items()) if n]
    while len(rows) > 1 and any(n < k for _, _, n, _ in rows):
        last, before = rows.pop(), rows.pop()
        rows.append((before[0], False, before[2] + last[2], before[3] + last[3]))
    return rows
