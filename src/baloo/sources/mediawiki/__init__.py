"""MediaWiki: who makes, edits and translates pages; by its API, or from an XML dump."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record

__all__ = ["RECIPE"]

_TRANSLATIONS = 1198  # the namespace of the extension Translate
_ASKED = {
    "action": "query", "format": "json", "formatversion": 2, "list": "allrevisions", "arvdir": "newer", "arvlimit": 500,
    "arvprop": "ids|timestamp|user|userid|flags|size|tags",
}  # fmt: skip


def _asked_at(url: str) -> str:
    return url if "api.php" in url else f"{url.rstrip('/')}/api.php"


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    """All revisions of all pages, oldest first."""
    since, goes_on = at.get("since"), at.get("continue", {})
    last = at.get("last", since)
    while True:
        found = api.get("", **_ASKED, arvstart=since, **goes_on)
        if "error" in found:  # which comes with the status 200
            said = f"The wiki says: {found['error'].get('code', 'error')}."
            raise InputError(said, where=api.base, remedy="Does it allow everybody to read this?")
        pages = found.get("query", {}).get("allrevisions", [])
        last = max([last or "", *(one["timestamp"] for page in pages for one in page["revisions"])]) or None
        goes_on = found.get("continue")
        if not goes_on:
            yield Page(pages, {"since": last})
            return
        yield Page(pages, {"since": since, "continue": goes_on, "last": last})


def _unfold(page: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - a page with revisions
    """Revisions of people with an account: the others are known by an IP address, which is nobody."""
    root = addresses[0].partition("/api.php")[0]
    for one in page["revisions"]:
        user, account = one.get("user"), one.get("userid")
        if not user or _says(one, "anon") or account == 0 or _says(one, "temp"):
            continue
        what = "translation" if page["ns"] == _TRANSLATIONS else "edit" if one["parentid"] else "creation"
        yield {"type": what, "key": f"revision {one['revid']}", "at": one["timestamp"], "user": user, "account": account,
               "url": f"{root}/index.php?oldid={one['revid']}", "namespace": page["ns"], "page": page["pageid"],
               "minor": _says(one, "minor")}


def _says(one: Any, flag: str) -> bool:  # noqa: ANN401 - a revision
    """Whether a flag is set: true in the API's newer form; in the older an empty text, where one that is not is left out."""
    return one.get(flag, False) is not False


def _parse(file: Path) -> Iterator[Any]:
    """The revisions of a dump (`pages-meta-history`, or the shorter `stub-meta-history`), plain, .gz or .bz2."""
    opened: Any = {".gz": gzip.open, ".bz2": bz2.open}.get(file.suffix, open)
    page: dict[str, Any] = {}
    try:
        with opened(file, "rb") as stream:
            for _event, element in iterparse(stream):  # noqa: S314 - expat bounds what entities may grow to
                match _tag(element):
                    case "ns":
                        page = {"ns": int(element.text or 0), "pageid": None}
                    case "id" if page and page["pageid"] is None:
                        page["pageid"] = int(element.text or 0)
                    case "revision":
                        yield page | {"revisions": [_revision(element)]}
                        element.clear()
                    case "page":
                        page = {}
                        element.clear()
    except FileNotFoundError as error:
        raise InputError("There is no such file.", where=str(file)) from error
    except (ParseError, EOFError, OSError) as error:
        raise InputError(f"This is no XML dump: {error}.", where=str(file), remedy="Fetch it again: nothing is lost.") from error


def _revision(element: Element) -> Record:
    """A revision as the API would give it."""
    texts = {_tag(part): part.text for part in element}
    who = {_tag(part): part.text for part in element for part in (part if _tag(part) == "contributor" else ())}
    return {"revid": int(texts["id"] or 0), "parentid": int(texts.get("parentid") or 0), "timestamp": texts["timestamp"],
            "user": who.get("username"), "userid": int(who.get("id") or 0), "minor": "minor" in texts}


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


RECIPE = Recipe("MediaWiki", _walk, _unfold, _parse, asked_at=_asked_at)
