"""Figures at addresses of their own: a page with the figure and how to use it, the picture as a file, and the table."""

from __future__ import annotations

from typing import Any

import msgspec

from baloo.charts import About, badge, described, lite, svg_file
from baloo.errors import UnknownName
from baloo.web import scope as scopes
from baloo.web.figures.catalogue import FIGURES, offered
from baloo.web.figures.figure import Figure
from baloo.web.headers import EMBEDDED
from baloo.web.pages.route import Route
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.site import Page, Raw
from baloo.web.tables import to_csv, to_rows

__all__ = ["ROUTES", "badge_of", "chart"]

_DATA = ("csv", "embed", "json", "metadata.json")  # what every figure has
_DRAWN = ("png", "svg", "vl.json")  # and what it has where it is drawn
_SECTIONS = {"community": "people", "system": "systems"}


def chart(scene: Scene, path: str) -> Page | Raw:
    """What stands at `/charts/<path>`: a figure's page, or with an ending such as `.svg` a file. Raises UnknownName."""
    place, _, last = path.strip("/").rpartition("/")
    name, dot, ending = last.partition(".")
    if dot and ending not in (*_DATA, *_DRAWN):
        raise UnknownName("form of a figure", ending, (*_DATA, *_DRAWN))
    scope = scopes.find(scene.registry, place)
    figure = FIGURES[name](scene, scope) if name in offered(scope) else None
    if figure is None:
        raise UnknownName("figure", name, offered(scope) - {name})
    if not dot:
        return _page(scene, scope, figure)
    if ending == "embed":
        return Page("embed.html", figure.title, figure.text, values={"figure": figure, "scope": scope},
                    headers={"content-security-policy": EMBEDDED})
    return _file(scene, scope, figure, ending)


def badge_of(scene: Scene, file: str) -> Raw:
    """The number of a view as a picture: `/badges/support.svg`. Raises UnknownName."""
    view, dot, ending = file.rpartition(".")
    if not dot or ending != "svg":
        raise UnknownName("badge", file, [f"{name}.svg" for name in scene.answers.views()])
    scope = scene.answers.view(view)
    people = scene.answers.count(scope.name, as_of=scene.as_of, staff=scene.staff).value
    number = scene.words("badge", n=people) if people is not None and not scene.hides(people) else scene.shown(people)
    return Raw(badge(scope.title, number).encode(), "image/svg+xml", file)


def _endings(figure: Figure) -> list[str]:
    return sorted((*_DATA, *(_DRAWN if figure.picture else ())))


def _address(scene: Scene, figure: Figure, ending: str) -> str:
    return f"/charts/{figure.slug}.{ending}{scene.query}"


def _page(scene: Scene, scope: Scope, figure: Figure) -> Page:
    words = scene.words
    files = [(e, _address(scene, figure, e), words("chart-form", form=e.replace(".", "-"))) for e in _endings(figure)]
    return Page("chart.html", figure.title, figure.text, _SECTIONS.get(scope.form, "areas"), values={
        "figure": figure, "scope": scope, "files": files, "about": _about(scene, scope, figure),
    })


def _file(scene: Scene, scope: Scope, figure: Figure, ending: str) -> Raw:
    name = figure.slug.replace("/", "-").replace("%", "-") + f".{ending}"
    about = _about(scene, scope, figure)
    if ending == "csv":
        return Raw(to_csv(figure.table).encode(), "text/csv", name)
    if ending in ("json", "metadata.json"):
        more = {"rows": to_rows(figure.table)} if ending == "json" else _metadata(scene, figure)
        return _json({**_facts(figure, about), **more}, name)
    if figure.picture is None:
        raise UnknownName("form of this figure", ending, _endings(figure))
    if ending == "vl.json":
        return _json(lite(figure.picture, about.title, about.finding), name)
    (drawing,) = scene.renderer.draw(figure.picture, ("wide",))
    svg = svg_file(drawing, about)
    if ending == "svg":
        return Raw(svg.encode(), "image/svg+xml", name)
    return Raw(described(scene.renderer.png(svg), about), "image/png", name)


def _json(value: object, name: str) -> Raw:
    return Raw(msgspec.json.format(msgspec.json.encode(value)), "application/json", name)


def _facts(figure: Figure, about: About) -> dict[str, Any]:
    return {
        "title": about.title, "text": about.finding, "period": {"start": figure.start, "end": figure.end},
        "definition": about.definition, "licence": about.licence, "source": about.source, "publisher": about.publisher,
        "columns": [{"key": c.key, "title": c.title} for c in figure.table.columns],
    }


def _metadata(scene: Scene, figure: Figure) -> dict[str, Any]:
    """What is to be known of a figure besides its numbers: how fresh they are, what happened meanwhile, and where it stands."""
    return {
        "subject": figure.subject, "caption": figure.table.caption, "counted": scene.answers.stamp.refreshed,
        "fewest_people": scene.few.k, "notes": [{"day": note.day, "text": note.text, "link": note.href} for note in figure.notes],
        "files": {ending: _address(scene, figure, ending) for ending in _endings(figure)},
    }


def _about(scene: Scene, scope: Scope, figure: Figure) -> About:
    words = scene.words
    days = {"start": words.day(figure.start), "end": words.day(figure.end)}
    return About(
        title=f"{scope.title}: {figure.title}" if scope.path else figure.title, finding=figure.text,
        period=words("file-period" if figure.start != figure.end else "file-day", **days),
        definition=words("file-definition", hash=scene.registry.hash[:12]), licence=words("file-licence"),
        source=f"/charts/{figure.slug}{scene.query}", publisher=words("file-publisher", community=scene.registry.community.title),
    )


ROUTES = (Route("/charts/{path:path}", chart), Route("/badges/{file:str}", badge_of))
