"""The queue in one SQLite file: WAL, `synchronous=FULL`, a row a request.

Durable means that the write-ahead log was synced when `append` returned. A sync that failed is never tried again on the same
connection, because the kernel has marked the pages clean by then: the connection is opened anew, and SQLite goes on from what
it knows to be whole.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baloo.errors import BalooError, Busy, StorageBroken, StorageFull, WorkspaceError, in_words
from baloo.queue.base import Depth, Stored, received
from baloo.workspace import fsync_folder

if TYPE_CHECKING:
    import sqlite3
else:  # the same interface over a SQLite of its own: the one that Python has may corrupt a file with several writers
    from pysqlite3 import dbapi2 as sqlite3

__all__ = ["QUEUE_VERSION", "SqliteQueue"]

QUEUE_VERSION = 2
_PAGE = 16_384  # bytes of a page: a body of a hundred events is a few, which costs half of what small ones cost
_LONGEST_LOG = 64 << 20  # bytes; an appender moves the log into the file itself only where nobody else does
_LOG_BYTES = 8 << 20  # `checkpoint` begins the log anew when it is longer than this
_ROUNDS, _FEW_PAGES, _TRIES = 5, 32, 50  # of a checkpoint: writers are made to wait only for the last few pages
_DROP_ROWS, _DROP_BYTES = 500, 1 << 20  # a piece of `drop`, so that an appender never waits long
_GAP = 0.001  # seconds between two pieces, in which waiting appenders come in
_CHUNK = 512  # rows of one INSERT: a statement gives up Python's lock once, however many rows it has
_ROOM = 256 << 10  # a disk with less room than this is full, whatever SQLite calls the error
_NAP = 0.0003  # between two tries for the write lock: finds the gap that an import leaves


class SqliteQueue:
    """`Queue` in the SQLite file `path`, made where it is absent. Any number of processes may have it open.

    An object may be shared by threads: they take turns. `wait` is how long a call waits for other writers, in seconds.
    """

    def __init__(self, path: Path | str, *, wait: float = 30.0) -> None:
        self.path = Path(path)
        self._wait = wait
        self._turn = threading.Lock()
        self._open: sqlite3.Connection | None = None
        with self._connection():
            pass

    def append(self, rows: Sequence[bytes]) -> list[int]:
        """Append rows, all or none; their seqs, when they are on disk.

        Raises StorageFull where there is no room, Busy where other writers leave no gap, StorageBroken where the file is damaged.
        """
        if not rows:
            return []
        with self._connection() as connection:
            self._patiently(connection, "BEGIN IMMEDIATE")
            start = 0
            while start < len(rows):
                size = min(_CHUNK, 1 << (len(rows) - start).bit_length() - 1)
                connection.execute(_insert(size), rows[start : start + size])
                start += size
            (last,) = connection.execute("SELECT last_insert_rowid()").fetchone()
            connection.execute("COMMIT")
        return list(range(last - len(rows) + 1, last + 1))

    def read(self, after: int, limit: int, max_bytes: int = 64 << 20) -> list[Stored]:
        """Up to `limit` rows, and about `max_bytes` of data, with seq > after, in order; at least one where one waits."""
        found: list[Stored] = []
        size = 0
        with self._connection() as connection:
            sql = "SELECT seq, data FROM rows WHERE seq > ? ORDER BY seq LIMIT ?"
            cursor = self._patiently(connection, sql, (after, limit))
            for seq, data in cursor:
                found.append(Stored(seq, data))
                size += len(data)
                if size >= max_bytes:
                    break
            cursor.close()  # an open cursor would pin the log
        return found

    def drop(self, through: int) -> None:
        """Forget the rows with seq <= through, in small pieces, then tidy the log."""
        while True:
            with self._connection() as connection:
                end = self._piece(connection, through)
                if end is None:
                    break
                self._patiently(connection, "BEGIN IMMEDIATE")
                connection.execute("DELETE FROM rows WHERE seq <= ?", (end,))
                connection.execute("COMMIT")
            time.sleep(_GAP)
        self.checkpoint()

    def last(self) -> int:
        """The highest seq ever given, 0 for none."""
        with self._connection() as connection:
            row = self._patiently(connection, "SELECT seq FROM sqlite_sequence WHERE name = 'rows'").fetchone()
        return int(row[0]) if row else 0

    def depth(self) -> Depth:
        """How many rows wait, and since when."""
        with self._connection() as connection:
            sql = "SELECT seq, (SELECT max(seq) FROM rows), data FROM rows ORDER BY seq LIMIT 1"
            row = self._patiently(connection, sql).fetchone()
        if row is None:
            return Depth(0, None)
        first, last, data = row
        return Depth(last - first + 1, _EPOCH + dt.timedelta(microseconds=received(data)))

    def checkpoint(self) -> None:
        """Move the log into the file, beside the writers, who wait only the few milliseconds in which a long log is begun anew.

        `drop` calls it and so does the server's helper thread, so that no append pays for it.
        """
        log = self.path.with_name(self.path.name + "-wal")
        with self._connection() as connection:
            for _ in range(_ROUNDS):  # each moves what was written during the one before, which is less and less
                _, written, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if written - moved < _FEW_PAGES:
                    break
            if not log.exists() or log.stat().st_size < _LOG_BYTES:
                return
            for _ in range(_TRIES):
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
                if not busy:
                    return
                time.sleep(_NAP)

    def close(self) -> None:
        """Let go of the file."""
        with self._turn:
            if self._open is not None:
                self._open.close()
                self._open = None

    def _piece(self, connection: sqlite3.Connection, through: int) -> int | None:
        """The last seq of the next piece to drop, None where nothing is left."""
        sql = "SELECT seq, length(data) FROM rows WHERE seq <= ? ORDER BY seq LIMIT ?"
        end, size = None, 0
        for seq, length in self._patiently(connection, sql, (through, _DROP_ROWS)).fetchall():
            size += length
            if end is not None and size > _DROP_BYTES:
                break
            end = seq
        return end

    def _patiently(self, connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute, and wait for other writers in short naps; SQLite's own grow to 100 ms and miss the gaps."""
        deadline = time.monotonic() + self._wait
        while True:
            try:
                return connection.execute(sql, values)
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(_NAP)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """The one connection, for one call; an error rolls back, and is told in our own words."""
        with self._turn:
            try:
                if self._open is None:
                    self._open = _connect(self.path, self._wait)
                yield self._open
            except sqlite3.Error as error:
                self._recover(error)
                raise _translated(error, self.path) from error
            except OSError as error:
                self._recover(None)
                raise in_words(error) or _broken(error, self.path) from error
            except BaseException:
                self._recover(None)
                raise

    def _recover(self, error: sqlite3.Error | None) -> None:
        """Roll back, and keep the connection only where the error says that nothing is wrong with it."""
        connection, self._open = self._open, None
        if connection is None:
            return
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if error is None or _code(error) == sqlite3.SQLITE_BUSY:
                self._open = connection
                return
        with suppress(sqlite3.Error):
            connection.close()


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _insert(rows: int) -> str:
    return "INSERT INTO rows (data) VALUES " + ",".join(["(?)"] * rows)


