"""Areas, the parts they are made of, and organisations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from baloo.errors import UnknownName
from baloo.registry.model import Area
from baloo.registry.words import default_definition
from baloo.web import scope as scopes
from baloo.web.figures.areas import area_rows, areas, inner
from baloo.web.figures.cohorts import cohorts
from baloo.web.figures.moves import moves
from baloo.web.figures.overlap import overlap
from baloo.web.figures.pathway import pathway
from baloo.web.pages.freshness import feeds_of
from baloo.web.pages.numbers import numbers
from baloo.web.pages.route import Route
from baloo.web.pages.rules import Said, counted_point, keeps, said
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.site import Moved, Page

__all__ = ["ROUTES", "area", "index", "organisation"]


def index(scene: Scene) -> Page:
    """All areas, the smaller ones below those that they are part of, and the organisations."""
    words, registry = scene.words, scene.registry
    tops = inner(scene, scene.whole)
    return Page(
        "areas.html", words("menu-areas"), words("areas-description", community=registry.community.title), "areas",
        values={
            "areas": areas(scene, scene.whole), "rows": area_rows(scene, tops), "overlap": overlap(scene, scene.whole),
            "wholes": [(top, area_rows(scene, within)) for top in tops if (within := inner(scene, top))],
            "organisations": area_rows(scene, (scopes.organisation(registry, name) for name in registry.organisations())),
        },
    )


def area(scene: Scene, path: str) -> Page | Moved:
    """An area, or a part of a split one. Former ids lead to the present one for ever. Raises UnknownName."""
    name, _, value = path.strip("/").partition("/")
    registry = scene.registry
    now = next((a.id for a in registry.areas.values() if name in a.was), None)
    if name not in registry.areas and now:
        present = scopes.part(registry, now, value) if value else scopes.area(registry, now)
        return Moved(present.path)
    scope = scopes.part(registry, name, value) if value else scopes.area(registry, name)
    if value:
        known = [s.name for s in scene.answers.scopes() if s.name.startswith(f"area:{name}/")]
        if scope.name not in known:
            raise UnknownName("part", value, [k.partition("/")[2] for k in known])
    return _page(scene, scope, lambda: _of_area(scene, scope, registry.areas[name]))


def organisation(scene: Scene, name: str) -> Page:
    """An organisation: everybody who is active in one of its areas. Raises UnknownName."""
    scope = scopes.organisation(scene.registry, name)
    return _page(scene, scope, lambda: {"above": [], "rule": None, "plain_rule": scene.words("organisation-rule")})


def _page(scene: Scene, scope: Scope, more: Callable[[], dict[str, Any]]) -> Page:
    """The page of a scope. `more` is asked last: what every scope shows is drawn meanwhile."""
    within = inner(scene, scope)
    values = {
        **numbers(scene, scope), "inner": areas(scene, scope) if within else None, "rows": area_rows(scene, within),
        "feeds": [], "pathway": None, "cohorts": None, "moves": None, "keeps": "", **more(),
    }
    title = scene.words("scope-title", scope=scope.title, people=values["number"])
    return Page("area.html", title, scene.words("scope-description", scope=scope.title, people=values["number"]), "areas", values)


def _of_area(scene: Scene, scope: Scope, declared: Area) -> dict[str, Any]:
    registry = scene.registry
    point = counted_point(registry, declared.id)
    above = [scopes.area(registry, a.id) for a in registry.whole_of(declared.id)][::-1]
    rule: Said | None = said(scene, declared, point) if point else None
    moved = moves(scene, scope) if scope.form == "area" else None
    scene.begin(moved.picture if moved else None)
    return {
        "above": [*above, scopes.area(registry, declared.id)] if scope.form == "part" else above,
        "rule": rule, "keeps": keeps(scene, point) if point else "",
        "plain_rule": "" if rule else default_definition(registry, scope.title),
        "feeds": feeds_of(scene, declared), "pathway": pathway(scene, scope), "cohorts": cohorts(scene, scope),
        "moves": moved,
    }




ROUTES = (
    Route("/areas", index),
    Route("/areas/{path:path}", area),
    Route("/organisations/{name:str}", organisation),
)
