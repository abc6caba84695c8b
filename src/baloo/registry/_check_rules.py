"""What `check` says of rules: what they name, where `not` stands, what `keeps` may ask, and circles of `reached`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from baloo.registry._amounts import odd_amounts, too_long
from baloo.registry._files import Entry
from baloo.registry._names import Names
from baloo.registry._rules import parse_reached
from baloo.registry._yaml import Place

__all__ = ["check_rules", "leaves_of", "rules_of", "walk"]

_Node: TypeAlias = "tuple[str, str]"  # area (or a part of a split) and point


def rules_of(point: dict[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Each rule of a point with its place within the point: the present one, then those before it."""
    yield ("when",), point["when"]
    for i, version in enumerate(point.get("before", ())):
        yield ("before", i, "when"), version["when"]


def walk(rule: dict[str, Any], place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """A rule and all rules within it, each with its place."""
    yield place, rule
    for key in ("any", "all"):
        for i, inner in enumerate(rule.get(key, ())):
            yield from walk(inner, (*place, key, i))
    if "not" in rule:
        yield from walk(rule["not"], (*place, "not"))


def leaves_of(rule: dict[str, Any], place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The leaves of a rule with their places."""
    return ((p, r) for p, r in walk(rule, place) if not r.keys() & {"any", "all", "not", "reached"})


def check_rules(names: Names) -> None:
    """Every rule of every area, and the community's own."""
    community = names.draft.community
    if community and "active" in community.data:
        _leaf(names, community, ("active",), community.data["active"], names.everything())
    for area, entry in names.areas.items():
        feeds = names.feeds(area)
        for i, point in enumerate(entry.data.get("pathway", ())):
            for place, rule in rules_of(point):
                here = ("pathway", i, *place)
                _nots(names, entry, here, rule)
                for at, leaf in leaves_of(rule, here):
                    _leaf(names, entry, at, leaf, feeds)
                for at, inner in walk(rule, here):
                    if "reached" in inner:
                        _reached(names, entry, area, (*at, "reached"), inner["reached"])
            if "keeps" in point:
                _keeps(names, entry, area, i, point)
    _circles(names)


def _nots(names: Names, entry: Entry, place: Place, rule: dict[str, Any]) -> None:
    """`not` stands only in `all`, beside something positive."""
    allowed: set[Place] = set()
    for at, inner in walk(rule, place):
        children = inner.get("all", [])
        if any("not" not in child for child in children):
            allowed |= {(*at, "all", i) for i in range(len(children))}
        if "not" in inner and at not in allowed:
            message = "`not` alone would be everybody on earth. Put it under `all`, beside what people did do."
            names.report(entry, (*at, "not"), message, slug="not-alone")


def _leaf(names: Names, entry: Entry, place: Place, leaf: dict[str, Any], feeds: set[tuple[str, str]]) -> None:
    lines = [((*place, "points", i), line) for i, line in enumerate(leaf.get("points", ()))]
    for at, selection in [(place, leaf), *lines]:
        for k, kind in enumerate(selection.get("kinds", ())):
            _kind(names, entry, (*at, "kinds", k), kind, feeds)
    if "days" in leaf and leaf.get("of", "days") != "days":
        message = f"`days: {leaf['days']}` is short for `at_least: {leaf['days']}, of: days`; it cannot be `of: {leaf['of']}`."
        names.report(entry, (*place, "of"), message, slug="how-much")
    for key, message in too_long(leaf):
        names.report(entry, (*place, key), message, slug="too-long")
    for key, message in odd_amounts(leaf):
        names.report(entry, (*place, key), message, severity="warning", slug="odd")
    asks = "whose" if "whose" in leaf else "of" if leaf.get("of") == "people" else None
    concerned = names.concerned(feeds, leaf.get("kinds"))
    if asks and concerned and not any("owner" in names.kind(s, k) for s, k in concerned):
        message = f"`{asks}: {leaf[asks]}` never holds: none of these kinds says in `owner` whose thing it was done on."
        names.report(entry, (*place, asks), message, severity="warning", slug="no-owner-field")


def _kind(names: Names, entry: Entry, place: Place, kind: str, feeds: set[tuple[str, str]]) -> None:
    if names.draft.broken["system"]:
        return
    declared = {k for _system, k in names.everything()}
    if kind not in declared:
        names.report(entry, place, **names.wrong_name(f"No system has a kind `{kind}`.", kind, declared))
    elif not names.draft.broken["area"] and not any(k == kind for _system, k in feeds):
        message = f"Nothing that this area counts is of kind `{kind}`, so this never holds."
        names.report(entry, place, message, severity="warning", slug="not-fed")


def _reached(names: Names, entry: Entry, area: str, place: Place, text: str) -> None:
    target = parse_reached(text, names.was)
    name, slash, _value = (target.area or area).partition("/")
    if name not in names.areas:
        wrong = names.unknown("area", name, names.areas)
        if wrong:
            names.report(entry, place, **wrong)
        return
    if slash and "split_by" not in names.areas[name].data:
        message = f"`{name}` is not split, so it has no part `{target.area}`."
        names.report(entry, place, message, slug="unknown-name")
        return
    points = [point["point"] for point in names.pathway(name)]
    if target.point not in points and not names.draft.broken["area"]:
        prefix = text.rpartition(":")[0] + ":" if target.area else ""
        message = f"The area `{name}` has no point `{target.point}`." if points else f"The area `{name}` has no pathway."
        names.report(entry, place, **names.wrong_name(message, target.point, points, prefix))


def _point(names: Names, node: _Node) -> dict[str, Any] | None:
    area = node[0].partition("/")[0]
    return next((p for p in names.pathway(area) if p["point"] == node[1]), None) if area in names.areas else None


def _steps(names: Names, node: _Node) -> Iterator[_Node]:
    """The points that a point asks for."""
    point = _point(names, node)
    for _place, rule in rules_of(point) if point else ():
        for _at, inner in walk(rule):
            if "reached" in inner:
                target = parse_reached(inner["reached"], names.was)
                yield target.area or node[0], target.point


def _keeps(names: Names, entry: Entry, area: str, i: int, point: dict[str, Any]) -> None:
    """A grace is no longer than a century, and not on a rule with `top`, be it its own or one that it reaches."""
    if point["keeps"] != "ever" and any(True for _ in too_long({"within": point["keeps"]})):
        message = f"`keeps: {point['keeps']}` is longer than a hundred years; say `ever`."
        names.report(entry, ("pathway", i, "keeps"), message, slug="too-long")
    seen: set[_Node] = set()
    todo: list[_Node] = [(area, point["point"])]
    while todo:
        node = todo.pop()
        found = _point(names, node)
        if node in seen or found is None:
            continue
        seen.add(node)
        todo.extend(_steps(names, node))
        if any("top" in leaf for _place, rule in rules_of(found) for _at, leaf in leaves_of(rule)):
            via = "" if found is point else f", which this one reaches through `{node[0]}:{node[1]}`"
            message = f"`keeps` cannot stand on a rule with `top`{via}: it would ask every day of everybody."
            names.report(entry, ("pathway", i, "keeps"), message, slug="keeps-top")
            return


def _circles(names: Names) -> None:
    """Points that reach themselves; each circle is told once, where its first point is written."""
    told: set[frozenset[_Node]] = set()
    safe: set[_Node] = set()
    for area in names.areas:
        for point in names.pathway(area):
            circle = _circle(names, (area, point["point"]), (), safe)
            if circle and frozenset(circle) not in told:
                told.add(frozenset(circle))
                way = " → ".join(f"{a}:{p}" for a, p in (*circle, circle[0]))
                entry, i = _written(names, circle[0])
                message = f"This point would have to be reached before itself: {way}."
                names.report(entry, ("pathway", i, "point"), message, slug="circle")


def _circle(names: Names, node: _Node, way: tuple[_Node, ...], safe: set[_Node]) -> tuple[_Node, ...]:
    """The circle that a point leads into, or nothing; `way` leads to the point, `safe` leads into no circle."""
    if node in way:
        return way[way.index(node) :]
    if node not in safe:
        for step in _steps(names, node):
            found = _circle(names, step, (*way, node), safe)
            if found:
                return found
        safe.add(node)
    return ()


def _written(names: Names, node: _Node) -> tuple[Entry, int]:
    """Where a point is written: the entry of the area whose pathway it is, and its number in it."""
    area = node[0].partition("/")[0]
    entry = next(names.areas[a] for a in names.whole_of(area) if "pathway" in names.areas[a].data)
    return entry, [point["point"] for point in entry.data["pathway"]].index(node[1])
