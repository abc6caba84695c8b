"""`kill -9` under load: an appender and a loader, killed at random moments and started again; the appender's ledger judges."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from victims import append_for_ever, judge, load_for_ever

pytestmark = pytest.mark.fault
CYCLES = 1000 if os.environ.get("BALOO_SOAK") else 50


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

    def lines(self) -> list[str]:
        """The ledger, without a last line that the kill cut short."""
        text = self.ledger.read_text() if self.ledger.exists() else ""
        return text.splitlines(keepends=True)


def test_kill_loses_nothing_and_doubles_nothing(tmp_path: Path):
    """What was acknowledged is in the lake or the queue, once, in its last state, whoever was killed when."""
    luck = random.Random(1)
    victims = Victims(tmp_path)
    victims.start("appender")
    victims.start("loader")
    while not victims.lines():  # the first life begins with the making of the folders
        time.sleep(0.01)
    for _ in range(CYCLES):
        time.sleep(luck.uniform(0.05, 0.5))
        for who in luck.choice([["appender"], ["loader"], ["appender", "loader"]]):
            victims.kill(who)
            victims.start(who)
    for who in list(victims.running):
        victims.kill(who)

    verdict = judge(tmp_path, victims.lines())

    assert verdict.right, verdict
    assert verdict.acknowledged > CYCLES
