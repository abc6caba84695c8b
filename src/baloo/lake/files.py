"""Data files: written by DuckDB, named by what is in them, synced before anybody is told of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from baloo.errors import StorageBroken, StorageFull, is_full
from baloo.lake.tables import MONTH, Columns
from baloo.workspace import fsync_path, settling

__all__ = ["DataFile", "blaming", "connect", "digest", "parquet", "quoted", "storage_errors", "verify", "write"]

_DUCKDB = {"long": "BIGINT", "short": "SMALLINT", "string": "VARCHAR", "timestamp": "TIMESTAMPTZ", "date": "DATE"}


@dataclass(frozen=True, slots=True)
class DataFile:
    """One data file of a table. `path` is relative to the table's folder; `stats` is Delta's JSON of statistics."""

    path: str
    size: int  # bytes
    month: str
    rows: int
    min_seq: int
    max_seq: int
    stats: str = ""


def connect(*, threads: int = 1, memory_mb: int = 1024, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that knows no time zone but UTC and fetches nothing; `spill` is where it puts what does not fit."""
    config: dict[str, Any] = {
        "threads": threads, "memory_limit": f"{memory_mb}MB", "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
    }
    if spill is not None:
        config["temp_directory"] = str(spill)
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def write(connection: duckdb.DuckDBPyConnection, columns: Columns, folder: Path, month: str, source: str) -> DataFile | None:
    """Write the rows of the SELECT `source` as one durable data file of `month`; None where there are none.

    Raises StorageFull where there is no room; then nothing is left behind.
    """
    home = folder / f"{MONTH}={month}"
    temporary = home / f".{secrets.token_hex(8)}.tmp"
    sql = (
        f"COPY (SELECT {columns.select} FROM ({source}) ORDER BY \"{columns.sorted_by}\") TO {quoted(str(temporary))} "
        "(FORMAT parquet, COMPRESSION zstd, RETURN_STATS)"
    )
    try:
        with storage_errors(str(home)):
            home.mkdir(exist_ok=True)
            with settling(temporary):
                (_, rows, size, _, found, *_) = connection.execute(sql).fetchall()[0]
            if not rows:
                return None
            fsync_path(temporary)
            path = home / f"{digest(temporary)}.parquet"
            temporary.replace(path)
            fsync_path(home)
            fsync_path(folder)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    seqs = found['"seq"']
    return DataFile(
        path.relative_to(folder).as_posix(), int(size), month, int(rows), int(seqs["min"]), int(seqs["max"]),
        _stats(columns, int(rows), found),
    )


def parquet(files: Sequence[str], columns: Columns, *, places: bool = False) -> str:
    """The rows of data files, for a FROM; the table without rows where there are none.

    With `places` there are two columns more: `filename` and `file_row_number`.
    """
    if files:
        paths = ", ".join(quoted(file) for file in files)
        more = ", filename = true, file_row_number = true" if places else ""
        return f"read_parquet([{paths}], hive_partitioning = false{more})"
    types = [(name, _DUCKDB[kind]) for name, kind in columns.types if name != MONTH]
    types += [("filename", "VARCHAR"), ("file_row_number", "BIGINT")] if places else []
    nothing = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in types)
    return f"(SELECT {nothing} LIMIT 0)"


def verify(file: Path) -> None:
    """Compare a data file with its name, which is the SHA-256 of what was written.

    Raises StorageBroken where they differ or the file is gone.
    """
    remedy = "Restore it from a backup."
    if not file.is_file():
        raise StorageBroken("A data file is missing.", where=str(file), remedy=remedy)
    if digest(file) != file.stem:
        raise StorageBroken("A data file is not what was written.", where=str(file), remedy=remedy)


@contextmanager
def blaming(files: Sequence[str]) -> Iterator[None]:
    """Where data files cannot be read, name the one that is not what was written.

    Raises StorageBroken; where all are as they were, what was raised.
    """
    try:
        yield
    except duckdb.Error:
        for file in files:
            verify(Path(file))
        raise


def quoted(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def storage_errors(where: str) -> Iterator[None]:
    """Say in our own words what the system, DuckDB or delta-rs say when a disk is full or fails."""
    try:
        yield
    except (OSError, duckdb.IOException) as error:
        if is_full(error):
            raise StorageFull("The disk is full; nothing was kept.", where=where, remedy="Make room.") from error
        raise StorageBroken(f"The lake cannot be used: {error}", where=where, remedy="See the system's log.") from error


def digest(file: Path) -> str:
    """The SHA-256 of what a file holds."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _stats(columns: Columns, rows: int, found: dict[str, dict[str, str]]) -> str:
    """Delta's statistics: how many rows, and the bounds of the measured columns; a moment's upper bound is rounded up to ms."""
    low: dict[str, int | str] = {}
    high: dict[str, int | str] = {}
    for name in columns.measured:
        bounds = found[f'"{name}"']
        if dict(columns.types)[name] == "long":
            low[name], high[name] = int(bounds["min"]), int(bounds["max"])
        else:
            low[name], high[name] = _moment(bounds["min"], up=False), _moment(bounds["max"], up=True)
    return json.dumps({"numRecords": rows, "minValues": low, "maxValues": high, "nullCount": dict.fromkeys(low, 0)})


def _moment(text: str, *, up: bool) -> str:
    moment = dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    if up and moment.microsecond % 1000:
        moment += dt.timedelta(microseconds=1000 - moment.microsecond % 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
