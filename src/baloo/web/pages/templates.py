"""Pages to HTML: Jinja with everything escaped, each word from the catalogue, each figure drawn."""

from __future__ import annotations

import functools
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from baloo.charts import Drawing
from baloo.charts.picture import Size
from baloo.web.assets import assets
from baloo.web.figures.figure import Figure
from baloo.web.scene import SIZES, Scene
from baloo.web.site import Page
from baloo.web.words import words_in

__all__ = ["fragment", "rendered"]


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("baloo.web", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )
    environment.filters["coded"] = _coded
    return environment


def _coded(text: str) -> Markup:
    """Words with `names` set as code."""
    parts = enumerate(text.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in parts)


def rendered(page: Page, scene: Scene) -> str:
    """The HTML of a page."""

    def pictures(figure: Figure) -> Markup:
        if figure.picture is None:
            return Markup()
        drawings = scene.drawn(figure.picture)
        return Markup("").join(_inline(drawing, size, figure) for drawing, size in zip(drawings, SIZES, strict=True))

    values: dict[str, Any] = {
        **page.values, "page": page, "scene": scene, "w": scene.words, "assets": assets(), "pictures": pictures,
        "query": scene.query,
        "demo": bool(scene.settings["demo"]), "community": scene.registry.community,
    }
    return _environment().get_template(page.template).render(values)


def fragment(template: str, **values: Any) -> str:  # noqa: ANN401 - what the template asks for
    """The HTML of a part of a page."""
    return _environment().get_template(template).render(w=words_in(), **values)


def _inline(drawing: Drawing, size: Size, figure: Figure) -> Markup:
    uid = figure.slug.replace("/", "-").replace("%", "")
    return Markup(drawing.inline(size, figure.label, uid))  # noqa: S704 - our own drawing, its words escaped
