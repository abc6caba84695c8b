"""Reps (the Mozilla Reps portal, remo): reports of activities, events, and who joined; by its API, version 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record, by_number, in_turn, pick

__all__ = ["RECIPE"]


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    return in_turn(at, {what: _list(api, what) for what in ("users", "events", "activities")})


def _list(api: Api, what: str) -> Callable[[Cursor], Iterator[Page]]:
    """The walk of one list, which says no more than addresses: each thing is asked for by its own."""

    def ask(page: int) -> tuple[list[Any], bool]:
        found = api.get(f"api/remo/v1/{what}/", format="json", page=page)
        return found["results"], bool(found["next"])

    def whole(one: Any) -> list[Any]:  # noqa: ANN401 - an element of the list
        found = api.find(one["_url"], format="json")
        return [] if found is None else [found | {"_url": one["_url"]}]

    return lambda at: by_number(at, ask, lambda one: int(_number(one["_url"])), whole)


def _number(url: str | None) -> str:
    """The number that an address of the API ends with."""
    return urlsplit(url or "").path.rstrip("/").rpartition("/")[2]


def _unfold(one: Any, _addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - an answer
    url = one.get("remo_url")
    key = _number(one["_url"]) if "_url" in one else url
    if "report_date" in one:
        country = (one.get("location") or "").rpartition(",")[2].strip() or None
        yield {"type": "report", "key": f"report {key}", "at": one["report_date"], "url": url, "country": country,
               "who": _who(one["user"]), "mentor": _who(one.get("mentor")), "event": (one.get("event") or {}).get("name"),
               "it": pick(one, "activity initiative passive_report"),
               "areas": [area["name"] for area in one.get("functional_areas") or ()]}
    elif "owner" in one:
        yield {"type": "event", "key": f"event {key}", "at": one["start"], "url": url, "who": _who(one["owner"]),
               "it": pick(one, "country initiative estimated_attendance"),
               "areas": [category["name"] for category in one.get("categories") or ()]}
    elif one.get("date_joined_program"):
        yield {"type": "joined", "key": f"user {key}", "at": one["date_joined_program"], "url": url, "who": _who(one),
               "mentor": _who(one.get("mentor")), "it": pick(one, "country")}


def _who(user: Any) -> Record | None:  # noqa: ANN401 - a user
    if not user:
        return None
    name = " ".join(filter(None, (user.get("first_name"), user.get("last_name"))))
    return {"account": _number(user.get("_url")) or None, "username": user["display_name"], "name": name or None}


RECIPE = Recipe("Reps", _walk, _unfold)
