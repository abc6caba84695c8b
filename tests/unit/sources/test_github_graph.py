"""GitHub's GraphQL beside its REST: all reviews of a pull request, whichever is asked, and few questions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baloo.sources.api import Api
from baloo.sources.github import Repository
from played import Player, playing

ISSUES = "/repos/marula/basket/issues?state=all&sort=updated&direction=asc&per_page=100&page=1"
LINK = "https://github.com/marula/basket/pull/7#pullrequestreview-%d"
LOGINS = ["ama", "jun[bot]", None]  # the account of the last is gone


def _rest(number: int) -> dict[str, Any]:
    login = LOGINS[number % 3]
    return {"html_url": LINK % number, "submitted_at": "2024-06-05T10:30:00Z", "state": "APPROVED",
            "user": {"login": login} if login else None}


def _node(number: int) -> dict[str, Any]:
    author = [{"__typename": "User", "login": "ama"}, {"__typename": "Bot", "login": "jun"}, None][number % 3]
    return {"url": LINK % number, "submittedAt": "2024-06-05T10:30:00Z", "state": "APPROVED", "author": author}


def _reviews(numbers: range, cursor: str | None) -> dict[str, Any]:
    page = {"hasNextPage": cursor is not None, "endCursor": cursor}
    return {"reviews": {"pageInfo": page, "nodes": [_node(number) for number in numbers]}}


@pytest.fixture
def pages(tmp_path: Path) -> list[dict[str, Any]]:
    """A pull request with 250 reviews, by both ways, and a comment on it and on an issue that came before."""
    base = "{BASE}/repos/marula/basket"
    day = {"updated_at": "2024-06-06T10:00:00Z"}
    pull = {"number": 7, "url": f"{base}/issues/7", "user": {"login": "jun"}, "pull_request": {}} | day
    comments = [{"issue_url": f"{base}/issues/{number}"} | day for number in (7, 3, 3, 4)]
    graph = {"p7": _reviews(range(100), "c1"), "p7 c1": _reviews(range(100, 200), "c2"), "p7 c2": _reviews(range(200, 250), None),
             "i3": {"author": {"__typename": "User", "login": "tove"}}, "i4": {"author": None}}
    rest = [{"path": f"/repos/marula/basket/pulls/7/reviews?per_page=100{more}", "json": [_rest(n) for n in numbers]}
            for more, numbers in (("", range(100)), ("&page=2", range(100, 200)), ("&page=3", range(200, 250)))]
    return [
        {"path": ISSUES, "json": [pull]}, *rest,
        {"path": ISSUES.replace("/issues?state=all&", "/issues/comments?"), "json": comments},
        {"path": "/repos/marula/basket/issues/3", "json": {"user": {"login": "tove"}}},
        {"path": "/repos/marula/basket/issues/4", "json": {"user": None}},
        {"path": "/graphql", "rate": {"cost": 1, "remaining": 4000}, "graph": graph},
    ]  # fmt: skip


@pytest.fixture
def player(pages: list[dict[str, Any]], tmp_path: Path) -> Iterator[Player]:
    """The system that has them."""
    (tmp_path / "pages.json").write_text(json.dumps(pages), "utf-8")
    with playing(tmp_path / "pages.json") as found:
        yield found


def _read(player: Player, key: str | None) -> tuple[list[Any], list[str | None]]:
    """The reviews of the pull request, and whose the commented things are."""
    url, header = f"{player.base}/repos/marula/basket", "Authorization: Bearer "
    api = Api(url, header=header, key=key, per_second=1000, sleep=lambda _: None)
    repository = Repository(api, api.base)
    (pull,) = repository.issues(None, 1)
    authors = [one["author"] for one in repository.said("issues/comments")(None, 1)]
    api.close()
    return pull["issue"]["reviews"], authors


def _asked(player: Player) -> list[str]:
    """What was asked of beyond the lists."""
    return [path.partition("?")[0].removeprefix("/repos/marula/basket") for path in player.asked if "sort=" not in path]


def test_all_reviews_are_read_with_a_key(player: Player):
    """By GraphQL, a hundred at once, and who opened what is commented on in one question."""
    found = _read(player, "a-key")

    assert found == ([_rest(number) for number in range(250)], ["jun", "tove", "tove", None])
    assert _asked(player) == ["/graphql"] * 4


@pytest.mark.parametrize("key", [None, "a-key"], ids=["no key", "no points left"])
def test_all_reviews_are_read_by_rest(player: Player, key: str | None):
    """Without a key, and where the hour's points are spent: what GraphQL had not told to the end is asked for anew."""
    player.graphs["/graphql"]["rate"] = {"cost": 1, "remaining": 1}
    found = _read(player, key)

    assert found == ([_rest(number) for number in range(250)], ["jun", "tove", "tove", None])
    assert _asked(player) == ["/graphql"] * (key is not None) + ["/pulls/7/reviews"] * 3 + ["/issues/3", "/issues/4"]


@pytest.mark.parametrize("status", [404, 502], ids=["an older GitHub of one's own", "it takes too long"])
def test_a_graph_that_does_not_answer_is_let_be(player: Player, status: int):
    """REST does it all; the query is not asked again, but for the tries that each request has."""
    player.graphs["/graphql"]["status"] = status

    assert len(_read(player, "a-key")[0]) == 250
    assert _asked(player).count("/graphql") == {404: 1, 502: 6}[status]
