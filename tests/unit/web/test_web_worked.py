"""The worked example of a rule is true of the rule: its days were worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from asking import Ask
from baloo.registry.model import AllOf, AnyOf, Leaf, Point, Rule, Span, Version, Window
from baloo.web.pages.worked import worked
from baloo.web.words import words_in
from pretend import TODAY, registry

_SCENE = SimpleNamespace(as_of=TODAY, registry=registry(), words=words_in())


def _said(rule: Rule, keeps: Span | str | None = None, level: str = "active") -> list[str]:
    point = Point("p", level, (Version(rule),), keeps=keeps)  # type: ignore[arg-type]
    return worked(_SCENE, _SCENE.registry.areas["support"], point)  # type: ignore[arg-type]


def _within(n: int, unit: str) -> Window:
    return Window("within", Span(n, unit))  # type: ignore[arg-type]


@pytest.mark.parametrize(("rule", "keeps", "did", "until"), [
    (Leaf(_within(1, "years"), "at_least", 10), Span(14, "days"),
     "Ama contributed ten times, from 25 April 2026 to 4 May 2026. She counts from that day on.",
     "the rule fails on 25 April 2027; with 14 days of grace she counts up to 7 May 2027."),
    (Leaf(_within(30, "days"), "at_least", 1), None,
     "Ama contributed, on 4 May 2026. She counts from that day on.", "she counts up to 2 June 2026."),
    (Leaf(_within(3, "months"), "at_least", 2, of="days"), None,
     "Ama contributed on two days, from 3 May 2026 to 4 May 2026.", "she counts up to 2 August 2026."),
    (Leaf(Window("calendar", period="month"), "at_least", 3, of="people"), None,
     "Ama contributed for three different people, from 2 May 2026 to 4 May 2026. She counts from 31 May 2026 on.",
     "she counts up to 29 June 2026."),
    (Leaf(_within(90, "days"), "at_least", 2), "ever", "Ama contributed twice, from 3 May", "She counts for ever"),
    (Leaf(Window("ever"), "at_least", 200), None, "Ama contributed 200 times, from 14 April", "She counts for ever"),
])
def test_an_example_says_from_when_to_when(rule: Rule, keeps: Span | str | None, did: str, until: str) -> None:
    """The rule holds from the last deed, or the end of a calendar's period, until the first is out of the window; then grace."""
    said = _said(rule, keeps)

    assert did in said[0]
    assert until in said[1]


def test_an_example_shows_what_is_not_enough() -> None:
    """Where a rule asks for several, somebody who did one less does not count; of several ways in one is told, and that it is."""
    leaf = Leaf(_within(1, "years"), "at_least", 3, of="objects")

    assert _said(leaf)[2].startswith("Jun did the same, but on one thing less.")
    assert "while she is active too" in _said(leaf, level="core")[2]
    assert _said(AnyOf((Leaf(_within(1, "years"), "top", 50), leaf)))[-1].startswith("This is one way in.")


@pytest.mark.parametrize("rule", [
    Leaf(_within(1, "years"), "top", 50), Leaf(_within(30, "days"), "first", 1),
    Leaf(Window("around", Span(2, "weeks")), "at_least", 1),
    AllOf((Leaf(_within(1, "years"), "at_least", 1), Leaf(_within(2, "years"), "at_least", 1))),
    Leaf(_within(5, "days"), "at_least", 6, of="days"),
])
def test_a_rule_without_a_simple_way_in_has_no_example(rule: Rule) -> None:
    """What depends on others, on what is to come or on several rules is not told by one person's deeds; nor what cannot be."""
    assert _said(rule) == []


def test_a_definition_has_its_example(ask: Ask) -> None:
    """The page of a conversion point works it out, and says that the people are invented."""
    page = ask("/definitions/support/regular").text

    assert "Ama contributed ten times, from 25 April 2026 to 4 May 2026." in page
    assert "Ama and Jun are invented." in page
