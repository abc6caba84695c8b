"""Group commit: many requests, one transaction, each its own seq."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from baloo.errors import StorageFull
from baloo.queue import group as group_module
from baloo.queue.group import GroupCommit
from baloo.queue.sqlite import SqliteQueue


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[SqliteQueue]:
    """An empty queue."""
    made = SqliteQueue(tmp_path / "queue.sqlite")
    yield made
    made.close()


def test_each_request_gets_the_seq_of_its_row(queue: SqliteQueue):
    """However they are grouped."""

    async def work() -> list[int]:
        with GroupCommit(queue) as group:
            return await asyncio.gather(*[group.append(b"%d" % n) for n in range(3000)])

    seqs = asyncio.run(work())

    assert [(seq, b"%d" % n) for n, seq in enumerate(seqs)] == queue.read(0, 5000)


def test_waiting_requests_share_a_transaction(queue: SqliteQueue, monkeypatch: pytest.MonkeyPatch):
    """Far fewer transactions than requests."""
    sizes: list[int] = []
    append = queue.append
    monkeypatch.setattr(queue, "append", lambda rows: sizes.append(len(rows)) or append(rows))

    async def work() -> None:
        with GroupCommit(queue) as group:
            await asyncio.gather(*[group.append(b"row") for _ in range(2000)])

    asyncio.run(work())

    assert sum(sizes) == 2000
    assert len(sizes) < 100


def test_an_error_reaches_each_request_of_its_group_and_no_other(queue: SqliteQueue, monkeypatch: pytest.MonkeyPatch):
    """The next group is taken."""

    def full(rows: Sequence[bytes]) -> list[int]:
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


def test_a_request_that_gives_up_disturbs_no_other(queue: SqliteQueue):
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


def test_trouble_with_tidying_is_left_to_the_next_append(
    queue: SqliteQueue, monkeypatch: pytest.MonkeyPatch
):
    """The helper thread goes on; whoever appends meets the same trouble and says so."""
    tried = threading.Event()

    def failing(_: SqliteQueue) -> None:
        tried.set()
        raise StorageFull("The disk is full.")

    monkeypatch.setattr(group_module, "_TIDY_SECONDS", 0.001)
    monkeypatch.setattr(SqliteQueue, "checkpoint", failing)
    with GroupCommit(queue):
        assert tried.wait(10)


def test_closing_commits_what_waits(queue: SqliteQueue):
    """A server that stops has answered nobody in vain."""

    async def work() -> None:
        group = GroupCommit(queue)
        waiting = [asyncio.ensure_future(group.append(b"row")) for _ in range(50)]
        await asyncio.sleep(0)
        await asyncio.to_thread(group.close)
        await asyncio.gather(*waiting)

    asyncio.run(work())

    assert len(queue.read(0, 99)) == 50
