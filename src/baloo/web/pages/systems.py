"""Systems: where contributions happen, and how fresh each is."""

from __future__ import annotations

from baloo.registry.words import default_definition
from baloo.web import scope as scopes
from baloo.web.pages.freshness import all_feeds, claims_on, fresh
from baloo.web.pages.numbers import numbers
from baloo.web.pages.route import Route
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["ROUTES", "index", "system"]


def index(scene: Scene) -> Page:
    """All systems."""
    words, community = scene.words, scene.registry.community.title
    return Page(
        "systems.html", words("menu-systems"), words("systems-description", community=community), "systems",
        values={"feeds": all_feeds(scene)},
    )


def system(scene: Scene, name: str) -> Page:
    """One system: its people, what can be done there, which areas it feeds, from when to when it is known. Raises UnknownName."""
    scope = scopes.system(scene.registry, name)
    declared = scene.registry.systems[name]
    values = {
        **numbers(scene, scope), "system": declared, "feed": fresh(scene, declared), "areas": claims_on(scene, name),
        "kinds": sorted(declared.kinds.values(), key=lambda kind: kind.title),
        "plain_rule": default_definition(scene.registry, scope.title),
    }
    title = scene.words("scope-title", scope=scope.title, people=values["number"])
    description = scene.words("scope-description", scope=scope.title, people=values["number"])
    return Page("system.html", title, description, "systems", values)


ROUTES = (Route("/systems", index), Route("/systems/{name:str}", system))
