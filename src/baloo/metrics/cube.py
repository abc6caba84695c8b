"""Area by system by week: who contributed to an area from a system, each person once in every cell and in every total.

Each cell is counted for itself, as a scope of a plan of its own; no number is made from other numbers. Where the area, the system
or both are `all`, the people are counted again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

from baloo.lake.base import LakeSnapshot
from baloo.metrics.beside import beside, count_beside
from baloo.metrics.compile import YEAR, compile_registry
from baloo.metrics.derived import Manifest
from baloo.metrics.plan import All, Counted, Entry, Feed, New, Plan, Staff, planned
from baloo.metrics.questions.compared import stamp_of
from baloo.metrics.questions.curves import Curves
from baloo.metrics.questions.periods import last_sunday
from baloo.metrics.questions.reader import Connection, Reader
from baloo.metrics.questions.values import ALL, Cell, Cube
from baloo.metrics.selections import Selections
from baloo.registry.model import Registry

__all__ = ["count_cube"]

_WEEK = dt.timedelta(7)
_OF = {"community": ALL, "unclaimed": "unclaimed"}


def count_cube(
    derived: Path, registry: Registry, today: dt.date, lake: Callable[[], LakeSnapshot], *,
    weeks: int = 52, until: dt.date | None = None, staff: bool = True,
) -> Cube:  # fmt: skip
    """The cube of so many weeks, the last the one that was over by `until` (default: yesterday), as the feed has them.

    It takes about as long as counting all of it. `lake` is read only where the registry has changed since the last refresh.
    Raises NothingCounted.
    """
    yesterday = today - dt.timedelta(1)
    last = last_sunday(min(until or yesterday, yesterday))
    sundays = [last - _WEEK * i for i in range(weeks)]
    plan = _plan(registry)
    with beside(derived) as held:
        manifest = count_beside(held, plan, registry, lake)
        cells = tuple(_cells(Reader(held.folder, manifest, Connection()), manifest, sundays, staff))
    return Cube(cells, tuple(day - dt.timedelta(6) for day in sundays), stamp_of(manifest))


def _plan(registry: Registry) -> Plan:
    """A scope for each cell that a contribution can be in, called `area:ID system:ID`; without a system it is all of them."""
    selections = Selections(registry)
    whole = compile_registry(registry)
    rules = {entry.scope: entry.node for entry in whole.entries if entry.measure == "active" and not entry.parted}
    entries = [Entry("community", "staff", Staff())]
    for scope, feeds in _claimed(registry, selections):
        if not feeds:
            continue
        entries.append(Entry(scope, "active", rules[scope]))
        entries += _counted(scope, feeds)
        for system in sorted({feed.source.system for feed in feeds}):
            chosen = tuple(feed for feed in feeds if feed.source.system == system)
            cell = f"{scope} system:{system}"
            entries += _counted(cell, chosen)
            both = dict.fromkeys((rules[scope], Counted(chosen, YEAR)))  # one node, where the rule is the year's
            entries.append(Entry(cell, "active", All(tuple(both))))
    return planned(entries, whole.kinds, whole.no_number_before)


def _counted(scope: str, feeds: tuple[Feed, ...]) -> list[Entry]:
    return [Entry(scope, "seen", Counted(feeds, YEAR)), Entry(scope, "new", New(feeds))]


def _claimed(registry: Registry, selections: Selections) -> Iterator[tuple[str, tuple[Feed, ...]]]:
    """The contributions of each area, of all areas together, and of none."""
    areas = {area: selections.contributions(selections.area(area)) for area in sorted(registry.areas)}
    claimed = (feed for area, feeds in areas.items() if registry.areas[area].part_of is None for feed in feeds)
    yield "community", tuple(dict.fromkeys(claimed))
    yield from ((f"area:{area}", feeds) for area, feeds in areas.items())
    yield "unclaimed", selections.contributions(selections.unclaimed())


def _cells(reader: Reader, manifest: Manifest, sundays: list[dt.date], staff: bool) -> Iterator[Cell]:
    """What the curves of the cells say on the Sundays."""
    curves, keys = Curves(reader.curves), {(entry.scope, entry.measure): entry.key for entry in manifest.keys}
    every = list(keys.values())

    def held(scope: str, measure: str, day: dt.date) -> int:
        key = keys[scope, measure]
        people = curves.of(key, every).at(day)
        return people if staff else people - curves.of(key, every, staff_alone=True).at(day)

    named = {scope: _names(scope) for scope, measure in keys if measure == "seen"}
    for day in sundays:
        for scope, (area, system) in sorted(named.items(), key=lambda item: item[1]):
            begins = manifest.no_number_before.get(scope.partition(" ")[0], "")
            active = held(scope, "active", day) if day.isoformat() >= begins else None
            cell = Cell(day - dt.timedelta(6), area, system, held(scope, "seen", day), held(scope, "new", day), active)
            if cell.total or cell.active:
                yield cell


def _names(scope: str) -> tuple[str, str]:
    """The area and the system of a cell's scope."""
    whole, _, system = scope.partition(" system:")
    return _OF.get(whole) or whole.removeprefix("area:"), system or ALL
