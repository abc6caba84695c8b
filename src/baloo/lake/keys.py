"""In which data files a document or a natural key may stand: the hashes of all rows, sorted, so that a batch is found at once.

A scan of all rows costs a batch 30 ms a million; a look into sorted numbers costs it hardly more, however many there are. They
are made of the data files alone, when a process has loaded some batches, and follow them: what a load or a compaction adds is
read, what the table no longer names is passed over. Nothing of it outlives the process, so nothing of it can be out of date.

An entry is one number: the upper bits of a hash, then the number of the file. Runs of sorted entries are merged as they grow, in
pieces; large ones are in files without a name, whose pages are let go of after each look.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import duckdb
import numpy as np
from numpy.typing import NDArray

from baloo.lake.base import EVENTS
from baloo.lake.files import parquet, storage_errors
from baloo.lake.tables import TABLES

if TYPE_CHECKING:
    from baloo.lake.store import Lake

__all__ = ["Keys"]

_Entries: TypeAlias = "NDArray[np.int64]"
_SCANS = 10  # batches of a process before its lake's keys are sorted: what they cost then is about what sorting costs
_BITS = 23  # of an entry for the file; 40 of the hash are left, of which two in a million millions are the same by chance
_FILE = (1 << _BITS) - 1
_PIECE = 1 << 21  # entries that are sorted, or held, in memory


class Keys:
    """The keys of the table `events` of a lake."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._scans = 0
        self._begin()

    def _begin(self) -> None:
        self._numbers: dict[str, int] = {}  # of the files that the table names
        self._paths: list[str] = []  # by number, also of files that it named once
        self._runs: list[_Run] = []

    def narrow(self, connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> list[str]:
        """Those of the table's data files in which a row may be that shares a hash with the tables `batch` or `taken`.

        Raises StorageBroken where a file is not what was written, StorageFull where there is no room to sort.
        """
        if self._scans < _SCANS:
            self._scans += 1
            return list(files)
        self._follow(connection, files)
        wanted = _hashes(connection, "batch", "SELECT doc AS key FROM taken")
        wanted = np.unique(wanted >> _BITS) << _BITS
        found = [run.look_up(wanted) for run in self._runs]
        numbers = set(np.unique(np.concatenate(found)).tolist()) if found else set()
        return [file for file in files if self._numbers[file] in numbers]

    def _follow(self, connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
        """Take in what is new among the table's files, and forget those that are no longer named."""
        for gone in self._numbers.keys() - set(files):
            del self._numbers[gone]
        waiting = 0
        for file in files:
            if file in self._numbers:
                continue
            if len(self._paths) == 1 << _BITS:
                self._begin()  # no number is left
                return self._follow(connection, files)
            self._lake.verify(file)
            number = len(self._paths)
            run = _Run(np.sort((_hashes(connection, parquet([file], TABLES[EVENTS])) & ~_FILE) | number))
            self._paths.append(file)
            self._numbers[file] = number
            self._runs.append(run)
            waiting += len(run.entries)
            if waiting > _PIECE:
                self._settle()
                waiting = 0
        self._settle()
        return None

    def _settle(self) -> None:
        """Merge the last runs, so that each is at most half as long as the one before."""
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
                piece = piece[named[piece & _FILE]]
                piece.sort(kind="stable")  # merges what is sorted in parts
                yield piece

        if size <= _PIECE:
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
                file.write(piece.data)
            file.flush()
            if not file.tell():
                return cls(np.empty(0, dtype=np.int64))
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return cls(np.frombuffer(mapped, dtype=np.int64), mapped)

    def look_up(self, wanted: _Entries) -> _Entries:
        """The numbers of the files with one of the hashes, which are sorted."""
        entries = self.entries
        first = np.searchsorted(entries, wanted)
        hit = entries[np.minimum(first, len(entries) - 1)] & ~_FILE == wanted if len(entries) else first < 0
        first, last = first[hit], np.searchsorted(entries, wanted[hit] | _FILE, side="right")
        found = [np.empty(0, dtype=np.int64)]
        while (some := first < last).any():
            first, last = first[some], last[some]
            found.append(np.unique(entries[first] & _FILE))
            first = first + 1
        if self._mapped is not None:
            self._mapped.madvise(mmap.MADV_DONTNEED)  # the system keeps what it has room for
        return np.unique(np.concatenate(found))


def _hashes(connection: duckdb.DuckDBPyConnection, source: str, more: str = "") -> _Entries:
    """`doc` and `natural` of all rows, and what is selected besides."""
    sql = f"""SELECT doc AS key FROM {source} UNION ALL SELECT "natural" FROM {source} WHERE "natural" IS NOT NULL"""
    found = connection.execute(f"{sql} UNION ALL {more}" if more else sql).fetchnumpy()["key"]
    return np.asarray(found, dtype=np.int64)
