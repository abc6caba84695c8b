"""The home page: the question, the answer, the trend, and where people help."""

from __future__ import annotations

from baloo.web.figures.active import active
from baloo.web.figures.areas import area_rows, areas, inner
from baloo.web.figures.changes import changes, tiles
from baloo.web.figures.moves import moves
from baloo.web.figures.once import once
from baloo.web.figures.quarters import quarters
from baloo.web.pages.freshness import all_feeds, banner, progress
from baloo.web.pages.numbers import delta, flags
from baloo.web.pages.route import Route
from baloo.web.pages.week import this_week
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["ROUTES", "home"]

_NEARLY = 0.9  # of the target


def home(scene: Scene) -> Page:
    """Are we a thousand yet?"""
    words, whole = scene.words, scene.whole
    trend = active(scene, whole)
    scene.begin(trend.picture)
    comings = quarters(scene, whole)
    scene.begin(comings.picture if comings else None)
    moved = moves(scene, whole)  # before `once`, which asks about the same people at the last day
    now, then = scene.people(whole), scene.people(whole, as_of=scene.year_ago)
    made, summed = tiles(scene, whole)
    unclaimed = scene.answers.count("unclaimed", "active", scene.as_of, staff=scene.staff).value
    return Page(
        "home.html", scene.registry.community.question, words("home-description", people=scene.shown(now), community=whole.title),
        section="people",
        values={
            "now": now, "number": scene.shown(now), "few": now is None or scene.hides(now),
            "answer": answer(scene, now), "delta": delta(scene, now, then),
            "trend": trend, "tiles": made, "sum": summed, "changes": changes(scene, whole),
            "areas": areas(scene, whole), "rows": area_rows(scene, inner(scene, whole)), "once": once(scene, whole),
            "week": this_week(scene), "banner": banner(scene, all_feeds(scene), progress(scene)),
            "quarters": comings, "moves": moved,
            "flags": flags(scene, whole),
            "unclaimed": words("unclaimed", n=unclaimed) if unclaimed and not scene.hides(unclaimed) else "",
            "systems": len(scene.registry.systems),
        },
    )


def answer(scene: Scene, now: int | None) -> tuple[str, str]:
    """The first word of the answer (yes, nearly, not yet, or none) and the sentence after it."""
    words, target = scene.words, scene.whole.target
    if not now:
        return "", words(_empty(scene))
    if scene.hides(now):
        return "", words("few-kept", k=scene.few.k)
    if not target:
        return "", words("home-answer-plain", n=now)
    if now >= target:
        return words("home-yes"), words("home-answer-yes", n=now)
    if now >= target * _NEARLY:
        return words("home-nearly"), words("home-answer-nearly", n=target - now)
    return words("home-no"), words("home-answer-no", n=now, missing=words.number(target - now))


def _empty(scene: Scene) -> str:
    """The sentence of a home page without people: no area is declared, something was known once, or nothing yet."""
    registry = scene.registry
    if not registry.areas:
        return "home-answer-no-area"
    known = any(scene.answers.known_days(system)[0] for system in registry.systems)
    return "home-answer-quiet" if known else "home-answer-nobody"


ROUTES = (Route("/", home),)
