"""The rules in words: `/definitions`, and the sentence beside each count."""

from __future__ import annotations

from collections.abc import Iterator

from litestar import Response

from baloo.metrics.answers import Scope
from baloo.registry.model import Registry
from baloo.registry.words import default_definition, definition
from baloo.web.api.asked import Asked, Present
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.api.shapes import Definition, Definitions

__all__ = ["HANDLERS", "counted_by"]


def counted_by(registry: Registry, scope: Scope, level: str) -> str:
    """What it takes to be counted in a scope at a level, in one or two sentences."""
    if level in ("known", "seen", "new"):
        return {
            "known": f"You are known in {scope.title} once you have contributed.",
            "seen": f"You were seen in {scope.title} when you contributed in the year up to the day.",
            "new": f"You are new in {scope.title} in a week when you contributed in it, and not in the year before.",
        }[level]
    if scope.kind in ("community", "organisation"):
        return f"You count as {level} in {scope.title} when you are {level} in at least one of its areas."
    area = registry.areas.get(scope.id.partition("/")[0]) if scope.kind == "area" else None
    points = registry.pathway_of(area.id) if area else ()
    point = next((p for p in points if p.level == level), None)
    if area is None or point is None:
        return default_definition(registry, scope.title)
    return definition(registry, area, point)


def definitions(request: Asked, answers: Present) -> Response[Definitions]:
    """Every conversion point of every area, in words, in the order of the pathways; and the community's own rule."""
    registry = answers.registry
    return reply(request, Definitions(list(_all(registry)), registry.hash))


HANDLERS = [*in_both_forms(definitions, "What it takes to be counted")]


def _all(registry: Registry) -> Iterator[Definition]:
    community = registry.community
    default = default_definition(registry, community.title)
    yield Definition("community", None, community.title, "active", True, default, None, None, None)
    for area in sorted(registry.areas.values(), key=lambda a: a.id):
        pathway = registry.pathway_of(area.id)
        first = next((point for point in pathway if point.level == "active"), None)
        for point in pathway:
            yield Definition(
                f"area:{area.id}", point.id, point.title or point.id, point.level, point is first,
                definition(registry, area, point), point.versions[-1].since, point.rewards, point.next,
            )
