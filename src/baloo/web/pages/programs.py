"""The API as a page: what can be asked, address by address."""

from __future__ import annotations

from baloo.web.api.describe import ABOUT
from baloo.web.api.routes import described
from baloo.web.pages.route import Route
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["ROUTES", "programs"]


def programs(scene: Scene) -> Page:
    """The API, the log and the door, for people who write programs."""
    words, (read, logged, sent) = scene.words, described()
    sections = (
        ("log", words("api-log"), words("api-log-text"), logged), ("door", words("api-door"), words("api-door-text"), sent),
    )
    return Page("api.html", words("api-title"), words("api-text"), values={"about": ABOUT, "entries": read, "sections": sections})


ROUTES = (Route("/api", programs),)
