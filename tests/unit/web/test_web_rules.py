"""A rule as its page shows it: the lines of the file, and the versions it had."""

from __future__ import annotations

from pathlib import Path

import pretend
from asking import asking, pretend_site
from baloo.registry.model import Area, Leaf, Point, Span, Version, Window
from baloo.web.pages.rules import yaml_of

_LEAF = Leaf(Window("within", Span(1, "years")), "at_least", 1)
_FILE = """\
area: support
# what comes first
pathway:
  - point: first
    level: casual
    when: {at_least: 1, within: 1 year}
  - point: regular
    level: active
    when:
      at_least: 10
      within: 1 year
    keeps: 14 days
target: 5
"""


def _shown(folder: Path, text: str, point: str) -> str:
    (folder / "support.yaml").write_text(text, "utf-8")
    return yaml_of(folder, Area("support", "Support", file="support.yaml"), Point(point, "active", (Version(_LEAF),)))


def test_the_lines_of_a_point_are_shown(tmp_path: Path) -> None:
    """A point's own lines are shown, without those of its neighbours or of what follows the pathway."""
    assert _shown(tmp_path, _FILE, "first") == "- point: first\n  level: casual\n  when: {at_least: 1, within: 1 year}"
    assert _shown(tmp_path, _FILE, "regular").splitlines()[-1] == "  keeps: 14 days"


def test_a_point_on_one_line_is_shown(tmp_path: Path) -> None:
    """The short form is shown as it is written."""
    text = "area: support\npathway:\n  - {point: a, level: active, when: {at_least: 1, within: ever}}\n"

    assert _shown(tmp_path, text, "a") == "- {point: a, level: active, when: {at_least: 1, within: ever}}"


def test_what_is_not_there_is_not_shown(tmp_path: Path) -> None:
    """No file, no such point or no YAML: the page has the words alone."""
    assert yaml_of(tmp_path, Area("a", "A", file="none.yaml"), Point("a", "active", (Version(_LEAF),))) == ""
    assert _shown(tmp_path, _FILE, "mentor") == ""
    assert _shown(tmp_path, "a: [", "first") == ""


def test_the_history_says_what_was_in_force() -> None:
    """Each version has its dates and its sentence, the present one first."""
    with asking(pretend_site()) as ask:
        text = ask("/definitions/support/regular").text

    assert text.index("since 15 June 2025") < text.index("until 14 June 2025")
    assert "at least five times" in text
    assert pretend.registry().areas["support"].title in text


def test_a_page_says_the_rule_of_the_day_that_is_asked_for() -> None:
    """The definitions, a point's page and the area's page are as they were on a day, and name each change with its date."""
    with asking(pretend_site()) as ask:
        for address in ("/definitions", "/definitions/support/regular", "/areas/support"):
            then, now = (ask(f"{address}{query}").text for query in ("?as_of=2025-06-14", ""))

            assert "You count as active in Support when you contributed at least five times" in then
            assert "You count as active in Support when you contributed at least ten times" in now
        index = ask("/definitions").text
        assert 'href="/definitions?as_of=2025-06-15">15 June 2025</a>' in index
        assert "These were the rules on 14 June 2025." in ask("/definitions?as_of=2025-06-14").text
