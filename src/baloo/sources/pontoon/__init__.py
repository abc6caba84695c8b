"""Pontoon: who suggests, translates and reviews texts, in which locale; by its API of actions, or from its database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record

__all__ = ["RECIPE"]

_REVIEWS = {"translation:approved": "approved", "translation:unapproved": "unapproved", "translation:rejected": "rejected",
            "translation:unrejected": "unrejected"}  # fmt: skip


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    """Each day of each project, oldest first. The last two days come again: they may not have been over there."""
    if not at.get("since"):
        raise InputError("Pontoon is asked day by day: since when?", where=api.base,
                         remedy="Say --since, or `since:` in the system's file; what was before is read from a file.")
    day, behind = dt.date.fromisoformat(at["since"][:10]), at.get("project", "")
    projects = sorted(api.query.get("project") or _projects(api))
    settled = api.today - dt.timedelta(days=1)
    while day <= api.today:
        for project in projects:
            if project > behind:
                found = api.get(f"api/v2/user-actions/{day}/project/{project}/")
                place = {"since": str(day), "project": project} if day < settled else {"since": str(min(day, settled))}
                yield Page([found], place)
        day, behind = day + dt.timedelta(days=1), ""
        yield Page([], {"since": str(min(day, settled))})


def _projects(api: Api) -> Iterator[str]:
    """All projects that may be seen, those that are no longer translated too."""
    page = 1
    while True:
        found = api.get("api/v2/projects/", fields="slug", include_disabled="true", page_size=1000, page=page)
        yield from (project["slug"] for project in found["results"])
        if not found["next"]:
            return
        page += 1


def _unfold(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - the actions of a day in a project
    """Whoever's text is approved as it is written has translated; of others it is a suggestion."""
    project = answer["project"]["slug"]
    approved = {_whose(one) for one in answer["actions"] if one["is_implicit_action"] and one["type"] == "translation:approved"}
    for one in answer["actions"]:
        user, decision = one["user"], _REVIEWS.get(one["type"])
        if user["system_user"] or one["is_implicit_action"] or not one.get("translation"):
            continue
        what = "review" if decision else one["type"] == "translation:created" and (
            "translation" if _whose(one) in approved else "suggestion")  # fmt: skip
        if what:
            moment = dt.datetime.fromisoformat(one["date"]).astimezone(dt.UTC).isoformat()
            place = f"{one['locale']['code']}/{project}/{one['resource']['path']}/?string={one['entity']['pk']}"
            number = one["translation"]["pk"]
            yield {"type": what, "key": f"{one['type']} {number} {moment}", "at": moment, "locale": one["locale"]["code"],
                   "project": project, "resource": one["resource"]["path"], "decision": decision, "account": user["pk"],
                   "name": user["name"], "email": user.get("email"), "url": f"{addresses[0]}/{place}#{number}"}


def _whose(action: Any) -> tuple[int, int]:  # noqa: ANN401 - an action
    return action["translation"]["pk"], action["user"]["pk"]


RECIPE = Recipe("Pontoon", _walk, _unfold, per_second=1.0)
