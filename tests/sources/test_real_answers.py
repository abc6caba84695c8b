"""Real answers of real systems, where they are beside the checkout, through the sources: nothing is refused."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from tests.sources.test_every_source import Run

from baloo.worker import reading

RAW = Path(os.environ.get("BALOO_REAL_INPUT", Path(__file__).parents[3] / "shared" / "data")) / "raw"
EXPECTED: dict[tuple[str, str], dict[str, int]] = {  # documents of each kind
    ("bugzilla", "perceval/bugzillarest.json.gz"): {
        "bugzilla.change": 48, "bugzilla.comment": 110, "bugzilla.feedback-asked": 5, "bugzilla.feedback-cleared": 2,
        "bugzilla.feedback-granted": 3, "bugzilla.filed": 7, "bugzilla.needinfo-asked": 14,
        "bugzilla.needinfo-cleared": 14, "bugzilla.patch": 37, "bugzilla.review-asked": 5, "bugzilla.review-cleared": 1,
        "bugzilla.review-granted": 3,
    },
    ("discourse", "perceval/discourse.json.gz"): {"discourse.post": 20, "discourse.topic": 2},
    ("gerrit", "perceval/gerrit.json.gz"): {
        "gerrit.change": 4, "gerrit.comment": 103, "gerrit.patch-set": 14, "gerrit.review": 10,
    },
    ("github", "perceval/github.json.gz"): {
        "github.comment": 4, "github.pull-merged": 1, "github.pull-opened": 5, "github.review": 1, "github.review-comment": 1,
    },
    ("kitsune", "perceval/kitsune.json.gz"): {"sumo.answer": 5, "sumo.question": 4},
    ("kitsune", "kitsune/kitsune_question_answers.json"): {"sumo.answer": 5},
    ("kitsune", "kitsune/kitsune_questions_1_2.json"): {"sumo.question": 2},
    ("kitsune", "kitsune/kitsune_questions_2_2.json"): {"sumo.question": 2},
    ("mediawiki", "perceval/mediawiki.json.gz"): {"mediawiki.creation": 4, "mediawiki.edit": 4},
    ("remo", "perceval/remo.json.gz"): {"remo.event": 1},
    ("remo", "remo/remo_activities.json"): {"remo.report": 1},
    ("remo", "remo/remo_events.json"): {"remo.event": 1},
    ("remo", "remo/remo_users.json"): {"remo.joined": 1},
}

pytestmark = pytest.mark.skipif(not RAW.exists(), reason="no real input beside the checkout")


@pytest.mark.parametrize(("name", "file"), EXPECTED)
def test_real_answers_are_read(name: str, file: str, tmp_path: Path):
    """Each kind as often as a look into the file says, and each document once."""
    run = Run(name, tmp_path)
    events = run.read(reading.read_files(run.registry, name, run.system, [RAW / file]))

    assert Counter(kind for kind, _ in {(event["kind"], event["id"]) for event in events}) == EXPECTED[name, file]
