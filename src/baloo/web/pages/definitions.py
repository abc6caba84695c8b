"""Definitions: what counts, in words and as it is written, and how it changed."""

from __future__ import annotations

from baloo.errors import UnknownName
from baloo.registry.words import default_definition
from baloo.web import scope as scopes
from baloo.web.pages.route import Route
from baloo.web.pages.rules import counted_point, keeps, said, yaml_of
from baloo.web.pages.worked import worked
from baloo.web.scene import Scene
from baloo.web.site import Moved, Page

__all__ = ["ROUTES", "index", "point"]


def index(scene: Scene) -> Page:
    """Every conversion point of every area at a day, the rule where an area says nothing, and what changed when."""
    words, registry = scene.words, scene.registry
    found = [
        (scopes.area(registry, area.id), [said(scene, area, point) for point in registry.pathway_of(area.id)],
         "" if counted_point(registry, area.id) else default_definition(registry, area.title))
        for area in sorted(registry.areas.values(), key=lambda area: area.title)
    ]
    return Page(
        "definitions.html", words("menu-definitions"), words("definitions-description", community=registry.community.title),
        "definitions", values={
            "found": found, "plain_rule": default_definition(registry, registry.community.title),
            "changes": sorted(
                ((held.since, held.text, one) for _, points, _ in found for one in points for held in one.history if held.since),
                key=lambda change: change[0], reverse=True,
            ),
        },
    )


def point(scene: Scene, area: str, name: str) -> Page | Moved:
    """One conversion point. Former ids of areas lead to the present one for ever. Raises UnknownName."""
    words, registry = scene.words, scene.registry
    now = next((a.id for a in registry.areas.values() if area in a.was), None)
    if area not in registry.areas and now:
        return Moved(f"/definitions/{now}/{name}")
    scope = scopes.area(registry, area)
    pathway = {p.id: p for p in registry.pathway_of(area)}
    if name not in pathway:
        raise UnknownName("conversion point", name, pathway)
    found, counted = pathway[name], counted_point(registry, area)
    rule = said(scene, registry.areas[area], found)
    owner = next((a for a in (registry.areas[area], *registry.whole_of(area)) if a.pathway), registry.areas[area])
    title = words("definition-title", level=found.level, scope=scope.title)
    return Page(
        "definition.html", title, rule.text, "definitions", values={
            "scope": scope, "rule": rule, "keeps": keeps(scene, found), "worked": worked(scene, registry.areas[area], found),
            "yaml": yaml_of(scene.files, owner, found), "owner": owner,
            "is_counted": counted is not None and counted.id == found.id,
            "others": [said(scene, registry.areas[area], p) for p in pathway.values() if p.id != name],
        },
    )


ROUTES = (Route("/definitions", index), Route("/definitions/{area:str}/{name:str}", point))
