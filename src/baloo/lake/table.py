"""One Delta table: its log is written by delta-rs, and synced by us, for delta-rs syncs nothing.

The order is what makes a power cut harmless: data files, their folders, the log entry, the log's folder; a checkpoint is synced
before old entries go. So only the newest entry or the newest checkpoint can be torn, and both can be done without.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from baloo.errors import StorageBroken, StorageFull, is_full
from baloo.lake.files import DataFile, connect, fsync_file, quoted, storage_errors
from baloo.lake.tables import APP, MONTH, Columns
from baloo.workspace import fsync_folder, write_whole

__all__ = ["DeltaLog"]

_CHECKPOINT_EVERY = 20  # commits; reading the log costs about 0.3 ms an entry after the checkpoint
_SETTINGS: dict[str, str | None] = {
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
        """Read what was committed since; cheap where nothing was."""
        table = self._current()
        with _delta_errors(self.folder):
            table.update_incremental()

    def files(self) -> tuple[DataFile, ...]:
        """The data files that are the table, in order of their seqs."""
        table = self._current()
        if self._files[0] != table.version():
            self._files = (table.version(), _active(table))
        return self._files[1]

    def commit(
        self, add: Sequence[DataFile], remove: Sequence[DataFile] = (), *, through: int | None = None, new_data: bool = True
    ) -> None:
        """Commit durable data files, and the seq loaded with them; when this returns the commit is durable.

        Raises StorageFull where there is no room, StorageBroken for any other trouble; the next call reads the log anew,
        for the commit may or may not be there.
        """
        table = self._current()
        now = int(time.time() * 1000)  # the file system's time, which vacuum compares; no count depends on it
        actions: list[AddAction | RemoveAction] = [
            AddAction(f.path, f.size, {MONTH: f.month}, now, new_data, f.stats) for f in add
        ]
        actions += [RemoveAction(f.path, new_data, now, f.size, {MONTH: f.month}) for f in remove]
        properties = CommitProperties(app_transactions=None if through is None else [Transaction(APP, through, now)])
        version = table.version() + 1
        self._table = None
        with _delta_errors(self.folder):
            table.create_write_transaction(
                actions, "append", self.columns.schema, [MONTH],
                commit_properties=properties, post_commithook_properties=_NO_HOOKS,
            )
            self._sync(f"{version:020}.json")
            table.update_incremental()
        if table.version() != version:
            raise StorageBroken("Somebody else writes this table.", where=str(self.folder), remedy="Stop the other process.")
        self._table = table
        if version % _CHECKPOINT_EVERY == 0:
            self._checkpoint(table)

    def _checkpoint(self, table: DeltaTable) -> None:
        """Write the state as one file, so that opening stays fast, and let go of entries older than the log is kept."""
        with _delta_errors(self.folder):
            table.create_checkpoint()
            self._sync(f"{table.version():020}.checkpoint.parquet", "_last_checkpoint")
            table.cleanup_metadata()
            fsync_folder(self._log)

    def _sync(self, *names: str) -> None:
        for name in names:
            fsync_file(self._log / name)
        fsync_folder(self._log)

    @property
    def _log(self) -> Path:
        return self.folder / "_delta_log"

    def _current(self) -> DeltaTable:
        if self._table is None:
            with _delta_errors(self.folder):
                if self._write:
                    self._repair()
                self._table = DeltaTable(self.folder)
        return self._table

    def _repair(self) -> None:
        """Leave a whole and durable log, whatever the last writer came to: none, torn, or committed and not synced."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._log.is_dir():
            self._drop_torn_checkpoint()
            for stray in {*self._log.glob("*.tmp"), *self._log.glob(".*.tmp")}:
                stray.unlink(missing_ok=True)
        entries = self._entries()
        if entries and not _whole(entries[-1]):
            self._set_aside(entries.pop())
        if entries:
            write_whole(entries[-1], entries[-1].read_bytes())
        elif not self._log.is_dir() or not any(self._log.glob("*.checkpoint.parquet")):
            self._create()

    def _entries(self) -> list[Path]:
        return sorted(f for f in self._log.glob("*.json") if f.stem.isdigit()) if self._log.is_dir() else []

    def _create(self) -> None:
        DeltaTable.create(
            self.folder, self.columns.schema, partition_by=[MONTH], name=self.columns.name, configuration=_SETTINGS
        )
        self._sync(f"{0:020}.json")
        fsync_folder(self.folder)
        fsync_folder(self.folder.parent)

    def _set_aside(self, file: Path) -> None:
        """Move a torn file out of the log. It was never durable, so nothing was built on it; it is kept to be looked at."""
        aside = self.folder / "_set_aside"
        aside.mkdir(exist_ok=True)
        file.replace(aside / f"{time.time_ns()}-{file.name}")
        fsync_folder(aside)
        fsync_folder(self._log)

    def _drop_torn_checkpoint(self) -> None:
        """A checkpoint only repeats entries that are still there until it is durable."""
        for checkpoint in sorted(self._log.glob("*.checkpoint.parquet"))[-1:]:
            with suppress(duckdb.Error):
                with connect() as reader:
                    reader.execute(f"SELECT count(txn), count(add), count(remove) FROM read_parquet({quoted(str(checkpoint))})")
                break
            self._set_aside(checkpoint)
            (self._log / "_last_checkpoint").unlink(missing_ok=True)
        last = self._log / "_last_checkpoint"
        if last.exists() and not _whole(last):
            last.unlink()


_NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def _active(table: DeltaTable) -> tuple[DataFile, ...]:
    """The files of the table as its log has them."""
    found = table.get_add_actions(flatten=True)
    if not found.num_rows:
        return ()
    wanted = ("path", "size_bytes", f"partition.{MONTH}", "num_records", "min.seq", "max.seq")
    rows = zip(*(found.column(name).to_pylist() for name in wanted), strict=True)
    return tuple(sorted((DataFile(*row) for row in rows), key=lambda f: (f.min_seq, f.path)))


def _whole(file: Path) -> bool:
    """Whether each line of a log entry is JSON, and there is one."""
    lines = file.read_bytes().splitlines()
    try:
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False


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
