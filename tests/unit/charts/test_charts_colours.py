"""Colours of figures: readable on their ground, and the same as the stylesheet's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources

import pytest

from baloo.charts import DARK, LIGHT
from baloo.charts.palette import contrast, paint

_SERIES = [f"c{n}" for n in range(1, 9)]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", [*_SERIES, "ink", "ink-2"])
def test_words_and_series_are_readable(palette: Mapping[str, str], name: str) -> None:
    """Each colour that letters are drawn in has a contrast of 4.5 to 1 with the page."""
    ratio = contrast(palette[name], palette["paper"])

    assert ratio >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_lines_that_mean_something_are_seen(palette: Mapping[str, str]) -> None:
    """Axes and targets have a contrast of 3 to 1 with the page."""
    ratio = contrast(palette["rule-2"], palette["paper"])

    assert ratio >= 3


def test_contrast_is_the_one_of_wcag() -> None:
    """Black on white is 21 to 1, and a colour on itself 1 to 1."""
    assert round(contrast("#000000", "#ffffff"), 6) == 21
    assert contrast("#c2410c", "#c2410c") == 1


def test_the_stylesheet_has_the_same_values() -> None:
    """What a page shows in light and dark is what a file in that palette shows."""
    sheet = (resources.files("baloo.web") / "static" / "baloo.css").read_text("utf-8")
    light, dark = (block for block in re.findall(r":root \{(.*?)\n\s*\}", sheet, re.DOTALL)[:2])

    for block, palette in ((light, LIGHT), (dark, DARK)):
        values = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))
        assert {name: values[name] for name in palette} == dict(palette)


def test_painting_knows_every_name() -> None:
    """A name that the palette lacks is an error, not a black line."""
    assert paint('<g fill="var(--c1)"/>', LIGHT) == '<g fill="#c2410c"/>'
    with pytest.raises(KeyError):
        paint('<g fill="var(--c9)"/>', LIGHT)
