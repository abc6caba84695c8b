"""A repository's history by git, by GitLab's API and by its webhooks: each commit counts once (A10)."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any

from baloo.registry import load
from baloo.sources.base import Source
from baloo.sources.files import EventsSource
from baloo.sources.git import GitSource
from baloo.sources.installed import example
from baloo.sources.journal import Journal
from baloo.worker.reading import read_files
from house import House

DOCS = Path(__file__).parents[2] / "docs" / "sources" / "gitlab.md"
PROJECT = "https://gitlab.example.org/marula/basket"
ENVIRONMENT = {"GIT_AUTHOR_NAME": "Ama Mensah", "GIT_AUTHOR_EMAIL": "ama@example.org", "GIT_COMMITTER_NAME": "Ama Mensah",
               "GIT_COMMITTER_EMAIL": "ama@example.org", "GIT_AUTHOR_DATE": "2024-06-01T10:00:00+02:00",
               "GIT_COMMITTER_DATE": "2024-06-01T10:00:00+02:00", "PATH": "/usr/bin:/bin"}


def _git(folder: Path, *words: str) -> str:
    found = subprocess.run(["git", "-C", str(folder), *words], check=True, env=ENVIRONMENT, capture_output=True, text=True)
    return found.stdout.strip()


def _written(file: Path, value: Any) -> Path:
    file.write_text(json.dumps(value), "utf-8")
    return file


def test_a_commit_counts_once_whichever_way_it_comes(tmp_path: Path) -> None:
    """What git told is a duplicate when the API tells it, and when the mapping of the documentation reads a webhook."""
    _git(tmp_path, "init", "-q", "basket")
    _git(tmp_path / "basket", "commit", "-q", "--allow-empty", "-m", "Weave")
    sha = _git(tmp_path / "basket", "rev-parse", "HEAD")
    house = House(tmp_path / "W", dt.date(2024, 6, 30))
    registry = house.workspace.registry
    for folder in ("systems", "mappings"):
        (registry / folder).mkdir(parents=True, exist_ok=True)
    (registry / "community.yaml").write_text("community: marula\n", "utf-8")
    (registry / "systems" / "gitlab.yaml").write_text(example("gitlab"), "utf-8")
    (registry / "mappings" / "pushes.yaml").write_text(DOCS.read_text("utf-8").split("```yaml\n")[1].split("```")[0], "utf-8")
    house.open()
    known = load(registry)
    system = known.systems["gitlab"]
    answer = {"id": sha, "author_name": "Ama Mensah", "author_email": "ama@example.org",
              "authored_date": "2024-06-01T08:00:00.000+00:00", "committed_date": "2024-06-01T08:00:00.000+00:00",
              "parent_ids": [], "web_url": f"{PROJECT}/-/commit/{sha}"}
    pushed = {"object_kind": "push", "project": {"path_with_namespace": "marula/basket"}, "commits": [
        {"id": sha, "timestamp": "2024-06-01T10:00:00+02:00", "url": answer["web_url"],
         "author": {"name": "Ama Mensah", "email": "ama@example.org"}}]}
    ways: list[Source] = [
        GitSource(tmp_path / "basket", system, Journal(tmp_path / "journal")),
        *read_files(known, "gitlab", system, [_written(tmp_path / "commits.json", [answer])]),
        EventsSource(_written(tmp_path / "pushed.json", {"mapping": "hook:gitlab-pushes", "payload": pushed})),
    ]

    found = []
    for way in ways:
        refused = sum(house.send(chunk.body.decode()) for chunk in way.chunks(0))
        (loaded,) = house.load()
        found.append((loaded.accepted, loaded.duplicates, refused))
    house.close()
    assert found == [(1, 0, 0), (0, 1, 0), (0, 1, 0)]
