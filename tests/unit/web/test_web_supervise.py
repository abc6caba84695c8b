"""How soon a worker that ended is started again."""

from __future__ import annotations

import itertools

import pytest

from baloo.web.supervise import next_pause


def _pauses(code: int, lived: float, times: int = 12) -> list[float]:
    return list(itertools.accumulate(range(times), lambda pause, _: next_pause(pause, code, lived), initial=0.0))[1:]


@pytest.mark.parametrize("lived", [0.5, 5.0, 30.0])
def test_one_that_is_killed_is_back_soon_however_often(lived: float):
    """It has five seconds to be ready in, and most of them are its own."""
    assert max(_pauses(-9, lived)) <= 1.0


def test_one_that_fails_at_once_is_given_time():
    """A disk that is broken is not asked twice a second."""
    pauses = _pauses(1, 0.3)

    assert (pauses[0], pauses[-1]) == (0.5, 30.0)
    assert pauses == sorted(pauses)


def test_one_that_worked_for_a_while_is_back_soon():
    """Whatever was before."""
    assert next_pause(30.0, 1, 11.0) == 0.5
