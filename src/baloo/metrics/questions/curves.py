"""How many people held a key at any day: running sums of the changes, kept in memory once they were asked for."""

from __future__ import annotations

import datetime as dt
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TypeAlias

__all__ = ["Curve", "Curves", "Load"]

Load: TypeAlias = Callable[[Iterable[int]], "list[tuple[int, bool, list[int], list[int]]]"]
_EPOCH = dt.date(1970, 1, 1).toordinal()


class Curve:
    """A step function of the day: 0 before its first change. Twelve bytes a change."""

    __slots__ = ("_days", "_totals")

    def __init__(self, days: Sequence[int] = (), deltas: Sequence[int] = ()) -> None:
        self._days = array("i", days)
        self._totals = array("q", accumulate(deltas))

    def at(self, day: dt.date) -> int:
        """The value at the end of a day."""
        found = bisect_right(self._days, day.toordinal() - _EPOCH)
        return self._totals[found - 1] if found else 0

    def first(self) -> dt.date | None:
        """The day of the first change."""
        return dt.date.fromordinal(self._days[0] + _EPOCH) if self._days else None

    def last_until(self, day: dt.date) -> dt.date | None:
        """The day of the last change that is not after `day`."""
        found = bisect_right(self._days, day.toordinal() - _EPOCH)
        return dt.date.fromordinal(self._days[found - 1] + _EPOCH) if found else None


_NOTHING = Curve()


class Curves:
    """The curves of one counted state, read when a key is first asked for, with those that are likely to follow it."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._known: dict[tuple[int, bool], Curve] = {}  # (key, of staff alone)

    def of(self, key: int | None, family: Iterable[int] = (), *, staff_alone: bool = False) -> Curve:
        """The curve of a key, for all or for staff alone; that of nobody where the key is None."""
        if key is None:
            return _NOTHING
        if (key, False) not in self._known:
            self._read({key, *family})
        return self._known[key, staff_alone]

    def _read(self, keys: Iterable[int]) -> None:
        missing = sorted(key for key in keys if (key, False) not in self._known)
        read = {(key, staff): Curve(days, deltas) for key, staff, days, deltas in self._load(missing)}
        for key in missing:
            self._known[key, True] = read.get((key, True), _NOTHING)
            self._known[key, False] = read.get((key, False), _NOTHING)  # last: it says that both are there
