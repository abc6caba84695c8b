"""Status, privacy and about: how fresh, what is kept, and what this is."""

from __future__ import annotations

from baloo.ingest.refusals import REMEDIES
from baloo.metrics.answers import NothingCounted
from baloo.web.pages.freshness import banner, by_title, fresh
from baloo.web.pages.route import Route
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["ROUTES", "about", "privacy", "status"]


def status(scene: Scene) -> Page:
    """How fresh each system is, and what waits in quarantine."""
    words, registry = scene.words, scene.registry
    try:
        found = banner(scene)
        feeds = [fresh(scene, registry.systems[name]) for name in by_title(registry)]
    except NothingCounted:
        found, feeds = None, []
    refused: dict[tuple[str, str], int] = {}
    for group in scene.waiting():
        system = group.system if group.system and group.system in registry.systems else ""
        key = (system, group.slug)
        refused[key] = refused.get(key, 0) + group.count
    return Page(
        "status.html", words("menu-status"), words("status-description"), "status", values={
            "banner": found, "feeds": feeds,
            "refused": sorted(((n, *key, REMEDIES.get(key[1], "")) for key, n in refused.items()), reverse=True),
        },
    )


def privacy(scene: Scene) -> Page:
    """What is kept, for how long, and how to be forgotten."""
    words = scene.words
    return Page("privacy.html", words("privacy-title"), words("privacy-description"), values={
        "days": int(scene.settings["quarantine_days"]), "k": scene.few.k,
    })


def about(scene: Scene) -> Page:
    """What Baloo is, and how its figures can be used."""
    words = scene.words
    return Page("about.html", words("menu-about"), words("about-description"), "about")


ROUTES = (Route("/status", status, fresh=True), Route("/privacy", privacy), Route("/about", about))
