"""Keeps the worker running beside the server: starts it, starts it again when it dies, stops it with the server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from pathlib import Path

from baloo.logs import log

__all__ = ["Worker", "next_pause"]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds between two starts; doubled each time it dies young
_FIRST_KILLED, _LONGEST_KILLED = 0.1, 1.0  # the same for one that was killed: it did not fail, and is to be back soon
_GROWN_UP = 10.0  # seconds after which a worker that dies was not born dead
_LEAVE = 10.0  # seconds for the worker to end by itself


def next_pause(before: float, code: int, lived: float) -> float:
    """Seconds until a worker is started again that ended with `code`, negative for a signal, and `lived` so many seconds.

    `before` is the pause before it, 0 before the first.
    """
    first, longest = (_FIRST_KILLED, _LONGEST_KILLED) if code < 0 else (_FIRST_PAUSE, _LONGEST_PAUSE)
    return first if lived > _GROWN_UP or not before else min(before * 2, longest)


class Worker:
    """The worker process of one workspace."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def keep_running(self) -> None:
        """Run until cancelled. The worker's stdin is ours: it ends when we do, even by kill -9."""
        pause = 0.0
        loop = asyncio.get_running_loop()
        while True:
            born = loop.time()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "baloo.worker", "serve", str(self._root), stdin=asyncio.subprocess.PIPE
            )
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                await _stop(process)
                raise
            pause = next_pause(pause, code, loop.time() - born)
            log("The worker ended; the door stays open, and it starts again.", level=logging.WARNING, code=code, seconds=pause)
            await asyncio.sleep(pause)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _LEAVE)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
