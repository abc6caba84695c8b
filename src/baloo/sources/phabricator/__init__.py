"""Phabricator and Phorge: tasks, revisions, who comments, changes and reviews them; by Conduit, or from Perceval's items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.phabricator.dump import unfold_item
from baloo.sources.recipe import Cursor, Page, Recipe, Record, in_turn

__all__ = ["RECIPE"]

_SIZE = 100  # of a page
_OPEN = ("public", "users")  # who may see it: all the others are closed groups
_VERDICTS = {"accept": "accepted", "request-changes": "changes requested"}
_SAID = ("comment", "inline")
_QUIET = (None, "create", "subscribers", "mention", "edge", "view", "edit")  # nothing that somebody did for the task


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    conduit = _Conduit(api)
    return in_turn(at, {
        "tasks": lambda cursor: conduit.changed("maniphest.search", cursor),
        "revisions": lambda cursor: conduit.changed("differential.revision.search", cursor),
    })


class _Conduit:
    """Conduit's methods, and the names of those who were met."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, Record | None] = {}  # PHID to person or repository; None for what has no name for us

    def changed(self, method: str, at: Cursor) -> Iterator[Page]:
        """Tasks or revisions by their last change, oldest first, with all that was done on each.

        A page begins at the time at which the one before ended, for what changes meanwhile moves to the end; Conduit's own
        cursor, `after`, leads on only where a page is of one second.
        """
        since, after = at.get("since"), at.get("after")
        while True:
            begin = {"constraints[modifiedStart]": _epoch(since)}
            found = self._call(method, order="outdated", limit=_SIZE, after=after, **begin)
            for one in found["data"]:
                yield Page([self._whole(one)], {"since": since, "after": after})
            last = max([_iso(one["fields"]["dateModified"]) for one in found["data"]] + ([since] if since else []), default=None)
            more = found["cursor"]["after"]
            since, after = last, more if last == since else None
            yield Page([], {"since": since, "after": after} if more else {"since": since})
            if not more:
                return

    def _whole(self, one: Any) -> Record:  # noqa: ANN401 - a task or revision
        done: list[Any] = []
        after: str | None = None
        while not done or after:
            found = self._call("transaction.search", objectIdentifier=one["phid"], limit=_SIZE, after=after)
            done += found["data"]
            after = found["cursor"]["after"]
            if not found["data"]:
                break
        fields = one["fields"]
        people = {fields["authorPHID"], fields.get("closerPHID"), *(did["authorPHID"] for did in done)}
        return {"object": one, "transactions": done, "people": self._named("user.search", people),
                "repositories": self._named("diffusion.repository.search", {fields.get("repositoryPHID")})}

    def _named(self, method: str, phids: set[str | None]) -> dict[str, Record]:
        """The names behind such identifiers. Programs, such as Herald, have none."""
        asked = sorted(phid for phid in phids if phid and phid not in self._known)
        if method == "user.search":
            asked = [phid for phid in asked if phid.startswith("PHID-USER-")]
        for first in range(0, len(asked), _SIZE):
            part = asked[first : first + _SIZE]
            self._known |= dict.fromkeys(part)
            constraints = {f"constraints[phids][{place}]": phid for place, phid in enumerate(part)}
            for one in self._call(method, **constraints)["data"]:
                fields = one["fields"]
                name = fields.get("realName") or fields.get("name")  # of a person, or of a repository
                if "bot" not in fields.get("roles", ()):
                    self._known[one["phid"]] = {"username": fields.get("username"), "name": name}
        return {phid: known for phid in sorted(filter(None, phids)) if (known := self._known.get(phid))}

    def _call(self, method: str, **asked: object) -> Any:  # noqa: ANN401 - what it answers
        """Call a method. Raises InputError for what Conduit calls an error: it answers 200 all the same."""
        found = self._api.post(f"api/{method}", {name: value for name, value in asked.items() if value is not None})
        if found["error_code"]:
            raise InputError(f"Conduit answers {found['error_code']}.", where=f"{self._api.base}/api/{method}",
                             remedy="Is the token right? It is a Conduit API token: name its variable with --key-env.")
        return found["result"]


def _unfold(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - what the walk or a file has
    if "object" not in answer:
        yield from unfold_item(answer, addresses)
        return
    one, people = answer["object"], answer["people"]
    fields, number, task = one["fields"], one["id"], one["type"] == "TASK"
    if fields["policy"]["view"] not in _OPEN:
        return
    repository = answer.get("repositories", {}).get(fields.get("repositoryPHID")) or {}
    around = {"url": f"{addresses[0]}/{'T' if task else 'D'}{number}", "number": number, "repository": repository.get("name")}
    if author := people.get(fields["authorPHID"]):
        yield around | {"type": "task" if task else "revision", "key": f"{one['type']} {number}",
                        "at": _iso(fields["dateCreated"]), "who": author}
    around["author"] = author and author["username"]
    closed, closer = fields.get("dateClosed"), people.get(fields.get("closerPHID"))
    if task and closed and closer:
        yield around | {"type": "task closed", "key": f"closed {number} {closed}", "at": _iso(closed), "who": closer}
    yield from _done(answer, around, task=task)


def _done(answer: Any, around: Record, *, task: bool) -> Iterator[Record]:  # noqa: ANN401 - a task or revision
    """What was done on it since it was opened; fields that were changed at once are one change."""
    done = sorted(answer["transactions"], key=lambda did: int(did["id"]))
    made = {did["groupID"] for did in done if did.get("type") == "create" and did.get("groupID")}
    changed: set[str] = set()
    for did in done:
        kind = _kind(did, task=task, opened=answer["object"]["fields"]["dateCreated"])
        who = answer["people"].get(did["authorPHID"])
        if who is None or kind is None or (did.get("groupID") in made and did["type"] not in _SAID):
            continue
        key = f"change {did.get('groupID') or did['phid']}" if kind == "change" else f"transaction {did['phid']}"
        if key not in changed:
            changed.add(key)
            verdict = _VERDICTS.get(did["type"])
            yield around | {"type": kind, "key": key, "at": _iso(did["dateCreated"]), "who": who, "verdict": verdict}


def _kind(did: Any, *, task: bool, opened: int) -> str | None:  # noqa: ANN401 - a transaction
    """What it is, where it is something that counts."""
    what = did.get("type")
    if what in _SAID:
        removed = did["comments"] and did["comments"][0].get("removed")
        return None if removed else "task comment" if task else "review comment"
    if task:
        return None if what in _QUIET else "change"
    if what in _VERDICTS:
        return "review"
    if what == "update":
        return "update" if did["dateCreated"] > opened else None
    return "revision closed" if what == "close" else None


def _iso(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _epoch(moment: str | None) -> int | None:
    return int(dt.datetime.fromisoformat(moment).timestamp()) if moment else None


RECIPE = Recipe("Phabricator", _walk, _unfold, header="api.token=")
