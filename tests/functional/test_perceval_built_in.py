"""Perceval's items of git and GitHub are read without a mapping of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.functional.conftest import Baloo

CODE = """
system: code
title: The code
owner: code@example.org
kinds:
  git.commit: {title: Wrote a change, natural_key: [sha]}
  git.merge: {title: Merged a change, natural_key: [sha]}
  github.issue-opened: Opened an issue
  github.pull-opened: Opened a pull request
  github.comment: Commented
  github.review: {title: Reviewed, owner: author}
"""
URL = "https://github.com/marula/basket"


def _item(backend: str, category: str, place: int, **data: Any) -> dict[str, Any]:
    return {
        "backend_name": backend, "backend_version": "1.0.0", "category": category, "origin": URL, "perceval_version": "1.0.0",
        "tag": URL, "timestamp": 1718878502.5, "updated_on": 1718878502.0, "uuid": f"{place:040x}", "data": data,
    }  # fmt: skip


def _commit(sha: str, who: str, *parents: str) -> dict[str, Any]:
    return _item(
        "Git", "commit", int(sha, 16), Author=f"{who} <{who.lower()}@example.org>", AuthorDate="Sat Jun 1 10:00:00 2024 +0200",
        Commit="Tove <tove@example.org>", CommitDate="Sat Jun 1 11:00:00 2024 +0200", commit=sha, parents=list(parents), refs=[],
        files=[], message="Say what it does",
    )  # fmt: skip


def _said(n: int, who: str, day: str, **more: Any) -> dict[str, Any]:
    return {"user": {"login": who}, "created_at": f"{day}T10:00:00Z", "html_url": f"{URL}/pull/7#r{n}", **more}


ITEMS = [
    _commit("c0ffee", "Ama"), _commit("c0ffef", "Jun", "c0ffee"), _commit("c0fff0", "Ama", "c0ffee", "c0ffef"),
    _item("GitHub", "issue", 1, user={"login": "idris"}, created_at="2024-06-02T10:00:00Z", html_url=f"{URL}/issues/6", number=6,
          comments_data=[_said(1, "ama-m", "2024-06-03"), _said(2, "jun", "2024-06-03")]),
    _item("GitHub", "issue", 2, user={"login": "jun"}, created_at="2024-06-04T10:00:00Z", html_url=f"{URL}/pull/7", number=7,
          pull_request={"url": URL}, comments_data=[]),
    _item("GitHub", "pull_request", 3, user={"login": "jun"}, created_at="2024-06-04T10:00:00Z", html_url=f"{URL}/pull/7",
          number=7, reviews_data=[_said(3, "ama-m", "2024-06-05", submitted_at="2024-06-05T10:00:00Z", state="APPROVED")],
          review_comments_data=[_said(4, "ama-m", "2024-06-05")]),
]  # fmt: skip


def test_git_and_github_are_read_for_the_system_that_is_named(baloo: Baloo, tmp_path: Path):
    """Each kind that it declares; a pull request that is there as an issue too counts once, and so does the file read again."""
    (baloo.root / "registry" / "systems" / "code.yaml").write_text(CODE, "utf-8")
    file = tmp_path / "items.json"
    file.write_text("".join(json.dumps(item) + "\n" for item in ITEMS), "utf-8")
    first = baloo.json("import", "perceval", str(file), "--system", "code")
    file.write_text("".join(json.dumps(item) + "\n" for item in reversed(ITEMS)), "utf-8")
    again = baloo.json("import", "perceval", str(file), "--system", "code")
    baloo("refresh")

    assert (first["read"], first["accepted"], first["duplicates"], first["refused"]) == (9, 8, 1, 0)
    assert (again["read"], again["accepted"], again["duplicates"]) == (9, 0, 9)
    assert baloo.count(area="coding") == 5  # two who wrote, and three who are logins


def test_another_backend_needs_a_mapping(baloo: Baloo, tmp_path: Path):
    """Its items wait in quarantine, and the reason names it."""
    file = tmp_path / "items.json"
    file.write_text(json.dumps(_item("Discourse", "topic", 1, title="Hello")), "utf-8")
    baloo("import", "perceval", str(file), "--system", "code", code=3)
    (group,) = baloo.json("quarantine", "list")

    assert group["slug"] == "no-mapping"
    assert "`Discourse`" in group["reason"]


def test_a_system_that_nobody_declared_is_told(baloo: Baloo, tmp_path: Path):
    """Before anything is read."""
    assert "Did you mean `code`?" in baloo.run("import", "perceval", str(tmp_path / "no"), "--system", "coda", code=4).stderr
