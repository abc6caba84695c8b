"""When something was done: ISO 8601 to microseconds since 1970 in UTC.

A time without an offset is UTC; a date without a time is the midnight that begins it.
"""

from __future__ import annotations

import datetime as dt
import re

from baloo.ingest.refusals import Refused
from baloo.queue.event import moment

__all__ = ["DAY", "EPOCH", "micros", "parse"]

DAY = 86_400_000_000
"""A day in microseconds."""

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""When time began."""
_ISO = re.compile(
    r"\d{4}-?\d\d-?\d\d"
    r"(?:[Tt ]\d\d(?::?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?)?\s?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII)
_LEAP = re.compile(r"[Tt ]23:?59:?60", re.ASCII)


def micros(found: dt.datetime) -> int:
    """Microseconds since 1970 of a moment that has a time zone."""
    since = found - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def parse(text: str) -> tuple[int, int | None]:
    """(microseconds since 1970 in UTC, minutes east of UTC as written or None for `Z` and for no offset).

    Raises Refused where `text` is no moment of the calendar.
    """
    if len(text) < 20 or text[10] != "T":  # the usual form needs no second look
        text = _usual(text)
    try:
        return moment(text)
    except (ValueError, OverflowError):
        raise _refused(text) from None


def _usual(text: str) -> str:
    text = text.strip()
    if not _ISO.fullmatch(text):
        raise _refused(text)
    return text.replace(" ", "T", 1).replace(" ", "").replace("t", "T").replace("z", "Z")


def _refused(text: str) -> Refused:
    if _LEAP.search(text):
        return Refused("leap-second", "/at", "The time is a leap second.")
    if _ISO.fullmatch(text):
        return Refused("bad-time", "/at", "The time is not in the calendar or not on the clock.")
    return Refused("bad-time", "/at", "The time is not ISO 8601.")
