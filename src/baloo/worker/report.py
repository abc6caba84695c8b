"""What the worker tells of itself: one small file that it writes anew when something changed, and the server reads at any time.

There is nothing personal in it. A reader never waits, whatever the worker is at; what is too old to be true shows by its times.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from baloo.errors import BalooError
from baloo.lake.base import Loaded
from baloo.lake.told import LATEST, Latest
from baloo.watch.heard import Heard, imported
from baloo.workspace import Workspace

__all__ = ["Report", "Reporter", "heard", "read_report"]


class Report(msgspec.Struct, kw_only=True):
    """The worker's figures. Times are seconds since 1970, counts are since `started`; None is what did not happen yet."""

    started: float
    written: float = 0.0
    memory: int = 0  # bytes
    loads: int = 0
    voided: int = 0
    staging: int = 0
    outcomes: dict[str, dict[str, dict[str, int]]] = {}  # kept, duplicate, revised, not-yours; then system, then schema
    through: int = 0  # seq
    loaded: float | None = None  # when something was last loaded
    lag: float | None = None  # seconds that the oldest request of the last load had waited
    refreshes: int = 0
    refreshed: float | None = None
    refresh_seconds: float | None = None
    heartbeat: float | None = None  # when the last heartbeat that reached the lake had been sent
    latest: list[Latest] = []  # oldest first
    pushed: dict[str, float] = {}  # system to when it last pushed something that counts
    troubles: dict[str, str] = {}  # why `loading` or `counting` stands still now, in words


class Reporter:
    """Keeps the report of one worker, and writes it at most once in `pause` seconds."""

    def __init__(self, workspace: Workspace, pause: float = 0.5) -> None:
        self._path = _path(workspace)
        self._pause = pause
        self._changed = True
        before = read_report(workspace)
        self.report = Report(started=time.time())
        if before is not None:  # what was last seen outlives the process
            self.report.latest, self.report.heartbeat, self.report.pushed = before.latest, before.heartbeat, before.pushed

    def loaded(self, loaded: Loaded) -> None:
        """Add what one load did."""
        report, told, now = self.report, loaded.told, time.time()
        report.loads += 1
        report.voided += loaded.voided
        report.staging += loaded.staging
        report.through, report.loaded = loaded.through, now
        self._changed = True
        if told is None:
            return
        report.lag = max(0.0, now - told.oldest / 1e6)
        if told.heartbeat is not None:
            report.heartbeat = told.heartbeat / 1e6
        for (outcome, system, schema), n in told.outcomes.items():
            counts = report.outcomes.setdefault(outcome, {}).setdefault(system, {})
            counts[schema] = counts.get(schema, 0) + n
        report.latest = [*report.latest, *told.latest][-LATEST:]
        report.pushed |= {system: received / 1e6 for system, received in told.pushed.items()}

    def refreshed(self, seconds: float) -> None:
        """Note a refresh that changed something."""
        self.report.refreshes += 1
        self.report.refreshed, self.report.refresh_seconds = time.time(), seconds
        self._changed = True

    def trouble(self, stage: Literal["loading", "counting"], why: BalooError | None) -> bool:
        """Note why a stage stands still, None where it goes on; whether that is news."""
        said = "" if why is None else f"{why.message} {why.remedy or ''}".strip()
        if said == self.report.troubles.get(stage, ""):
            return False
        self.report.troubles = {name: words for name, words in (self.report.troubles | {stage: said}).items() if words}
        self._changed = True
        self.write(now=True)
        return True

    def write(self, *, now: bool = False) -> None:
        """Write it where something changed. A disk that takes no report is no trouble of the loader's: it meets its own."""
        moment = time.time()
        if not self._changed or (moment - self.report.written < self._pause and not now):
            return
        self.report.written, self.report.memory = moment, _memory()
        temporary = self._path.with_name(f".{self._path.name}.tmp")
        with contextlib.suppress(OSError):
            temporary.write_bytes(msgspec.json.encode(self.report))
            temporary.replace(self._path)
            self._changed = False


def read_report(workspace: Workspace) -> Report | None:
    """The last report of a worker, of this run or an earlier one; None where there is none that can be read."""
    try:
        return msgspec.json.decode(_path(workspace).read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError):
        return None


def heard(workspace: Workspace, systems: Iterable[str]) -> Heard:
    """Whose history was read to its end, and who pushes: the journal of the imports and the worker's report."""
    report = read_report(workspace)
    pushed = report.pushed if report else {}
    moments = {system: dt.datetime.fromtimestamp(moment, dt.UTC) for system, moment in pushed.items()}
    return Heard(imported(workspace, systems), moments)


def _path(workspace: Workspace) -> Path:
    return workspace.root / "data" / "worker.json"


def _memory() -> int:
    """The resident memory of this process in bytes; 0 where the system does not say."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
