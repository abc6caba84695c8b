"""A data file becomes durable bit by bit while it is written, and a disk that fails meanwhile is not passed over."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from baloo import workspace


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sync as often as can be."""
    monkeypatch.setattr(workspace, "_BIT", 0.001)


def test_a_failure_that_is_told_once_is_raised_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The kernel tells of a write that failed to the first sync alone: the last one would not hear of it."""
    told = threading.Event()

    def fail(_: Path) -> None:
        told.set()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(workspace, "fsync_path", fail)

    with pytest.raises(OSError, match="Input/output"), workspace.settling(tmp_path / "file"):
        assert told.wait(60)


def test_a_file_is_synced_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As soon as it is there, and no more when it is done."""
    synced = threading.Event()
    sync = workspace.fsync_path

    def seen(path: Path) -> None:
        sync(path)
        synced.set()

    monkeypatch.setattr(workspace, "fsync_path", seen)
    with workspace.settling(tmp_path / "file"):
        (tmp_path / "file").write_bytes(b"rows")

        assert synced.wait(60)
    assert not [one for one in threading.enumerate() if one.name == "settling"]
