"""The queue in a folder of files that only grow: an append is one write and one sync, at the end of the newest file.

A file is named by the seq of its first row, and ends where the next one begins. Appenders, in however many processes, take turns
by a lock on the folder; who has the turn looks first what the others have added. When the newest file is long a new one is begun,
and a file whose rows are all in the lake is deleted.

Durable means that `fdatasync` has returned. Where it fails the rows are cut off again, so that nobody builds on pages that the
kernel has given up. Then the appender tells, in a file of a few bytes, how far the rows are durable. So who reads needs no lock:
a reader of low priority, or one whose threads are busy, would hold it for long, and the door would wait.
"""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple

from baloo.errors import Busy, StorageBroken, StorageFull, WorkspaceError, is_full
from baloo.queue.base import Depth, Stored, received
from baloo.queue.frames import Torn
from baloo.queue.mark import Mark
from baloo.queue.older import OLDER, take_over
from baloo.queue.segment import UNBORN, Segment, segments
from baloo.workspace import fsync_path

__all__ = ["LogQueue"]

_LONG = 16 << 20  # bytes after which a new file is begun
_NAP = 0.0003  # seconds between two tries for the lock: finds the gap that an import leaves
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class _End(NamedTuple):
    """How far the rows of a queue are durable."""

    first: int  # seq of the first row of the newest file
    size: int  # bytes of it that hold rows
    next: int  # the seq after the last row


