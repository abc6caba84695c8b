"""When sources were read; which of them were not as they should be, or have brought nothing for longer than usual."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from cronsim import CronSim

from baloo.records import Records
from baloo.records.runs import KEPT, Run, recent
from baloo.registry.model import Registry

__all__ = ["WHAT", "Alarm", "Runs", "alarms", "moment", "runs_of"]

WHAT: Final = ("overdue", "silent")
"""What an alarm may be."""
_NEWS = 4  # runs that brought something, from which on it is known what is usual
_LONGER = 2.0  # times the longest silence so far
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is the matter with a system's source: `overdue` (no run of the last two that were due went well), or `silent`.

    `since` is when it last went well, or last brought something; None is never.
    """

    system: str
    what: Literal["overdue", "silent"]
    since: dt.datetime | None


class Runs(NamedTuple):
    """The latest runs, the last to begin first, and the alarms of now."""

    runs: Sequence[Run] = ()
    alarms: Sequence[Alarm] = ()

    def went_well(self) -> dict[str, float]:
        """System to when a run of it last ended well, in seconds since 1970."""
        ended = [(run.system, run.ended / 1e6) for run in reversed(self.runs) if run.outcome == "done" and run.ended is not None]
        return dict(ended)


def runs_of(records: Records, registry: Registry, now: dt.datetime) -> Runs:
    """What the records have of runs, judged now."""
    found = recent(records, limit=KEPT)
    return Runs(found, alarms(registry, found, now))


def alarms(registry: Registry, runs: Iterable[Run], now: dt.datetime) -> list[Alarm]:
    """The alarms of the systems that are read by a line of cron; `runs` in any order."""
    by_system: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda run: run.began):
        by_system.setdefault(run.system, []).append(run)
    found = []
    for name, system in registry.systems.items():
        cron = system.source.cron if system.source else None
        if cron and name in by_system:
            found.append(_overdue(name, cron, by_system[name], now) or _silent(name, by_system[name], now))
    return [alarm for alarm in found if alarm]


def _overdue(system: str, cron: str, runs: Sequence[Run], now: dt.datetime) -> Alarm | None:
    """Whether both runs that were due last are over without a good one since, be it the schedule's or a person's."""
    good = [moment(run.ended) for run in runs if run.outcome == "done" and run.ended is not None]
    due = CronSim(cron, now, reverse=True)
    next(due)
    before = next(due)
    known = moment(runs[0].began)
    if known > before or any(at >= before for at in good):
        return None
    return Alarm(system, "overdue", good[-1] if good else None)


def _silent(system: str, runs: Sequence[Run], now: dt.datetime) -> Alarm | None:
    """Whether nothing came for twice as long as ever before, and for a day at least."""
    news = [moment(run.began) for run in runs if run.accepted]
    if len(news) < _NEWS:
        return None
    usual = max(later - earlier for earlier, later in pairwise(news))
    return Alarm(system, "silent", news[-1]) if now - news[-1] > max(_DAY, _LONGER * usual) else None


def moment(micros: int) -> dt.datetime:
    """A time of the records."""
    return dt.datetime.fromtimestamp(micros / 1_000_000, dt.UTC)
