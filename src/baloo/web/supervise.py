"""Keeps the worker running beside the server: starts it, starts it again when it dies, stops it with the server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from pathlib import Path

from baloo.logs import log

__all__ = ["Worker"]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds between two starts; doubled each time it dies young
_GROWN_UP = 60.0  # seconds after which a worker that dies was not born dead
_LEAVE = 10.0  # seconds for the worker to end by itself


class Worker:
    """The worker process of one workspace."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def keep_running(self) -> None:
        """Run until cancelled. The worker's stdin is ours: it ends when we do, even by kill -9."""
        pause = _FIRST_PAUSE
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
            pause = _FIRST_PAUSE if loop.time() - born > _GROWN_UP else min(pause * 2, _LONGEST_PAUSE)
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
