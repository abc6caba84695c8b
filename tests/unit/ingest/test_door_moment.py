"""Times as people and programs write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baloo.ingest.moment import micros, parse

HALF_PAST = micros(dt.datetime(2014, 10, 2, 12, 30, tzinfo=dt.UTC))
MIDNIGHT = micros(dt.datetime(2014, 10, 2, tzinfo=dt.UTC))


@pytest.mark.parametrize(("text", "at", "offset"), [
    ("2014-10-02T12:30:00Z", HALF_PAST, None),
    ("2014-10-02T12:30:00", HALF_PAST, None),
    ("2014-10-02 12:30", HALF_PAST, None),
    ("2014-10-02t12:30:00z", HALF_PAST, None),
    ("20141002T123000Z", HALF_PAST, None),
    ("2014-10-02T12:30:00+00:00", HALF_PAST, 0),
    ("2014-10-02T14:30:00+02:00", HALF_PAST, 120),
    ("2014-10-02T14:30:00+0200", HALF_PAST, 120),
    ("2014-10-02 14:30+02", HALF_PAST, 120),
    ("2014-10-02 14:30:00 +0200", HALF_PAST, 120),
    ("2014-10-02T09:00:00-03:30", HALF_PAST, -210),
    ("2014-10-02T12:30:00.25Z", HALF_PAST + 250_000, None),
    ("2014-10-02T12:30:00,25Z", HALF_PAST + 250_000, None),
    ("2014-10-02T12:30:00.123456789Z", HALF_PAST + 123_456, None),
    ("2014-10-02", MIDNIGHT, None),
])  # fmt: skip
def test_iso_8601_is_read(text: str, at: int, offset: int | None):
    """With or without an offset, which is UTC; a date alone is its first moment."""
    assert (at, offset) == parse(text)


@given(st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30)), st.integers(-1439, 1439))  # noqa: DTZ001 - a zone is added
def test_every_moment_comes_back(moment: dt.datetime, minutes: int):
    """What Python writes is read to the microsecond, and its offset to the minute."""
    zoned = moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))

    at, offset = parse(zoned.isoformat())
    assert (micros(zoned), minutes) == (at, offset)