def _connect(path: Path, wait: float) -> sqlite3.Connection:
    """Open the file, made and made durable where it is absent.

    Raises WorkspaceError where it was written by a newer Baloo.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA page_size={_PAGE}")  # of a new file
        connection.execute("PRAGMA journal_mode=WAL").fetchall()
        (page,) = connection.execute("PRAGMA page_size").fetchone()  # a file of an earlier version has smaller ones
        for pragma in ("synchronous=FULL", "secure_delete=ON", f"wal_autocheckpoint={_LONGEST_LOG // page}"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the table where the file is new, and leave the waiting to `_patiently` from here on."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > QUEUE_VERSION:
        message = f"The queue is of version {version}; this Baloo knows up to {QUEUE_VERSION}."
        raise WorkspaceError(message, where=str(path), remedy="Install a newer Baloo.")
    if version < QUEUE_VERSION:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE IF NOT EXISTS rows (seq INTEGER PRIMARY KEY AUTOINCREMENT, data BLOB NOT NULL)")
        connection.execute("COMMIT")
        fsync_folder(path.parent)
        connection.execute(f"PRAGMA user_version={QUEUE_VERSION}")  # last: a folder that was not synced is met again
    connection.execute("PRAGMA busy_timeout=0")


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary error code; the extended ones have it in their lowest byte."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _translated(error: sqlite3.Error, path: Path) -> BalooError:
    code, name = _code(error), getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    where = str(path)
    if code == sqlite3.SQLITE_BUSY:
        return Busy("Other writers leave the queue no gap.", where=where, remedy="Try again.")
    unsure = code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
    if code == sqlite3.SQLITE_FULL or (unsure and _no_room(path)):
        return StorageFull("The disk is full; nothing was kept.", where=where, remedy="Make room, then send it again.")
    return _broken(f"{error} ({name})", path)


def _broken(error: object, path: Path) -> StorageBroken:
    return StorageBroken(f"The queue cannot be used: {error}.", where=str(path), remedy="See the system's log, or restore.")


def _no_room(path: Path) -> bool:
    with suppress(OSError):
        disk = os.statvfs(path.parent)
        return disk.f_bavail * disk.f_frsize < _ROOM
    return False
