"""When a search for who is who begins beside a worker: at once for few, when all is quiet for many, and not for ever later."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from baloo.worker import search as beside
from baloo.worker.search import Search


class World:
    """A clock, how many wait to be searched, and the searches that were begun, each of which ends when it is told."""

    def __init__(self) -> None:
        self.now, self.waiting = 1000.0, 0
        self.begun: list[float] = []
        self.code: int | None = None

    def monotonic(self) -> float:
        """The clock."""
        return self.now

    def popen(self, *_: Any, **__: Any) -> Any:
        """Note that a process was begun."""
        self.begun.append(self.now - 1000)
        return SimpleNamespace(poll=lambda: self.code)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The world in which a search lives here."""
    made = World()
    monkeypatch.setattr(beside, "time", made)
    monkeypatch.setattr(beside, "subprocess", SimpleNamespace(Popen=made.popen, PIPE=-1))
    monkeypatch.setattr(beside, "waiting", lambda _: made.waiting)
    return made


def search() -> Search:
    """A search that nobody has begun."""
    return Search(cast("Any", SimpleNamespace(root="W")), cast("Any", None))


def tend(one: Search, world: World, until: float, *, busy: bool) -> None:
    """Let the loop go round twice a second."""
    while world.now < 1000 + until:
        world.now += 0.5
        one.tend(busy=busy)


def test_few_are_searched_when_their_load_is_done(world: World):
    """As long as events come they wait, but no longer than a minute."""
    one, other, world.waiting = search(), search(), 100
    tend(one, world, 5, busy=True)
    tend(one, world, 6, busy=False)
    tend(other, world, 90, busy=True)

    assert world.begun == [5.5, 66.5]


def test_many_are_searched_when_all_is_quiet(world: World):
    """A server that starts with many, or loads them, has its own work first."""
    one, world.waiting = search(), 100_000
    tend(one, world, 30, busy=False)
    tend(one, world, 40, busy=True)
    tend(one, world, 120, busy=False)

    assert world.begun == [100.5]


def test_nobody_is_searched_where_nobody_waits(world: World):
    """It is looked once, and again when something was loaded."""
    one = search()
    tend(one, world, 30, busy=False)
    world.waiting = 1
    tend(one, world, 40, busy=False)
    one.expect()
    tend(one, world, 50, busy=False)

    assert world.begun == [40.5]


def test_a_search_that_fails_is_tried_again_after_a_while(world: World):
    """One that ends well is not; its end is news for the counts."""
    one, world.waiting = search(), 1
    tend(one, world, 1, busy=False)
    world.code = 1
    news = one.tend(busy=False)
    world.code = 0
    tend(one, world, 60, busy=False)

    assert news
    assert world.begun == [0.5, 11.0]
