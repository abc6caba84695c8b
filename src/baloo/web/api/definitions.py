"""The rules in words: `/definitions`, and the sentence beside each count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from litestar import Response

from baloo.registry.model import Registry
from baloo.registry.words import default_definition, definition
from baloo.web.api.asked import Asked, Day, Present
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.api.shapes import Definition, Definitions

__all__ = ["HANDLERS"]


def definitions(request: Asked, answers: Present, as_of: Day = None) -> Response[Definitions]:
    """Every conversion point of every area, in words, as it is in force at a day; and the community's own rule."""
    registry = answers.registry
    return reply(request, Definitions(list(_all(registry, as_of or answers.today)), registry.hash))


HANDLERS = [*in_both_forms(definitions, "What it takes to be counted")]


def _all(registry: Registry, day: dt.date) -> Iterator[Definition]:
    community = registry.community
    said = f"You count as active in {community.title} when you are active in at least one of its areas."
    default = default_definition(registry, "an area without a rule of its own, or in a system,")
    yield Definition("community", None, community.title, "active", True, f"{said} {default}", None, None, None, None)
    for area in sorted(registry.areas.values(), key=lambda a: a.id):
        pathway = registry.pathway_of(area.id)
        first = next((point for point in pathway if point.level == "active"), None)
        for point in pathway:
            version = point.at(day)
            yield Definition(
                f"area:{area.id}", point.id, point.title or point.id, point.level, point is first,
                definition(registry, area, point, day), version.since if version else None,
                point.until(version) if version else point.versions[0].since, point.rewards, point.next,
            )
