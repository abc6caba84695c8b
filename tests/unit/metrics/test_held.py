"""Times at which people held keys: who came, and who stayed."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from baloo.metrics.questions.held import Held

_DAYS = st.lists(st.integers(0, 40), min_size=2, max_size=6, unique=True).map(sorted)
_HELD = st.dictionaries(
    st.tuples(st.integers(1, 3), st.sampled_from([1, 2, 3, 4, 2**31, 2**40])),  # key and person
    st.lists(st.integers(0, 40), min_size=2, max_size=8, unique=True).map(sorted), max_size=12,
)


def _times(held: dict[tuple[int, int], list[int]]) -> set[tuple[int, int, int, int]]:
    """(key, person, start, stop) of the times: the days of each in twos."""
    return {(*who, start, stop) for who, days in held.items() for start, stop in zip(days[::2], days[1::2], strict=False)}


def _held(times: set[tuple[int, int, int, int]]) -> Held:
    columns = np.array([*times], dtype=np.int64).reshape(-1, 4).T  # a set has no order
    return Held.of([3, 1, 2], dict(zip(("key", "person", "start", "stop"), columns, strict=True)))


@given(_HELD, _DAYS)
def test_who_came(held: dict[tuple[int, int], list[int]], days: list[int]) -> None:
    """Who came are those who hold a key on a day and not on the one before; they return where they held it ever earlier."""
    times = _times(held)
    people, returned = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for key, person in {time[:2] for time in times}:
        own = [time[2:] for time in times if time[:2] == (key, person)]
        for i, (eve, day) in enumerate(pairwise(days)):
            there, here = (any(start <= d < stop for start, stop in own) for d in (eve, day))
            people[key, i] += here and not there
            returned[key, i] += here and not there and any(start <= eve for start, _ in own)

    found = {(key, i): (n, back) for key, i, n, back in _held(times).came(days)}

    assert found == {cell: (n, returned[cell]) for cell, n in people.items() if n}


@given(_HELD, _DAYS)
def test_who_stayed(held: dict[tuple[int, int], list[int]], days: list[int]) -> None:
    """A cohort are those who first held the key in a period; of them those are told who hold it at the end of a later one."""
    times = {time for time in _times(held) if time[0] == 1}
    expected = Counter[tuple[int, int | None]]()
    for person in {time[1] for time in times}:
        own = [time[2:] for time in times if time[1] == person]
        cohort = [i for i, (eve, day) in enumerate(pairwise(days)) if eve < min(start for start, _ in own) <= day]
        for i in cohort:
            expected[i, None] += 1
            expected.update((i, j) for j, day in enumerate(days) if any(start <= day < stop for start, stop in own))

    found = {(i, j): n for i, j, n in _held(times).cohorts(days)}

    assert found == expected
