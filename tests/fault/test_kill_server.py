"""A whole server under load, killed or told to stop at random moments, again and again: what got a 201 is in the lake once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from counts import HANGS, KILLS, KILLS_ACKNOWLEDGED, TERMINATIONS, chance
from siege import Site, load_on, until

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(HANGS)]
LANES = 2  # workspaces that are tortured beside each other
MOST = 40  # events of a request
PAUSE = 0.02  # seconds between two requests of a client: the two cores are the servers' own, too
TRICKLE = 0.2  # the same while the loader is waited for: what it then loads was sent before


def test_kills_lose_nothing_and_double_nothing(tmp_path: Path, tell: Callable[..., None]):
    """kill -9 of the server, of its worker, of both, mostly while it loads."""
    luck = chance("kinds")
    kinds = [luck.choice(["server", "worker", "both"]) for _ in range(KILLS)]
    sites = [Site(tmp_path / f"W{lane}") for lane in range(LANES)]

    async def work() -> None:
        lanes = (_kill(site, kinds[lane::LANES], chance(lane)) for lane, site in enumerate(sites))
        await asyncio.gather(*lanes)

    asyncio.run(work())
    verdicts = [site.judged() for site in sites]

    acknowledged = sum(verdict.acknowledged for verdict in verdicts)
    slowest = max(seconds for site in sites for seconds in site.readiness)
    wrong = {what: sum(verdict.figures[what] for verdict in verdicts) for what in ("lost", "doubled")}
    tell(f"{KILLS} kills: {acknowledged:,} acknowledged, {verdicts}; ready in {slowest:.1f} s at most (goal 5)",
         done=KILLS, acknowledged=acknowledged, ready=slowest, **wrong)
    assert all(verdict.right for verdict in verdicts), verdicts
    assert acknowledged >= KILLS_ACKNOWLEDGED
    assert {status for site in sites for status in site.statuses} == {201}


async def _kill(site: Site, kinds: Iterable[str], luck: random.Random) -> None:
    """Load the site and kill it; each time when something was acknowledged, and mostly when something was loaded too."""
    waiting = list(kinds)
    share = -(-KILLS_ACKNOWLEDGED // KILLS)
    while waiting:
        async with site.running(), load_on(site, luck, most=MOST, pause=PAUSE):
            while waiting:
                who = waiting.pop()
                goal = len(site.ledger) + share
                await until(lambda goal=goal: len(site.ledger) >= goal, "acknowledgements")
                if luck.random() < 0.8:
                    site.pause = TRICKLE
                    await site.loaded()
                    site.pause = PAUSE
                await asyncio.sleep(luck.uniform(0.0, 0.3))
                await site.kill(who)
                if who != "worker":
                    break


def test_told_to_stop_it_drains(tmp_path: Path, tell: Callable[..., None]):
    """SIGTERM under load: exit code 0, nothing keeps running, and what got a 201 stays."""
    luck = chance(15)
    site = Site(tmp_path / "W")
    slowest = 0.0

    async def work() -> None:
        nonlocal slowest
        for _ in range(TERMINATIONS):
            async with site.running(), load_on(site, luck, pause=0.05):
                goal = len(site.ledger) + 100
                await until(lambda goal=goal: len(site.ledger) >= goal, "acknowledgements")
                await asyncio.sleep(luck.uniform(0.0, 1.0))
                code, seconds = await site.terminate()
                slowest = max(slowest, seconds)

                assert code == 0, site.log
                assert site.left() == []

    asyncio.run(work())
    verdict = site.judged()

    tell(f"{TERMINATIONS} times SIGTERM: {verdict}; drained in {slowest:.1f} s at most (goal 10)",
         done=TERMINATIONS, drained=slowest, **verdict.figures)
    assert verdict.right, verdict
