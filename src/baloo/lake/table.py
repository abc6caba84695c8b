"""One Delta table: its log is read by delta-rs, which makes the checkpoints too, and written by us, for delta-rs syncs nothing.

The order is what makes a power cut harmless: data files, their folders, the log entry, its name; a checkpoint is synced before
old entries go. So only the newest checkpoint can be torn, and it can be done without. What a sum shows to be damaged otherwise is
an error, never an answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from baloo.errors import StorageBroken, StorageFull, is_full
from baloo.lake.entries import (
    POINTER,
    changes,
    check_checkpoint,
    check_entry,
    checkpoint_of,
    entry_of,
    seal_checkpoint,
    sum_of_checkpoint,
    table_of,
    write_entry,
)
from baloo.lake.files import DataFile, connect, quoted, storage_errors, verify
from baloo.lake.tables import APP, MONTH, Columns
from baloo.workspace import fsync_path, write_whole

__all__ = ["DeltaLog"]

_CHECKPOINT_EVERY = 20  # commits; reading the log costs about 0.3 ms an entry after the checkpoint
_SETTINGS = {
    "delta.logRetentionDuration": "interval 7 days",
    "delta.enableExpiredLogCleanup": "false",  # ours, after the checkpoint is synced
    "delta.checkpointInterval": str(_CHECKPOINT_EVERY),
}


class DeltaLog:
    """The log of the table in `folder`. With `write` it is made where it is absent and put right where a power cut tore it.

    One process at a time may write; others may read beside it.
    """

    def __init__(self, folder: Path, columns: Columns, *, write: bool) -> None:
        self.folder = folder
        self.columns = columns
        self._write = write
        self._table: DeltaTable | None = None
        self._files: tuple[int, tuple[DataFile, ...]] = (-1, ())

    @property
    def version(self) -> int:
        """The number of the newest commit."""
        return self._current().version()

    @property
    def through(self) -> int:
        """The seq of the last queue row whose load is committed here, 0 for none."""
        return self._current().transaction_version(APP) or 0

    def refresh(self) -> None:
        """Read what was committed since; cheap where nothing was. Raises StorageBroken where it is not what was written."""
        table = self._current()
        self._table = None
        checked = self._check_after(table.version())
        with _delta_errors(self.folder):
            table.update_incremental()
        if table.version() <= checked:
            self._table = table  # else somebody commits just now: it is opened anew, and checked, when it is asked for

    def files(self) -> tuple[DataFile, ...]:
        """The data files that are the table, in order of their seqs."""
        table = self._current()
        if self._files[0] != table.version():
            self._files = (table.version(), _active(table))
        return self._files[1]

    def sound(self, files: Iterable[DataFile]) -> list[str]:
        """The paths of data files that are to be written anew, each compared with its name now: the new name would hide a change.

        Raises StorageBroken where a file is not what was written.
        """
        places = [self.folder / file.path for file in files]
        for place in places:
            verify(place)
        return [str(place) for place in places]

    def commit(
        self, add: Sequence[DataFile], remove: Sequence[DataFile] = (), *, through: int | None = None, new_data: bool = True
    ) -> None:
        """Commit durable data files, and the seq loaded with them; when this returns the commit is durable.

        Raises StorageFull where there is no room, StorageBroken for any other trouble; the next call reads the log anew,
        for the commit may or may not be there.
        """
        table = self._current()
        now = _now()
        version = table.version() + 1
        self._table = None
        with _delta_errors(self.folder):
            actions = changes(add, remove, through, now, new_data=new_data)
            write_entry(entry_of(self._log, version), "WRITE", actions, now)
            table.update_incremental()
        self._table = table
        if version % _CHECKPOINT_EVERY == 0:
            self._checkpoint(table)

    def _checkpoint(self, table: DeltaTable) -> None:
        """Write the state as one file, so that opening stays fast, and let go of entries older than the log is kept."""
        with _delta_errors(self.folder):
            table.create_checkpoint()
            seal_checkpoint(self._log, table.version())
            table.cleanup_metadata()
            fsync_path(self._log)

    @property
    def _log(self) -> Path:
        return self.folder / "_delta_log"

    def _current(self) -> DeltaTable:
        if self._table is None:
            with _delta_errors(self.folder):
                if self._write:
                    self._repair()
                checked = self._check_newest()
                table = DeltaTable(self.folder)
                if table.version() > checked:
                    self._check_after(checked)
                self._table = table
        return self._table

    def _check_newest(self) -> int:
        """Compare the files that make the table, the newest checkpoint and what follows it, with their sums; the last version."""
        newest = max((int(file.name[:20]) for file in self._log.glob("*.checkpoint.parquet")), default=-1)
        if newest >= 0:
            check_checkpoint(self._log, newest)
        return self._check_after(newest)

    def _check_after(self, version: int) -> int:
        """Compare what was committed after `version` with its sums; the last version that is there."""
        while (file := entry_of(self._log, version + 1)).exists():
            version += 1
            check_entry(file)
            if checkpoint_of(self._log, version).exists():
                check_checkpoint(self._log, version)
        return version

    def _repair(self) -> None:
        """Leave a durable log, whatever the last writer came to: none, or one with commits or a checkpoint not yet synced."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._log.is_dir():
            self._mend_checkpoint()
            for stray in {*self._log.glob("*.tmp"), *self._log.glob(".*.tmp")}:
                stray.unlink(missing_ok=True)
        newest = max(self._log.glob("*.json"), default=None)
        if newest is not None:
            check_entry(newest)
            write_whole(newest, newest.read_bytes())
        elif not any(self._log.glob("*.checkpoint.parquet")):
            self._create()

    def _create(self) -> None:
        self._log.mkdir(exist_ok=True)
        now = _now()
        write_entry(entry_of(self._log, 0), "CREATE TABLE", table_of(self.columns, _SETTINGS, now), now)
        fsync_path(self.folder)
        fsync_path(self.folder.parent)

    def _mend_checkpoint(self) -> None:
        """Do without a checkpoint that is torn: it only repeats entries that are still there until its sum is noted."""
        for checkpoint in sorted(self._log.glob("*.checkpoint.parquet"))[-1:]:
            if sum_of_checkpoint(self._log, int(checkpoint.name[:20])) is None:
                (self._log / POINTER).unlink(missing_ok=True)  # it is found without
                if not _readable(checkpoint):
                    checkpoint.unlink()


