"""A Mercurial server asked over HTTP: the log of hgweb, in the style that every one of them has for programs (`/json-log`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page

__all__ = ["walk"]

_SIZE = 200  # changes that are asked for at once; a server may give fewer


def walk(api: Api, at: Cursor) -> Iterator[Page]:
    """The changes from the newest back to the newest that the last whole walk began with.

    Changes are numbered as they come into a repository, so what is not behind that one is new, however old it is. Where it is
    there no more, history was stripped, and all is read again. A first walk ends where a whole page is older than `since`.
    """
    since, seen, tip, here = at.get("since"), at.get("seen"), at.get("tip"), at.get("here", "tip")
    begin = dt.datetime.fromisoformat(since).timestamp() if since and not seen else 0.0
    while True:
        found = api.get(f"json-log/{here}", revcount=_SIZE)["changesets"]
        nodes = [change["node"] for change in found]
        tip = tip or (nodes[0] if nodes else None)
        new = found[: nodes.index(seen)] if seen in nodes else found
        wanted = [change for change in new if change["date"][0] >= begin and change["node"] != here]  # which the page before had
        if seen in nodes or not wanted:
            yield Page(wanted, {"since": since, "seen": tip or seen})
            return
        here = nodes[-1]
        yield Page(wanted, {"since": since, "seen": seen, "tip": tip, "here": here})
