"""Where the people of an area come from, and where they go: two days a year apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from baloo.charts import Band, flows
from baloo.charts.flows import Direction
from baloo.metrics.answers import Exchange, Overlap
from baloo.web import scope as scopes
from baloo.web.figures.figure import Figure
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["exchange"]

_AREAS = 5  # of a side that have a band of their own
_SAID = 5  # largest groups that are said in words
_NOWHERE, _SEVERAL, _OTHERS = "nowhere", "several areas", "others"
_Side: TypeAlias = Literal["came", "went"]


@dataclass(frozen=True, slots=True)
class _Group:
    """People who came to an area or left it; `place` is another area's id, or one of the three that are none."""

    side: _Side
    place: str
    people: int


def exchange(scene: Scene, scope: Scope) -> Figure | None:
    """The exchange of an area with the others and with nowhere; None where a number of it is of too few people."""
    words = scene.words
    found = scene.answers.exchange(scope.id, scene.year_ago, scene.as_of, staff=scene.staff)
    if not found.before or not found.after or any(scene.hides(n) for n in _sums(found)):
        return None
    groups = [*_groups(scene, found.came, "came"), *_groups(scene, found.went, "went")]
    if not groups:
        return None
    own = Cell(scope.title, scope.id, scope.path)
    return Figure(
        slug=scope.slug("moves"),
        title=_title(scene, scope, found, groups), text=_text(scene, groups),
        label=words("flow-label", scope=scope.title), subject=words("flow-subject", scope=scope.title),
        table=Table(
            words("flow-caption", start=words.day(found.start), end=words.day(found.end)),
            (
                Column("from", words("column-from")), Column("to", words("column-to")),
                Column("people", words("column-people"), number=True),
            ),
            ((own, own, scene.cell(found.stayed)), *(_row(scene, own, group) for group in groups)),
        ),
        start=found.start, end=found.end, picture=flows(
            _bands(scene, scope, found, groups), scope.title, words.number(found.before), words.number(found.after),
        ),
    )


def _sums(found: Exchange) -> tuple[int, ...]:
    return found.before, found.stayed, found.after, found.before - found.stayed, found.after - found.stayed


def _groups(scene: Scene, found: Iterable[Overlap], side: _Side) -> list[_Group]:
    """The groups of one side, the areas with most people first; those of few are put together until they are not few."""
    people: dict[str, int] = {}
    for one in found:
        place = _NOWHERE if not one.areas else one.areas[0] if len(one.areas) == 1 else _SEVERAL
        people[place] = people.get(place, 0) + one.people
    shown = [one.areas[0] for one in scene.few.open([Overlap((place,), n) for place, n in people.items()])]
    areas = [place for place in shown if place not in {_NOWHERE, _SEVERAL}][:_AREAS]
    last = [place for place in (_SEVERAL, _NOWHERE) if place in shown]
    rest = sum(people.values()) - sum(people[place] for place in [*areas, *last])
    kept = [_Group(side, place, people[place]) for place in areas]
    kept += [_Group(side, _OTHERS, rest)] if rest else []
    return [*kept, *(_Group(side, place, people[place]) for place in last)]


def _bands(scene: Scene, scope: Scope, found: Exchange, groups: Iterable[_Group]) -> list[Band]:
    number, own = scene.words.number, scope.title
    bands = [Band(own, own, found.stayed, number(found.stayed), "stayed")]
    for group in groups:
        name = _name(scene, group)
        ends = (name, own) if group.side == "came" else (own, name)
        bands.append(Band(*ends, group.people, number(group.people), _way(group)))
    return bands


def _way(group: _Group) -> Direction:
    if group.side == "came":
        return "appeared" if group.place == _NOWHERE else "came"
    return "quiet" if group.place == _NOWHERE else "went"


def _row(scene: Scene, own: Cell, group: _Group) -> tuple[Cell, Cell, Cell]:
    none = group.place in {_NOWHERE, _SEVERAL, _OTHERS}
    other = Cell(_name(scene, group), group.place, None if none else scopes.area(scene.registry, group.place).path)
    return (other, own, scene.cell(group.people)) if group.side == "came" else (own, other, scene.cell(group.people))


def _name(scene: Scene, group: _Group) -> str:
    if group.place == _NOWHERE:
        return scene.words("flow-not-active" if group.side == "came" else "flow-quiet")
    if group.place in {_SEVERAL, _OTHERS}:
        return scene.words("flow-several" if group.place == _SEVERAL else "flow-others")
    return scopes.area(scene.registry, group.place).title


def _title(scene: Scene, scope: Scope, found: Exchange, groups: Iterable[_Group]) -> str:
    came = [group for group in groups if group.side == "came"]
    new = sum(group.people for group in came if group.place == _NOWHERE)
    others = sum(group.people for group in came) - new
    kept = not new and any(not one.areas for one in found.came)  # who came from nowhere stand among the others
    way = "none" if not came else "kept" if kept else "new" if new > others else "areas"
    return scene.words("flow-title", way=way, scope=scope.title)


def _text(scene: Scene, groups: Iterable[_Group]) -> str:
    """The largest groups in words, and what the picture has on which side."""
    words = scene.words
    said = [
        words("flow-said", way=_way(group), n=group.people, area=_name(scene, group))
        for group in sorted(groups, key=lambda group: -group.people)[:_SAID] if group.place not in {_SEVERAL, _OTHERS}
    ]
    sides = words("flow-sides", start=words.month(scene.year_ago), end=words.month(scene.as_of))
    return f"{words.listed(said)}. {sides}" if said else sides