def _active(table: DeltaTable) -> tuple[DataFile, ...]:
    """The files of the table as its log has them."""
    found = table.get_add_actions(flatten=True)
    if not found.num_rows:
        return ()
    wanted = ("path", "size_bytes", f"partition.{MONTH}", "num_records", "min.seq", "max.seq")
    rows = zip(*(found.column(name).to_pylist() for name in wanted), strict=True)
    return tuple(sorted((DataFile(*row) for row in rows), key=lambda f: (f.min_seq, f.path)))


def _readable(checkpoint: Path) -> bool:
    try:
        with connect() as reader:
            reader.execute(f"SELECT count(txn), count(add), count(remove) FROM read_parquet({quoted(str(checkpoint))})")
    except duckdb.Error:
        return False
    return True


def _now() -> int:
    """The file system's time in milliseconds, which vacuum compares; no count depends on it."""
    return int(time.time() * 1000)


@contextmanager
def _delta_errors(folder: Path) -> Iterator[None]:
    """Say in our own words what delta-rs says when a disk is full or fails."""
    try:
        with storage_errors(str(folder)):
            yield
    except DeltaError as error:
        if is_full(error):
            raise StorageFull("The disk is full; nothing was kept.", where=str(folder), remedy="Make room.") from error
        raise StorageBroken(f"The table cannot be used: {error}", where=str(folder), remedy="Restore it.") from error
