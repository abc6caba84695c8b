"""The long fault tests go on where they stopped, and every one of them is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import soak

TESTS = Path(soak.__file__).parent


@pytest.mark.parametrize("part", soak.PARTS, ids=lambda part: part.fault)
def test_each_part_names_a_test(part: soak.Part):
    """A test that is called otherwise would be soaked no more, without a word."""
    file, _, words = part.tests.partition(" -k ")

    assert re.search(rf"def test_\w*{words}", (TESTS / file).read_text("utf-8"))


def test_what_was_made_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Portions of this commit count, others do not; a portion that failed is made again by another chance."""
    monkeypatch.setattr(soak, "LEDGER", tmp_path / "build" / "soak.jsonl")
    monkeypatch.setattr(soak, "PARTS", [kills := soak.Part("kills", 100, 4, "fault"), cuts := soak.Part("cuts", 2, 2, "fault")])
    commit = soak.Soak().commit
    made = [("kills", commit, 25, 0), ("kills", commit, 0, 1), ("kills", commit, 30, 0), ("kills", "another", 25, 0),
            ("cuts", commit, 2, 0)]
    lines = (json.dumps(dict(zip(("fault", "commit", "done", "failed"), said, strict=True), seconds=60)) for said in made)
    soak.LEDGER.write_text("\n".join(lines))

    found = soak.Soak()

    assert list(found.left()) == [(kills, 3), (kills, 4)]
    assert found.of(cuts) != []
    assert re.search(rf"kills +100 +55 .* 1 +3 +{re.escape(commit)}", found.table())
