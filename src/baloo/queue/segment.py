"""One file of the queue: it is scanned, read, and appended to, and knows where it ends."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from baloo.errors import StorageBroken, WorkspaceError
from baloo.queue.frames import HEAD, Damaged, Frame, Torn, content_of, encode, file_head, first_of, frame_at, goes_on, rows_of
from baloo.workspace import fsync_path

__all__ = ["UNBORN", "Segment", "segments"]

UNBORN = ".new"
"""How the name of a file ends that is being made."""

_SUFFIX = ".rows"
_ROOM = 2 << 20  # bytes of zeros that are written ahead
_PLENTY = 64 << 20  # bytes that must be free on the disk for that


def segments(folder: Path) -> list[int]:
    """The first seqs of a folder's files, in order."""
    return sorted(int(name[: -len(_SUFFIX)]) for name in os.listdir(folder) if name.endswith(_SUFFIX))  # noqa: PTH208 - at each append, and much quicker


class Segment:
    """A file whose first row has the seq `first`. It is whole up to `end`, in bytes, and `next` is the seq after its last row.

    What it says of its end is true only for who holds the queue's lock, and after `scan`.
    """

    def __init__(self, path: Path, handle: int, first: int, salt: bytes) -> None:
        self.path = path
        self.first = self.next = first
        self.end = HEAD
        self.spoiled = False
        """Whether rows stand behind the end that nobody may read: an append failed, and could not be cut off."""
        self._handle = handle
        self._salt = salt
        self._place = (first, HEAD)  # a row, and where its frame stands: where the last reading ended
        self._room = 0  # bytes of the file that are filled with zeros at least
        self._looked = False

    @staticmethod
    def named(folder: Path, first: int) -> Path:
        """The path of the file whose first row has this seq."""
        return folder / f"{first:020d}{_SUFFIX}"

    @classmethod
    def begin(cls, folder: Path, first: int) -> Segment:
        """Make a file, durably."""
        made = cls.prepare(folder, first)
        try:
            made.enter()
        except BaseException:
            made.discard()
            raise
        return made

    @classmethod
    def prepare(cls, folder: Path, first: int) -> Segment:
        """Make a file that is not one of the folder's before it enters. No lock is needed."""
        path = cls.named(folder, first).with_suffix(UNBORN)
        salt = os.urandom(4)
        made = cls(path, os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), first, salt)
        try:
            os.pwrite(made._handle, file_head(first, salt), 0)
            made._make_room(0)
            os.fsync(made._handle)
        except BaseException:
            made.discard()
            raise
        return made

    def enter(self) -> None:
        """Let a file that was prepared be the folder's newest, durably, or not at all. The queue's lock is held."""
        path = self.path.with_suffix(_SUFFIX)
        if path.exists():  # somebody may have it open
            raise FileExistsError(errno.EEXIST, "the file is there already")
        self.path.rename(path)
        try:
            fsync_path(path.parent)
        except BaseException:
            path.unlink()
            raise
        self.path = path

    def discard(self) -> None:
        """Take a file away that nothing was appended to."""
        self.close()
        with suppress(OSError):
            self.path.unlink()

    @classmethod
    def open(cls, folder: Path, first: int) -> Segment:
        """Open a file. Raises Torn where a crash came before it was made, StorageBroken where it is damaged."""
        path = cls.named(folder, first)
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            said, salt = first_of(os.pread(handle, HEAD, 0))
        except (OSError, Torn, Damaged, WorkspaceError) as error:
            with closing(os.fdopen(handle, "rb")) as file:
                lost = isinstance(error, Damaged) or (isinstance(error, Torn) and file.seek(HEAD) and file.read().strip(b"\0"))
            raise (_broken(path, 0) if lost else error) from None
        segment = cls(path, handle, first, salt)
        if said != first:
            segment.close()
            raise _broken(path, 0)
        return segment

    def size(self) -> int:
        """Bytes of the file."""
        return os.fstat(self._handle).st_size

    def skim(self, size: int) -> None:
        """Take in the appends of the first `size` bytes, but for the last one. No lock is needed: they stay as they are."""
        place, first = self.end, self.next
        while place < size and (frame := self._frame(place, first)) is not None:
            self.end, self.next = place, first
            place, first = frame.end, frame.next

    def goes_on(self, size: int) -> bool:
        """Whether something stands behind the file's first `size` bytes."""
        return any(self._read(HEAD, size))

    def scan(self) -> bool:
        """Take in what others have appended, and cut off what a crash left of an append. The queue's lock is held.

        Whether there was anything to take in or to cut off, or the file was not scanned before.
        """
        before = self.end if self._looked else None
        last: Frame | None = None
        while (frame := self._frame(last.end, last.next) if last else self._frame(self.end, self.next)) is not None:
            last = frame
        if last is not None:
            self.end, self.next = last.start - HEAD, last.first
            try:
                self._content(last)  # of all others is known that something was appended to them
            except Torn:
                os.ftruncate(self._handle, self.end)
            else:
                self.end, self.next = last.end, last.next
        if not self._looked:
            self._look_behind()
        return self.end != before

    def _look_behind(self) -> None:
        """Whoever opens the file looks once at what stands behind its end, and leaves no scraps there."""
        rest = self._read(self.size() - self.end, self.end)
        if goes_on(rest, self._salt):
            raise _broken(self.path, self.end)
        if rest.strip(b"\0"):
            os.ftruncate(self._handle, self.end)
        self._looked = True

    def append(self, rows: Sequence[bytes]) -> None:
        """Write rows at the end, all or none, and wait until they are on disk. The queue's lock is held, and it was scanned."""
        data = encode(self.next, rows, self._salt)
        try:
            if self.end + len(data) > self._room:
                self._make_room(len(data))
            self._write(data, self.end)
            os.fdatasync(self._handle)
        except BaseException:
            self.spoiled = True
            with suppress(OSError):
                os.ftruncate(self._handle, self.end)
                self.spoiled = False
            self._room = 0
            raise
        self.end += len(data)
        self.next += len(rows)

    def sync(self) -> None:
        """Make durable what another process wrote, which died before it did."""
        os.fdatasync(self._handle)

    def _make_room(self, size: int) -> None:
        """Fill what comes next with zeros, where there is plenty.

        A sync of what is written over them concerns these bytes alone. Where the file grows it waits for the file system's
        journal, and so for what all others are writing.
        """
        self._room = self.size()
        if self.end + size < self._room:
            return
        disk = os.fstatvfs(self._handle)
        if disk.f_bavail * disk.f_frsize > _PLENTY:
            self._write(bytes(size + _ROOM), self.end)
            self._room = self.end + size + _ROOM

    def _write(self, data: bytes, place: int) -> None:
        done = os.pwrite(self._handle, data, place)
        while done < len(data):  # a disk that is nearly full takes a part
            done += os.pwrite(self._handle, data[done:], place + done)

    def rows(self, start: int, size: int, until: int | None) -> Iterator[tuple[int, bytes]]:
        """The rows from the seq `start` on with their seqs, of the file's first `size` bytes, below `until` if it is given.

        Where a file that another follows ends before its time, so do the rows. Raises Torn where the newest does, StorageBroken
        where a file is damaged.
        """
        first, place = self._place if self._place[0] <= start else (self.first, HEAD)
        while place < size and (until is None or first < until):
            frame = self._frame(place, first)
            if frame is None:
                if until is None:
                    raise Torn
                return
            self._place = (first, place)
            if frame.next > start:
                rows = rows_of(self._content(frame), frame.rows)
                yield from enumerate(rows[max(0, start - first) :], max(start, first))
            first, place = self._place = (frame.next, frame.end)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def _frame(self, place: int, first: int) -> Frame | None:
        try:
            return frame_at(self._read, place, first, self._salt)
        except Damaged:
            raise _broken(self.path, place) from None

    def _content(self, frame: Frame) -> bytes:
        try:
            return content_of(self._read, frame)
        except Damaged:
            raise _broken(self.path, frame.start) from None

    def _read(self, count: int, place: int) -> bytes:
        return os.pread(self._handle, count, place)


def _broken(path: Path, place: int) -> StorageBroken:
    return StorageBroken(
        f"What stands here from byte {place} on was written otherwise: requests that were acknowledged cannot be read.",
        where=str(path), remedy="Look at the disk, then restore queue and lake from the same backup.",
    )
