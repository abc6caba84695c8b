"""The histories of four real projects, where they are beside the checkout: counted as a slow, independent program counts them."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from baloo.clock import FixedClock
from baloo.metrics.answers import Answers
from baloo.registry import load
from oracle.count_files import DATES, count
from oracle.oracle import LEVELS

DATA = Path(os.environ.get("BALOO_REAL_INPUT", Path(__file__).parents[3] / "shared" / "data"))
FILES = sorted((DATA / "contributions").glob("*.gz"))
DAYS = [dt.date.fromisoformat(day) for day in DATES]
AREAS = ["localization", "qa", "reps", "support"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FILES, reason="no real input beside the checkout (../shared/data, or $BALOO_REAL_INPUT)"),
]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """What the slow program computes from the files."""
    return count(DATA / "registry", FILES, DAYS)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the real registry, into which the files were imported."""
    root = tmp_path_factory.mktemp("real") / "W"
    _baloo("init", str(root))
    shutil.copytree(DATA / "registry", root / "registry", dirs_exist_ok=True, copy_function=shutil.copyfile)
    _baloo("-w", str(root), "import", "events", *map(str, FILES))
    _baloo("-w", str(root), "refresh")
    return root


@pytest.fixture(scope="module")
def answers(workspace: Path) -> Answers:
    """What pages and API ask."""
    clock = FixedClock(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))
    return Answers.open(workspace / "data" / "derived", load(workspace / "registry"), clock)


@pytest.mark.parametrize("day", DATES)
def test_the_command_line_counts_as_the_files_say(day: str, workspace: Path, expected: dict[str, Any]):
    """`baloo count active` gives the people of each area and of all, with staff and without."""
    found = {f"area:{area}": _count(workspace, day, "--area", area) for area in AREAS} | {"community": _count(workspace, day)}
    volunteers = {"area:qa": _count(workspace, day, "--area", "qa", "--exclude-staff"),
                  "community": _count(workspace, day, "--exclude-staff")}

    assert found == {scope: expected[day]["active"][scope] for scope in found}
    assert volunteers == {scope: expected[day]["volunteers"][scope] for scope in volunteers}


@pytest.mark.parametrize("day", DATES)
def test_every_scope_and_level(day: str, answers: Answers, expected: dict[str, Any]):
    """Each level of each area, system and of all is what the files say."""
    asked = dt.date.fromisoformat(day)
    levels = {level: expected[day][level] for level in LEVELS}
    found = {level: {scope: answers.count(scope, level, asked).value for scope in levels[level]} for level in LEVELS}

    assert found == levels


@pytest.mark.parametrize("day", DATES)
def test_overlaps(day: str, answers: Answers, expected: dict[str, Any]):
    """People by exactly the areas that they are active in."""
    found = {" + ".join(sorted(overlap.areas)): overlap.people for overlap in answers.overlap(dt.date.fromisoformat(day))
             if overlap.areas}

    assert found == expected[day]["overlap"]


@pytest.mark.parametrize("day", DATES)
def test_feed(day: str, answers: Answers, expected: dict[str, Any]):
    """The fifty-two weeks of the feed that were over by the day, of each area and of all."""
    scopes = {"all": "community", **{area: f"area:{area}" for area in AREAS}}
    found = {scope: [(str(row.wkcommencing), row.new, row.totalactive)
                     for row in answers.feed(view, until=dt.date.fromisoformat(day))] for view, scope in scopes.items()}
    rows = {scope: [tuple(row.values()) for row in expected[day]["feed"][scope]] for scope in found}

    assert found == rows


def _count(workspace: Path, day: str, *more: str) -> int:
    said = _baloo("-w", str(workspace), "count", "active", "--as-of", day, "--json", *more)
    return json.loads(said)["active"]


def _baloo(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", "baloo", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
