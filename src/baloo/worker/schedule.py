"""When systems are read: by the lines of cron in the registry, each run in a process of its own, one at a time."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from cronsim import CronSim

from baloo.clock import Clock
from baloo.errors import RegistryError
from baloo.records import Records
from baloo.records.runs import last_of_each, stop_left
from baloo.registry.model import Registry
from baloo.workspace import Workspace

__all__ = ["Schedule", "at_work", "carrying_out", "due"]

_LOOK = 5.0  # seconds between two looks at what is due


class Schedule:
    """Begins the runs that are due. `start` begins a process, of a command."""

    def __init__(
        self, workspace: Workspace, registry: Callable[[], Registry], records: Records, clock: Clock,
        start: Callable[[Sequence[str]], subprocess.Popen[bytes]] | None = None,
    ) -> None:
        self._workspace, self._registry, self._records, self._clock = workspace, registry, records, clock
        self._start = start or _started
        self._running: subprocess.Popen[bytes] | None = None
        self._begun: dt.datetime | None = None  # when this process first looked
        self._tried: dict[str, int] = {}  # when it last began a run of each system, which may have ended before it was noted
        self._next = 0.0

    def tend(self) -> None:
        """Begin the run that is due longest, unless one is at work."""
        if self._running is not None:
            if self._running.poll() is None:
                return
            self._let_go()
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _LOOK
        now = self._clock.now()
        micros = int(now.timestamp() * 1_000_000)
        self._begun = self._begun or now
        stop_left(self._records, micros, partial(at_work, self._workspace))
        try:
            registry = self._registry()
        except RegistryError:  # the loop tells it
            return
        if not any(system.source and system.source.cron for system in registry.systems.values()):
            return
        last = {system: run.began for system, run in last_of_each(self._records).items()}
        last |= {system: max(tried, last.get(system, 0)) for system, tried in self._tried.items()}
        waiting = due(registry, last, self._begun, now)
        if waiting:
            self._tried[waiting[0]] = micros
            self._running = self._start([sys.executable, "-m", "baloo.worker", "fetch", str(self._workspace.root), waiting[0]])

    def stop(self) -> None:
        """End a run that is at work; the next one goes on from there."""
        if self._running is not None:
            self._running.terminate()
            self._let_go()

    def _let_go(self) -> None:
        if self._running is not None:
            with self._running:  # closes its stdin, and waits
                self._running = None
            stop_left(self._records, int(self._clock.now().timestamp() * 1_000_000), partial(at_work, self._workspace))


def due(registry: Registry, last: Mapping[str, int], begun: dt.datetime, now: dt.datetime) -> list[str]:
    """The systems whose line of cron has named a minute since their last run, the one that waits longest first.

    `last` is when the last run of each began, in microseconds since 1970. One that was never read waits from `begun` on. A run
    that was missed while nothing ran is made up for, once.
    """
    found = []
    for name, system in registry.systems.items():
        if system.source is None or system.source.cron is None:
            continue
        before = dt.datetime.fromtimestamp(last[name] / 1_000_000, dt.UTC) if name in last else begun
        at = next(CronSim(system.source.cron, before), None)
        if at is not None and at <= now:
            found.append((at, name))
    return [name for _, name in sorted(found)]


def at_work(workspace: Workspace, run: int) -> bool:
    """Whether a process carries out a run: one that was killed does not, whatever is noted of it."""
    return workspace.held(f"run-{run}")


@contextmanager
def carrying_out(workspace: Workspace, run: int) -> Iterator[None]:
    """Carry out a run, so that others see that somebody does."""
    name = f"run-{run}"
    with workspace.lock(name, "baloo import"):
        try:
            yield
        finally:
            (workspace.root / "data" / f"{name}.lock").unlink(missing_ok=True)


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.PIPE)
