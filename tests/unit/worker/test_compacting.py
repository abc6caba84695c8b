"""When a worker compacts: when it has time, and there are many files."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from baloo.clock import clock_from_environment
from baloo.worker import work as working
from baloo.worker.parts import Parts
from baloo.worker.work import Work
from baloo.workspace import Workspace
from walls import event, request


def test_a_worker_that_began_does_not_compact_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It has to show first what waits, and is to need little memory; after a minute it has time."""
    monkeypatch.setenv("BALOO_COMPACT_FILES", "4")
    clock = [1000.0]
    monkeypatch.setattr(working, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    workspace = Workspace.init(tmp_path / "w")
    (workspace.registry / "community.yaml").write_text("community: tests\n", encoding="utf-8")
    parts = Parts(workspace, clock_from_environment())
    work = Work(parts)
    monkeypatch.setattr(work, "_counted", lambda: parts.lake.events.through)
    for n in range(4):
        parts.queue.append([request(event(n))])
        work.drain()
    files = []
    for clock[0] in (1059.0, 1061.0):
        work.compact()
        files.append(len(parts.lake.events.files()))
    parts.close()

    assert files == [4, 1]
