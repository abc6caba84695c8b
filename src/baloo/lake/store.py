"""The lake: two Delta tables in one folder, `events` and `voids`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from duckdb import DuckDBPyConnection

from baloo.lake.base import EVENTS, VOIDS, LakeSnapshot
from baloo.lake.compaction import GRACE, Examined, compact, vacuum
from baloo.lake.files import connect, verify
from baloo.lake.table import DeltaLog
from baloo.lake.tables import TABLES

__all__ = ["Lake"]

_THRIFTY = 192  # MB for a compaction, which has time


class Lake:
    """The tables of the folder. One process may have it open for writing (it holds `lake.lock`), any number for reading.

    `events` and `voids` are the tables' logs; `duckdb` is a connection of the lake's own, made when first used; `examined` is
    what the last compaction found void.
    """

    def __init__(self, folder: Path, *, write: bool, threads: int = 1, memory_mb: int = 1024) -> None:
        self.folder = folder
        self.events = DeltaLog(folder / EVENTS, TABLES[EVENTS], write=write)
        self.voids = DeltaLog(folder / VOIDS, TABLES[VOIDS], write=write)
        self._threads, self._memory_mb = threads, memory_mb
        self._duckdb: DuckDBPyConnection | None = None
        self._verified: set[str] = set()
        self.examined = Examined()
        self.refresh()

    @classmethod
    def open(cls, folder: Path | str, *, write: bool = True, threads: int = 1, memory_mb: int = 1024) -> Lake:
        """Open the lake in `folder`; for writing it is made where it is absent and repaired where a power cut tore its log.

        Raises StorageBroken where it cannot be read.
        """
        return cls(Path(folder), write=write, threads=threads, memory_mb=memory_mb)

    @property
    def duckdb(self) -> DuckDBPyConnection:
        """The lake's own connection, in UTC."""
        if self._duckdb is None:
            self._duckdb = self._connect(self._memory_mb)
        return self._duckdb

    def _connect(self, memory_mb: int) -> DuckDBPyConnection:
        return connect(threads=self._threads, memory_mb=memory_mb, spill=self.folder / "_spill")

    def refresh(self) -> None:
        """Read what another process, or this one, committed since."""
        self.events.refresh()
        self.voids.refresh()

    def snapshot(self) -> LakeSnapshot:
        """The present state: absolute paths of data files. Voids of a load that has not yet committed its events are left out."""
        self.refresh()
        seq = self.events.through
        events = self.events.files()
        return LakeSnapshot(
            version=self.events.version,
            seq=seq,
            events=tuple(str(self.events.folder / f.path) for f in events),
            voids=tuple(str(self.voids.folder / f.path) for f in self.voids.files() if f.max_seq <= seq),
            max_seq=tuple(f.max_seq for f in events),
        )

    def verify(self, file: str) -> None:
        """Compare a data file with its name, the first time that this object is asked.

        Raises StorageBroken where the file is not what was written.
        """
        if file not in self._verified:
            verify(Path(file))
            self._verified.add(file)

    def compact(self, through: int, *, purge: bool = False, most: int | None = None) -> int:
        """Merge small files and leave void rows out, as far as the counts have seen both (seq `through`); files replaced.

        With `purge` no void row stays in any file; `most` is how many rewrites are begun, the smallest first.
        """
        self.close()  # what it held is given back, and where it spilled is free
        self._duckdb = self._connect(_THRIFTY)
        try:
            return compact(self, through, purge=purge, most=most)
        finally:
            self.close()

    def vacuum(self, now: dt.datetime, grace: dt.timedelta = GRACE) -> int:
        """Delete files that belong to no table since `grace` before `now`; how many."""
        return vacuum(self, now, grace)

    def close(self) -> None:
        """Let go of files and memory; whoever asks for `duckdb` afterwards opens it anew."""
        if self._duckdb is not None:
            self._duckdb.close()
            self._duckdb = None
