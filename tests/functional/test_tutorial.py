"""The commands of the tutorials, as they are written, lead a new user to what they promise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from ports import free_port
from tutorials import followed

HOUSE = Path(__file__).parents[2]
TUTORIALS = HOUSE / "docs" / "tutorials"
URL = "https://github.com/baloo-community/baloo"


def _write_stand_ins(folder: Path) -> None:
    """`git clone` of our address clones this checkout, and `make install` uses the environment that runs the tests."""
    folder.mkdir()
    clone = f'[ "$2" = {URL} ] && exec "$REAL_GIT" clone -q {HOUSE} baloo'
    (folder / "git").write_text(f'#!/bin/sh\n{clone}\nexec "$REAL_GIT" "$@"\n')
    (folder / "make").write_text(f"#!/bin/sh\nmkdir -p .venv && ln -s {Path(sys.executable).parent} .venv/bin\n")
    for file in folder.iterdir():
        file.chmod(0o755)


@pytest.mark.slow
@pytest.mark.skipif(not (HOUSE / ".git").exists(), reason="the tutorial clones the checkout, and this is none")
def test_the_tutorial_leads_to_a_number(tmp_path: Path):
    """Every command succeeds, and the last count has one person more than the first."""
    stand_ins = tmp_path / "bin"
    _write_stand_ins(stand_ins)
    git = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    environment = {**os.environ, "PATH": f"{stand_ins}:{os.environ['PATH']}", "REAL_GIT": git}
    environment.pop("BALOO_WORKSPACE", None)
    with followed(TUTORIALS / "first-number.md", tmp_path, str(free_port()), environment) as said:
        text = "\n".join(said)

    assert re.search(r"\d+ read: \d+ would be accepted", text)
    assert "0 read: 0 accepted" in text
    (first,) = re.findall(r'"active": (\d+)', text)
    assert said[-2].split() == [str(int(first) + 1)]
    assert "unknown" in said[-1] or "unrecognised" in said[-1] or "missing" in said[-1]


@pytest.mark.slow
def test_a_system_is_connected_in_ten_minutes(tmp_path: Path):
    """What is wrong is told with its place, what is right is seen live, and counts once its owner lets it in."""
    port, environment = str(free_port()), {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment.pop("BALOO_WORKSPACE", None)
    with (
        followed(TUTORIALS / "your-system.md", tmp_path, port, environment) as said,
        urllib.request.urlopen(f"http://127.0.0.1:{port}/live?tag=first-try", timeout=30) as answer,
    ):
        live = answer.read().decode()

    wrong, right, program, counted = said[3:]
    assert '"pointer":"/kind"' in wrong
    assert "Did you mean `helpdesk.answer`?" in wrong
    assert '"accepted":1' in right
    assert re.search(r"helpdesk +staging", right)
    assert program.strip() == "Stats(taken=3, delivered=3, refused=0, dropped=0)"
    assert counted.split()[-1] == "3"
    assert "Did you mean" in live
    assert live.count("helpdesk.answer") >= 7
