"""The days that options name."""

from __future__ import annotations

import datetime as dt

import pytest

from baloo.cli.common import as_day
from baloo.errors import InputError


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-31", "3000-01-01", "9999-12-31", "2026-02-30", "yesterday", ""])
def test_a_day_out_of_reach_is_refused_with_its_option(text: str) -> None:
    """What is no day, or lies where no window can be stepped from, is told with the option that named it."""
    with pytest.raises(InputError) as refused:
        as_day(text, "--as-of")

    assert refused.value.where == "--as-of"
    assert refused.value.remedy


@pytest.mark.parametrize("text", ["1970-01-01", "2999-12-31"])
def test_the_first_and_the_last_day_may_be_named(text: str) -> None:
    """Both ends are in reach."""
    assert as_day(text, "--as-of") == dt.date.fromisoformat(text)
