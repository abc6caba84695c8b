"""Weeks that start on Monday, months, quarters and years: their first and last days."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from baloo.errors import InputError
from baloo.registry.model import Span

__all__ = ["Period", "back", "eves", "last_day", "last_days", "last_sunday", "span_of", "start_of"]

Period: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
ONE_DAY = dt.timedelta(1)
_SPAN = re.compile(r"([1-9][0-9]{0,3}) (day|week|month|year)(s?)")


def start_of(period: Period, day: dt.date) -> dt.date:
    """The first day of the period that `day` lies in."""
    if period == "day":
        return day
    if period == "week":
        return day - dt.timedelta(day.weekday())
    months = _MONTHS[period]
    return dt.date(day.year, (day.month - 1) // months * months + 1, 1)


def last_day(period: Period, day: dt.date) -> dt.date:
    """The last day of the period that `day` lies in."""
    if period == "day":
        return day
    if period == "week":
        return day + dt.timedelta(6 - day.weekday())
    first = start_of(period, day)
    month = first.month + _MONTHS[period] - 1
    return dt.date(first.year, month, calendar.monthrange(first.year, month)[1])


def last_days(period: Period, start: dt.date, end: dt.date) -> Iterator[dt.date]:
    """The last day of each period from the one that holds `start`; the one that holds `end` is cut there."""
    day = start
    while day <= end:
        last = last_day(period, day)
        yield min(last, end)
        day = last + ONE_DAY


def eves(period: Period, start: dt.date, end: dt.date) -> list[dt.date]:
    """The eve of the period that holds `start`, and the last day of each period from it on, cut at `end`."""
    return [start_of(period, start) - ONE_DAY, *last_days(period, start, end)]


def last_sunday(day: dt.date) -> dt.date:
    """The latest Sunday that is not after `day`."""
    return day - dt.timedelta((day.weekday() + 1) % 7)


def span_of(text: str) -> Span:
    """A span as rules write it, such as `90 days` or `1 month`. Raises InputError."""
    found = _SPAN.fullmatch(text)
    if found is None or (int(found[1]) > 1) != bool(found[3]):
        remedy = "Write it like `90 days`, `1 month` or `2 years`."
        raise InputError(f"`{text[:60]}` is no window.", where="window", remedy=remedy)
    return Span(int(found[1]), f"{found[2]}s")  # type: ignore[arg-type] # the expression has no other unit


def back(day: dt.date, n: int, unit: str) -> dt.date:
    """`day` less n days, weeks, months or years; months and years clamp to the month's last day, and time begins in year 1."""
    if unit in ("days", "weeks"):
        return dt.date.fromordinal(max(1, day.toordinal() - n * (7 if unit == "weeks" else 1)))
    months = day.year * 12 + day.month - 1 - n * (12 if unit == "years" else 1)
    if months < 12:
        return dt.date.min
    year, month = months // 12, months % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
