"""Leaves that ask for amounts, against a sum taken anew for each day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baloo.metrics import leaves
from baloo.metrics.leaves import Leaf, count_leaves
from baloo.metrics.plan import Counted, Feed, Source
from baloo.metrics.session import Session
from baloo.metrics.windows import LAST_DAY, seen_on
from baloo.registry.model import Span, Window

FIRST = dt.date(2019, 12, 20)
WINDOWS = [
    Window("within", Span(30, "days")), Window("within", Span(9, "weeks")), Window("within", Span(1, "months")),
    Window("within", Span(4, "months")), Window("within", Span(1, "years")), Window("around", Span(3, "weeks")),
    Window("calendar", period="month"), Window("calendar", period="quarter"), Window("calendar", period="year"), Window("ever"),
]  # fmt: skip
# Busy stretches with silences between: how long it is silent, how long busy, and every how many days.
STRETCHES = st.lists(st.tuples(st.integers(1, 130), st.integers(0, 260), st.integers(1, 9)), min_size=1, max_size=5)


@pytest.fixture(params=[0, leaves.MANY], ids=["thinned", "few"], autouse=True)
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """Each test with amounts that are made fewer first, and as they are."""
    monkeypatch.setattr(leaves, "MANY", request.param)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stretches=STRETCHES, threshold=st.integers(1, 12), of=st.sampled_from(["contributions", "days"]), n=st.integers(1, 3))
def test_enough_is_enough_on_each_day(
    tmp_path: Path, window: Window, stretches: list[tuple[int, int, int]], threshold: int, of: str, n: int
):
    """Somebody is in just on the days on which what the window sees adds up to the threshold."""
    amounts = dict.fromkeys(busy_days(stretches), n)
    leaf = Counted((Feed(Source("wiki", "edit")),), window, threshold=threshold, of=of)  # type: ignore[arg-type]

    found = intervals(tmp_path, leaf, amounts)

    assert found == ranges(window, dict.fromkeys(amounts, 1) if of == "days" else amounts, threshold)


@pytest.mark.parametrize("at_once", [1, 10**6])
def test_leaves_that_are_computed_together_are_kept_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int):
    """Of leaves that differ in threshold and window alone each holds on its own days, however many go together."""
    monkeypatch.setattr(leaves, "_TOGETHER", at_once)
    feeds = (Feed(Source("wiki", "edit")),)
    asked = [Counted(feeds, WINDOWS[window], threshold=enough) for window in (0, 4) for enough in (2, 9)]
    amounts = dict.fromkeys(busy_days([(0, 60, 5), (400, 3, 1)]), 1)

    found = intervals_of(tmp_path, asked, amounts)

    assert found == [ranges(leaf.window, amounts, leaf.threshold) for leaf in asked]


def busy_days(stretches: list[tuple[int, int, int]]):
    """The days of the stretches, one after the other."""
    day = FIRST
    for silent, busy, every in stretches:
        day += dt.timedelta(silent)
        for _ in range(0, busy + 1, every):
            yield day
            day += dt.timedelta(every)


def intervals(folder: Path, leaf: Counted, amounts: dict[dt.date, int]):
    """What the engine finds for one person with these days."""
    return intervals_of(folder, [leaf], amounts)[0]


def intervals_of(folder: Path, asked: list[Counted], amounts: dict[dt.date, int]):
    """The same for each of some leaves over one feed."""
    with Session(folder, 200) as session:
        session.put("days", {"source": "INTEGER", "part": "INTEGER", "person": "BIGINT", "day": "DATE", "n": "BIGINT"},
                    [(1, 0, 7, day, n) for day, n in amounts.items()])  # fmt: skip
        session.put("keyed", {"source": "INTEGER"}, [])
        session.put("feeds", {"feed": "INTEGER", "source": "INTEGER", "since": "DATE", "until": "DATE"},
                    [(1, 1, dt.date.min, LAST_DAY)])  # fmt: skip
        session.put("node_feeds", {"node": "INTEGER", "feed": "INTEGER"}, [(node, 1) for node in range(len(asked))])
        session.put("calendar", {"window_id": "INTEGER", "day": "DATE", "starts": "DATE", "stops": "DATE"},
                    [(node, *row) for node, leaf in enumerate(asked)
                     for row in seen_on(leaf.window, min(amounts), max(amounts))])  # fmt: skip
        queries = count_leaves(session, [Leaf(leaf, node, node) for node, leaf in enumerate(asked)])
        rows = sorted(row for query in queries for row in session.run(query))
    return [[(start, stop) for node, _, _, start, stop in rows if node == number] for number in range(len(asked))]


def ranges(window: Window, amounts: dict[dt.date, int], threshold: int):
    """The same by adding up for every day on which anything changes."""
    seen = {day: (starts, stops) for day, starts, stops in seen_on(window, min(amounts), max(amounts)) if day in amounts}
    turns = sorted({turn for both in seen.values() for turn in both})
    found: list[list[dt.date]] = []
    for turn, following in zip(turns, [*turns[1:], LAST_DAY], strict=True):
        if sum(n for day, n in amounts.items() if seen[day][0] <= turn < seen[day][1]) < threshold or turn == LAST_DAY:
            continue
        if found and found[-1][1] == turn:
            found[-1][1] = following
        else:
            found.append([turn, following])
    return [tuple(both) for both in found]
