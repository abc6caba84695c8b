"""The Firefox Marketplace, closed in 2018: who submitted apps and who reviewed them; from its database, or by its API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from baloo.sources.amo import LATE, who
from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record, newest_first

__all__ = ["RECIPE"]

_SIZE = 50  # apps
_EXTRA = 10  # points of each platform beyond the first
_SCORES: dict[int, tuple[Record, int]] = {  # what points were given for, and how many without those for platforms
    70: ({"what": "hosted", "queue": "new"}, 60), 71: ({"what": "packaged", "queue": "new"}, 60),
    74: ({"what": "privileged", "queue": "new"}, 120), 72: ({"what": "hosted", "queue": "re-review"}, 30),
    73: ({"what": "packaged", "queue": "update"}, 40), 75: ({"what": "privileged", "queue": "update"}, 80),
    90: ({"tarako": True}, 30),
}  # fmt: skip


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    def ask(_since: str | None, page: int) -> tuple[list[Any], bool]:
        found = api.get("api/v2/apps/search/", sort="created", limit=_SIZE, offset=page * _SIZE)
        return found["objects"], bool(found["meta"]["next"])

    return newest_first(at, ask, lambda app: str(app["created"]) + "Z")


def _unfold(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - a page, an app, or a row of the database
    if "objects" in answer:
        for app in answer["objects"]:
            yield from _unfold(app, addresses)
        return
    app = answer["app"] if "app" in answer else answer["id"]
    around = {"at": answer["created"].replace(" ", "T"), "app": app, "url": f"{addresses[0]}/app/{app}/"}
    if "note_key" in answer:
        if answer["note_key"] in _SCORES:
            about, points = _SCORES[answer["note_key"]]
            more = (answer["score"] - points) // _EXTRA if about.get("queue") == "new" else None
            yield around | about | {"type": "review", "key": f"score {answer['id']}", "points": answer["score"],
                                    "platforms": more} | who(answer)  # fmt: skip
        return
    packaged = "packaged" if answer.get("is_packaged") else "hosted"
    submission = around | {"type": "submission", "key": f"app {app}", "what": answer.get("app_type") or packaged}
    if "user" in answer:
        yield submission | who(answer)
    elif answer.get("author"):
        yield submission | {"name": answer["author"]}


RECIPE = Recipe("Firefox Marketplace", _walk, _unfold, per_second=0.5, overlap=LATE)
