"""Perceval's items of the usual backends are read without a mapping of one's own."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
from tests.functional.conftest import Baloo

from baloo.lake.store import Lake
from baloo.workspace import Workspace

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
TRACKER = """
system: tracker
title: The tracker
owner: tracker@example.org
kinds:
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


def _kinds(baloo: Baloo, file: Path, items: list[dict[str, Any]], *kinds: str) -> Counter[str]:
    """Import items for a system with these kinds, twice, read by others in between: how many events there are of each kind."""
    text = TRACKER + "".join(f"  {kind}: Did it\n" for kind in kinds)
    (baloo.root / "registry" / "systems" / "tracker.yaml").write_text(text, "utf-8")
    told = []
    for reads in (1, 2):
        file.write_text("".join(json.dumps(item).replace('"reads": 1', f'"reads": {reads}') + "\n" for item in items), "utf-8")
        told.append(baloo.json("import", "perceval", str(file), "--system", "tracker"))
    lake = Lake.open(Workspace.open(baloo.root).lake, write=False).snapshot()
    events = duckdb.execute("SELECT DISTINCT id, kind FROM read_parquet(?)", [list(lake.events)]).fetchall()

    assert [said["refused"] for said in told] == [0, 0]
    return Counter(kind for _, kind in events)


def _note(n: int, who: str, body: str, *, system: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "id": n, "author": {"id": n, "username": who, "name": who.title()}, "body": body, "system": system,
        "created_at": f"2024-06-05T10:00:{n:02}.482Z", "updated_at": "2024-06-06T10:00:00.000Z", "noteable_iid": 7, **more,
    }  # fmt: skip


def test_gitlab_s_items(baloo: Baloo, tmp_path: Path):
    """Issues and merge requests, what was said of them, and what GitLab noted."""
    data = {
        "author": {"username": "ama", "name": "Ama"}, "created_at": "2024-06-01T10:00:00.000Z", "iid": 7, "web_url": f"{URL}/7",
        "award_emoji_data": [],
    }  # fmt: skip
    notes = [
        _note(1, "jun", "closed via merge request !3", system=True), _note(2, "tove", "I have it too."),
        _note(3, "jun", "changed the description", system=True),
    ]  # fmt: skip
    reviews = [
        _note(1, "jun", "approved this merge request", system=True), _note(2, "jun", "merged", system=True),
        _note(3, "tove", "Why?", type="DiffNote", position={"new_line": 3}), _note(4, "tove", "Fine.", type=None),
    ]  # fmt: skip
    items = [
        _item("GitLab", "issue", 1, **data, notes_data=notes),
        _item("GitLab", "merge_request", 2, **data, notes_data=reviews, versions_data=[], merged_by=None),
    ]  # fmt: skip
    once = ("issue-opened", "issue-closed", "merge-opened", "merge-merged", "review", "review-comment")
    found = _kinds(baloo, tmp_path / "items", items, *(f"gitlab.{what}" for what in (*once, "comment")))

    assert found == {f"gitlab.{what}": 1 for what in once} | {"gitlab.comment": 2}


def _text(text: str, **more: str) -> list[dict[str, str]]:
    return [{"__text__": text, **more}]


SAID = [
    ("ama@example.org", "Ama", "10:00:00", "0"), ("jun", "Jun", "11:00:00", "1"), ("tove@example.org", "Tove", "12:00:00", "2"),
]  # fmt: skip
BUG = _item(
    "Bugzilla", "bug", 1, bug_id=_text("15"), creation_ts=_text("2024-06-01 12:00:00 +0200"), product=_text("Basket"),
    component=_text("General"), reporter=_text("ama@example.org", name="Ama"), activity=[], long_desc=[
        {"isprivate": "0", "commentid": _text(f"9{n}"), "comment_count": _text(n), "who": _text(who, name=name),
         "bug_when": _text(f"2024-06-01 {at} +0000"), "thetext": _text("It is so.")} for who, name, at, n in SAID],
)  # fmt: skip
REST = _item(
    "BugzillaREST", "bug", 1, id=15, creation_time="2024-06-01T10:00:00Z", creator="ama@example.org", product="Basket",
    creator_detail={"email": "ama@example.org", "id": 3, "name": "ama@example.org", "real_name": "Ama"}, component="General",
    comments=[{"id": int(f"9{n}"), "count": int(n), "creator": who, "creation_time": f"2024-06-01T{at}Z", "text": "It is so."}
              for who, _, at, n in SAID],
    history=[{"when": "2024-06-02T10:00:00Z", "who": "jun", "changes": [{"field_name": "cc", "removed": "", "added": "x"}]}],
)  # fmt: skip


