"""Every metric by name, kind and label, with what it says. The reference page is written from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["METRICS", "Metric"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. A counter begins at 0 with its process, and is exposed with `_total` behind its name."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()

    @property
    def exposed(self) -> str:
        """The name as a query writes it."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


_COUNTED = ("system", "schema")

METRICS: tuple[Metric, ...] = (
    Metric("baloo_info", "gauge", "Always 1; the version is a label.", ("version",)),
    Metric("baloo_door_requests", "counter", "Requests with events that the door put on disk and answered."),
    Metric("baloo_door_body_bytes", "counter", "Bytes of their bodies, unpacked."),
    Metric("baloo_events_received", "counter", "Events in them: accepted, refused or suppressed."),
    Metric("baloo_events_accepted", "counter", "Events that the door accepted, staging and duplicates among them.", _COUNTED),
    Metric("baloo_events_quarantined", "counter", "Events that the door refused; they are in quarantine.", ("reason", *_COUNTED)),
    Metric("baloo_events_suppressed", "counter", "Events of people who opted out or were erased, dropped at the door.", _COUNTED),
    Metric("baloo_http_responses", "counter", "Answers by the part that gave them and their status.", ("part", "status")),
    Metric("baloo_live_watchers", "gauge", "Streams of the live page that are open."),
    Metric("baloo_queue_commit_seconds", "histogram", "A write to the queue with its sync; its requests wait for it."),
    Metric("baloo_queue_rows", "gauge", "Requests that wait to be loaded into the lake."),
    Metric("baloo_queue_age_seconds", "gauge", "Since when the oldest of them waits; 0 where none does."),
    Metric(
        "baloo_events_loaded", "counter",
        "Events that the loader went through: kept; revised, kept instead of an earlier one; duplicate; not-yours, which is "
        "in quarantine.", ("outcome", *_COUNTED),
    ),
    Metric("baloo_events_staging", "counter", "Events of staging that were loaded; they are never counted as contributions."),
    Metric("baloo_events_voided", "counter", "Events that were taken back."),
    Metric("baloo_loads", "counter", "Loads from the queue into the lake."),
    Metric("baloo_load_timestamp_seconds", "gauge", "When the last load was durable."),
    Metric("baloo_loader_lag_seconds", "gauge", "How long the oldest request of the last load had waited until it was durable."),
    Metric("baloo_refreshes", "counter", "Refreshes of the counts that changed something."),
    Metric("baloo_refresh_seconds", "gauge", "How long the last of them took."),
    Metric("baloo_refresh_timestamp_seconds", "gauge", "When it was done."),
    Metric("baloo_worker_start_timestamp_seconds", "gauge", "When the worker started."),
    Metric("baloo_worker_report_timestamp_seconds", "gauge", "When the worker last wrote the figures that stand here."),
    Metric("baloo_worker_resident_memory_bytes", "gauge", "Memory of the worker then. `process_` metrics are the server's."),
    Metric(
        "baloo_worker_stands_still", "gauge",
        "1 where `loading` or `counting` cannot go on, such as for a broken registry; `/health` says why.", ("stage",),
    ),
    Metric("baloo_heartbeat_age_seconds", "gauge", "Since when no heartbeat that was sent has reached the lake. Alert on this."),
    Metric("baloo_source_run_timestamp_seconds", "gauge", "When a run of a system's source last went well.", ("system",)),
    Metric(
        "baloo_source_alarm", "gauge",
        "1 where the last two runs that were due did not go well (`overdue`), nothing came for longer than usual (`silent`), or "
        "the last run of `export` failed (`failed`). Alert on this.", ("system", "alarm"),
    ),
    Metric("baloo_disk_free_bytes", "gauge", "Room on the disk of the workspace."),
)
"""In the order in which they are exposed."""
