"""What the commands say: numbers with their nouns."""

from __future__ import annotations

import pytest

from baloo.cli.output import number_of


@pytest.mark.parametrize(("n", "said"), [(0, "0 people"), (1, "1 person"), (2000, "2,000 people")])
def test_a_noun_goes_with_its_number(n: int, said: str) -> None:
    """One is singular, everything else plural, thousands are parted."""
    assert number_of(n, "person", "people") == said


def test_most_plurals_have_an_s() -> None:
    """Where no plural is given it is made with an s."""
    assert (number_of(1, "error"), number_of(2, "error")) == ("1 error", "2 errors")
