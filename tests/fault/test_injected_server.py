"""The n-th system call of a running server or of its worker fails, or kills: strace is attached to them while clients send."""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
from collections.abc import Callable
from itertools import count, cycle
from pathlib import Path

import pytest

from counts import HANGS, POINTS_OF_SERVER, chance
from siege import Client, Site, invent, load_on, until

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(HANGS)]
SYNC, NAMES, WRITE = "fsync,fdatasync", "rename,link,linkat,renameat", "pwrite64"
OF_SERVER = [(SYNC, "error=EIO"), (WRITE, "error=ENOSPC"), (SYNC, "error=ENOSPC"), (WRITE, "error=EIO")]
OF_WORKER = [*OF_SERVER, (NAMES, "error=EIO"), (SYNC, "signal=KILL"), (NAMES, "signal=KILL"), (WRITE, "signal=KILL")]
LAST = [(SYNC, "signal=KILL"), (WRITE, "signal=KILL")]  # of the server: they end its life
LIFE = 6  # points of one life: two of the worker, which is started again later each time, three of the server, and the last
ENDED = re.compile(r'"The worker ended;.*?"code": (-?\d+)')


def test_no_false_201_and_the_other_goes_on(strace: str, tmp_path: Path, tell: Callable[..., None]):
    """Who meets an error ends with an exit code or goes on, the other takes no harm, and each acknowledged event is there."""
    luck = chance(9)
    site = Site(tmp_path / "W")
    numbers, codes = count(), list[str]()
    of_server, of_worker, last = cycle(OF_SERVER), cycle(OF_WORKER), cycle(LAST)

    async def point(pid: int, calls: str, fault: str) -> None:
        """Let a call of the process fail or kill."""
        seen = tmp_path / f"strace-{next(numbers)}"
        threads = [word for thread in Path(f"/proc/{pid}/task").iterdir() for word in ("-p", thread.name)]
        inject = f"inject={calls}:{fault}:when={luck.randint(1, 4)}"
        command = [strace, "-o", seen, "-e", f"trace={calls}", "-e", inject, *threads]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as by:
            await until(lambda: by.poll() is not None or (seen.exists() and "INJECTED" in seen.read_text()), f"{calls} {fault}")
            by.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):  # where threads end while it lets go of them it waits for ever
                await asyncio.to_thread(by.wait, 10)
            by.kill()

    async def worker_meets() -> None:
        for _ in range(2):
            pid = await until(lambda: site.worker, "the worker")
            await site.loaded()  # it has all its threads now
            with contextlib.suppress(FileNotFoundError):
                await point(pid, *next(of_worker))
            await site.loaded()

    async def server_meets() -> None:
        for _ in range(3):
            await point(site.pid, *next(of_server))
            again = Client(site, luck)
            assert await again.send(invent(luck, 1)) == 201
            again.close()

    async def work() -> None:
        while sum(1 for _ in tmp_path.glob("strace-*")) < POINTS_OF_SERVER:
            async with site.running(), load_on(site, luck, pause=0.05):
                await asyncio.gather(worker_meets(), server_meets())
                codes.extend(ENDED.findall(site.log))
                assert '"code": 1' not in site.log, site.log  # an error that nobody foresaw
                await point(site.pid, *next(last))

    asyncio.run(work())
    verdict = site.judged()

    made = next(numbers)
    tell(f"{made} calls of server and worker failed or killed: {verdict}; {dict(site.statuses)}; worker ended {codes}",
         done=made, **verdict.figures)
    assert verdict.right, verdict
    assert set(site.statuses) <= {201, 503, 507}
    assert set(codes) <= {"7", "-9"}  # storage, and killed
