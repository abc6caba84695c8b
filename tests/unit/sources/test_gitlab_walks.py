"""How GitLab is walked where one run, and one page, is not all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from baloo.sources.api import Api
from baloo.sources.gitlab import RECIPE
from played import playing

COMMITS = "/api/v4/projects/5/repository/commits"
CHANGED = "scope=all&state=all&order_by=updated_at&sort=asc&per_page=100&page=1"
SIMPLE = "per_page=100&order_by=id&sort=asc&simple=true"


def _pages(**answers: Any) -> list[dict[str, Any]]:
    return [{"path": path, "json": answer} for path, answer in answers.items()]


BASKET = _pages(**{
    "/api/v4/projects/marula%2Fbasket": {"id": 5},
    f"/api/v4/projects/5/issues?{CHANGED}": [],
    f"/api/v4/projects/5/merge_requests?{CHANGED}": [],
})


def _walked(
    pages: list[dict[str, Any]], where: str, at: dict[str, Any], folder: Path
) -> tuple[list[Any], dict[str, Any], list[str]]:
    """What a walk brings, where the next one begins, and what was asked."""
    (folder / "pages.json").write_text(json.dumps(pages), "utf-8")
    with playing(folder / "pages.json") as player:
        api = Api(RECIPE.asked_at(f"{player.base}/{where}"), per_second=1000)
        assert RECIPE.walk is not None
        found = list(RECIPE.walk(api, at))
        api.close()

        assert player.unknown == []
        return [answer for page in found for answer in page.answers], found[-1].cursor, player.asked


def test_the_next_run_asks_for_what_the_branch_has_and_had_not(tmp_path: Path) -> None:
    """A commit that is older than the last one seen, and came with a merge since, is found."""
    at = {"of": {"/projects/5 commits": {"seen": "aaa"}}}
    late = {"id": "bbb", "committed_date": "2001-01-01T00:00:00Z"}
    pages = BASKET + _pages(**{
        f"{COMMITS}?per_page=1": [{"id": "ccc"}], f"{COMMITS}/aaa": {"id": "aaa"},
        f"{COMMITS}?ref_name=aaa..ccc&per_page=100&page=1": [{"id": "ccc"}, late],
    })

    found, cursor, _ = _walked(pages, "marula/basket", at, tmp_path)
    assert late in found
    assert cursor["of"]["/projects/5 commits"] == {"since": None, "seen": "ccc"}


def test_a_branch_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    """Where the last commit seen is gone, all of the branch is asked for."""
    at = {"of": {"/projects/5 commits": {"seen": "aaa"}}}
    pages = BASKET + _pages(**{
        f"{COMMITS}?per_page=1": [{"id": "ccc"}], f"{COMMITS}?ref_name=ccc&per_page=100&page=1": [{"id": "ccc"}],
    }) + [{"path": f"{COMMITS}/aaa", "json": {}, "status": 404}]

    found, cursor, _ = _walked(pages, "marula/basket", at, tmp_path)
    assert found == [{"id": "ccc"}]
    assert cursor["of"]["/projects/5 commits"] == {"since": None, "seen": "ccc"}


@pytest.mark.parametrize(("where", "pages"), [
    ("", _pages(**{f"/api/v4/projects?{SIMPLE}&pagination=keyset": []})),
    ("marula/crafts", [{"path": "/api/v4/projects/marula%2Fcrafts", "json": {}, "status": 404},
                       *_pages(**{f"/api/v4/groups/marula%2Fcrafts/projects?{SIMPLE}&include_subgroups=true": []})]),
], ids=["all-by-keyset", "a-group-in-a-group"])
def test_which_projects_an_address_means(where: str, pages: list[dict[str, Any]], tmp_path: Path) -> None:
    """Without a path all that there are, by keyset; a path that is no project is a group's."""
    pages = [page | {"json": [{"id": 5}]} if "projects?" in page["path"] else page for page in pages]

    _, _, asked = _walked(pages + BASKET + [{"path": f"{COMMITS}?per_page=1", "json": {}, "status": 404}], where, {}, tmp_path)
    assert f"/api/v4/projects/5/issues?{CHANGED}".partition("?")[0] in [path.partition("?")[0] for path in asked]
