"""Runs: when each system was read by its source, what that brought, why it failed, and what is the matter."""

from __future__ import annotations

from dataclasses import dataclass

from baloo.records.runs import Run
from baloo.watch.runs import Alarm, moment
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["row_of", "runs"]


@dataclass(frozen=True, slots=True)
class Row:
    """A run as the table shows it."""

    run: Run
    system: str
    began: str
    took: str
    outcome: str


def runs(scene: Scene) -> Page:
    """The latest runs, and the alarms."""
    words, read = scene.words, scene.read()
    return Page(
        "runs.html", words("runs-title"), words("runs-description"), "status", values={
            "alarms": [_alarm(scene, alarm) for alarm in read.alarms], "rows": [row_of(scene, run) for run in read.runs],
        },
    )


def row_of(scene: Scene, run: Run) -> Row:
    """A run as the table shows it."""
    words = scene.words
    took = "" if run.seconds is None else words("run-took", seconds=f"{run.seconds:,.1f}")
    began, outcome = f"{moment(run.began):%Y-%m-%d %H:%M}", words("run-outcome", outcome=run.outcome)
    return Row(run, _title(scene, run.system), began, took, outcome)


def _alarm(scene: Scene, alarm: Alarm) -> str:
    words = scene.words
    since = words.moment(alarm.since) if alarm.since else words("runs-never")
    said = {"overdue": "runs-overdue", "silent": "runs-silent", "failed": "runs-failed"}[alarm.what]
    return words(said, system=_title(scene, alarm.system), since=since)


def _title(scene: Scene, system: str) -> str:
    known = scene.registry.systems.get(system)
    return known.title if known else system
