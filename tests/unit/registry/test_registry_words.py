"""Rules in plain English: the golden texts are in `words.md` and `words.txt`, for people to judge.

`BALOO_WRITE_GOLDEN=1` writes `words.md` anew.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from baloo.registry import load
from baloo.registry._rules import parse_rule
from baloo.registry.model import Span
from baloo.registry.words import Titles, count_words, default_definition, definition, sentence

HERE = Path(__file__).parent
TODAY = dt.date(2026, 11, 22)
WORDS = HERE / "words.md"
TITLES = Titles(
    {"forum.answer": "Answered a question", "wiki.write": "Wrote an article", "wiki.review": "Reviewed an article",
     "sumo.vote": "SUMO vote", "chat.talk": "Talked"},
    {"coding": "Coding"},
    {(None, "first"): "First steps", ("coding", "merged"): "Merged a patch"},
)  # fmt: skip


def test_presets_read_as_sentences() -> None:
    """Every point of the hard presets reads as in `words.md`."""
    registry = load(HERE / "presets")
    lines = [f"# The hard presets in words\n\n{default_definition(registry, registry.community.title)}\n"]
    for area in registry.areas.values():
        said = [f"- {definition(registry, area, point, TODAY)}\n" for point in area.pathway]
        lines.append(f"\n## {area.title}\n\n{''.join(said)}" if said else "")
    text = "".join(lines)

    if os.environ.get("BALOO_WRITE_GOLDEN"):
        WORDS.write_text(text, "utf-8")
        return
    assert WORDS.read_text("utf-8") == text


FORMS = [tuple(pair.strip().splitlines()) for pair in (HERE / "words.txt").read_text("utf-8").split("\n\n")]


@pytest.mark.parametrize(("written", "expected"), FORMS, ids=[written for written, _ in FORMS])
def test_each_form_has_its_words(written: str, expected: str) -> None:
    """Each form of rule is said as a person would say it: the rule and its sentence, in pairs, are in `words.txt`."""
    rule = YAML(typ="safe", pure=True).load(written)

    assert sentence(parse_rule(rule, {}), TITLES) == expected


def test_numbers_up_to_twelve_are_words() -> None:
    """Small numbers are words, large ones have their thousands parted."""
    assert (count_words(0), count_words(12), count_words(13), count_words(2160)) == ("no", "twelve", "13", "2,160")


def test_a_badge_is_kept_for_ever() -> None:
    """`keeps` is a sentence of its own."""
    registry = load(HERE / "presets")
    area = registry.areas["fedora"]

    badge = dataclasses.replace(area.pathway[0], keeps="ever")
    grace = dataclasses.replace(area.pathway[0], keeps=Span(1, "weeks"))

    assert definition(registry, area, badge, TODAY).endswith(" 13 weeks. Once yours, it stays yours.")
    assert definition(registry, area, grace, TODAY).endswith(" 13 weeks. You keep it for 1 week after that stops being true.")


def test_not_alone_has_no_words() -> None:
    """A rule that `check` refuses is not said."""
    with pytest.raises(ValueError, match="only under `all`"):
        sentence(parse_rule({"not": {"at_least": 1, "within": "1 year"}}, {}), TITLES)


def test_a_day_has_the_rule_that_was_in_force() -> None:
    """Before the oldest rule nobody counts; from its first day on each rule is the one that is said."""
    registry = load(HERE / "presets")
    area = registry.areas["reps"]
    active = next(point for point in area.pathway if point.level == "active")
    days = [dt.date.fromisoformat(day) for day in ("2015-04-07", "2015-04-08", "2015-04-19", "2015-04-20")]
    none, first, still, newer = (definition(registry, area, active, day) for day in days)

    assert none == f"Nobody counts as active in {area.title} before 8 April 2015."
    assert "4 weeks before or after" in first
    assert first == still
    assert "2 weeks before or after" in newer
