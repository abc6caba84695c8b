"""How GitHub is walked where one run is not all, and where a repository has not everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from baloo.sources.api import Api
from baloo.sources.github import Repository
from baloo.sources.recipe import Cursor, in_turn
from played import playing

HERE = "/repos/marula/basket"
LISTS = "sort=updated&direction=asc&per_page=100&page=1"
NOTHING = [
    {"path": f"{HERE}/issues?state=all&{LISTS}", "json": {}, "status": 410},
    {"path": f"{HERE}/issues/comments?{LISTS}", "json": {}, "status": 410},
    {"path": f"{HERE}/pulls/comments?{LISTS}", "json": []},
    {"path": f"{HERE}/issues/events?per_page=100&page=1", "json": {}, "status": 410},
]


def _walked(pages: list[dict[str, Any]], at: Cursor, folder: Path) -> tuple[list[Any], Cursor]:
    """What a walk of a repository brings, and where the next one begins."""
    (folder / "pages.json").write_text(json.dumps([*NOTHING, *pages]), "utf-8")
    with playing(folder / "pages.json") as player:
        api = Api(f"{player.base}{HERE}", per_second=1000)
        found = list(in_turn(at, Repository(api, api.base).walks()))
        api.close()

        assert [path for path in player.unknown if "gone" not in path] == []
        return [answer["sha"] for page in found for answer in page.answers], found[-1].cursor


def _tip(sha: str) -> dict[str, Any]:
    return {"path": f"{HERE}/commits?per_page=1", "json": [{"sha": sha}]}


def test_a_merge_brings_commits_of_any_age(tmp_path: Path):
    """One that is older than the last that was seen is found by where it stands in the history."""
    at = {"of": {"marula/basket commits": {"seen": "old"}}}
    between = {"path": f"{HERE}/compare/old...new?per_page=100&page=1", "json": {"commits": [{"sha": "late"}, {"sha": "new"}]}}

    found, cursor = _walked([_tip("new"), between], at, tmp_path)
    assert found == ["late", "new"]
    assert cursor["of"]["marula/basket commits"] == {"since": None, "seen": "new"}


def test_a_walk_that_was_stopped_goes_on_to_where_it_went(tmp_path: Path):
    """What was pushed meanwhile is the next one's."""
    at = {"of": {"marula/basket commits": {"since": "2024-01-01", "seen": "old", "tip": "new", "page": 2}}}
    second = {"path": f"{HERE}/compare/old...new?per_page=100&page=2", "json": {"commits": [{"sha": "new"}]}}

    found, cursor = _walked([_tip("newer"), second], at, tmp_path)
    assert found == ["new"]
    assert cursor["of"]["marula/basket commits"] == {"since": "2024-01-01", "seen": "new"}


def test_a_history_that_was_written_anew_is_read_anew(tmp_path: Path):
    """From the time on that was asked for."""
    at = {"of": {"marula/basket commits": {"since": "2024-01-01", "seen": "gone"}}}
    whole = {"path": f"{HERE}/commits?sha=new&since=2024-01-01&per_page=100&page=1", "json": [{"sha": "new"}, {"sha": "a"}]}

    assert _walked([_tip("new"), whole], at, tmp_path)[0] == ["new", "a"]


def test_a_repository_without_issues_or_commits_ends_no_run(tmp_path: Path):
    """Those behind it in an organisation are read."""
    empty = {"path": f"{HERE}/commits?per_page=1", "json": {"message": "Git Repository is empty."}, "status": 409}

    assert _walked([empty], {}, tmp_path)[0] == []