class LogQueue:
    """`Queue` in the folder `path`, made where it is absent. Any number of processes may have it open.

    An object may be shared by threads: they take turns. `wait` is how long a call waits for others, in seconds.
    """

    def __init__(self, path: Path | str, *, wait: float = 30.0) -> None:
        self.path = Path(path)
        self._wait = wait
        self._turn = threading.Lock()
        self._newest: Segment | None = None  # where rows are appended
        self._reading: Segment | None = None  # where the last read ended
        with self._words():
            self.path.mkdir(parents=True, exist_ok=True)
            fsync_path(self.path.parent)
            self._mark = Mark(self.path / "dropped")
            self._told = Mark(self.path / "told", len(_End._fields))
            self._lock: int | None = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            with self._turn, self._words():
                self._skim()
            with self._alone():
                if (self.path / OLDER).exists():
                    take_over(self.path)
                for scrap in self.path.glob(f"*{UNBORN}"):
                    scrap.unlink(missing_ok=True)
                self._current()
        except BaseException:
            self.close()
            raise

    @classmethod
    def begin(cls, path: Path, after: int) -> None:
        """Make an empty queue in a folder that has none; its first row will have the seq `after` + 1."""
        path.mkdir(parents=True, exist_ok=True)
        Segment.begin(path, after + 1).close()
        mark = Mark(path / "dropped")
        mark.write(after)
        mark.sync()
        mark.close()
        fsync_path(path)

    def append(self, rows: Sequence[bytes], *, wait: float | None = None) -> list[int]:
        """Append rows, all or none; their seqs, when they are on disk.

        Raises StorageFull where there is no room, Busy where others hold the queue for longer than `wait` seconds, StorageBroken
        where it is damaged.
        """
        if not rows:
            return []
        with self._alone(wait):
            newest = self._current()
            if newest.end > _LONG:
                newest = self._begin(newest.next)
            first = newest.next
            try:
                newest.append(rows)
            except BaseException:
                if newest.spoiled:  # before anybody else comes: they would take the rows for appended
                    with suppress(OSError):
                        self._current()
                raise
            self._tell(newest)
        return list(range(first, first + len(rows)))

    def read(self, after: int, limit: int, max_bytes: int = 64 << 20) -> list[Stored]:
        """Up to `limit` rows, and about `max_bytes` of data, with seq > after, in order; at least one where one waits.

        Raises StorageBroken where rows are damaged or missing.
        """
        found: list[Stored] = []
        length = 0
        with self._turn, self._words():
            end = self._end()
            if end.next <= after + 1:
                end = self._left(end)
            names = [first for first in segments(self.path) if first <= end.first]
            for seq, row in self._rows(self._after(after, names), names, end.size):
                found.append(Stored(seq, row))
                length += len(row)
                if len(found) >= limit or length >= max_bytes:
                    break
        return found

    def drop(self, through: int) -> None:
        """Forget the rows with seq <= through. A file all of whose rows are forgotten is deleted."""
        with self._turn, self._words():
            end = self._end()
            through = min(through, end.next - 1)
            if through > (self._dropped() or 0):
                self._mark.write(through)
            if end.first <= through == end.next - 1:
                with suppress(OSError, Busy):  # no room, or a row comes: it goes when more is dropped
                    self._renew(end.next)
            names = segments(self.path)
            done = [first for first, following in pairwise(names) if following <= through + 1]
            if done:
                self._mark.sync()  # who finds the files gone knows that they were forgotten
                if self._reading is not None and self._reading.first in done:  # else the disk keeps what it holds
                    self._reading.close()
                    self._reading = None
                for first in done:
                    Segment.named(self.path, first).unlink(missing_ok=True)

    def begin_anew(self) -> None:
        """Begin a new file, so that what is here now goes from the disk as soon as it is dropped."""
        with self._alone():
            newest = self._current()
            if newest.next > newest.first:
                self._begin(newest.next)

    def last(self) -> int:
        """The highest seq ever given, 0 for none."""
        with self._turn, self._words():
            return self._end().next - 1

    def depth(self) -> Depth:
        """How many rows wait, and since when."""
        last, oldest = self.last(), self.read(0, 1)
        if not oldest:
            return Depth(0, None)
        return Depth(max(last, oldest[0].seq) - oldest[0].seq + 1, _EPOCH + dt.timedelta(microseconds=received(oldest[0].data)))

    def close(self) -> None:
        """Let go of the files."""
        with self._turn:
            for segment in (self._newest, self._reading):
                if segment is not None:
                    segment.close()
            self._newest = self._reading = None
            if self._lock is not None:
                self._mark.close()
                self._told.close()
                os.close(self._lock)
                self._lock = None

    def _dropped(self) -> int | None:
        said = self._mark.read()
        return said[0] if said else None

    def _after(self, after: int, names: list[int]) -> int:
        """The seq from which on there is something to read."""
        dropped = self._dropped()
        return max(after, names[0] - 1 if dropped is None else dropped) + 1

    def _end(self) -> _End:
        """How far the rows are durable, as their appenders tell. This object's turn is held."""
        told = self._told.read()
        if told is None:  # half written, or damaged
            with self._locked(self._wait):
                return self._known(self._current())
        return _End(*told)

    def _left(self, end: _End) -> _End:
        """The same with what an appender left that died before it told of it. Nobody waits for this: one who lives will tell."""
        with suppress(Busy, FileNotFoundError):  # dropped meanwhile
            if segments(self.path)[-1:] != [end.first] or self._read_from(end.first).goes_on(end.size):
                with self._locked(0):
                    return self._known(self._current())
        return end

    def _skim(self) -> None:
        """Read the heads of the newest file that are told of before the lock is held: there may be many."""
        told = self._told.read()
        if told is not None and segments(self.path)[-1:] == [told[0]]:
            with suppress(Torn):  # a crash came before it was begun
                self._newest = Segment.open(self.path, told[0])
                self._newest.skim(told[1])

    def _tell(self, newest: Segment) -> None:
        with suppress(OSError):  # then it is told with the next rows, or when a reader looks
            self._told.write(*_end_of(newest))

    def _known(self, newest: Segment) -> _End:
        """Its end; what its appender has not told is made durable, and told. The lock is held."""
        end = _end_of(newest)
        if self._told.read() != end:
            newest.sync()
            self._tell(newest)
        return end

    def _rows(self, start: int, names: list[int], size: int) -> Iterator[tuple[int, bytes]]:
        """The waiting rows from the seq `start` on, of which the newest file has `size` bytes."""
        for first, until in zip_longest(names, names[1:]):
            if until is not None and until <= start:
                continue
            if first > start:
                raise self._lacking(start, first - 1)
            try:
                segment = self._read_from(first)
            except FileNotFoundError:  # dropped meanwhile
                start = until or start
                continue
            for seq, row in segment.rows(start, size if until is None else segment.size(), until):
                yield seq, row
                start = seq + 1
            if until is not None and start < until:
                raise self._lacking(start, until - 1)

    def _read_from(self, first: int) -> Segment:
        if self._reading is None or self._reading.first != first:
            opened = Segment.open(self.path, first)
            if self._reading is not None:
                self._reading.close()
            self._reading = opened
        return self._reading

    def _current(self) -> Segment:
        """The file where rows are appended, as far as it goes. The lock is held."""
        names = segments(self.path)
        while self._newest is None or not names or self._newest.first != names[-1]:
            self._let_go()
            if not names:
                return self._begin(1)
            try:
                self._newest = Segment.open(self.path, names[-1])
            except Torn:  # a crash came before it was begun, and nothing is in it
                Segment.named(self.path, names.pop()).unlink()
        if self._newest.spoiled:
            return self._begin(self._newest.next)
        if self._newest.scan():
            self._known(self._newest)
        return self._newest

    def _begin(self, first: int) -> Segment:
        return self._adopt(Segment.begin(self.path, first))

    def _renew(self, first: int) -> None:
        """Begin a new file where no row has come yet. It is made before the lock is held, for that takes a while."""
        made = Segment.prepare(self.path, first)
        try:
            with self._locked(0):
                if self._current().next == first:
                    made.enter()
                    self._adopt(made)
        finally:
            if made.path.suffix == UNBORN:  # one that entered is everybody's
                made.discard()

    def _adopt(self, begun: Segment) -> Segment:
        self._let_go()
        self._newest = begun
        self._tell(begun)
        return begun

    def _let_go(self) -> None:
        if self._newest is not None:
            self._newest.close()
            self._newest = None

    def _lacking(self, first: int, last: int) -> StorageBroken:
        return StorageBroken(
            f"Rows {first} to {last} are not here: requests that were acknowledged are missing.", where=str(self.path),
            remedy="Restore queue and lake from the same backup.",
        )

    @contextmanager
    def _alone(self, wait: float | None = None) -> Iterator[None]:
        """Hold the queue, against other threads and processes. Raises Busy after `wait` seconds.

        Other processes wait on while rows stand at the end that nobody may read: their seqs are given again.
        """
        patience = self._wait if wait is None else wait
        if not self._turn.acquire(timeout=patience):
            raise _busy(self.path)
        try:
            with self._words(), self._locked(patience):
                yield
        finally:
            self._turn.release()

    @contextmanager
    def _locked(self, patience: float) -> Iterator[None]:
        lock = self._seize(patience)
        try:
            yield
        finally:
            if self._newest is None or not self._newest.spoiled:
                fcntl.flock(lock, fcntl.LOCK_UN)

    def _seize(self, patience: float) -> int:
        if self._lock is None:
            raise ValueError("This queue is closed.")
        deadline = 0.0
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                deadline = deadline or time.monotonic() + patience
                if time.monotonic() >= deadline:
                    raise _busy(self.path) from None
                time.sleep(_NAP)
            else:
                return self._lock

    @contextmanager
    def _words(self) -> Iterator[None]:
        """Tell an error of the system in our own words."""
        try:
            yield
        except Torn:
            message = "A file ends before its time: requests that were acknowledged are missing."
            raise StorageBroken(message, where=str(self.path), remedy="Restore queue and lake from the same backup.") from None
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                message = "This may not be written, or not be read."
                raise WorkspaceError(message, where=str(self.path), remedy="Run this as the owner of the workspace.") from error
            if is_full(error):
                message = "The disk is full; nothing was kept."
                raise StorageFull(message, where=str(self.path), remedy="Make room, then send it again.") from error
            message = f"The queue cannot be used: {error.strerror}."
            raise StorageBroken(message, where=str(self.path), remedy="See the system's log, or restore.") from error


def _end_of(newest: Segment) -> _End:
    return _End(newest.first, newest.end, newest.next)


def _busy(path: Path) -> Busy:
    return Busy("Other writers leave the queue no gap.", where=str(path), remedy="Try again.")
