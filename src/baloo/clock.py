"""Time comes in here and nowhere else: a `Clock` is handed to whoever needs to know what day it is."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Clock", "FixedClock", "SystemClock", "clock_from_environment"]


class Clock(Protocol):
    """Says what time it is, in UTC."""

    def now(self) -> dt.datetime:
        """This moment, with time zone UTC."""
        ...

    def today(self) -> dt.date:
        """The UTC date of this moment."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """This moment, with time zone UTC."""
        return dt.datetime.now(dt.UTC)

    def today(self) -> dt.date:
        """The UTC date of this moment."""
        return self.now().date()


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, for tests, demos and reports about a past day."""

    moment: dt.datetime

    def now(self) -> dt.datetime:
        """The moment it was set to."""
        return self.moment

    def today(self) -> dt.date:
        """The UTC date of the moment it was set to."""
        return self.moment.astimezone(dt.UTC).date()


def clock_from_environment() -> Clock:
    """The system's clock, or one fixed at `BALOO_TODAY` (an ISO date) where that is set."""
    day = os.environ.get("BALOO_TODAY")
    if day:
        return FixedClock(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), dt.UTC))
    return SystemClock()
