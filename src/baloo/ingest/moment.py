"""When something was done: ISO 8601 to microseconds since 1970 in UTC.

A time without an offset is UTC; a date without a time is the midnight that begins it, and 24:00 the one that ends it.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from baloo.ingest.refusals import Refused
from baloo.queue.event import moment

__all__ = ["DAY", "EPOCH", "are_usual", "is_usual", "micros", "parse"]

DAY = 86_400_000_000
"""A day in microseconds."""

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""When time began."""

_ISO = re.compile(
    r"\d{4}-?\d\d-?\d\d"
    r"(?:[Tt ]\d\d(?::?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?)?\s?(?:[Zz]|[+-]\d\d(?::?[0-5]\d)?)?)?", re.ASCII)
_END = re.compile(r"\d(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)
_LEAP = re.compile(r"([Tt ]\d\d:?\d\d:?)60")
_DAYS_END = re.compile(r"([Tt ])24(?=:?00(?::?00(?:[.,]0+)?)?(?:\s?[Zz+-]|$))")


def micros(found: dt.datetime) -> int:
    """Microseconds since 1970 of a moment that has a time zone."""
    since = found - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def is_usual(text: str) -> bool:
    """Whether a text of 20 letters at least is written as `2014-10-02T…0Z` or `2014-10-02T…0+02:00`, digits aside.

    Python reads offsets that no clock has, such as `+0260`, and some that are no ISO 8601.
    """
    return text[4:11:3] == "--T" and _is_usual_end(text[-2:] if text[-1] == "Z" else text[-7:])


def are_usual(written: list[str]) -> bool:
    """Whether `is_usual` says so of each of some texts of 20 letters at least.

    Most are written as the first one is: then all are looked at together. Raises ValueError where one is not ASCII.
    """
    first = written[0]
    size, end = len(first), 1 if first[-1] == "Z" else 6
    letters = "".join(written).encode("ascii")
    alike = {*map(len, written)} == {size} and letters[size - end - 1 :: size].isdigit() and all(
        letters[place::size] == letters[place : place + 1] * len(written) for place in (4, 7, 10, *range(size - end, size)))
    return is_usual(first) if alike else all(map(is_usual, written))


@lru_cache(4_096)
def _is_usual_end(end: str) -> bool:
    return _END.fullmatch(end) is not None


def parse(text: str) -> tuple[int, int | None]:
    """(microseconds since 1970 in UTC, minutes east of UTC as written or None for `Z` and for no offset).

    Raises Refused where `text` is no moment of the calendar.
    """
    if len(text) < 20 or not is_usual(text):
        text = _usual(text)
    try:
        return moment(text)
    except (ValueError, OverflowError):
        begun = _DAYS_END.sub(r"\g<1>00", text)
        if begun != text:
            at, offset = parse(begun)
            return at + DAY, offset
        raise _refused(text) from None


def _usual(text: str) -> str:
    text = text.strip()
    if not _ISO.fullmatch(text):
        raise _refused(text)
    return text.replace(" ", "T", 1).replace(" ", "").replace("t", "T").replace("z", "Z")


def _refused(text: str) -> Refused:
    if _is_leap(text):
        return Refused("leap-second", "/at", "The time is a leap second.")
    if _ISO.fullmatch(text):
        return Refused("bad-time", "/at", "The time is not in the calendar or not on the clock.")
    return Refused("bad-time", "/at", "The time is not ISO 8601.")


def _is_leap(text: str) -> bool:
    """Whether this is the second behind the last one of a day, in UTC."""
    before = _LEAP.sub(r"\g<1>59", text)
    try:
        return before != text and moment(before)[0] // 1_000_000 % 86_400 == 86_399
    except (ValueError, OverflowError):
        return False
