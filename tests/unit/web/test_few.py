"""What numbers of few people are hidden beside others."""

from __future__ import annotations

import datetime as dt

import pytest

from baloo.metrics.answers import Flows
from baloo.web.few import FLOWS, Few


@pytest.mark.parametrize(("own", "op", "n", "tells"), [
    ((200, 150), "union", 300, False), ((103, 2), "union", 105, True), ((103, 100), "union", 105, True),
    ((103, 100), "union", 200, True), ((103, 100), "union", 203, False), ((3, 2), "union", 5, True),
    ((200, 102), "intersection", 100, True), ((200, 150), "intersection", 4, True), ((200, 150), "intersection", 100, False),
    ((200, 150), "intersection", 0, False), ((200, 150), "intersection", 150, False),
    ((200, 102), "difference", 100, True), ((200, 102), "difference", 98, False), ((100, 102), "difference", 97, True),
    ((103, 102, 101), "union", 105, True), ((100, 100, 100), "union", 298, True), ((100, 100, 100), "union", 250, False),
    ((100, 60, 50), "intersection", 47, True), ((100, 60, 50), "intersection", 40, False),
    ((100, 60, 50), "difference", 97, True), ((100, 60, 50), "difference", 50, False), ((9,), "union", 9, False),
])
def test_a_combination_tells_of_no_part_of_few(own: tuple[int, ...], op: str, n: int, tells: bool):
    """What is left of an area beside the combination, or of the combination beside an area, is of five at least, or nobody."""
    assert Few(5).combined(own, op, n) == tells
    assert not Few(1).combined(own, op, n)


@pytest.mark.parametrize(("numbers", "shown"), [
    ((2, 9, 50), (None, None, 50)), ((2, 0, 50), (None, 0, None)), ((2, 1, 50, 9), (None, None, 50, None)),
    ((4, 4, 50), (None, None, 50)), ((9, 9), (9, 9)), ((2, 0), (None, 0)), ((0, 0), (0, 0)), ((7, 2), (None, None)),
])
def test_a_sum_tells_nothing_of_what_is_hidden(numbers: tuple[int, ...], shown: tuple[int | None, ...]):
    """What is hidden is of five at least together; that nobody is somewhere hides nobody."""
    assert tuple(Few(5).beside_sum(dict(enumerate(numbers))).values()) == shown


@pytest.mark.parametrize(("stayed", "left", "joined", "returned", "shown"), [
    (100, 0, 2, 0, (100, None, None, None, 0, 102)), (100, 3, 20, 30, (103, None, None, None, 30, 150)),
    (100, 30, 20, 30, (130, 100, 30, 20, 30, 150)), (100, 30, 2, 9, (130, 100, 30, None, None, 111)),
    (2, 0, 0, 0, (None, None, 0, 0, 0, None)),
])
def test_who_came_and_who_left_follows_from_no_sum(
    stayed: int, left: int, joined: int, returned: int, shown: tuple[int | None, ...],
):
    """Before is who stayed and who left, after is who stayed and who came: neither tells of few."""
    day = dt.date(2026, 1, 1)
    flows = Flows(day, day, stayed + left, stayed, left, joined, returned, stayed + joined + returned)

    assert Few(5).flows(flows) == dict(zip(FLOWS, shown, strict=True))
