"""`kill -9` under load: an appender and a loader, killed at random moments and started again; the appender's ledger judges."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from counts import HANGS, KILLS_OF_WALLS, chance
from victims import append_for_ever, judge, load_for_ever

pytestmark = [pytest.mark.fault, pytest.mark.timeout(HANGS)]


class Victims:
    """The two processes. They are forked from a server that has everything imported, so that a new life begins at once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ledger = folder, folder / "ledger"
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["victims"])
        self._lives = 0
        self.running: dict[str, ForkServerProcess] = {}

    def start(self, who: str) -> None:
        """Begin a new life of `appender` or `loader`."""
        self._lives += 1
        target, args = {
            "appender": (append_for_ever, (str(self.folder), str(self.ledger), self._lives * 100_000, self._lives)),
            "loader": (load_for_ever, (str(self.folder), self._lives)),
        }[who]
        self.running[who] = self._context.Process(target=target, args=args, daemon=True)
        self.running[who].start()

    def kill(self, who: str) -> None:
        """End it as the kernel does; it must not have ended by itself."""
        process = self.running.pop(who)
        assert process.is_alive(), f"the {who} died of itself"
        process.kill()
        process.join()
        process.close()

    def alive(self) -> bool:
        """Whether none of them has ended by itself."""
        return all(process.is_alive() for process in self.running.values())

    def size(self) -> int:
        """How long the ledger is, in bytes."""
        return self.ledger.stat().st_size if self.ledger.exists() else 0

    def lines(self) -> list[str]:
        """The ledger, without a last line that the kill cut short."""
        text = self.ledger.read_text() if self.ledger.exists() else ""
        return text.splitlines(keepends=True)


@pytest.fixture
def victims(tmp_path: Path) -> Iterator[Victims]:
    """Both of them, running; none outlives the test."""
    made = Victims(tmp_path)
    made.start("appender")
    made.start("loader")
    yield made
    for process in made.running.values():
        process.kill()
        process.join()


def test_kill_loses_nothing_and_doubles_nothing(victims: Victims, tell: Callable[..., None]):
    """What was acknowledged is in the lake or the queue, once, in its last state, whoever was killed when."""
    luck = chance(1)
    for _ in range(KILLS_OF_WALLS):
        seen = victims.size()
        while victims.alive() and victims.size() == seen:  # each life comes to do something
            time.sleep(0.005)
        time.sleep(luck.uniform(0.0, 0.3))
        for who in luck.choice([["appender"], ["loader"], ["appender", "loader"]]):
            victims.kill(who)
            victims.start(who)
    for who in list(victims.running):
        victims.kill(who)

    verdict = judge(victims.folder, victims.lines())

    tell(f"{KILLS_OF_WALLS} kills of appender and loader: {verdict}", done=KILLS_OF_WALLS, **verdict.figures)
    assert verdict.right, verdict
    assert verdict.acknowledged > KILLS_OF_WALLS
