"""The how-to of logging by a program: its commands, as they are written, before a real server."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from baloo.cli.app import run
from byhand import REGISTRY
from ports import free_port
from tutorials import followed

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "log-by-program.md"


def test_the_how_to_leads_from_a_token_to_an_entry_and_back(tmp_path: Path):
    """D01: each command succeeds; the entry is written down, listed, edited, told with its trail, and taken back."""
    root = tmp_path / "W"
    run(["init", str(root)])
    for name, text in REGISTRY.items():
        (root / "registry" / name).write_text(text, "utf-8")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "BALOO_WORKSPACE": str(root)}
    with followed(PAGE, tmp_path, str(free_port()), environment) as said:
        areas, written, listed, changed = said[1:]
    edited, told, gone = map(json.loads, changed.replace("}{", "}\n{").splitlines())

    assert [one["area"] for one in json.loads(areas)["rows"]] == ["legal"]
    assert json.loads(written)["state"] == "written"
    assert json.loads(listed)["area"] == "legal"
    assert (edited["changed"], gone["changed"]) == (True, True)
    assert told["entry"]["text"] == "Read the contract twice"
    assert [step["what"] for step in told["trail"]] == ["logged", "edited"]
