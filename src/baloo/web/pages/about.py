"""Privacy and about: what is kept, and what this is."""

from __future__ import annotations

from baloo.web.pages.route import Route
from baloo.web.pages.runs import runs
from baloo.web.pages.status import status
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["ROUTES", "about", "privacy"]


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


ROUTES = (
    Route("/status", status, fresh=True), Route("/runs", runs, fresh=True), Route("/privacy", privacy), Route("/about", about),
)
