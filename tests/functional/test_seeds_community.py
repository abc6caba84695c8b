"""All real input in the community of the seeds, as the documentation says, counted as a slow, independent program counts it.

Where it is beside the checkout: `../shared/data`, or $BALOO_REAL_INPUT. A fictional counterpart of a few lines runs always.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from baloo.cli.app import run
from baloo.clock import FixedClock
from baloo.lake.store import Lake
from baloo.metrics.answers import Answers
from baloo.records import Records
from baloo.records.tables import members
from baloo.registry import load
from harness import reader
from oracle.count_files import count
from oracle.oracle import LEVELS

HERE = Path(__file__).parent
REAL = Path(os.environ.get("BALOO_REAL_INPUT", HERE.parents[2] / "shared" / "data"))
INVENTED = HERE / "seeds"
IMPORTS = {  # `baloo import NAME`, and the files of it
    "bugzilla": "raw/perceval/bugzillarest.json*", "github": "raw/perceval/github.json* raw/github-webhooks/*/*.json",
    "discourse": "raw/perceval/discourse.json*", "gerrit": "raw/perceval/gerrit.json*",
    "mediawiki": "raw/perceval/mediawiki.json*",
    "kitsune": "raw/perceval/kitsune.json* raw/kitsune/*.json", "remo": "raw/perceval/remo.json* raw/remo/*.json",
    "events": "contributions/*.ndjson*",
}  # fmt: skip
DATES = ("2010-08-20", "2012-06-10", "2014-09-30", "2016-07-26", "2016-11-06", "2019-06-30")
DAYS = [dt.date.fromisoformat(day) for day in DATES]

pytestmark = pytest.mark.slow
real = pytest.param(REAL, id="real", marks=pytest.mark.skipif(
    not (REAL / "raw").exists(), reason="no real input beside the checkout (../shared/data, or $BALOO_REAL_INPUT)"))


@pytest.fixture(scope="module", params=[real, pytest.param(INVENTED, id="invented")])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A workspace that a new user made, and what the slow program computes from the same files."""
    root = tmp_path_factory.mktemp("seeds") / "W"
    assert run(["init", str(root), "--preset", "mozilla"]) == 0
    files = {name: [file for pattern in patterns.split() for file in sorted(request.param.glob(pattern))]
             for name, patterns in IMPORTS.items()}
    assert [run(["-w", str(root), "import", name, *map(str, of)]) for name, of in files.items()] == [0] * len(files)
    assert run(["-w", str(root), "refresh"]) == 0
    return root, count(root / "registry", [file for of in files.values() for file in of], DAYS, feed=False)


def test_contributions_of_each_system_and_kind(both: tuple[Path, dict[str, Any]]):
    """As many of each kind as the files tell of, by as many people, counted once over all systems."""
    root, expected = both
    files = list(Lake.open(root / "data" / "lake", write=False).snapshot().events)
    ask = "SELECT system || ' ' || kind, count(DISTINCT doc) FROM read_parquet($1) GROUP BY ALL"
    found = dict(reader().execute(ask, [files]).fetchall())
    records = Records.open(root / "data" / "records" / "records.sqlite")
    with records.engine.connect().execution_options(writes=False) as connection:
        people = connection.scalar(sa.select(sa.func.count(sa.distinct(members.c.person_id))))
    records.close()

    assert found == expected["contributions"]
    assert people == expected["people"]


def test_people_of_each_area_system_and_all(both: tuple[Path, dict[str, Any]]):
    """Each level of each area, its parts, each system, organisation and of all, at every date."""
    root, expected = both
    answers = _answers(root)

    for day in DAYS:
        levels = {level: expected[str(day)][level] for level in LEVELS}
        assert {level: {scope: answers.count(scope, level, day).value for scope in of} for level, of in levels.items()} == levels
        volunteers = expected[str(day)]["volunteers"]
        assert {scope: answers.count(scope, "active", day, staff=False).value for scope in volunteers} == volunteers


def test_who_is_active_in_several_areas(both: tuple[Path, dict[str, Any]]):
    """People by exactly the areas that they are active in, each once."""
    root, expected = both
    answers = _answers(root)
    areas = list(load(root / "registry").areas)
    overlaps = {day: {" + ".join(sorted(one.areas)): one.people for one in answers.overlap(day, areas=areas) if one.areas}
                for day in DAYS}

    assert overlaps == {day: expected[str(day)]["overlap"] for day in DAYS}
    assert any("sumo-code" in areas and "pontoon-code" in areas for of in overlaps.values() for areas in of)


def _answers(root: Path) -> Answers:
    """What pages and API ask."""
    clock = FixedClock(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))
    return Answers.open(root / "data" / "derived", load(root / "registry"), clock)
