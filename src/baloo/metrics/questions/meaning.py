"""What a number means, in words: the sentence that stands beside it on the command line and in the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from baloo.metrics.questions.values import Scope
from baloo.registry.model import Registry, Span
from baloo.registry.words import default_definition, definition

__all__ = ["combined_by", "counted_by", "on_one_day"]

_OF_ITS_OWN = {
    "known": "You are known in {} once you have contributed.",
    "seen": "You were seen in {} when you contributed in the year up to the day.",
    "new": "You are new in {} in a week when you contributed in it, and not in the year before.",
}


def counted_by(registry: Registry, scope: Scope, level: str, day: dt.date) -> str:
    """What it takes to be counted in a scope at a level and a day, in one or a few sentences."""
    if level in _OF_ITS_OWN:
        return _OF_ITS_OWN[level].format(scope.title)
    if scope.kind in ("community", "organisation"):
        return f"You count as {level} in {scope.title} when you are {level} in at least one of its areas."
    area = registry.areas.get(scope.id.partition("/")[0]) if scope.kind == "area" else None
    if area is None:
        return _without_points(registry, scope.title, level)
    points = [point for point in registry.pathway_of(area.id) if point.level == level]
    said = [definition(registry, area, point, day) for point in (points[:1] if level == "active" else points)]
    if not said:
        said = [_without_points(registry, area.title, level)]
    elif level in ("visitor", "casual"):
        said.append("So does who reaches a step of a higher level.")
    if registry.parts_of(area.id) or (area.split_by and "/" not in scope.id):
        said.append("Who counts in one of its parts counts here.")
    return " ".join(said)


def combined_by(titles: Sequence[str], op: str, level: str) -> str:
    """What it takes to be counted in several areas at once: in any of them, in each, or in the first and no other."""
    who = "a visitor" if level == "visitor" else level
    first, *others = titles
    if not others:
        return f"You count when you are {who} in {first}."
    if op == "difference":
        return f"You count when you are {who} in {first}, and not in {' or '.join(others)}."
    which = "at least one" if op == "union" else "each"
    return f"You count, once, when you are {who} in {which} of {', '.join(titles[:-1])} and {titles[-1]}."


def on_one_day(definition: str, window: Span, day: dt.date) -> str:
    """The same, where it is enough that it held on one day of a window."""
    unit = window.unit if window.n > 1 else window.unit.removesuffix("s")
    return f"{definition} One day of the {window.n} {unit} up to {day.isoformat()} is enough; each is judged by its own rule."


def _without_points(registry: Registry, title: str, level: str) -> str:
    """What a level means where no conversion point is of it: levels nest, and the community's rule says who is active."""
    if level == "active":
        return default_definition(registry, title)
    if level == "core":
        return f"Nobody counts as core in {title}: no conversion point there is of that level."
    who = "a visitor" if level == "visitor" else level
    return f"You count as {who} in {title} when you reach a step of a higher level there, such as being active."
