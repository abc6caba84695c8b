"""Group commit: rows of concurrent requests share one write and one sync."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import accumulate
from types import TracebackType
from typing import TypeAlias

from baloo.errors import Busy
from baloo.queue.log import LogQueue
from baloo.queue.timings import Timings

__all__ = ["Done", "GroupCommit"]

Done: TypeAlias = Callable[["int | Exception"], None]
"""Told the seq of a row, or the error."""

_MOST_ROWS, _MOST_BYTES = 1_024, 4 << 20  # of one group, about
_LARGE = 512 << 10  # bytes of a group that does not wait for more rows, and that a thread commits
_MOST_WAITING = 64 << 20  # bytes of rows that wait: a burst costs no more memory than that, however many send it
_GATHER = 0.001  # seconds that a group waits for as many rows as the last one had
_LONG, _ASIDE = 0.02, 1.0  # a commit that takes longer, in seconds, is left to the thread for a while
_log = logging.getLogger("baloo.queue")


class GroupCommit:
    """Appends rows of many coroutines of one event loop; each gets its seq when its row is on disk.

    A commit is made in the loop itself: handing it to a thread costs more than a disk that is well takes to sync a few bytes.
    Where they are many, the disk is slow, or another process has the queue, a thread commits while the next group gathers. Use as
    a context manager, or call `close`. `timings` tells how long the commits took.
    """

    def __init__(self, queue: LogQueue) -> None:
        self.timings = Timings()
        self._queue = queue
        self._waiting: list[tuple[bytes, Done]] = []
        self._bytes = 0
        self._usual = 1  # rows of the last group
        self._aside = 0.0  # the moment up to which the thread commits
        self._due: asyncio.Handle | None = None
        self._handed: Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="baloo-queue")

    async def append(self, row: bytes) -> int:
        """The seq of the row, when it is on disk.

        Raises StorageFull where there is no room, Busy where too much waits, and whatever else `Queue.append` raises.
        """
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.submit(row, partial(_resolve, future))
        return await future

    def submit(self, row: bytes, done: Done) -> None:
        """Append a row; `done` is called in the event loop with its seq when it is on disk, or with the error."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        waiting = self._waiting
        if self._bytes > _MOST_WAITING:
            remedy = "Send it again in a moment."
            self._loop.call_soon(done, Busy("More arrives at once than the disk takes.", remedy=remedy))
            return
        waiting.append((row, done))
        self._bytes += len(row)
        if self._handed is not None:
            return  # whoever ends that commit begins the next
        if self._due is None:
            soon = self._usual == 1
            self._due = self._loop.call_soon(self._commit) if soon else self._loop.call_later(_GATHER, self._commit)
        elif self._bytes > _LARGE:
            self._due.cancel()
            self._commit()
        elif len(waiting) == self._usual:
            self._due.cancel()
            self._due = self._loop.call_soon(self._commit)

    def close(self) -> None:
        """Commit what waits; the queue itself stays open. To be called in the loop, or when it has ended."""
        self._thread.shutdown()
        while self._waiting:
            taken = self._take()
            _settle(taken, self._outcome(taken))

    def __enter__(self) -> GroupCommit:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _commit(self) -> None:
        """Commit a group, here or in the thread."""
        self._due = None
        large = self._bytes > _LARGE
        taken = self._take()
        now = time.monotonic()
        if now >= self._aside and not large:
            try:
                outcome = self._outcome(taken, wait=0.0)
            except Busy:
                pass
            else:
                if time.monotonic() - now > _LONG:
                    self._aside = now + _ASIDE
                self._settled(taken, outcome)
                return
        self._handed = self._thread.submit(self._commit_aside, taken)

    def _commit_aside(self, taken: list[tuple[bytes, Done]]) -> None:
        outcome = self._outcome(taken)
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._settled, taken, outcome)

    def _settled(self, taken: list[tuple[bytes, Done]], outcome: list[int] | Exception) -> None:
        self._handed = None
        _settle(taken, outcome)
        if self._waiting and self._due is None and self._loop is not None:
            self._due = self._loop.call_soon(self._commit)

    def _take(self) -> list[tuple[bytes, Done]]:
        """The next group, taken from those who wait."""
        taken, self._waiting = self._waiting, []
        if len(taken) > _MOST_ROWS or self._bytes > _MOST_BYTES:
            sizes = enumerate(accumulate(len(row) for row, _ in taken), 1)
            most = next(count for count, size in sizes if count == _MOST_ROWS or size > _MOST_BYTES)
            taken, self._waiting = taken[:most], taken[most:]
        self._bytes = sum(len(row) for row, _ in self._waiting)
        self._usual = max(1, len(taken))
        return taken

    def _outcome(self, taken: list[tuple[bytes, Done]], wait: float | None = None) -> list[int] | Exception:
        """Append; the seqs, or the error that each row of the group gets. Raises Busy where `wait` is given and was too short."""
        begun = time.perf_counter()
        try:
            seqs = self._queue.append([row for row, _ in taken], wait=wait)
        except Exception as error:
            if isinstance(error, Busy) and wait is not None:
                raise
            return error
        self.timings.add(time.perf_counter() - begun)
        return seqs


def _settle(taken: list[tuple[bytes, Done]], outcome: list[int] | Exception) -> None:
    """Tell each waiting row its seq, or the error. One that fails to listen keeps nobody else waiting."""
    for place, (_, done) in enumerate(taken):
        try:
            done(outcome if isinstance(outcome, Exception) else outcome[place])
        except Exception:  # noqa: BLE001 - the boundary of the loop
            _log.exception("An answer failed.")


def _resolve(future: asyncio.Future[int], outcome: int | Exception) -> None:
    if future.done():  # cancelled meanwhile
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
