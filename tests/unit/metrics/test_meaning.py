"""The sentence beside a number says what was counted, at the level that was asked for."""

from __future__ import annotations

import dataclasses

import pytest

from baloo.metrics.questions.meaning import combined_by, counted_by
from baloo.metrics.questions.values import Scope
from pretend import TODAY, registry

_DESIGN = Scope("area:design", "area", "design", "Design")
_FORGE = Scope("system:forge", "system", "forge", "The forge")


@pytest.mark.parametrize(("level", "says"), [
    ("active", ("You count as active in Design when you contributed at least ten times in the last year. "
               "You keep it for 14 days after that stops being true.")),
    ("core", "You count as core in Design when you are active and contributed at least 100 times in the last year."),
    ("casual", ("You count as casual in Design when you contributed in the last year. "
               "So does who reaches a step of a higher level.")),
    ("visitor", "You count as a visitor in Design when you reach a step of a higher level there, such as being active."),
])
def test_a_level_of_an_area_has_its_own_words(level: str, says: str) -> None:
    """Each level is explained by its own points; levels nest, so the lower ones name those above."""
    assert counted_by(registry(), _DESIGN, level, TODAY) == says


def test_a_level_that_nobody_can_hold_says_so() -> None:
    """Where no point is of level core the words do not repeat the rule of another level."""
    marula = registry()
    design = marula.areas["design"]
    areas = {**marula.areas, "design": dataclasses.replace(design, pathway=design.pathway[:2])}
    without = dataclasses.replace(marula, areas=areas)

    assert counted_by(without, _DESIGN, "core", TODAY).startswith("Nobody counts as core in Design:")
    assert counted_by(without, _FORGE, "core", TODAY).startswith("Nobody counts as core in The forge:")
    assert counted_by(without, _FORGE, "active", TODAY) == (
        "You count as active in The forge when you contributed in the last year."
    )


@pytest.mark.parametrize(("titles", "op", "says"), [
    (["Coding", "Design"], "union", "You count, once, when you are active in at least one of Coding and Design."),
    (["Coding", "Design", "Chat"], "intersection", "You count, once, when you are active in each of Coding, Design and Chat."),
    (["Coding", "Design", "Events"], "difference", "You count when you are active in Coding, and not in Design or Events."),
    (["Coding"], "union", "You count when you are active in Coding."),
])
def test_areas_that_are_combined_have_words_of_their_own(titles: list[str], op: str, says: str) -> None:
    """The sentence names the areas and how they are put together, not the community."""
    assert combined_by(titles, op, "active") == says
