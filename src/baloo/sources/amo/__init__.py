"""addons.mozilla.org: who submits add-ons, by its API, and who reviews them, from its database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record, newest_first

__all__ = ["LATE", "RECIPE", "who"]

LATE = dt.timedelta(days=30)
"""How long after something was created everybody sees it, at the most."""
_TYPES = {1: "extension", 2: "theme", 3: "dictionary", 4: "search", 5: "langpack", 6: "langpack", 9: "background-theme",
          10: "background-theme"}  # fmt: skip
_NAMES = {"persona": "background-theme", "statictheme": "background-theme", "language": "langpack"}
_SCORES = {  # what points were given for: type, queue, and the points without those for waiting long
    10: ("extension", "nomination", 120), 11: ("extension", "preliminary", 60), 12: ("extension", "update", 80),
    20: ("dictionary", "nomination", 60), 21: ("dictionary", "preliminary", None), 22: ("dictionary", "update", 60),
    30: ("langpack", "nomination", 60), 31: ("langpack", "preliminary", None), 32: ("langpack", "update", 60),
    40: ("background-theme", None, None), 41: ("background-theme", None, None),
    50: ("search", "nomination", 30), 51: ("search", "preliminary", None), 52: ("search", "update", 30),
    60: ("theme", "nomination", 80), 61: ("theme", "preliminary", None), 62: ("theme", "update", 80),
    101: (None, "content", None), 102: ("extension", "highest-risk", None), 103: ("extension", "high-risk", None),
    104: ("extension", "medium-risk", None), 105: ("extension", "low-risk", None),
}  # fmt: skip
_REVIEWS = frozenset({21, 43})  # of the log: a version was approved, or rejected


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    def ask(_since: str | None, page: int) -> tuple[list[Any], bool]:
        asked = {"sort": "created", "page_size": 50, "page": page + 1}
        found = api.get("api/v5/addons/search/", **asked) if page == 0 else api.find("api/v5/addons/search/", **asked)
        return (found["results"], bool(found["next"])) if found else ([], False)  # the search does not reach back for ever

    return newest_first(at, ask, lambda addon: str(addon["created"]))


def _unfold(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - a page, an add-on, or a row of the database
    if "results" in answer:
        for addon in answer["results"]:
            yield from _unfold(addon, addresses)
        return
    addon = answer["addon"] if "addon" in answer else answer["id"]
    around = {"at": answer["created"], "addon": addon, "url": f"{addresses[0]}/addon/{addon}/"}
    if "note_key" in answer:
        yield from ([around | _scored(answer) | who(answer)] if answer["note_key"] in _SCORES else [])
    elif "action" in answer:
        review = {"type": "review", "key": f"activity {answer['activity']}", "what": _TYPES.get(answer["addontype"])}
        yield from ([around | review | who(answer)] if answer["action"] in _REVIEWS else [])
    elif "addontype" in answer:
        yield around | {"type": "submission", "key": f"addon {addon}", "what": _TYPES.get(answer["addontype"])} | who(answer)
    elif answer["authors"]:
        first, kind = answer["authors"][0], answer["type"]
        yield around | {"type": "submission", "key": f"addon {addon}", "what": _NAMES.get(kind, kind), "account": first["id"],
                        "username": first.get("username"), "name": first["name"]}  # fmt: skip


def _scored(row: Any) -> Record:  # noqa: ANN401 - a row
    """A review by the points that were given for it: two for each day that it had waited beyond seven."""
    what, queue, points = _SCORES[row["note_key"]]
    days = 7 + (row["score"] - points) / 2 if points and row["score"] > points else None
    return {"type": "review", "key": f"score {row['id']}", "what": what, "queue": queue, "points": row["score"], "days": days}


def who(row: Any) -> Record:  # noqa: ANN401 - a row
    """The user of a row."""
    return {"account": row["user"], "username": row.get("username"), "email": row.get("email"), "name": row.get("name") or None}


RECIPE = Recipe("addons.mozilla.org", _walk, _unfold, per_second=1.0, overlap=LATE)
