"""Who stayed, joined, returned and left between two days: a sum that can be read."""

from __future__ import annotations

from dataclasses import dataclass

from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["Tile", "changes", "tiles"]


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with its name and what it means; `number` is empty where it is not shown."""

    title: str
    number: str
    text: str


def tiles(scene: Scene, scope: Scope) -> tuple[list[Tile], str]:
    """The tiles of a year, and the sentence that adds them up, or says why one is not shown."""
    words = scene.words
    flows = scene.answers.flows(scope.name, scene.year_ago, scene.as_of, staff=scene.staff)
    numbers = scene.few.flows(flows)
    texts = {
        "stayed": (words("tile-stayed"), words("tile-stayed-text")),
        "joined": (words("tile-joined"), words("tile-joined-text")),
        "returned": (words("tile-returned"), words("tile-returned-text")),
        "left": (words("tile-left"), words("tile-left-text")),
    }
    made = [
        Tile(title, "" if numbers[name] is None else words.number(numbers[name] or 0), text)
        for name, (title, text) in texts.items()
    ]
    if None in numbers.values():
        return made, words("tiles-kept", k=scene.few.k)
    sums = {name: words.number(getattr(flows, name)) for name in ("before", "left", "joined", "returned", "after")}
    return made, words("tiles-sum", **sums)


def changes(scene: Scene, scope: Scope) -> Figure:
    """The same numbers as a table."""
    words = scene.words
    flows = scene.answers.flows(scope.name, scene.year_ago, scene.as_of, staff=scene.staff)
    values = {**scene.few.flows(flows), "before": flows.before, "after": flows.after}
    names = {
        "before": words("flow-before", day=words.day(flows.start)), "left": words("tile-left"), "stayed": words("tile-stayed"),
        "joined": words("tile-joined"),
        "returned": words("tile-returned"), "after": words("flow-after", day=words.day(flows.end)),
    }
    return Figure(
        slug=scope.slug("changes"), title=words("tiles-title"), text=words("tiles-text"), label=words("tiles-title"),
        subject=words("tiles-subject", scope=scope.title),
        table=Table(
            words("tiles-caption", start=words.day(flows.start), end=words.day(flows.end)),
            (Column("who", words("column-who")), Column("people", words("column-people"), number=True)),
            tuple((Cell(title, name), _cell(scene, values[name])) for name, title in names.items()),
        ),
        start=flows.start, end=flows.end,
    )


def _cell(scene: Scene, n: int | None) -> Cell:
    hidden = scene.words("not-shown")
    return Cell(hidden, hidden) if n is None else scene.cell(n)
