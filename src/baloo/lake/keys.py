"""In which data files a document or a natural key may stand: the hashes of all rows, sorted, so that a batch is found at once.

A scan of all rows costs a batch 30 ms a million; a look into sorted numbers costs it hardly more, however many there are. They
are made of the data files alone, of more and more of them the more a process loads, and follow them: what a load or a compaction
adds is read, what the table no longer names is passed over. Nothing of it outlives the process, so nothing can be out of date.

An entry is one number: the upper bits of a hash, then the number of the file. Runs of sorted entries are merged as they grow, in
pieces; large ones are in files without a name, whose pages are let go of after each look.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import duckdb
import numpy as np
from numpy.typing import NDArray

from baloo.lake.base import EVENTS
from baloo.lake.files import DataFile, parquet, storage_errors
from baloo.lake.tables import TABLES

if TYPE_CHECKING:
    from baloo.lake.store import Lake

__all__ = ["Keys"]

_Entries: TypeAlias = "NDArray[np.int64]"
_EAGER = 20  # hashes of the lake's that a batch sorts for each of its own; so who loads little does not sort what many loaded
_BITS = 23  # of an entry for the file; 40 of the hash are left, of which two in a million millions are the same by chance
_FILE = (1 << _BITS) - 1
_STEP = 1 << 18  # entries that are written between two syncs: 2 MB
_PIECE = 1 << 19  # entries that are merged, or looked at, at once
_HELD = 1 << 18  # entries of a run that is held in memory
_OF_FILE = ("SELECT doc AS key FROM {}", 'SELECT "natural" AS key FROM {} WHERE "natural" IS NOT NULL')
_BATCH = """
    SELECT doc AS key FROM batch UNION ALL SELECT "natural" FROM batch WHERE "natural" IS NOT NULL
    UNION ALL SELECT doc FROM taken