def test_bugzilla_s_items(baloo: Baloo, tmp_path: Path):
    """Bugs, comments and changes; a description is no comment, and what was fetched in both ways counts once."""
    found = _kinds(baloo, tmp_path / "items", [BUG, REST], "bugzilla.filed", "bugzilla.comment", "bugzilla.change")

    assert found == {"bugzilla.filed": 1, "bugzilla.comment": 2, "bugzilla.change": 1}


def test_discourse_s_items(baloo: Baloo, tmp_path: Path):
    """A topic is its first post; what Discourse wrote itself, and posts of accounts that are gone, are left out."""
    posts = [
        {"id": 90 + n, "post_number": n, "post_type": kind, "username": who, "created_at": f"2024-06-0{n}T10:00:00Z", "reads": 1}
        for n, kind, who in ((1, 1, "ama"), (2, 1, "jun"), (3, 3, "system"), (4, 1, None), (5, 1, "ama"))
    ]  # fmt: skip
    item = _item("Discourse", "topic", 1, id=1149, category_id=3, title="Hello", posts_count=5, post_stream={"posts": posts})
    found = _kinds(baloo, tmp_path / "items", [item], "discourse.topic", "discourse.post")

    assert found == {"discourse.topic": 1, "discourse.post": 2}


def test_mailing_lists_items(baloo: Baloo, tmp_path: Path):
    """What begins a thread and what answers; people are known however their address is written and was fetched."""
    senders = {
        "MBox": "Ama Mensah <ama@example.org>", "Pipermail": "ama at example.org (Ama Mensah)", "NNTP": "idris@example.org",
        "HyperKitty": '"Lind, Tove" <tove@example.org>', "Groupsio": "Ama Mensah <AMA@example.org>",
    }  # fmt: skip
    items = [
        _item(backend, "article" if backend == "NNTP" else "message", n, From=sender, Date="Sat, 01 Jun 2024 12:00:00 +0200",
              Subject="Hello", **({"In-Reply-To": "<0@example.org>"} if n else {})) | {"updated_on": 1717236000.0 + n}
        for n, (backend, sender) in enumerate(senders.items())
    ]  # fmt: skip
    found = _kinds(baloo, tmp_path / "items", items, "mail.thread", "mail.reply")
    with contextlib.closing(sqlite3.connect(Workspace.open(baloo.root).records)) as records:
        people = set(records.execute("SELECT lower(email), name FROM identities"))

    assert found == {"mail.thread": 1, "mail.reply": 4}
    assert people == {("ama@example.org", "Ama Mensah"), ("tove@example.org", "Lind, Tove"), ("idris@example.org", None)}


def test_another_backend_needs_a_mapping(baloo: Baloo, tmp_path: Path):
    """Its items wait in quarantine, and the reason names it."""
    file = tmp_path / "items.json"
    file.write_text(json.dumps(_item("Jira", "issue", 1, key="A-1")), "utf-8")
    baloo("import", "perceval", str(file), "--system", "code", code=3)
    (group,) = baloo.json("quarantine", "list")

    assert group["slug"] == "no-mapping"
    assert "`Jira`" in group["reason"]


def test_a_system_that_nobody_declared_is_told(baloo: Baloo, tmp_path: Path):
    """Before anything is read."""
    assert "Did you mean `code`?" in baloo.run("import", "perceval", str(tmp_path / "no"), "--system", "coda", code=4).stderr
