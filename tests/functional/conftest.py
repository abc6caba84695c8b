"""What the functional tests share: a small workspace of fictional people, and the real command line."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from baloo.cli.app import run

TODAY = "2024-06-30"
REGISTRY = {
    "community.yaml": "community: marula\ntitle: Marula\nquestion: Are we ten yet?\ntarget: 10\nstaff: [marula.example]\n",
    "systems/forum.yaml": """
system: forum
title: The forum
url: https://forum.example.org
owner: forum@example.org
kinds:
  forum.answer: {title: Answered a question, owner: asker}
  forum.post: Wrote a post
""",
    "systems/code.yaml": """
system: code
title: The code
url: https://git.example.org/marula
owner: code@example.org
kinds:
  git.commit: Wrote a change
  git.merge: Merged a change
  git.coauthor: Wrote a change together
  git.review: Reviewed a change
""",
    "areas/support.yaml": """
area: support
title: Support
owner: support@example.org
target: 5
counts: [{system: forum}]
pathway:
  - {point: seen, level: casual, when: {at_least: 1, within: 1 year}}
  - {point: regular, level: active, when: {kinds: [forum.answer], whose: others, at_least: 2, within: 90 days}}
""",
    "areas/coding.yaml": "area: coding\ntitle: Coding\nowner: coding@example.org\ncounts: [{system: code}]\n",
}


class Said(NamedTuple):
    """What a command printed."""

    stdout: str
    stderr: str


@dataclass(frozen=True)
class Baloo:
    """The command line on one workspace."""

    root: Path

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Run a command, expect its exit code, return its stdout."""
        return self.run(*arguments, code=code).stdout

    def run(self, *arguments: str, code: int = 0) -> Said:
        """Run a command line in this process, as `baloo` does, and expect its exit code."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            found = run(["-w", str(self.root), *arguments])

        assert found == code, err.getvalue()
        return Said(out.getvalue(), err.getvalue())

    def json(self, *arguments: str) -> Any:
        """Run a command with --json."""
        return json.loads(self(*arguments, "--json"))

    def count(self, **options: str) -> int:
        """How many are active."""
        words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
        return int(self.json("count", "active", *words)["active"])


def event(kind: str, day: str, actor: dict[str, str] | str, **more: Any) -> dict[str, Any]:
    """An event of version 1; `actor` is an account or the whole actor."""
    return {
        "schema": "contribution", "version": 1, "at": day if "T" in day else f"{day}T12:00:00Z",
        "system": "code" if kind.startswith("git") else "forum", "kind": kind,
        "actor": {"account": actor} if isinstance(actor, str) else actor, **more,
    }  # fmt: skip


@pytest.fixture
def baloo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Baloo:
    """A workspace with two systems and two areas, on a day that stands still."""
    monkeypatch.setenv("BALOO_TODAY", TODAY)
    found = Baloo(tmp_path / "W")
    found("init", str(found.root), code=0)
    for name, text in REGISTRY.items():
        (found.root / "registry" / name).write_text(text, "utf-8")
    return found


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Write events into a file and give its path."""

    def _write(events: list[dict[str, Any]], name: str = "events.ndjson") -> str:
        file = tmp_path / name
        file.write_text("".join(json.dumps(e) + "\n" for e in events), "utf-8")
        return str(file)

    return _write
