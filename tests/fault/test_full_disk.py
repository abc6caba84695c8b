"""A full disk, and room again: what was refused was not kept, what was acknowledged stays, and no restart is needed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from baloo.errors import ExitCode, StorageFull
from baloo.queue.base import encode
from baloo.queue.group import GroupCommit
from baloo.queue.log import LogQueue
from baloo.records import Records
from baloo.workspace import Workspace
from counts import FULL_DISKS, HANGS, chance
from disks import small_disk
from siege import Site, load_on, until
from walls import Walls, event, request

pytestmark = [pytest.mark.fault, pytest.mark.timeout(HANGS)]


def fill(disk: Path, *, leave: int) -> Path:
    """A file that takes all the room but `leave` bytes."""
    ballast = disk / "ballast"
    room = os.statvfs(disk)
    with suppress(OSError), ballast.open("wb", buffering=0) as file:  # somebody else may take the last of it
        file.write(b"\0" * max(0, room.f_bavail * room.f_frsize - leave))
    return ballast


@pytest.mark.parametrize("leave", [0, 4_096, 50_000, 200_000])
def test_the_queue_refuses_and_works_again(small: Path, leave: int):
    """Rows are refused with StorageFull, wherever in the append the room ends, and taken again when there is room."""
    queue = LogQueue(small / "queue")
    big = b"x" * 10_000
    kept = queue.append([b"first"])
    ballast = fill(small, leave=leave)
    with suppress(StorageFull):
        for _ in range(100):
            kept += queue.append([big, big])
    seen = [row.seq for row in queue.read(0, 1000)]
    with pytest.raises(StorageFull):
        queue.append([big] * 200)

    assert seen == kept
    assert queue.last() == kept[-1]

    ballast.unlink()
    kept += queue.append([big])

    assert [row.seq for row in queue.read(0, 1000)] == kept
    assert [row.seq for row in LogQueue(small / "queue").read(0, 1000)] == kept


def test_a_lock_can_be_held_on_a_full_disk(small: Path):
    """Who waits for room holds the workspace meanwhile, so that nobody else begins."""
    workspace = Workspace.init(small / "W")
    with workspace.lock("lake", "before"):
        pass
    fill(small, leave=0)

    with workspace.lock("lake", "a test"):
        assert workspace.held("lake")


def test_records_that_cannot_be_opened_for_want_of_room_say_so(small: Path):
    """SQLite calls it an I/O error; a server that is started on a full disk ends with what to do."""
    Records.open(small / "records" / "records.sqlite").close()
    fill(small, leave=0)

    with pytest.raises(StorageFull):
        Records.open(small / "records" / "records.sqlite")


def test_opening_on_a_full_disk_says_so(small: Path):
    """A server that is started again while the disk is full says what is wrong, and loses nothing."""
    walls = Walls(small)
    walls.send(request(event(1)))
    walls.close()
    ballast = fill(small, leave=0)
    with pytest.raises(StorageFull):
        Walls(small).load(request(event(2)))
    ballast.unlink()
    again = Walls(small)

    assert again.load().accepted == 1
    again.close()


def test_a_group_of_requests_is_refused_and_the_next_one_taken(small: Path):
    """Each request of the group gets the error; the server needs no restart."""
    queue = LogQueue(small / "queue")

    async def work() -> None:
        with GroupCommit(queue) as group:
            await group.append(b"first")
            ballast = fill(small, leave=0)
            errors = await asyncio.gather(*[group.append(b"x" * 10_000) for _ in range(9)], return_exceptions=True)

            assert {type(error) for error in errors} == {StorageFull}

            ballast.unlink()
            await asyncio.gather(*[group.append(b"x" * 10_000) for _ in range(9)])

    asyncio.run(work())

    assert len(queue.read(0, 100)) == 10


@pytest.mark.parametrize("leave", [0, 5_000, 30_000])
def test_the_loader_waits_for_room(small: Path, leave: int):
    """The rows stay in the queue, the lake as it was; the same loader goes on when there is room."""
    walls = Walls(small)
    walls.load(request(event(1)))
    walls.send(*[request(*[event(100 * n + m, extra=f'{{"n":"{n * m * 7919}"}}') for m in range(100)]) for n in range(1, 11)])
    ballast = fill(small, leave=leave)
    with pytest.raises(StorageFull):
        walls.loader.load_once()

    assert len(walls.numbers()) == 1

    ballast.unlink()
    while walls.loader.load_once() is not None:
        pass

    assert len(walls.numbers()) == 1001
    assert walls.queue.depth().rows == 0


@pytest.mark.parametrize("leave", [0, 4_096, 20_000, 60_000])
def test_a_worker_that_finds_no_room_says_so_in_a_line(small: Path, leave: int):
    """Whatever it was doing, it ends with the exit code of storage, and each line that it logged is JSON."""
    workspace = Workspace.init(small / "W")
    with closing(LogQueue(workspace.queue)) as queue:
        queue.append([encode(request(event(1)))])
    fill(small, leave=leave)
    command = [sys.executable, "-m", "baloo.worker", "serve", str(workspace.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        said = [worker.stderr.readline()]
        _, more = worker.communicate()

    assert worker.returncode in {ExitCode.OK, ExitCode.STORAGE}
    assert all(isinstance(json.loads(line), dict) for line in [*said, *more.splitlines()])


@pytest.fixture
def larger() -> Iterator[Path]:
    """A file system with room for the longest file of the queue, which stays until all of it is loaded, and for the lake."""
    with small_disk(f"{64 + 4 * FULL_DISKS}m") as disk:
        yield disk


def test_a_whole_server_answers_507_and_goes_on_without_restart(larger: Path, tell: Callable[..., None]):
    """The disk is filled while clients send and the worker loads, and freed: the same processes go on, nothing is lost."""
    luck = chance(507)
    site = Site(larger / "W")

    async def work() -> None:
        async with site.running(), load_on(site, luck, pause=0.05):
            server, worker = site.pid, await until(lambda: site.worker, "the worker")
            await site.loaded()  # a worker that begins on a full disk ends, and is started again
            for _ in range(FULL_DISKS):
                refused = site.statuses[507]
                ballast = fill(larger, leave=luck.choice([0, 20_000, 100_000]))
                await until(lambda refused=refused: site.statuses[507] > refused, "a 507")
                ballast.unlink()
                taken = site.statuses[201]
                await until(lambda taken=taken: site.statuses[201] > taken, "a 201")
                await site.loaded()

            assert (site.pid, site.worker) == (server, worker), site.log

    asyncio.run(work())
    verdict = site.judged()

    tell(f"{FULL_DISKS} full disks: {verdict}; {dict(site.statuses)}", done=FULL_DISKS, **verdict.figures)
    assert verdict.right, verdict
    assert set(site.statuses) == {201, 507}
