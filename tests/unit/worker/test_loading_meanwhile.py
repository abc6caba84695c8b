"""What arrives while the worker counts, while a search writes, or while the disk is full."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from baloo.clock import clock_from_environment
from baloo.errors import StorageFull
from baloo.lake import table
from baloo.metrics import session
from baloo.metrics.derived import read_manifest
from baloo.worker import work as working
from baloo.worker.parts import Parts
from baloo.worker.work import Work
from baloo.workspace import Workspace
from walls import event, request


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """The parts of a workspace without systems."""
    workspace = Workspace.init(tmp_path / "w")
    (workspace.registry / "community.yaml").write_text("community: tests\n", encoding="utf-8")
    return Parts(workspace, clock_from_environment())


@pytest.mark.parametrize("whole", [False, True])
def test_events_are_loaded_while_others_are_counted(parts: Parts, monkeypatch: pytest.MonkeyPatch, *, whole: bool):
    """They are in the lake before the counting ends; the manifest says what was counted, and the next one has them too."""
    monkeypatch.setattr(working, "_MEANWHILE", -1.0)
    work, asked = Work(parts), session.Session.table
    seqs = parts.queue.append([request(event(1))])
    work.drain()
    loaded: list[int] = []

    def table(self: session.Session, name: str, select: str) -> None:
        if not loaded:
            parts.queue.append([request(event(2))])
        asked(self, name, select)
        loaded.append(parts.lake.events.through)

    monkeypatch.setattr(session.Session, "table", table)
    work.refresh(whole=whole, loading=True)
    first = read_manifest(parts.workspace.derived)
    monkeypatch.undo()
    work.refresh()
    then = read_manifest(parts.workspace.derived)
    parts.close()

    assert loaded[0] == seqs[0] + 1
    assert (first and first.seq, then and then.seq) == (seqs[0], seqs[0] + 1)


def test_whoever_wants_to_write_can_ask_whether_another_does(parts: Parts):
    """The worker goes on loading instead of waiting for a search that writes; asking changes nothing."""
    other = parts.records.open(parts.workspace.records)
    with other.engine.begin():
        while_writing = parts.records.busy()
    after = parts.records.busy()
    with parts.records.engine.connect() as connection:
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    other.close()
    parts.close()

    assert (while_writing, after, patience) == (True, False, 30_000)


def test_whether_more_waits_is_known_on_a_full_disk(parts: Parts, monkeypatch: pytest.MonkeyPatch):
    """A commit that found no room has the table's log read anew, which writes; who rests meanwhile does not ask for that."""
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    work = Work(parts)
    parts.queue.append([request(event(1))])
    for name in ("write_entry", "write_whole"):
        monkeypatch.setattr(table, name, full)
    with pytest.raises(StorageFull):
        work.load()
    waits = work.pressed()
    monkeypatch.undo()
    work.drain()

    assert (waits, work.pressed(), work.totals.accepted) == (True, False, 1)
    parts.close()
