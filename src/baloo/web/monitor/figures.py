"""Every figure of `/metrics` as it stands now, by the name of its metric and its labels."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeAlias

from baloo.errors import BalooError
from baloo.queue.base import Queue
from baloo.queue.timings import Timings
from baloo.watch.runs import WHAT, Runs
from baloo.web.live.stream import Watchers
from baloo.web.monitor.counts import Counts, Statuses
from baloo.web.monitor.heartbeat import Pulse
from baloo.worker.report import Report, read_report
from baloo.workspace import Workspace

__all__ = ["Sources", "Values", "figures"]

Values: TypeAlias = "Mapping[tuple[str, ...], float]"
"""Values by the labels of their metric."""


@dataclass(frozen=True)
class Sources:
    """Where the figures come from. `door` gives the door's answers by status."""

    workspace: Workspace
    counts: Counts
    statuses: Statuses
    door: Callable[[], Mapping[int, int]]
    queue: Queue
    commits: Timings
    watchers: Watchers
    pulse: Pulse
    read: Callable[[], Runs] = Runs


def figures(sources: Sources) -> Iterator[tuple[str, Values]]:
    """The values of each metric by its labels."""
    yield from _of_server(sources)
    yield from _of_queue(sources.queue)
    report = read_report(sources.workspace)
    if report is not None:
        yield from _of_worker(report)
    with suppress(BalooError):  # the registry may be broken
        yield from _of_runs(sources.read())


def _of_server(sources: Sources) -> Iterator[tuple[str, Values]]:
    counts, age = sources.counts, sources.pulse.age()
    answers = {("door", str(status)): n for status, n in dict(sources.door()).items()}
    answers |= {(part, str(status)): n for (part, status), n in sources.statuses.counts.copy().items()}
    yield "baloo_info", {(version("baloo"),): 1}
    yield "baloo_door_requests", _one(counts.requests)
    yield "baloo_door_body_bytes", _one(counts.bytes)
    yield "baloo_events_received", _one(counts.received)
    yield "baloo_events_accepted", counts.accepted()
    yield "baloo_events_quarantined", counts.refused()
    yield "baloo_events_suppressed", counts.suppressed()
    yield "baloo_http_responses", dict(sorted(answers.items()))
    yield "baloo_live_watchers", _one(sources.watchers.count)
    yield "baloo_disk_free_bytes", _one(shutil.disk_usage(sources.workspace.root).free)
    if age is not None:
        yield "baloo_heartbeat_age_seconds", _one(age)


def _of_queue(queue: Queue) -> Iterator[tuple[str, Values]]:
    with suppress(BalooError):
        depth = queue.depth()
        yield "baloo_queue_rows", _one(depth.rows)
        yield "baloo_queue_age_seconds", _one(max(0.0, time.time() - depth.oldest.timestamp()) if depth.oldest else 0)


def _of_worker(report: Report) -> Iterator[tuple[str, Values]]:
    """The worker's figures, as it last wrote them."""
    yield "baloo_events_loaded", {
        (outcome, system, schema): n
        for outcome, systems in sorted(report.outcomes.items())
        for system, schemas in sorted(systems.items()) for schema, n in sorted(schemas.items())
    }
    yield "baloo_worker_stands_still", {(stage,): float(stage in report.troubles) for stage in ("loading", "counting")}
    told: Iterable[tuple[str, float | None]] = (
        ("events_staging", report.staging), ("events_voided", report.voided), ("loads", report.loads),
        ("load_timestamp_seconds", report.loaded), ("loader_lag_seconds", report.lag), ("refreshes", report.refreshes),
        ("refresh_seconds", report.refresh_seconds), ("refresh_timestamp_seconds", report.refreshed),
        ("worker_start_timestamp_seconds", report.started), ("worker_report_timestamp_seconds", report.written),
        ("worker_resident_memory_bytes", report.memory or None),
    )
    for name, value in told:
        if value is not None:
            yield f"baloo_{name}", _one(value)


def _of_runs(read: Runs) -> Iterator[tuple[str, Values]]:
    """What the runs of sources say."""
    pasts = sorted(read.pasts.items())
    ringing = {(alarm.system, alarm.what) for alarm in read.alarms}
    yield "baloo_source_run_timestamp_seconds", {
        (system,): past.good / 1e6 for system, past in pasts if past.good is not None}
    yield "baloo_source_alarm", {(system, what): float((system, what) in ringing) for system, _ in pasts for what in WHAT}


def _one(value: float) -> Values:
    return {(): value}
