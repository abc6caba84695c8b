"""Kuma, the wiki that MDN was until 2020: who makes, edits and translates pages; by its feed, or from its database."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record, newest_first

__all__ = ["RECIPE"]

_FEED = "en-US/docs/feeds/json/revisions"
_SIZE = 500  # of a page; Kuma gives no more
_TITLE = re.compile(r"(.+) \(([\w-]+)\)")
_ORIGINAL = "en-US"
_ZONE = ZoneInfo("America/Los_Angeles")


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    """All revisions, the last one first."""

    def ask(_since: str | None, page: int) -> tuple[list[Any], bool]:
        found = api.get(_FEED, all_locales="1", limit=_SIZE, page=page + 1)
        return found, bool(found)

    return newest_first(at, ask, lambda item: _utc(item["pubdate"]))


def _unfold(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - an item of the feed, or a row
    """A revision. Which is a page's first one is said by the database alone."""
    if "pubdate" in answer:
        title = _TITLE.fullmatch(answer["title"])
        slug, locale = title.groups() if title else (answer["title"], _ORIGINAL)
        moment, who = answer["pubdate"], answer["author_name"]
    else:
        slug, locale, moment, who = answer["slug"], answer["locale"], answer["created"], answer["creator"]
    what = "translation" if locale != _ORIGINAL else "creation" if answer.get("first") else "edit"
    at = _utc(moment)
    yield {"type": what, "key": f"{locale}/{slug} {at} {who}", "at": at, "who": who, "email": answer.get("email"),
           "locale": locale, "slug": slug, "url": f"{addresses[0]}/{locale}/docs/{slug}"}


def _utc(written: str) -> str:
    """A time as UTC, to the second; Kuma's database has Pacific time."""
    moment = dt.datetime.fromisoformat(written)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=_ZONE)
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


RECIPE = Recipe("Kuma", _walk, _unfold, per_second=0.5)
