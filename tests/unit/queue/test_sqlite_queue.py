"""The queue in SQLite, beyond what every queue does: settings that durability hangs on, and errors in our own words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite3

from baloo.errors import BalooError, Busy, StorageBroken, StorageFull, WorkspaceError
from baloo.queue import sqlite
from baloo.queue.sqlite import QUEUE_VERSION, SqliteQueue


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[SqliteQueue]:
    """An empty queue that waits briefly for others."""
    made = SqliteQueue(tmp_path / "queue.sqlite", wait=0.05)
    yield made
    made.close()


def pragma(queue: SqliteQueue, name: str) -> object:
    """A setting of the open connection."""
    assert queue._open is not None
    return queue._open.execute(f"PRAGMA {name}").fetchone()[0]


class Failing:
    """A connection whose statements that begin with `word` fail with an error of SQLite's."""

    def __init__(self, real: sqlite3.Connection, word: str, code: int, name: str) -> None:
        self.real, self.word, self.closed = real, word, False
        self.error = sqlite3.OperationalError("disk I/O error")
        self.error.sqlite_errorcode, self.error.sqlite_errorname = code, name

    @property
    def in_transaction(self) -> bool:
        """As the real one has it."""
        return self.real.in_transaction

    def execute(self, sql: str, *values: object) -> object:
        """Fail, or do it."""
        if sql.startswith(self.word):
            raise self.error
        return self.real.execute(sql, *values)  # type: ignore[arg-type]

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
        self.real.close()


def failing(queue: SqliteQueue, word: str, code: int, name: str) -> Failing:
    """Put a failing connection into the queue."""
    assert queue._open is not None
    queue._open = broken = Failing(queue._open, word, code, name)  # type: ignore[assignment]
    return broken


def test_each_append_is_synced(queue: SqliteQueue):
    """WAL with FULL: a power cut lost nothing with it, and much with NORMAL."""
    assert pragma(queue, "journal_mode") == "wal"
    assert pragma(queue, "synchronous") == 2


def test_an_appender_does_not_tidy_the_log(queue: SqliteQueue):
    """Only where nobody else does, at 64 MiB."""
    assert pragma(queue, "wal_autocheckpoint") * pragma(queue, "page_size") == 64 << 20


def test_a_failed_sync_is_not_tried_again_on_the_same_connection(queue: SqliteQueue):
    """The kernel would say that all is well: the connection is closed, the next call opens another."""
    broken = failing(queue, "COMMIT", sqlite3.SQLITE_IOERR | 4 << 8, "SQLITE_IOERR_FSYNC")
    with pytest.raises(StorageBroken, match="SQLITE_IOERR_FSYNC"):
        queue.append([b"lost"])
    seqs = queue.append([b"kept"])

    assert broken.closed
    assert queue.read(0, 9) == [(seqs[0], b"kept")]


def test_a_full_disk_keeps_none_of_a_batch(queue: SqliteQueue):
    """The rows before the one that found no room are taken back too."""
    assert queue._open is not None
    queue._open.execute(f"PRAGMA max_page_count = {pragma(queue, 'page_count') + 10}")  # type: ignore[operator]
    with pytest.raises(StorageFull):
        queue.append([b"small", b"x" * 400_000])

    assert queue.read(0, 9) == []
    assert queue.append([b"small"]) == [1]


@pytest.mark.parametrize(("code", "room", "expected"), [
    (sqlite3.SQLITE_FULL, True, StorageFull), (sqlite3.SQLITE_IOERR | 19 << 8, False, StorageFull),
    (sqlite3.SQLITE_IOERR | 3 << 8, True, StorageBroken), (sqlite3.SQLITE_CANTOPEN, False, StorageFull),
    (sqlite3.SQLITE_CORRUPT, True, StorageBroken), (sqlite3.SQLITE_BUSY | 1 << 8, True, Busy),
])  # fmt: skip
def test_errors_of_sqlite_are_told_in_our_words(
    queue: SqliteQueue, monkeypatch: pytest.MonkeyPatch, code: int, room: bool, expected: type[BalooError]
):
    """SQLite tells a full disk in several ways; where the disk has room they mean that it is broken."""
    monkeypatch.setattr(sqlite, "_no_room", lambda _: not room)
    failing(queue, "INSERT", code, "SQLITE_X")

    with pytest.raises(expected) as raised:
        queue.append([b"row"])

    assert raised.value.where == str(queue.path)
    assert raised.value.remedy


def test_a_writer_that_leaves_no_gap_is_busy(queue: SqliteQueue):
    """The wait ends, and the same object works when the gap comes."""
    other = sqlite3.connect(queue.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        queue.append([b"row"])
    other.execute("ROLLBACK")
    other.close()

    assert queue.append([b"row"]) == [1]


def test_reading_goes_on_beside_a_writer(queue: SqliteQueue):
    """A transaction of another process hides nothing that was committed."""
    queue.append([b"row"])
    other = sqlite3.connect(queue.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    assert [row.data for row in queue.read(0, 9)] == [b"row"]

    other.close()


def test_a_queue_of_a_newer_version_is_refused(queue: SqliteQueue):
    """It may hold what this version does not understand."""
    assert queue._open is not None
    queue._open.execute(f"PRAGMA user_version = {QUEUE_VERSION + 1}")

    with pytest.raises(WorkspaceError, match=f"version {QUEUE_VERSION + 1}"):
        SqliteQueue(queue.path)


def test_a_file_that_is_no_queue_is_told(tmp_path: Path):
    """The error names the file."""
    path = tmp_path / "queue.sqlite"
    path.write_bytes(b"not a database at all" * 100)

    with pytest.raises(StorageBroken, match="not a database"):
        SqliteQueue(path)


def test_an_interrupted_append_leaves_nothing_behind(queue: SqliteQueue, monkeypatch: pytest.MonkeyPatch):
    """Ctrl-C in the middle of a transaction rolls it back."""

    def interrupt(rows: int) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(sqlite, "_insert", interrupt)
    with pytest.raises(KeyboardInterrupt):
        queue.append([b"row"])
    monkeypatch.undo()

    assert queue.append([b"row"]) == [1]


def test_dropped_rows_leave_the_file(queue: SqliteQueue):
    """Names and addresses do not stay in pages that nobody uses."""
    seqs = queue.append([b"tove@example.org " * 1000])
    queue.drop(seqs[-1])
    queue.close()

    assert b"tove@example.org" not in queue.path.read_bytes()


def test_the_log_does_not_grow_from_load_to_load(queue: SqliteQueue):
    """`drop` moves it into the file, and the next append begins it anew."""
    log = queue.path.with_name(queue.path.name + "-wal")
    lengths = []
    for _ in range(4):
        for _ in range(10):
            queue.append([b"x" * (1 << 20)])
        queue.drop(queue.last())
        lengths.append(log.stat().st_size)

    assert lengths[-1] < lengths[0] + (1 << 20)
