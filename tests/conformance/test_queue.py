"""What every queue must do, asked of each implementation."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from baloo.queue.base import Queue, Request, encode
from baloo.queue.log import LogQueue

Maker = Callable[[], Queue]


@pytest.fixture(params=["log"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    """Opens the same log anew at each call; all are closed at the end."""
    opened: list[Queue] = []

    def open_it() -> Queue:
        opened.append({"log": lambda: LogQueue(tmp_path / "queue")}[request.param]())
        return opened[-1]

    yield open_it
    for queue in opened:
        queue.close()


def row(number: int, *, received: int = 0) -> bytes:
    """A request that can be told from others."""
    return encode(Request("baloo", f"system-{number}", received, "http"))


def test_rows_come_back_in_order(make: Maker):
    """What is appended is read in order of its seqs."""
    queue = make()

    seqs = queue.append([row(1), row(2)]) + queue.append([row(3)])

    assert sorted(set(seqs)) == seqs
    assert [(s, row(n)) for n, s in enumerate(seqs, 1)] == queue.read(0, 10)


@pytest.mark.parametrize("count", [1, 2, 3, 511, 512, 513, 1300])
def test_a_batch_of_any_size_is_kept_whole(make: Maker, count: int):
    """The seqs of a batch belong to its rows, however many there are."""
    queue = make()
    queue.append([row(0)])

    seqs = queue.append([row(n) for n in range(count)])

    assert [(s, row(n)) for n, s in enumerate(seqs)] == queue.read(seqs[0] - 1, count + 1)


def test_nothing_appended_gives_no_seq(make: Maker):
    """An empty append does nothing."""
    queue = make()

    assert queue.append([]) == []
    assert queue.last() == 0


def test_reading_goes_on_after_a_seq(make: Maker):
    """`after` and `limit` make pages."""
    queue = make()
    seqs = queue.append([row(n) for n in range(5)])

    assert [s.seq for s in queue.read(seqs[1], 2)] == seqs[2:4]
    assert queue.read(seqs[-1], 2) == []


def test_reading_stops_at_max_bytes_but_gives_one_row(make: Maker):
    """A row larger than `max_bytes` is read alone."""
    queue = make()
    seqs = queue.append([row(n) for n in range(5)])

    assert [s.seq for s in queue.read(0, 5, max_bytes=1)] == seqs[:1]


def test_dropped_rows_are_gone_and_their_seqs_never_come_again(make: Maker):
    """`drop` forgets a prefix; `last` outlives it, also when the log is opened anew."""
    queue = make()
    seqs = queue.append([row(n) for n in range(1200)])
    queue.drop(seqs[-2])

    assert [s.seq for s in queue.read(0, 10)] == seqs[-1:]

    queue.drop(seqs[-1])
    queue.close()
    again = make()

    assert again.read(0, 10) == []
    assert again.last() == seqs[-1]
    assert again.append([row(9)])[0] > seqs[-1]


def test_depth_says_how_many_wait_and_since_when(make: Maker):
    """The oldest row's time of receipt is known."""
    queue = make()
    empty = queue.depth()
    seqs = queue.append([row(n, received=n * 1_000_000) for n in range(3)])
    queue.drop(seqs[0])

    assert empty == (0, None)
    assert queue.depth() == (2, dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC))


def test_a_second_opening_sees_the_first_ones_rows(make: Maker):
    """Appenders and the reader need not share an object."""
    door, loader = make(), make()

    seqs = door.append([row(1)])

    assert loader.read(0, 1) == [(seqs[0], row(1))]
    assert loader.last() == seqs[0]


def test_many_appenders_never_share_a_seq(make: Maker):
    """Eight appenders at once, each with its own opening, get seqs of their own, in the order of their calls."""
    given: list[list[int]] = [[] for _ in range(8)]

    def work(mine: list[int]) -> None:
        queue = make()
        for n in range(20):
            mine += queue.append([row(n), row(n)])

    threads = [threading.Thread(target=work, args=(mine,)) for mine in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(mine == sorted(mine) and len(mine) == 40 for mine in given)
    assert sorted(seq for mine in given for seq in mine) == [s.seq for s in make().read(0, 1000)]
