"""What numbers of few people are hidden beside others."""

from __future__ import annotations

import pytest

from baloo.web.few import Few


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
