"""GitHub's GraphQL, for what takes REST a request each: the reviews of pull requests, and who opened what is commented on.

It needs a key. What it does not answer, or what the hour's points do not suffice for, is left to REST.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from baloo.errors import InputError
from baloo.sources.api import Api

__all__ = ["Graph"]

_AT_ONCE = 50  # things of which one query asks
_WHO = "author{__typename login}"
_REVIEWS = "reviews(first:100%s){pageInfo{hasNextPage endCursor}nodes{url submittedAt state " + _WHO + "}}"


class Graph:
    """Asks of one repository, `url` its address in the REST API."""

    def __init__(self, api: Api, url: str) -> None:
        root, _, name = url.partition("/repos/")
        self._api, self._url = api, f"{root.removesuffix('/v3')}/graphql"
        self._owner, self._name = name.split("/")[:2] if "/" in name else ("", "")
        self._on = api.keyed and bool(self._name)

    def reviews(self, numbers: Iterable[int]) -> dict[int, list[Any]]:
        """All reviews of pull requests, as REST has them; those that it does not answer are not among them."""
        behind: dict[int, str | None] = dict.fromkeys(numbers)  # number to the cursor of what is still to come
        found: dict[int, list[Any]] = {number: [] for number in behind}
        while self._on and (asked := list(behind)[:_AT_ONCE]):
            data = self._ask(f"p{n}:pullRequest(number:{n}){{{_REVIEWS % _after(behind[n])}}}" for n in asked)
            for number in asked:
                pull = data.get(f"p{number}")
                if pull is None:
                    found.pop(number)
                    behind.pop(number)
                    continue
                found[number] += map(_review, pull["reviews"]["nodes"])
                page = pull["reviews"]["pageInfo"]
                if page["hasNextPage"]:
                    behind[number] = page["endCursor"]
                else:
                    behind.pop(number)
        return {number: reviews for number, reviews in found.items() if number not in behind}

    def authors(self, numbers: Iterable[int]) -> dict[int, str]:
        """The login of who opened each issue or pull request; empty where the account is gone."""
        rest, found = list(numbers), {}
        while self._on and rest:
            asked, rest = rest[:_AT_ONCE], rest[_AT_ONCE:]
            which = f"...on Issue{{{_WHO}}}...on PullRequest{{{_WHO}}}"
            data = self._ask(f"i{n}:issueOrPullRequest(number:{n}){{{which}}}" for n in asked)
            found.update({n: _login(data[f"i{n}"]) for n in asked if data.get(f"i{n}")})
        return found

    def _ask(self, parts: Iterable[str]) -> dict[str, Any]:
        """What the repository says to the parts of a query; the last one, where it says nothing or the points are spent."""
        repository = f"repository(owner:{json.dumps(self._owner)},name:{json.dumps(self._name)})"
        try:
            data = self._api.graph(self._url, f"query{{{repository}{{{' '.join(parts)}}}rateLimit{{cost remaining}}}}") or {}
        except InputError:  # a query that takes it too long; where it is not well at all, REST is told so
            data = {}
        rate = data.get("rateLimit") or {"cost": 1, "remaining": 0}
        self._on = rate["remaining"] > rate["cost"]
        return dict(data.get("repository") or {})


def _after(cursor: str | None) -> str:
    return f",after:{json.dumps(cursor)}" if cursor else ""


def _review(node: Any) -> dict[str, Any]:  # noqa: ANN401 - a review
    who = _login(node)
    return {"html_url": node["url"], "submitted_at": node["submittedAt"], "state": node["state"],
            "user": {"login": who} if who else None}


def _login(node: Any) -> str:  # noqa: ANN401 - whatever has an author
    """As REST writes it: programs have `[bot]` behind their names."""
    author = node.get("author") or {}
    return f"{author['login']}[bot]" if author.get("__typename") == "Bot" else str(author.get("login", ""))
