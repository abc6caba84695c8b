"""When sources were read; which of them were not as they should be, or have brought nothing for longer than usual."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from cronsim import CronSim

from baloo.records import Records
from baloo.records.runs import Past, Run, pasts, recent
from baloo.registry.model import Registry

__all__ = ["EXPORT", "WHAT", "Alarm", "Runs", "alarms", "moment", "runs_of"]

WHAT: Final = ("overdue", "silent", "failed")
"""What an alarm may be."""
EXPORT: Final = "export"
"""What stands for a system in the runs of `baloo export`."""
_NEWS = 4  # runs that brought something, from which on it is known what is usual
_LONGER = 2.0  # times the longest silence so far
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is the matter with a system's source: `overdue` (no run of the last two that were due went well), or `silent`.

    With the export: `failed` (the last run did), or `silent`.

    `since` is when it last went well, or last brought something; None is never.
    """

    system: str
    what: Literal["overdue", "silent", "failed"]
    since: dt.datetime | None


class Runs(NamedTuple):
    """The latest runs, the last to begin first; the alarms of now; all runs of each system together."""

    runs: Sequence[Run] = ()
    alarms: Sequence[Alarm] = ()
    pasts: Mapping[str, Past] = MappingProxyType({})


def runs_of(records: Records, registry: Registry, now: dt.datetime, *, limit: int = 100, system: str | None = None) -> Runs:
    """What the records have of runs, judged now; the runs are at most `limit`, and those of one system where it is named."""
    past = pasts(records)
    return Runs(recent(records, limit=limit, system=system), alarms(registry, past, now), past)


def alarms(registry: Registry, past: Mapping[str, Past], now: dt.datetime) -> list[Alarm]:
    """The alarms of the systems that are read by a line of cron, and that of the export."""
    found = []
    for name, system in registry.systems.items():
        cron = system.source.cron if system.source else None
        if cron and name in past:
            found.append(_overdue(name, cron, past[name], now) or _silent(name, past[name], now))
    if EXPORT in past and EXPORT not in registry.systems:
        found.append(_failed(EXPORT, past[EXPORT]) or _silent(EXPORT, past[EXPORT], now))
    return [alarm for alarm in found if alarm]


def _overdue(system: str, cron: str, past: Past, now: dt.datetime) -> Alarm | None:
    """Whether both runs that were due last are over without a good one since, be it the schedule's or a person's."""
    good = None if past.good is None else moment(past.good)
    due = CronSim(cron, now, reverse=True)
    next(due)
    before = next(due)
    if moment(past.first) > before or (good is not None and good >= before):
        return None
    return Alarm(system, "overdue", good)


def _failed(system: str, past: Past) -> Alarm | None:
    """Whether a run failed, and none has gone well since."""
    if past.failed is None or (past.good is not None and past.good >= past.failed):
        return None
    return Alarm(system, "failed", None if past.good is None else moment(past.good))


def _silent(system: str, past: Past, now: dt.datetime) -> Alarm | None:
    """Whether nothing came for twice as long as ever before, and for a day at least."""
    if past.news < _NEWS or past.latest is None or past.longest is None:
        return None
    since, usual = moment(past.latest), dt.timedelta(microseconds=past.longest)
    return Alarm(system, "silent", since) if now - since > max(_DAY, _LONGER * usual) else None


def moment(micros: int) -> dt.datetime:
    """A time of the records."""
    return dt.datetime.fromtimestamp(micros / 1_000_000, dt.UTC)