"""


class Keys:
    """The keys of the table `events` of a lake."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._credit = 0
        self._begin()

    def _begin(self) -> None:
        self._numbers: dict[str, int] = {}  # of the files that the table names
        self._paths: list[str] = []  # by number, also of files that it named once
        self._runs: list[_Run] = []
        self._waiting = 0  # entries in runs that were not merged yet

    def narrow(self, connection: duckdb.DuckDBPyConnection, files: Sequence[DataFile]) -> list[str]:
        """The paths of those of the table's files in which a row may be that shares a hash with the tables `batch` or `taken`.

        Raises StorageBroken where a file is not what was written, StorageFull where there is no room to sort.
        """
        wanted = np.unique(_hashes(connection, _BATCH) & ~_FILE)
        self._credit += _EAGER * len(wanted)
        self._follow(connection, files)
        found = [run.look_up(wanted) for run in self._runs]
        numbers = {None, *np.unique(np.concatenate(found)).tolist()} if found else {None}
        return [str(self._lake.events.folder / file.path) for file in files if self._numbers.get(file.path) in numbers]

    def get_ready(self) -> bool:
        """Take in a million rows more; whether there were any whose keys were not sorted yet. Raises what `narrow` raises."""
        files = self._lake.events.files()
        if len(self._numbers) >= len(files):
            return False
        self._credit += 4 * _PIECE
        self._follow(self._lake.duckdb, files)
        return True

    def _follow(self, connection: duckdb.DuckDBPyConnection, files: Sequence[DataFile]) -> None:
        """Take in what is new among the table's files, as far as the credit goes, and forget those that are no longer named."""
        for gone in self._numbers.keys() - {file.path for file in files}:
            del self._numbers[gone]
        for file in files:
            if file.path in self._numbers or 2 * file.rows > self._credit:
                continue
            if len(self._paths) == _FILE:
                self._begin()  # no number is left
            self._credit -= 2 * file.rows
            self._take_in(connection, file)
        self._settle()

    def _take_in(self, connection: duckdb.DuckDBPyConnection, file: DataFile) -> None:
        path = str(self._lake.events.folder / file.path)
        self._lake.verify(path)
        number = len(self._paths)
        self._paths.append(file.path)
        for select in _OF_FILE:
            entries = (_hashes(connection, select.format(parquet([path], TABLES[EVENTS]))) & ~_FILE) | number
            entries.sort()
            self._runs.append(_Run(entries))
            self._waiting += len(entries)
        self._numbers[file.path] = number
        if self._waiting > _PIECE:
            self._settle()

    def _settle(self) -> None:
        """Merge the last runs, so that each is at most half as long as the one before."""
        self._waiting = 0
        first, size = len(self._runs), 0
        while first and (size == 0 or len(self._runs[first - 1].entries) < 2 * size):
            first -= 1
            size += len(self._runs[first].entries)
        if len(self._runs) - first > 1:
            self._runs[first:] = [self._merged(self._runs[first:], size)]

    def _merged(self, runs: Sequence[_Run], size: int) -> _Run:
        """One run of several, without what is said of files that are no longer named."""
        named = np.zeros(len(self._paths), dtype=np.bool_)
        named[list(self._numbers.values())] = True
        parts = [run.entries for run in runs]
        bounds = np.linspace(0, 2**63, size // _PIECE + 2)[1:-1].astype(np.int64)
        cuts = [[0, *np.searchsorted(part, bounds).tolist(), len(part)] for part in parts]

        def pieces() -> Iterable[_Entries]:
            for place in range(len(bounds) + 1):
                piece = np.concatenate([part[cut[place] : cut[place + 1]] for part, cut in zip(parts, cuts, strict=True)])
                for run in runs:
                    run.let_go()
                piece = piece[named[piece & _FILE]]
                piece.sort(kind="stable")  # merges what is sorted in parts
                yield piece

        if size <= _HELD:
            return _Run(np.concatenate(list(pieces())))
        with storage_errors(str(self._lake.folder)):
            return _Run.of(pieces(), self._lake.folder)


class _Run:
    """Sorted entries, in memory or, with `mapped`, in a file without a name."""

    def __init__(self, entries: _Entries, mapped: mmap.mmap | None = None) -> None:
        self.entries, self._mapped = entries, mapped

    @classmethod
    def of(cls, pieces: Iterable[_Entries], folder: Path) -> _Run:
        """A run in a file of the folder, of pieces in order."""
        with tempfile.TemporaryFile(dir=folder) as file:
            for piece in pieces:
                for start in range(0, len(piece), _STEP):  # else the system writes all at once, and the queue waits for the disk
                    file.write(piece[start : start + _STEP].data)
                    file.flush()
                    os.fdatasync(file.fileno())
            if not file.tell():
                return cls(np.empty(0, dtype=np.int64))
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return cls(np.frombuffer(mapped, dtype=np.int64), mapped)

    def look_up(self, wanted: _Entries) -> _Entries:
        """The numbers of the files with one of the hashes, which are sorted."""
        found = [self._look_up(some) for some in np.array_split(wanted, 1 + len(self.entries) // _PIECE)]
        return np.unique(np.concatenate(found))

    def let_go(self) -> None:
        """Let go of pages that were read: the system keeps what it has room for."""
        if self._mapped is not None:
            self._mapped.madvise(mmap.MADV_DONTNEED)

    def _look_up(self, wanted: _Entries) -> _Entries:
        entries = self.entries
        first = np.searchsorted(entries, wanted)
        hit = entries[np.minimum(first, len(entries) - 1)] & ~_FILE == wanted if len(entries) else first < 0
        first, last = first[hit], np.searchsorted(entries, wanted[hit] | _FILE, side="right")
        found = [np.empty(0, dtype=np.int64)]
        while (some := first < last).any():
            first, last = first[some], last[some]
            found.append(np.unique(entries[first] & _FILE))
            first = first + 1
        self.let_go()
        return np.concatenate(found)


def _hashes(connection: duckdb.DuckDBPyConnection, select: str) -> _Entries:
    return np.asarray(connection.execute(select).fetchnumpy()["key"], dtype=np.int64)
