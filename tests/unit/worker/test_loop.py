"""The worker's loop: a full disk and a broken registry are waited out, and everything else that fails ends it."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from baloo.errors import Problem, RegistryError
from baloo.worker import loop
from baloo.worker.control import Orders
from baloo.worker.report import Reporter, read_report
from baloo.worker.work import Work
from baloo.workspace import Workspace


class _Work:
    """Work whose loads fail as they are told to, and then stop the loop."""

    def __init__(self, workspace: Workspace, errors: list[Exception], stop: threading.Event) -> None:
        self.parts = self
        self.workspace = workspace
        self.reporter = Reporter(workspace)
        self._errors = errors
        self._stop = stop

    def load(self) -> int:
        if self._errors:
            raise self._errors.pop(0)
        self._stop.set()
        return 0

    def pressed(self) -> bool:
        return False

    def carry_out(self, order: dict[str, Any]) -> dict[str, Any]:
        return order


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the loop over these errors."""
    monkeypatch.setattr(loop, "_AFTER_TROUBLE", 0.0)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    def _run(*errors: Exception) -> None:
        workspace, stop = Workspace.init(tmp_path / "W"), threading.Event()
        work = cast("Work", _Work(workspace, list(errors), stop))
        loop.run(work, Orders(workspace), stop=stop, closed=threading.Event(), refreshing=False)

    return _run


def test_a_full_disk_is_waited_out_whoever_meets_it(run: Any, caplog: pytest.LogCaptureFixture):
    """The lake's and the records' ways of saying it are the same to the loop; one line says so, and one that it is over."""
    caplog.set_level("INFO", "baloo")
    run(OSError(28, "No space left on device"), ValueError("(OperationalError) database or disk is full"))

    assert [record.getMessage() for record in caplog.records] == ["loading stands still", "loading goes on"]


def test_a_broken_registry_is_waited_out(run: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """A worker that begins with one goes on when it is put right; each new fault is one line."""
    caplog.set_level("INFO", "baloo")
    first, second = (RegistryError([Problem("systems/forum.yaml", line, "kinds", "This is no kind.")]) for line in (1, 2))
    run(first, first, RegistryError([Problem("a.yaml", 3, "", "Something else.")]), second)

    report = read_report(Workspace.open(tmp_path / "W"))
    assert [record.getMessage() for record in caplog.records] == ["loading stands still"] * 3 + ["loading goes on"]
    assert report is not None
    assert report.troubles == {}


class _Moments:
    """Time that passes when the loop rests; it stands in for `time` and for the event that orders set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


class _Counting(_Work):
    """Work to which events come at some moments; it notes when it counts, and searches nobody."""

    def __init__(self, workspace: Workspace, moments: _Moments, comes: list[float], until: float, stop: threading.Event) -> None:
        super().__init__(workspace, [], stop)
        self.loader = self.search = self
        self.schedule = SimpleNamespace(tend=lambda: None)
        self.counted: list[float] = []
        self._moments, self._comes, self._until, self._new = moments, comes, until, False

    def load(self) -> int:
        if self._moments.now > self._until:
            self._stop.set()
        came = [at for at in self._comes if at <= self._moments.now]
        self._comes = [at for at in self._comes if at > self._moments.now]
        self._new = self._new or bool(came)
        return len(came)

    def refresh(self, *, loading: bool) -> Any:
        assert loading
        if self._new:
            self.counted.append(round(self._moments.now, 1))
        mode, self._new = ("added" if self._new else "nothing"), False
        return SimpleNamespace(mode=mode, seconds=0.1, version=1)

    def get_ready(self) -> None: ...

    def writes(self) -> bool:
        return False

    def tend(self, *, busy: bool) -> bool:
        return False

    compact = tidy = get_ready


def test_what_comes_after_a_rest_is_counted_at_once_and_more_of_it_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An event that comes alone does not wait for a round; of those that follow each other, a round counts several."""
    moments, stop = _Moments(), threading.Event()
    monkeypatch.setattr(loop, "time", moments)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    work = _Counting(Workspace.init(tmp_path / "W"), moments, [1002.0, 1003.0, 1004.0, 1033.0], 1050.0, stop)
    orders = cast("Orders", SimpleNamespace(carry_out=lambda _: 0, arrived=moments))
    loop.run(cast("Work", work), orders, stop=stop, closed=threading.Event(), refreshing=True)

    assert work.counted == [1002.0, 1007.0, 1033.0]


class _Slow(_Counting):
    """Loads of which each takes a second; it notes when they begin, and from a moment on much waits."""

    begun: list[float]
    much = 1e9

    def load(self) -> int:
        self.begun.append(round(self._moments.now - 1000, 1))
        came = super().load()
        self._moments.now += came
        return came

    def pressed(self) -> bool:
        return self._moments.now >= 1000 + self.much


@pytest.mark.parametrize(("much", "begun"), [(1e9, [0, 3.0]), (2.0, [0, 2.0, 3.2])])
def test_a_trickle_waits_and_a_flood_does_not(much: float, begun: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """After a load of a second it rests for two, but not when more waits than it had."""
    moments, stop = _Moments(), threading.Event()
    monkeypatch.setattr(loop, "time", moments)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    work = _Slow(Workspace.init(tmp_path / "W"), moments, [1000.0, 1001.5], 1002.5, stop)
    work.begun, work.much = [], much
    orders = cast("Orders", SimpleNamespace(carry_out=lambda _: 0, arrived=moments))
    loop.run(cast("Work", work), orders, stop=stop, closed=threading.Event(), refreshing=False)

    assert [at for at in work.begun if at <= 3.5] == begun


def test_what_else_fails_ends_the_worker(run: Any):
    """It is started again by the server, and recovers from what is on the disk."""
    with pytest.raises(ValueError, match="a bug"):
        run(ValueError("a bug"))
