"""When people held keys, as columns in order: who came between two days, and who of those that came stayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Held"]

_Column: TypeAlias = npt.NDArray[Any]
_DAY, _PERSON = 22, 53  # bits: days to the year 9999, and above them 2^31 people


@dataclass(frozen=True)
class Held:
    """A row for each time that somebody held a key, in order of key, person and start; those of one person and key are apart.

    Days are whole numbers from 1970-01-01 on. `place` has in its bits the key as a position in `keys`, the person, and the day
    of the start; `stop` is the first day after.
    """

    keys: _Column
    place: _Column
    stop: _Column

    @classmethod
    def of(cls, keys: Sequence[int], columns: Mapping[str, _Column]) -> Held:
        """From columns `key`, which has none but `keys`, `person`, `start` and `stop`, of the same length and in any order."""
        key, person, start, stop = (np.asarray(columns[name], dtype=np.int64) for name in ("key", "person", "start", "stop"))
        if len(person) and int(person.max()) >> (_PERSON - _DAY):
            person = np.unique(person, return_inverse=True)[1]
        asked = np.sort(np.asarray(keys, dtype=np.int64))
        place = (np.searchsorted(asked, key) << _PERSON) | (person << _DAY) | start
        order = np.argsort(place)
        return cls(asked, place[order], stop[order])

    def came(self, days: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
        """(key, i, people, returned) of those who held a key at the end of `days[i + 1]` and not at that of `days[i]`.

        `returned` are those of them who had held it before `days[i]`. Where nobody came there is no row.
        """
        ends = np.asarray(days)
        period = np.searchsorted(ends, self._start()) - 1
        rows = np.flatnonzero((period >= 0) & (period < len(ends) - 1))
        rows = rows[self.stop[rows] > ends[period[rows] + 1]]
        eve, whose = ends[period[rows]], self.place[rows] >> _DAY
        last = np.searchsorted(self.place, (whose << _DAY) | eve, side="right") - 1  # where they last began before
        known = (last >= 0) & (self.place[last] >> _DAY == whose)
        came = ~(known & (self.stop[last] > eve))
        cell = (self.place[rows] >> _PERSON) * len(ends) + period[rows]
        people, returned = (np.bincount(cell[some]) for some in (came, came & known))
        for i in np.flatnonzero(people).tolist():
            yield int(self.keys[i // len(ends)]), i % len(ends), int(people[i]), int(returned[i]) if i < len(returned) else 0

    def cohorts(self, days: Sequence[int]) -> Iterator[tuple[int, int | None, int]]:
        """(i, None, people) of those who first held the one key after `days[i]` and by `days[i + 1]`.

        (i, j, people) of those of them who held it at the end of `days[j]`. Where nobody did there is no row.
        """
        ends, start = np.asarray(days), self._start()
        first = np.diff(self.place >> _DAY, prepend=-1) != 0
        cohort = np.searchsorted(ends, start[first]) - 1
        cohort[cohort == len(ends) - 1] = -1  # after the last day
        yield from ((i, None, n) for i, n in _counted(cohort))
        cohort = cohort[first.cumsum() - 1]  # of each row
        for j in range(1, len(ends)):
            there = cohort[(start <= ends[j]) & (self.stop > ends[j])]
            yield from ((i, j, n) for i, n in _counted(there))

    def _start(self) -> _Column:
        return self.place & ((1 << _DAY) - 1)


def _counted(numbers: _Column) -> Iterator[tuple[int, int]]:
    """How often each number of 0 and more is there."""
    counts = np.bincount(numbers[numbers >= 0])
    return ((int(i), int(counts[i])) for i in np.flatnonzero(counts))
