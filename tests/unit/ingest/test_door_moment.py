"""Times as people and programs write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baloo.ingest.moment import micros, parse
from baloo.ingest.refusals import Refused

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
    ("2014-10-01T24:00:00Z", MIDNIGHT, None), ("2014-10-01T24:00:00.000", MIDNIGHT, None), ("2014-10-01 24:00", MIDNIGHT, None),
    ("20141001T240000Z", MIDNIGHT, None), ("2014-10-02T24:00:00+23:59", MIDNIGHT + 60_000_000, 1439),
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


@pytest.mark.parametrize("text", [
    "2016-12-31T23:59:60Z", "2016-12-31T23:59:60", "2017-01-01T01:59:60+02:00", "2016-12-31T18:59:60-05:00", "20161231T235960Z",
    "2017-01-01 05:29:60.5+0530",
])  # fmt: skip
def test_a_leap_second_is_called_one_on_every_clock(text: str):
    """Whatever the offset, it is the second behind the last one of a day in UTC."""
    with pytest.raises(Refused) as refused:
        parse(text)

    assert refused.value.slug == "leap-second"


@pytest.mark.parametrize("text", [
    "2014-W40-4T12:30:00Z", "2014-W40-4", "2014-275T12:30:00Z", "2014-10-02T12:30:00+02:60", "2014-10-02 12:30:00+02:60",
    "2014-10-02 12:30:00+0299", "2014-10-02T12:30:00+0260", "2014-10-02T12:30:00.5+0260", "2014-10-02T12:30+0299",
    "2014-10-02T12:30:00+02:00:30", "2014-10-02T12:30:00+020030", "2014-10-02T12:30:00+02:00:00.5", "2014-10-02T12:30:00+24:00",
    "2014-10-02T12:30:00.Z", "2014-10-02T12:30:00.+02:00", "2014-10-02T12:30:00:Z",
    "2014-10-02T12:30:60Z", "2016-12-31T23:59:60+02:00", "2014-10-02T24:00:01Z",
    "2014-10-02T24:30:00Z", "2014-02-30T24:00:00Z", "2014-10-02T25:00:00Z", "2014-10-02T12:30:00ZZ",
])  # fmt: skip
def test_what_is_on_no_clock_is_refused(text: str):
    """Weeks, days of a year, offsets of sixty minutes or with seconds, seconds of no clock, and times behind the end of a day."""
    with pytest.raises(Refused) as refused:
        parse(text)

    assert refused.value.slug == "bad-time"
