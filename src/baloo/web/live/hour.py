"""How much arrived in each of the last sixty minutes: counted by the door's counters, noted here when a minute begins."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from baloo.web.live.gallery import Wanted
from baloo.web.monitor.counts import Counts

__all__ = ["Hour", "Minute"]

_MINUTES = 60


class Minute(NamedTuple):
    """What arrived in a minute; `start` is in minutes since 1970."""

    start: int
    accepted: int
    refused: int


class _Totals(NamedTuple):
    """All that was counted until a minute began: by (system, schema), refused ones by (reason, system, schema)."""

    minute: int
    accepted: Mapping[tuple[str, ...], int]
    refused: Mapping[tuple[str, ...], int]


class Hour:
    """The last hour of what `counts` has counted since the process began. `now` gives seconds since 1970."""

    def __init__(self, counts: Counts, now: Callable[[], float] = time.time) -> None:
        self._counts = counts
        self._now = now
        self._totals = deque([self._read()], maxlen=_MINUTES)
        self.since = self._totals[0].minute
        """The minute, since 1970, in which counting began."""

    async def run(self) -> None:
        """Note each minute as it begins, until cancelled."""
        while True:
            await asyncio.sleep(60.05 - self._now() % 60)
            self.turn()

    def turn(self) -> None:
        """Note what was counted so far, if another minute has begun."""
        if int(self._now() // 60) > self._totals[-1].minute:
            self._totals.append(self._read())

    def minutes(self, wanted: Wanted) -> Sequence[Minute]:
        """The last sixty minutes, this one with them, of the system, schema and verdict that are asked for."""
        self.turn()
        known = [*self._totals, self._read()]
        sums = [(_sum(at.accepted, wanted, "accepted"), _sum(at.refused, wanted, "refused")) for at in known]
        found = {
            at.minute: (sums[n + 1][0] - sums[n][0], sums[n + 1][1] - sums[n][1]) for n, at in enumerate(known[:-1])
        }
        last = known[-2].minute
        return [Minute(start, *found.get(start, (0, 0))) for start in range(last - _MINUTES + 1, last + 1)]

    def _read(self) -> _Totals:
        return _Totals(int(self._now() // 60), self._counts.accepted(), self._counts.refused())


def _sum(counted: Mapping[tuple[str, ...], int], wanted: Wanted, verdict: str) -> int:
    if wanted.verdict not in (None, verdict):
        return 0
    return sum(
        n for (*_, system, schema), n in counted.items()
        if wanted.system in (None, system) and wanted.schema in (None, schema)
    )
