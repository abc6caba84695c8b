"""The live page and its rows."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import OrderedDict

from baloo.web.live.asked import VERDICTS, query_of, schemas_of
from baloo.web.live.figure import Hours
from baloo.web.live.gallery import Gallery, Shown, Wanted
from baloo.web.live.sight import Sight, own
from baloo.web.pages.templates import fragment
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["Rows", "live"]

_MOST = 30  # events on the page when it opens
_KNOWN = 256  # rows


def live(
    scene: Scene, *, gallery: Gallery, hours: Hours, rows: Rows, wanted: Wanted, address: str, wrong: bool = False,
) -> Page:
    """What came last, of what is asked for. `wrong`: a token was shown that is not good."""
    words, registry = scene.words, scene.registry
    look = gallery.look(wanted, _MOST)
    tag = wanted.tag or secrets.token_hex(4)
    return Page(
        "live.html", words("live-title"), words("live-description"), "live", status=403 if wrong else 200, values={
            "rows": [rows.row(shown, scene.today, address) for shown in look.shown],
            "after": look.last, "wanted": wanted, "wrong": wrong, "here": query_of(wanted),
            "chips": [(name, query_of(wanted, verdict=name)) for name in ("", *VERDICTS)],
            "hour": None if wanted.tag else hours.figure(scene, wanted),
            "systems": sorted(registry.systems), "schemas": schemas_of(registry),
            "try": f"""curl -X POST -H 'X-Debug-ID: {tag}' -d '{{"test":"hello"}}' {address}/submit/{_namespace(scene)}/""",
            "try_tag": tag,
        },
    )


class Rows:
    """Events as rows of the page, each made once for all who see it in the same way."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Sight, bool, dt.date, str], str] = OrderedDict()

    def row(self, shown: Shown, today: dt.date, address: str) -> str:
        """One event, whole where the watcher may see it so."""
        sight, kept = shown
        key = (sight, kept is not None, today, address)
        html = self._known.get(key)
        if html is None:
            mine = None if kept is None else own(kept, sight, address)
            html = self._known[key] = fragment("live_row.html", s=sight, today=today, own=mine)
            while len(self._known) > _KNOWN:
                self._known.popitem(last=False)
        return html


def _namespace(scene: Scene) -> str:
    """A namespace in which nobody needs a token."""
    names = [name for name in scene.settings["open_namespaces"] if not name.endswith("*")]
    return names[0] if names else "baloo"
