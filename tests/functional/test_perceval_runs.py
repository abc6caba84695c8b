"""A system that the registry says Perceval reads: checked, and read from the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.functional.conftest import Baloo

COMMIT = {"Author": "Ama <ama@example.org>", "AuthorDate": "Thu Jun 20 10:15:02 2024 +0000", "commit": "c0ffee", "parents": []}
ITEM = {"backend_name": "Git", "category": "commit", "origin": "https://git.example.org/marula", "updated_on": 1718878502.0,
        "uuid": "2a6d9c5e1c0f4c7d9b1a", "data": COMMIT}  # fmt: skip
SOURCE = "source: {name: perceval, run: [git, https://git.example.org/marula%s], cron: '17 3 * * *'}\n"


def test_a_system_is_read_by_perceval(baloo: Baloo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As its file says, or with arguments; a secret in the file is refused, and so is a system that something else reads."""
    program, file = tmp_path / "perceval", baloo.root / "registry" / "systems" / "code.yaml"
    program.write_text(f"#!/bin/sh\necho '{json.dumps(ITEM)}'\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    text = file.read_text("utf-8")
    none = baloo.run("import", "perceval", "--run", "--system", "code", code=4)
    file.write_text(text + SOURCE % ", -t, sesame", "utf-8")
    refused = baloo.run("check", code=3)
    file.write_text(text + SOURCE % "", "utf-8")
    baloo("check")
    asked = ("import", "perceval", "--run", "--dry-run", "--json")
    read = [json.loads(baloo(*asked, *more)) for more in ((), ("--system", "code", "--", "git", "somewhere"))]

    assert "Nothing says how `code` is read by perceval." in none.stderr
    assert "The registry holds no secret" in refused.stdout + refused.stderr
    assert [(report["read"], report["accepted"]) for report in read] == [(1, 1), (1, 1)]
