"""The queue of a workspace that an older Baloo wrote: one SQLite file. What waits in it is taken over, with its seqs."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from baloo.errors import StorageBroken
from baloo.queue.segment import Segment, segments
from baloo.workspace import fsync_path

if TYPE_CHECKING:
    import sqlite3
else:
    from pysqlite3 import dbapi2 as sqlite3

__all__ = ["OLDER", "take_over"]

OLDER = "queue.sqlite"
_ROWS = 1_000  # of one append


def take_over(folder: Path) -> None:
    """Move the rows of the SQLite file into a file of the log, then delete it. Its caller holds the lock."""
    file = folder / OLDER
    for half in segments(folder):
        Segment.named(folder, half).unlink()
    try:
        connection = sqlite3.connect(file)
        rows = connection.execute("SELECT seq, data FROM rows ORDER BY seq").fetchall()
        last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'rows'").fetchone()
        connection.close()
    except sqlite3.Error as error:
        raise StorageBroken(f"The older queue cannot be read: {error}.", where=str(file), remedy="Restore it.") from error
    begun = Segment.begin(folder, rows[0][0] if rows else last[0] + 1 if last else 1)
    waiting = iter([data for _, data in rows])
    while some := list(islice(waiting, _ROWS)):
        begun.append(some)
    begun.close()
    for path in (file, *(file.with_name(f"{OLDER}-{what}") for what in ("wal", "shm"))):
        path.unlink(missing_ok=True)
    fsync_path(folder)
