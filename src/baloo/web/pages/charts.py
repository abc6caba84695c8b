"""Figures as files: the picture as SVG and PNG, the table as CSV and JSON."""

from __future__ import annotations

import msgspec

from baloo.charts import About, described, svg_file
from baloo.errors import UnknownName
from baloo.web import scope as scopes
from baloo.web.figures.catalogue import FIGURES, offered
from baloo.web.figures.figure import Figure
from baloo.web.pages.route import Route
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.site import Raw
from baloo.web.tables import to_csv, to_rows

__all__ = ["ROUTES", "chart"]

_ENDINGS = ("csv", "json", "png", "svg")


def chart(scene: Scene, path: str) -> Raw:
    """The file at `/charts/<path>`, such as `areas/support/active.svg`. Raises UnknownName."""
    whole, dot, ending = path.strip("/").rpartition(".")
    if not dot or ending not in _ENDINGS:
        raise UnknownName("form of a figure", ending if dot else path, _ENDINGS)
    place, _, name = whole.rpartition("/")
    scope = scopes.find(scene.registry, place)
    if name not in offered(scope):
        raise UnknownName("figure", name, offered(scope))
    figure = FIGURES[name](scene, scope)
    if figure is None:
        raise UnknownName("figure", name, offered(scope) - {name})
    return _file(scene, scope, figure, ending)


def _file(scene: Scene, scope: Scope, figure: Figure, ending: str) -> Raw:
    name = f"{scope.slug(figure.slug.rpartition('/')[2])}".replace("/", "-").replace("%", "-") + f".{ending}"
    if ending == "csv":
        return Raw(to_csv(figure.table).encode(), "text/csv; charset=utf-8", name)
    about = _about(scene, scope, figure)
    if ending == "json":
        facts = {
            "title": about.title, "text": about.finding, "period": {"start": figure.start, "end": figure.end},
            "definition": about.definition, "licence": about.licence, "source": about.source, "publisher": about.publisher,
            "columns": [{"key": c.key, "title": c.title} for c in figure.table.columns], "rows": to_rows(figure.table),
        }
        return Raw(msgspec.json.format(msgspec.json.encode(facts)), "application/json", name)
    if figure.picture is None:
        raise UnknownName("form of this figure", ending, ("csv", "json"))
    (drawing,) = scene.renderer.draw(figure.picture, ("wide",))
    svg = svg_file(drawing, about)
    if ending == "svg":
        return Raw(svg.encode(), "image/svg+xml", name)
    return Raw(described(scene.renderer.png(svg), about), "image/png", name)


def _about(scene: Scene, scope: Scope, figure: Figure) -> About:
    words = scene.words
    days = {"start": words.day(figure.start), "end": words.day(figure.end)}
    return About(
        title=f"{scope.title}: {figure.title}" if scope.path else figure.title, finding=figure.text,
        period=words("file-period" if figure.start != figure.end else "file-day", **days),
        definition=words("file-definition", hash=scene.registry.hash[:12]), licence=words("file-licence"),
        source=f"/charts/{figure.slug}{scene.query}", publisher=words("file-publisher", community=scene.registry.community.title),
    )


ROUTES = (Route("/charts/{path:path}", chart),)
