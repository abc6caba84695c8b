"""Group commit: rows of concurrent requests share one transaction and one sync."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import TypeAlias

from baloo.errors import BalooError
from baloo.queue.sqlite import SqliteQueue
from baloo.queue.timings import Timings

__all__ = ["Done", "GroupCommit"]

Done: TypeAlias = Callable[["int | Exception"], None]
"""Told the seq of a row, or the error."""

_MAX_ROWS = 1_024  # of one transaction
_log = logging.getLogger("baloo.queue")
_TIDY_SECONDS = 0.5  # between two looks at the log


class GroupCommit:
    """Appends rows of many coroutines of one event loop; each gets its seq when its row is on disk.

    While a transaction is being synced the next one gathers. One thread of its own commits; another one, with a connection of
    its own, moves the log into the file so that no request waits for it. Use as a context manager, or call `close`. `timings`
    tells how long its transactions took.
    """

    def __init__(self, queue: SqliteQueue) -> None:
        self.timings = Timings()
        self._queue = queue
        self._waiting: deque[tuple[bytes, Done]] = deque()
        self._wake = threading.Semaphore(0)
        self._stop = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = [
            threading.Thread(target=self._commit_all, name="baloo-queue-commit", daemon=True),
            threading.Thread(target=self._tidy, name="baloo-queue-tidy", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    async def append(self, row: bytes) -> int:
        """The seq of the row, when it is on disk.

        Raises StorageFull where there is no room, and whatever else `Queue.append` raises.
        """
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.submit(row, partial(_resolve, future))
        return await future

    def submit(self, row: bytes, done: Done) -> None:
        """Append a row; `done` is called in the event loop with its seq when it is on disk, or with the error."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        self._waiting.append((row, done))
        if len(self._waiting) == 1:  # else the thread is awake, and looks again before it sleeps
            self._wake.release()

    def close(self) -> None:
        """Commit what waits and end the threads; the queue itself stays open."""
        self._stop.set()
        self._wake.release()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> GroupCommit:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _commit_all(self) -> None:
        while True:
            self._wake.acquire()
            while self._waiting:
                self._commit([self._waiting.popleft() for _ in range(min(len(self._waiting), _MAX_ROWS))])
            if self._stop.is_set():
                return

    def _commit(self, taken: list[tuple[bytes, Done]]) -> None:
        outcome: list[int] | Exception
        begun = time.perf_counter()
        try:
            outcome = self._queue.append([row for row, _ in taken])
            self.timings.add(time.perf_counter() - begun)
        except Exception as error:  # noqa: BLE001 - the boundary of the thread: whoever waits gets the error
            outcome = error
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(_settle, taken, outcome)

    def _tidy(self) -> None:
        queue = SqliteQueue(self._queue.path)
        while not self._stop.wait(_TIDY_SECONDS):
            with suppress(BalooError):  # whoever appends next meets the same trouble, and says so
                queue.checkpoint()
        queue.close()


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
