"""Windows as ranges of days: on which days d a contribution of day e is seen.

Whatever the window, those days are one range [starts, stops), and both ends never go back as e goes on. So a contribution is a
+n at
`starts` and a -n at `stops`, and SQL needs to know nothing of months, leap years or quarters.
"""

from __future__ import annotations

import calendar as _calendar
import datetime as dt
from collections.abc import Iterator

from baloo.registry.model import Span, Window

__all__ = ["FIRST_DAY", "LAST_DAY", "block_width", "length", "seen_on", "seen_range", "unbroken"]

FIRST_DAY = dt.date.min
LAST_DAY = dt.date.max  # stands for ever
_WIDTHS = (336, 28)  # days; the wider a block, the fewer rows


def seen_range(window: Window, e: dt.date) -> tuple[dt.date, dt.date]:
    """(starts, stops): asked at day d, the window holds day e just where starts <= d < stops. LAST_DAY is for ever."""
    match window:
        case Window(form="within", span=Span() as span):
            return e, _ahead(e, span)
        case Window(form="around", span=Span() as span):
            reach = span.n * (7 if span.unit == "weeks" else 1)
            return _plus(e, -reach), _plus(e, reach)
        case Window(form="calendar", period=str() as period):
            end = _period_end(e, period)
            return end, LAST_DAY if end == LAST_DAY else _period_end(_plus(end, 1), period)
        case Window(form="ever"):
            return e, LAST_DAY
    raise ValueError(f"not a window: {window}")


def seen_on(window: Window, first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date, dt.date]]:
    """(day, starts, stops) for each day from `first` to `last`, both included."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        e = dt.date.fromordinal(ordinal)
        yield (e, *seen_range(window, e))


def length(window: Window) -> int:
    """At most how many days lie between a contribution and the last day that sees it; 0 for ever."""
    match window:
        case Window(span=Span(n=n, unit=unit)):
            return n * {"days": 1, "weeks": 7, "months": 31, "years": 366}[unit]
        case Window(form="calendar"):
            return 2 * 366
    return 0


def block_width(window: Window) -> int:
    """A width of blocks within `unbroken`, of a few. Blocks are aligned to ordinals of dates divisible by the width."""
    return next((width for width in _WIDTHS if width <= unbroken(window)), 1)


def unbroken(window: Window) -> int:
    """A number of days so few that contributions on as many days running are surely seen on one unbroken range of days.

    Where that range breaks off between two days, there are more days between them than this.
    """
    match window:
        case Window(form="calendar", period=period):
            return {"week": 1, "year": _WIDTHS[0]}.get(str(period), 28)
        case Window(form=form, span=Span(n=n, unit=unit)):
            return n * {"days": 1, "weeks": 7, "months": 28, "years": 365}[unit] * (2 if form == "around" else 1)
    return _WIDTHS[0]


def _ahead(e: dt.date, span: Span) -> dt.date:
    """The first day d that no longer sees e: stepping back `span` from d reaches e."""
    if span.unit in ("days", "weeks"):
        return _plus(e, span.n * (7 if span.unit == "weeks" else 1))
    months = e.year * 12 + e.month - 1 + span.n * (12 if span.unit == "years" else 1)
    year, month = divmod(months, 12)
    if year > LAST_DAY.year:
        return LAST_DAY
    if e.day <= _calendar.monthrange(year, month + 1)[1]:
        return dt.date(year, month + 1, e.day)
    return dt.date(year, month + 2, 1)  # a short month's days all step back to before e; no December is short


def _period_end(e: dt.date, period: str) -> dt.date:
    """The last day of the calendar week, month, quarter or year that e lies in."""
    if period == "week":
        return _plus(e, 6 - e.weekday())
    month = {"month": e.month, "quarter": e.month + (-e.month) % 3, "year": 12}[period]
    return dt.date(e.year, month, _calendar.monthrange(e.year, month)[1])


def _plus(e: dt.date, days: int) -> dt.date:
    return dt.date.fromordinal(min(max(e.toordinal() + days, FIRST_DAY.toordinal()), LAST_DAY.toordinal()))
