"""webcompat.com: who reports broken sites, finds out why, writes to them and sees it through; from its issues on GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from baloo.sources.api import Api
from baloo.sources.github import Repository, asked_at, login, updated
from baloo.sources.recipe import Cursor, Page, Recipe, Record, by_time, in_turn, newest_first

__all__ = ["RECIPE"]

_NAMED = re.compile(r"[Ss]ubmitted in the name of `@([\w-]+)`")  # the site's own account opens issues for who is signed in
_MILESTONES = {"needscontact": "diagnosed", "contactready": "diagnosed", "sitewait": "contacted"}


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    repository = Repository(api, api.base)
    return in_turn(at, {
        "issues": lambda at: by_time(at, repository.issues, updated, 100),
        "ends": lambda at: newest_first(at, repository.ends, lambda one: str(one["created_at"])),
    })


def _unfold(answer: Any, _addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - an issue, or an event of one
    issue = answer.get("issue") or answer
    if "pull_request" in issue:
        return
    reporter = _reporter(issue)
    around = {"author": reporter, "url": issue["html_url"], "number": issue["number"], "repository": answer.get("repository")}
    if "event" not in answer:
        yield around | {"type": "reported", "key": f"issue {issue['number']}", "at": issue["created_at"], "who": reporter}
        return
    what = answer["event"]
    done = "closed" if what == "closed" else what == "milestoned" and _MILESTONES.get(answer["milestone"]["title"])
    if done and answer.get("actor"):
        yield around | {"type": done, "key": f"event {answer['id']}", "at": answer["created_at"], "who": answer["actor"]["login"]}


def _reporter(issue: Any) -> str | None:  # noqa: ANN401 - an issue
    """Who reported it: the site opens issues in people's names. Whom it does not name is nobody."""
    found = _NAMED.search(issue.get("body") or "")
    opener = login(issue)
    return found[1] if found else None if opener.startswith("webcompat-bot") else opener or None


RECIPE = Recipe("webcompat.com", _walk, _unfold, per_second=1.0, asked_at=asked_at)
