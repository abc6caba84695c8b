"""Windows as ranges of days, against the golden cases and against their definition, day by day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baloo.metrics.windows import LAST_DAY, block_width, length, seen_on, seen_range
from baloo.registry.model import Span, Unit, Window

D = dt.date.fromisoformat
DAYS = st.dates(dt.date(1969, 12, 1), dt.date(2040, 12, 31))
SPANS = st.builds(Span, st.integers(1, 40), st.sampled_from(["days", "weeks", "months", "years"]))
AROUND = st.builds(Span, st.integers(1, 20), st.sampled_from(["days", "weeks"]))
WINDOWS = st.one_of(
    st.builds(Window, st.just("within"), SPANS),
    st.builds(Window, st.just("around"), AROUND),
    st.builds(lambda period: Window("calendar", period=period), st.sampled_from(["week", "month", "quarter", "year"])),
    st.just(Window("ever")),
)


def within(n: int, unit: Unit):
    """A window as REGISTRY.md writes it."""
    return Window("within", Span(n, unit))


@pytest.mark.parametrize(("window", "day", "starts", "stops"), [
    (within(30, "days"), "2024-05-01", "2024-05-01", "2024-05-31"),  # golden 1
    (within(1, "days"), "2024-05-01", "2024-05-01", "2024-05-02"),  # 2
    (within(365, "days"), "2016-01-01", "2016-01-01", "2016-12-31"),  # 4
    (within(1, "years"), "2016-01-01", "2016-01-01", "2017-01-01"),  # 5
    (within(1, "years"), "2023-02-28", "2023-02-28", "2024-02-28"),  # 6
    (within(1, "years"), "2023-03-01", "2023-03-01", "2024-03-01"),  # 6
    (within(3, "months"), "2024-02-29", "2024-02-29", "2024-05-29"),  # 7
    (within(1, "months"), "2023-02-28", "2023-02-28", "2023-03-28"),  # 8
    (within(1, "months"), "2023-01-31", "2023-01-31", "2023-03-01"),
    (within(12, "months"), "2020-02-29", "2020-02-29", "2021-03-01"),
    (Window("calendar", period="month"), "2024-02-10", "2024-02-29", "2024-03-31"),  # 9
    (Window("calendar", period="week"), "2024-12-29", "2024-12-29", "2025-01-05"),  # 10
    (Window("calendar", period="quarter"), "2023-10-01", "2023-12-31", "2024-03-31"),  # 11
    (Window("calendar", period="year"), "2023-10-01", "2023-12-31", "2024-12-31"),
    (Window("ever"), "1999-01-01", "1999-01-01", "9999-12-31"),  # 12
    (Window("around", Span(2, "weeks")), "2015-06-15", "2015-06-01", "2015-06-29"),  # 13
])  # fmt: skip
def test_a_day_is_seen_on_these_days(window: Window, day: str, starts: str, stops: str):
    """The golden cases' windows see a day from and until the days that they name."""
    assert seen_range(window, D(day)) == (D(starts), D(stops))


@given(WINDOWS, DAYS, st.integers(-900, 900))
def test_a_range_is_the_definition(window: Window, day: dt.date, offset: int):
    """Asked at any day, the window holds the contribution's day just where the range says so."""
    starts, stops = seen_range(window, day)
    asked = dt.date.fromordinal(max(day.toordinal() + offset, 1))

    assert (starts <= asked < stops) == holds(window, asked, day)


@given(WINDOWS, DAYS)
def test_ends_never_go_back(window: Window, day: dt.date):
    """From one day to the next neither end of the range moves backwards."""
    (_, starts, stops), (_, starts_next, stops_next) = seen_on(window, day, day + dt.timedelta(1))

    assert starts <= starts_next
    assert stops <= stops_next


@given(WINDOWS, DAYS)
def test_blocks_are_unbroken(window: Window, day: dt.date):
    """The ranges of the first and the last day of a block overlap or touch."""
    width = block_width(window)
    first = dt.date.fromordinal(day.toordinal() - day.toordinal() % width)
    last = first + dt.timedelta(width - 1)

    assert seen_range(window, last)[0] <= seen_range(window, first)[1]


@given(WINDOWS, DAYS)
def test_length_bounds_the_range(window: Window, day: dt.date):
    """No day that sees a contribution is further from it than the length, but for ever."""
    _, stops = seen_range(window, day)

    assert stops == LAST_DAY if window.form == "ever" else stops - day <= dt.timedelta(length(window))


def test_the_end_of_time():
    """What would reach past the last day ends there."""
    assert seen_range(within(9000, "years"), D("2024-01-01"))[1] == LAST_DAY


def holds(window: Window, asked: dt.date, day: dt.date):
    """Whether a window asked at one day holds another: REGISTRY.md 3.2, word for word."""
    match window:
        case Window(form="within", span=span):
            return step_back(asked, span) < day <= asked
        case Window(form="around", span=span):
            reach = dt.timedelta(span.n * (7 if span.unit == "weeks" else 1))
            return asked - reach < day <= asked + reach
        case Window(form="calendar", period=period):
            return same_period(period, day, last_whole(period, asked))
    return day <= asked


def step_back(day: dt.date, span: Span):
    """A day less a span, clamped to the end of the month."""
    if span.unit in ("days", "weeks"):
        return day - dt.timedelta(span.n * (7 if span.unit == "weeks" else 1))
    year, month = divmod(day.year * 12 + day.month - 1 - span.n * (12 if span.unit == "years" else 1), 12)
    for tried in (day.day, 30, 29, 28):
        if tried <= day.day:
            try:
                return dt.date(year, month + 1, tried)
            except ValueError:
                continue
    raise AssertionError


def last_whole(period: str, asked: dt.date):
    """The last day, not after the day asked, on which a period ends."""
    while same_period(period, asked, asked + dt.timedelta(1)):
        asked -= dt.timedelta(1)
    return asked


def same_period(period: str, a: dt.date, b: dt.date):
    """Whether two days are in the same calendar period."""
    key = {
        "week": lambda d: d.isocalendar()[:2], "month": lambda d: (d.year, d.month),
        "quarter": lambda d: (d.year, (d.month - 1) // 3), "year": lambda d: d.year,
    }[period]  # fmt: skip
    return key(a) == key(b)
