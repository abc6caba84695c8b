"""Group commit: many requests, one transaction, each its own seq."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from baloo.errors import Busy, StorageFull
from baloo.queue import group as group_module
from baloo.queue.group import GroupCommit
from baloo.queue.log import LogQueue


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[LogQueue]:
    """An empty queue."""
    made = LogQueue(tmp_path / "queue")
    yield made
    made.close()


def test_each_request_gets_the_seq_of_its_row(queue: LogQueue):
    """However they are grouped."""

    async def work() -> list[int]:
        with GroupCommit(queue) as group:
            return await asyncio.gather(*[group.append(b"%d" % n) for n in range(3000)])

    seqs = asyncio.run(work())

    assert [(seq, b"%d" % n) for n, seq in enumerate(seqs)] == queue.read(0, 5000)


def test_waiting_requests_share_a_transaction(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """Far fewer transactions than requests."""
    sizes: list[int] = []
    append = queue.append
    monkeypatch.setattr(queue, "append", lambda rows, wait: sizes.append(len(rows)) or append(rows, wait=wait))

    async def work() -> None:
        with GroupCommit(queue) as group:
            await asyncio.gather(*[group.append(b"row") for _ in range(2000)])

    asyncio.run(work())

    assert sum(sizes) == 2000
    assert len(sizes) < 100


def test_an_error_reaches_each_request_of_its_group_and_no_other(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """The next group is taken."""

    def full(rows: Sequence[bytes], *, wait: float | None) -> list[int]:
        raise StorageFull("The disk is full.")

    async def work() -> list[object]:
        with GroupCommit(queue) as group:
            monkeypatch.setattr(queue, "append", full)
            refused = await asyncio.gather(*[group.append(b"row") for _ in range(5)], return_exceptions=True)
            monkeypatch.undo()
            return [*refused, await group.append(b"row")]

    *refused, seq = asyncio.run(work())

    assert {type(error) for error in refused} == {StorageFull}
    assert seq == 1


def test_a_request_that_gives_up_disturbs_no_other(queue: LogQueue):
    """A client that hangs up is cancelled; its neighbours get their seqs."""

    async def work() -> int:
        with GroupCommit(queue) as group:
            gone = asyncio.ensure_future(group.append(b"gone"))
            stays = asyncio.ensure_future(group.append(b"stays"))
            await asyncio.sleep(0)
            gone.cancel()
            return await stays

    seq = asyncio.run(work())

    assert [row.data for row in queue.read(seq - 1, 1)] == [b"stays"]


def test_a_slow_disk_is_left_to_a_thread(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """After a commit that took long the loop has other things to do while the next one is made."""
    threads: list[str] = []
    append = queue.append

    def slow(rows: Sequence[bytes], *, wait: float | None = None) -> list[int]:
        threads.append(threading.current_thread().name)
        return append(rows, wait=wait)

    monkeypatch.setattr(queue, "append", slow)
    monkeypatch.setattr(group_module, "_LONG", 0.0)

    async def work() -> None:
        with GroupCommit(queue) as group:
            await group.append(b"here")
            await group.append(b"aside")

    asyncio.run(work())

    assert threads[0] == threading.main_thread().name
    assert threads[1].startswith("baloo-queue")


def test_many_bytes_are_left_to_a_thread(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """The loop judges what comes next while they are written; every row is there, in order."""
    threads: list[tuple[int, str]] = []
    append = queue.append

    def seen(rows: Sequence[bytes], *, wait: float | None = None) -> list[int]:
        threads.append((sum(map(len, rows)), threading.current_thread().name))
        return append(rows, wait=wait)

    monkeypatch.setattr(queue, "append", seen)
    rows = [bytes([n]) * 60_000 for n in range(20)]

    async def work() -> list[int]:
        with GroupCommit(queue) as group:
            return await asyncio.gather(*map(group.append, [b"few", *rows]))

    seqs = asyncio.run(work())

    assert any(size > 512 << 10 for size, _ in threads)
    assert all(name.startswith("baloo-queue") for size, name in threads if size > 512 << 10)
    assert [(seq, row) for seq, row in zip(seqs, [b"few", *rows], strict=True)] == queue.read(0, 100)


def test_who_waits_for_another_process_does_not_hold_up_the_loop(queue: LogQueue):
    """While somebody else has the queue, the thread waits for it, and the loop goes on."""
    other = LogQueue(queue.path)

    async def work() -> tuple[bool, int]:
        with GroupCommit(queue) as group:
            with other._alone():
                waiting = asyncio.ensure_future(group.append(b"row"))
                await asyncio.sleep(0.05)
                early = waiting.done()
            return early, await waiting

    early, seq = asyncio.run(work())
    other.close()

    assert (early, seq) == (False, 1)


def test_a_group_has_a_bound_in_bytes(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """Long rows of one moment are written a few at a time, in order, each once."""
    sizes: list[int] = []
    append = queue.append
    monkeypatch.setattr(queue, "append", lambda rows, wait: sizes.append(len(rows)) or append(rows, wait=wait))
    monkeypatch.setattr(group_module, "_MOST_BYTES", 25)

    async def work() -> list[int]:
        with GroupCommit(queue) as group:
            return await asyncio.gather(*[group.append(b"0123456789") for _ in range(10)])

    assert asyncio.run(work()) == [*range(1, 11)]
    assert sizes == [3, 3, 3, 1]


def test_more_than_may_wait_is_put_off(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """A burst costs a bounded memory: who comes too late is told to come again, and nothing of that is kept."""
    monkeypatch.setattr(group_module, "_MOST_WAITING", 25)

    async def work() -> list[int | BaseException]:
        with GroupCommit(queue) as group:
            told = await asyncio.gather(*[group.append(b"0123456789") for _ in range(10)], return_exceptions=True)
            return [*told, await group.append(b"later")]

    told = asyncio.run(work())

    assert [one if isinstance(one, int) else type(one) for one in told] == [1, 2, 3, *[Busy] * 7, 4]
    assert [row.data for row in queue.read(0, 100)] == [b"0123456789"] * 3 + [b"later"]


def test_closing_commits_what_waits(queue: LogQueue):
    """A server that stops has answered nobody in vain."""

    async def work() -> None:
        group = GroupCommit(queue)
        waiting = [asyncio.ensure_future(group.append(b"row")) for _ in range(50)]
        await asyncio.sleep(0)
        group.close()
        await asyncio.gather(*waiting)

    asyncio.run(work())

    assert len(queue.read(0, 99)) == 50
