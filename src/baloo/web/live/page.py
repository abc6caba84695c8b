"""The live page and its rows."""

from __future__ import annotations

import datetime as dt
import functools
import secrets

from baloo.web.live.asked import VERDICTS, query_of, schemas_of
from baloo.web.live.gallery import Gallery, Shown, Wanted
from baloo.web.live.sight import Own, Sight, own
from baloo.web.pages.templates import fragment
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["live", "row"]

_MOST = 30  # events on the page when it opens


def live(scene: Scene, *, gallery: Gallery, wanted: Wanted, address: str, wrong: bool = False) -> Page:
    """What came last, of what is asked for. `wrong`: a token was shown that is not good."""
    words, registry = scene.words, scene.registry
    look = gallery.look(wanted, _MOST)
    tag = wanted.tag or secrets.token_hex(4)
    return Page(
        "live.html", words("live-title"), words("live-description"), "live", status=403 if wrong else 200, values={
            "rows": [row(shown, scene.today, address) for shown in look.shown],
            "after": look.last, "wanted": wanted, "wrong": wrong, "here": query_of(wanted),
            "chips": [(name, query_of(wanted, verdict=name)) for name in ("", *VERDICTS)],
            "systems": sorted(registry.systems), "schemas": schemas_of(registry),
            "try": f"""curl -X POST -H 'X-Debug-ID: {tag}' -d '{{"test":"hello"}}' {address}/submit/{_namespace(scene)}/""",
            "try_tag": tag,
        },
    )


def row(shown: Shown, today: dt.date, address: str) -> str:
    """One event as a row of the page."""
    if shown.kept is None:
        return _public(shown.sight, today)
    return _row(shown.sight, today, own(shown.kept, shown.sight, address))


@functools.lru_cache(1_024)
def _public(sight: Sight, today: dt.date) -> str:
    return _row(sight, today, None)


def _row(sight: Sight, today: dt.date, mine: Own | None) -> str:
    return fragment("live_row.html", s=sight, today=today, own=mine)


def _namespace(scene: Scene) -> str:
    """A namespace in which nobody needs a token."""
    names = [name for name in scene.settings["open_namespaces"] if not name.endswith("*")]
    return names[0] if names else "baloo"
