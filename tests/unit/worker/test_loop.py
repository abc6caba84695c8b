"""The worker's loop: a full disk and a broken registry are waited out, and everything else that fails ends it."""

from __future__ import annotations

import threading
from pathlib import Path
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


def test_what_else_fails_ends_the_worker(run: Any):
    """It is started again by the server, and recovers from what is on the disk."""
    with pytest.raises(ValueError, match="a bug"):
        run(ValueError("a bug"))
