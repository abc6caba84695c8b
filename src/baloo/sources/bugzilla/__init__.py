"""Bugzilla: who files bugs, comments, changes them, sends patches, and sets or clears review, feedback and needinfo; by REST."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record, by_time, pick

__all__ = ["RECIPE"]

_AT_ONCE = 100  # bugs
_BUG = "id,product,component,creator,creator_detail,creation_time,last_change_time"
_FLAG = re.compile(r"(review|feedback|needinfo|superreview|ui-review|sec-approval)([?+-])(?:\([^)]*\))?")
_STATES = {"?": "asked", "+": "granted", "-": "denied"}
_PATCHES = ("text/x-review-board-request", "text/x-phabricator-request", "text/x-github-pull-request")


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    def ask(since: str | None, page: int) -> list[Any]:
        bugs = api.get(
            "rest/bug", last_change_time=since, order="changeddate,bug_id", limit=_AT_ONCE, offset=(page - 1) * _AT_ONCE,
            include_fields=_BUG, **api.query,
        )["bugs"]  # fmt: skip
        return list(_whole(api, bugs)) if bugs else []

    return by_time(at, ask, lambda bug: str(bug["last_change_time"]), _AT_ONCE)


def _whole(api: Api, bugs: list[Any]) -> Iterator[Any]:
    """The bugs with their comments, attachments and history; three questions for all of them."""
    first, *rest = [bug["id"] for bug in bugs]
    comments = api.get(f"rest/bug/{first}/comment", ids=rest, exclude_fields="text,raw_text")["bugs"]
    attachments = api.get(f"rest/bug/{first}/attachment", ids=rest, exclude_fields="data")["bugs"]
    history = {one["id"]: one["history"] for one in api.get(f"rest/bug/{first}/history", ids=rest)["bugs"]}
    for bug in bugs:
        key = str(bug["id"])
        yield bug | {
            "comments": comments.get(key, {}).get("comments", []), "attachments": attachments.get(key, []),
            "history": history.get(bug["id"], []),
        }  # fmt: skip


def _unfold(bug: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - a bug
    around = {"bug": pick(bug, "id product component creator"), "url": f"{addresses[0]}/show_bug.cgi?id={bug['id']}"}
    detail = bug.get("creator_detail") or {}
    yield around | {"type": "filed", "key": f"bug {bug['id']}", "at": bug["creation_time"], "who": bug["creator"],
                    "email": detail.get("email"), "name": detail.get("real_name")}
    for place, comment in enumerate(bug.get("comments", ())):
        if comment.get("count", place) and not comment.get("is_private"):  # the first is the bug's description
            yield around | {"type": "comment", "key": comment["id"], "at": comment.get("creation_time") or comment["time"],
                            "who": comment["creator"]}
    authors = {}
    for patch in bug.get("attachments", ()):
        authors[patch["id"]] = patch["creator"]
        if (patch.get("is_patch") or patch.get("content_type") in _PATCHES) and not patch.get("is_private"):
            yield around | {"type": "patch", "key": f"attachment {patch['id']}", "at": patch["creation_time"],
                            "who": patch["creator"], "obsolete": bool(patch.get("is_obsolete"))}
    for change in bug.get("history", ()):
        yield from _changed(around, change, authors)


def _changed(around: Record, change: Any, authors: dict[int, str]) -> Iterator[Record]:  # noqa: ANN401 - a change
    """What somebody changed at one moment: each flag that was set or cleared, and the other fields together."""
    here = around | {"at": change["when"], "who": change["who"]}
    key = f"{around['bug']['id']} {change['when']} {change['who']}"
    other = [part["field_name"] for part in change["changes"] if part["field_name"] not in ("flagtypes.name", "cc")]
    for part in change["changes"]:
        if part["field_name"] != "flagtypes.name":
            continue
        patch = part.get("attachment_id")
        author = authors.get(patch) or around["bug"]["creator"]
        added, removed = _flags(part.get("added")), _flags(part.get("removed"))
        cleared = [(name, "cleared") for name, _ in removed if name not in dict(added)]
        for n, (name, state) in enumerate([*added, *cleared]):
            yield here | {"type": "flag", "key": f"{key} {patch} {name} {state} {n}", "flag": f"{name} {state}", "author": author,
                          "attachment": patch}
    if other:
        yield here | {"type": "change", "key": key, "field": other[0], "fields": other}


def _flags(text: str | None) -> list[tuple[str, str]]:
    """Name and state of each flag that a change names: `review?(ama), feedback+`."""
    return [(name, _STATES[sign]) for name, sign in _FLAG.findall(text or "")]


RECIPE = Recipe("Bugzilla", _walk, _unfold, header="X-BUGZILLA-API-KEY: ", per_second=1.0)
