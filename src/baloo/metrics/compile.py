"""A registry's rules as nodes of a plan (REGISTRY.md sections 2 and 3). Pure: no storage, no SQL.

`at_least: 1` of anything but objects, people and points is the same whatever is counted, so equal rules become equal nodes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from baloo.metrics.plan import All, Counted, Edge, Entry, Feed, New, Node, Plan, Spread, Staff, Union, planned
from baloo.metrics.selections import Selections
from baloo.registry.model import AllOf, AnyOf, Leaf, Level, Not, Point, Reached, Registry, Rule, Span, Window

__all__ = ["EVER", "YEAR", "compile_registry"]

EVER = Window("ever")
YEAR = Window("within", Span(1, "years"))
_LEVELS: tuple[Level, ...] = ("visitor", "casual", "active", "core")
_Place = tuple[str, bool]  # an area, and whether it is asked part by part


def compile_registry(registry: Registry) -> Plan:
    """The plan of everything that a registry asks to be counted."""
    return _Compiler(registry).plan()


@dataclass
class _Compiler:
    registry: Registry
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.selections = Selections(self.registry)
        self._points: dict[tuple[str, bool, str], Node] = {}
        self._levels: dict[tuple[str, bool, Level], Node] = {}
        self._feeds: dict[_Place, tuple[Feed, ...]] = {}

    def plan(self) -> Plan:
        """Name every measure of every scope, and gather the nodes and sources that they need."""
        for area in sorted(self.registry.areas):
            self._area(area, parted=False)
            if self.registry.areas[area].split_by:
                self._area(area, parted=True)
        for name, areas in self.registry.organisations().items():
            feeds = _unique(feed for area in areas for feed in self._contributions((area, False)))
            self._scope(f"organisation:{name}", feeds, {level: self._union_of(areas, level) for level in _LEVELS})
        for system in sorted(self.registry.systems):
            self._plain_scope(f"system:{system}", self.selections.system(system))
        self._plain_scope("unclaimed", self.selections.unclaimed())
        tops = tuple(name for name, area in sorted(self.registry.areas.items()) if area.part_of is None)
        claimed = _unique(feed for area in tops for feed in self._contributions((area, False)))
        self._scope("community", claimed, {level: self._union_of(tops, level) for level in _LEVELS})
        self._add("community", "staff", Staff())
        kinds = tuple(feed.source for feed in self.selections.everything())
        return planned(self.entries, kinds, self._no_number_before())

    def _add(self, scope: str, measure: str, node: Node, *, parted: bool = False) -> None:
        self.entries.append(Entry(scope, measure, node, parted))

    def _scope(self, scope: str, feeds: tuple[Feed, ...], levels: dict[Level, Node], *, parted: bool = False) -> None:
        """The measures that every scope has."""
        for level, node in levels.items():
            self._add(scope, level, node, parted=parted)
        self._add(scope, "known", Counted(feeds, EVER), parted=parted)
        self._add(scope, "seen", Counted(feeds, YEAR), parted=parted)
        self._add(scope, "new", New(feeds), parted=parted)

    def _plain_scope(self, scope: str, feeds: tuple[Feed, ...]) -> None:
        """A scope that is counted by the community's default rule; it has no points, so nobody is core."""
        default = self._leaf(self.registry.community.active, feeds)
        self._scope(scope, self.selections.contributions(feeds), {**dict.fromkeys(_LEVELS, default), "core": _union(())})

    def _area(self, area: str, *, parted: bool) -> None:
        place = (area, parted)
        scope = f"area:{area}"
        self._scope(scope, self._contributions(place), {level: self._level(place, level) for level in _LEVELS}, parted=parted)
        for point in self.registry.pathway_of(area):
            self._add(scope, f"point:{point.id}", self._point(place, point), parted=parted)

    def _claimed(self, place: _Place) -> tuple[Feed, ...]:
        if place not in self._feeds:
            self._feeds[place] = self.selections.area(place[0], parted=place[1])
        return self._feeds[place]

    def _contributions(self, place: _Place) -> tuple[Feed, ...]:
        return self.selections.contributions(self._claimed(place))

    # Rules

    def _leaf(self, leaf: Leaf, feeds: tuple[Feed, ...]) -> Counted:
        chosen = self.selections.chosen(feeds, leaf)
        of, cap = leaf.of, leaf.cap_per_day
        if leaf.amount == "first" or of in ("days", "weeks", "months", "objects", "people"):
            cap = None
        if leaf.amount == "first" or (leaf.amount == "at_least" and leaf.threshold == 1 and of in ("days", "weeks", "months")):
            of = "contributions"
        if leaf.amount == "at_least" and leaf.threshold == 1 and of == "contributions":
            cap = None
        return Counted(chosen, leaf.window, leaf.amount, leaf.threshold, of, leaf.whose, cap)

    def _rule(self, rule: Rule, place: _Place) -> Node:
        match rule:
            case Leaf():
                return self._leaf(rule, self._claimed(place))
            case AnyOf(rules=rules):
                return _union(tuple(Edge(self._rule(child, place)) for child in rules))
            case AllOf(rules=rules):
                holds = tuple(self._rule(child, place) for child in rules if not isinstance(child, Not))
                fails = tuple(self._rule(child.rule, place) for child in rules if isinstance(child, Not))
                return All(_unique(holds), _unique(fails))
            case Reached():
                return self._reached(rule, place)
        raise ValueError(f"a rule that stands alone: {rule}")

    def _reached(self, rule: Reached, place: _Place) -> Node:
        """The node of another point; the same part's where the point is of the same area."""
        area, parted = place
        target = rule.area or area
        if target == area:
            return self._point(place, self._find(area, rule.point))
        whole, _, part = target.partition("/")
        found = self._find(whole, rule.point)
        node = (
            Union((Edge(self._point((whole, True), found), whole=True, only=part),))
            if part
            else self._point((whole, False), found)
        )
        return Spread(node, self._claimed(place)) if parted else node

    def _find(self, area: str, point: str) -> Point:
        return next(found for found in self.registry.pathway_of(area) if found.id == point)

    def _point(self, place: _Place, point: Point) -> Node:
        """A point through all its versions: each over all time with what it keeps, clipped to the days on which it is in
        force."""
        known = self._points.get((*place, point.id))
        if known is None:
            keeps = Window("ever") if point.keeps == "ever" else Window("within", point.keeps) if point.keeps else None
            ends = [version.since for version in point.versions[1:]] + [None]
            known = _union(
                tuple(
                    Edge(self._rule(version.when, place), keeps, version.since, until)
                    for version, until in zip(point.versions, ends, strict=True)
                )
            )
            self._points[(*place, point.id)] = known
        return known

    # Levels

    def _level(self, place: _Place, level: Level) -> Node:
        """Everybody at a level or above: by the place's own points, or in a part of it."""
        key = (*place, level)
        if key not in self._levels:
            own = self._own_level(place, level)
            area, parted = place
            below = [] if parted else [Edge(self._level((part.id, False), level)) for part in self.registry.parts_of(area)]
            if not parted and self.registry.areas[area].split_by:
                below.append(Edge(self._level((area, True), level), whole=True))
            self._levels[key] = _union((*own, *below))
        return self._levels[key]

    def _own_level(self, place: _Place, level: Level) -> list[Edge]:
        pathway = self.registry.pathway_of(place[0])
        if level == "active":
            first = next((point for point in pathway if point.level == "active"), None)
            return [
                Edge(self._point(place, first) if first else self._leaf(self.registry.community.active, self._claimed(place)))
            ]
        if level == "core":
            points = [Edge(self._point(place, point)) for point in pathway if point.level == "core"]
            both = _unique((self._level(place, "active"), _union(tuple(points))))  # one node, where both have one rule
            return [Edge(All(both))] if points else []
        if level == "casual":
            points = [Edge(self._point(place, point)) for point in pathway if point.level != "visitor"]
            return [*points, Edge(self._level(place, "active"))]
        points = [Edge(self._point(place, point)) for point in pathway if point.level == "visitor"]
        return [*points, Edge(self._level(place, "casual"))]

    def _union_of(self, areas: tuple[str, ...], level: Level) -> Node:
        return _union(tuple(Edge(self._level((area, False), level)) for area in areas))

    def _no_number_before(self) -> dict[str, str]:
        """Areas whose first `active` point has no rule before a day; `area:x point:p` and `area:x core` of points that have none
        before one. A whole is judged by its own rule, whatever its parts have."""
        found: dict[str, dt.date | None] = {}
        for area in sorted(self.registry.areas):
            pathway, scope = self.registry.pathway_of(area), f"area:{area}"
            found[scope] = next((point.versions[0].since for point in pathway if point.level == "active"), None)
            found |= {f"{scope} point:{point.id}": point.versions[0].since for point in pathway}
            core = [point.versions[0].since or dt.date.min for point in pathway if point.level == "core"]
            found[f"{scope} core"] = min(core, default=None)
        return {name: since.isoformat() for name, since in found.items() if since and since > dt.date.min}


def _union(edges: tuple[Edge, ...]) -> Node:
    """The union of the edges; the one node itself where nothing is to be done."""
    edges = _unique(edges)
    if len(edges) == 1 and edges[0] == Edge(edges[0].node):
        return edges[0].node
    return Union(edges)


def _unique(items: object) -> tuple:  # type: ignore[type-arg]
    return tuple(dict.fromkeys(items))  # type: ignore[call-overload]
