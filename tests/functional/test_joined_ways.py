"""One thing that was done, told in several ways: a webhook, an import of git, an import of Perceval's items count it once."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.functional.conftest import Baloo

from baloo.lake.store import Lake
from baloo.workspace import Workspace

REPOSITORY = "https://github.com/marula/basket"
SECRET = "an open secret"
CODE = """
system: code
title: The code
url: https://github.com/marula/basket
owner: code@example.org
kinds:
  git.commit: {title: Wrote a change, natural_key: [sha]}
  git.merge: {title: Merged a change, natural_key: [sha]}
  github.issue-opened: Opened an issue
  github.comment: Commented
"""
WIRE = Path(__file__).parents[1] / "conformance" / "wire"
MAPPING = (WIRE / "registry" / "mappings" / "perceval-github.yaml").read_text("utf-8")


@pytest.fixture
def code(baloo: Baloo) -> Baloo:
    """A workspace whose system `code` is fed from GitHub."""
    (baloo.root / "registry" / "systems" / "code.yaml").write_text(CODE, "utf-8")
    (baloo.root / "registry" / "mappings" / "github.yaml").write_text(MAPPING, "utf-8")
    baloo("check")
    return baloo


@contextlib.contextmanager
def _served(code: Baloo) -> Iterator[str]:
    """A server of that workspace: where it answers."""
    command = [sys.executable, "-m", "baloo", "-w", str(code.root), "serve", "--port", "0"]
    environment = os.environ | {"BALOO_HOOK_SECRET_GITHUB_CODE": SECRET}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "serves" in line)
        yield "http://127.0.0.1:" + line.split("http://127.0.0.1:")[1].split()[0]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def _hook(url: str, event: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Send what GitHub would; what the door says."""
    body = json.dumps(payload | {"repository": {"full_name": "marula/basket", "html_url": REPOSITORY}}).encode()
    headers = {
        "Content-Type": "application/json", "X-GitHub-Event": event, "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-Hub-Signature-256": f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}",
    }  # fmt: skip
    with urllib.request.urlopen(urllib.request.Request(f"{url}/hooks/github/code", body, headers), timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=Ama", "-c", "user.email=ama@example.org", *arguments]
    times = {"GIT_AUTHOR_DATE": "2024-06-02T10:00:00+02:00", "GIT_COMMITTER_DATE": "2024-06-03T11:00:00+02:00"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | times).stdout


def _history(folder: Path) -> list[dict[str, Any]]:
    """A repository with two changes and a merge; its commits as GitHub's push tells them."""
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "commit", "-q", "--allow-empty", "-m", "Begin")
    _git(folder, "checkout", "-q", "-b", "rim")
    _git(folder, "commit", "-q", "--allow-empty", "-m", "Weave the rim")
    _git(folder, "checkout", "-q", "main")
    _git(folder, "merge", "-q", "--no-ff", "-m", "Merge branch 'rim'", "rim")
    listed = _git(folder, "log", "--reverse", "--format=%H%x09%cI%x09%s").splitlines()
    return [
        {"id": sha, "message": message, "timestamp": moment, "url": f"{REPOSITORY}/commit/{sha}", "distinct": True,
         "author": {"name": "Ama", "email": "ama@example.org", "username": "ama"}}
        for sha, moment, message in (line.split("\t") for line in listed)
    ]  # fmt: skip


def _kept(code: Baloo) -> dict[str, int]:
    """How many documents of production the lake has of each kind."""
    events = Lake.open(Workspace.open(code.root).lake, write=False).snapshot().events
    query = "SELECT kind, count(DISTINCT doc) FROM read_parquet($1) WHERE environment = 'production' GROUP BY kind"
    return dict(duckdb.connect().execute(query, [list(events)]).fetchall())


def test_a_push_and_an_imported_history_count_once(code: Baloo, tmp_path: Path):
    """The natural key is the commit's own name, so it does not matter which of its two times was told."""
    commits = _history(tmp_path / "basket")
    first = code.json("import", "git", str(tmp_path / "basket"), "--system", "code")
    code("system", "promote", "code")
    with _served(code) as url:
        told = _hook(url, "push", {"ref": "refs/heads/main", "commits": commits})
    code("refresh")

    assert (first["accepted"], told["accepted"], told["refused"]) == (3, 3, 0)
    assert _kept(code) == {"git.commit": 2, "git.merge": 1}


def test_a_webhook_and_perceval_s_items_count_once(code: Baloo, tmp_path: Path):
    """The natural key joins them: the same object, by the same person, in the same second."""
    ama, jun = {"login": "ama", "id": 4}, {"login": "jun", "id": 9}
    issue = {"number": 7, "html_url": f"{REPOSITORY}/issues/7", "user": jun, "created_at": "2024-06-20T09:15:02Z"}
    comment = {"html_url": f"{REPOSITORY}/issues/7#issuecomment-1", "user": ama, "created_at": "2024-06-20T10:15:02Z"}
    item = {
        "backend_name": "GitHub", "backend_version": "0.30.0", "category": "issue", "origin": REPOSITORY,
        "updated_on": 1718878502.0, "uuid": "4b8b2c1f5a", "data": issue | {"comments_data": [comment, comment | {
            "html_url": f"{REPOSITORY}/issues/7#issuecomment-2", "created_at": "2024-06-21T10:15:02Z"}]},
    }  # fmt: skip
    file = tmp_path / "items.json"
    file.write_text(f'{json.dumps(item)}\n{json.dumps(item | {"category": "repository"})}\n', "utf-8")
    code("import", "perceval", str(file))
    code("system", "promote", "code")

    with _served(code) as url:
        opened = _hook(url, "issues", {"action": "opened", "issue": issue})
        commented = _hook(url, "issue_comment", {"action": "created", "issue": issue, "comment": comment})
    again = code.json("import", "perceval", str(file))

    assert (opened["accepted"], commented["accepted"]) == (1, 1)
    assert (again["read"], again["duplicates"], again["accepted"]) == (3, 3, 0)
    assert _kept(code) == {"github.issue-opened": 1, "github.comment": 2}
