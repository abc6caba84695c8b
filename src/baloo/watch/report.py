"""The status for programs: what `baloo status --json` and the API say."""

from __future__ import annotations

import datetime as dt

import msgspec

from baloo.registry.model import Registry, Work
from baloo.watch.heard import Known
from baloo.watch.plan import Quarter, Totals, coverage, roadmap, totals
from baloo.watch.stages import Progress, progress_of

__all__ = ["Integration", "TotalsOf", "integration"]


class StageOf(msgspec.Struct):
    """A stage of a system: done, in process, blocked or none; `why` in a word, and the ids of the open work on it."""

    stage: str
    state: str
    why: str
    work: list[str]


class SystemOf(msgspec.Struct):
    """How far a system is; `silent_days` are told where they are more than it may be silent."""

    system: str
    title: str
    manual: bool
    integrated: bool
    percent: int
    areas: list[str]
    stages: list[StageOf]
    quarter: str | None
    silent_days: int | None
    imported: dt.datetime | None  # when its history was last read to the end
    pushed: dt.datetime | None  # when it last pushed something that counts


class CoverageOf(msgspec.Struct):
    """Integrated of known systems."""

    automatic: int
    automatic_known: int
    manual: int
    manual_known: int


class TotalsOf(msgspec.Struct):
    """Work by state; the shares are in percent."""

    total: int
    open: int
    open_percent: float
    resolved: int
    resolved_percent: float
    verified: int
    verified_percent: float


class WorkOf(msgspec.Struct):
    """Something to do."""

    work: str
    title: str
    state: str
    systems: list[str]
    stage: str | None
    blocks: bool
    priority: str | None
    url: str | None


class QuarterOf(msgspec.Struct):
    """A quarter's plan: done, ongoing or planned."""

    quarter: str
    state: str
    systems: list[str]
    totals: TotalsOf
    work: list[WorkOf]


class Integration(msgspec.Struct):
    """How far the community is with its systems."""

    coverage: CoverageOf
    systems: list[SystemOf]
    totals: TotalsOf
    roadmap: list[QuarterOf]


def integration(registry: Registry, known: Known, today: dt.date) -> Integration:
    """All of it."""
    progress = progress_of(registry, known, today)
    found = coverage(progress)
    return Integration(
        CoverageOf(found.automatic, found.automatic_known, found.manual, found.manual_known),
        [_system(one, known) for one in progress], _totals(totals(registry.work.values())),
        [_quarter(quarter) for quarter in roadmap(registry, progress, today)],
    )


def _system(one: Progress, known: Known) -> SystemOf:
    system = one.system
    stages = [StageOf(stage.name, stage.state, stage.why, [work.id for work in stage.work]) for stage in one.stages]
    return SystemOf(
        system.id, system.title, system.manual, one.integrated, one.percent, list(one.areas), stages, system.quarter, one.silent,
        known.heard.imported.get(system.id), known.heard.pushed.get(system.id),
    )


def _quarter(quarter: Quarter) -> QuarterOf:
    systems = [one.system.id for one in quarter.systems]
    return QuarterOf(quarter.name, quarter.state, systems, _totals(quarter.totals), [_work(work) for work in quarter.work])


def _totals(found: Totals) -> TotalsOf:
    def share(n: int) -> float:
        return float(found.percent(n))

    return TotalsOf(
        found.total, found.open, share(found.open), found.resolved, share(found.resolved), found.verified, share(found.verified),
    )


def _work(work: Work) -> WorkOf:
    return WorkOf(
        work.id, work.title, work.state, list(work.systems), work.stage, work.blocks, work.priority, work.url,
    )
