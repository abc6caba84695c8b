"""The items of Perceval's backend Phabricator: tasks with what was done on them, as an older method of Conduit tells it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from baloo.sources.recipe import Record

__all__ = ["unfold_item"]

_QUIET = ("core:create", "core:subscribers", "core:edge", "core:view-policy", "core:edit-policy")


def unfold_item(task: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - a task
    """What the live system would say of the same task but for who closed it."""
    fields = task["fields"]
    if fields.get("policy", {}).get("view", "public") not in ("public", "users"):
        return
    author = _who(fields["authorData"])
    around: Record = {"url": f"{addresses[0]}/T{task['id']}", "number": int(task["id"])}
    if author:
        yield around | {"type": "task", "key": f"TASK {task['id']}", "at": _iso(fields["dateCreated"]), "who": author}
    around["author"] = author and author["username"]
    changed: set[str] = set()
    for did in task.get("transactions", ()):
        who, what = _who(did["authorData"]), did["transactionType"]
        key = f"transaction {did['transactionPHID']}"
        if who is None or what in _QUIET or (what != "core:comment" and did["dateCreated"] == str(fields["dateCreated"])):
            continue
        if what != "core:comment":  # several fields at once are one
            key = f"change {task['id']} {did['authorPHID']} {did['dateCreated']}"
        if key not in changed:
            changed.add(key)
            yield around | {"type": "task comment" if what == "core:comment" else "change", "key": key,
                            "at": _iso(did["dateCreated"]), "who": who}


def _who(person: Any) -> Record | None:  # noqa: ANN401 - a user, or the handle of a program
    if not person.get("userName") or "agent" in person.get("roles", ()) or "bot" in person.get("roles", ()):
        return None
    return {"username": person["userName"], "name": person.get("realName")}


def _iso(seconds: str | int) -> str:
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
