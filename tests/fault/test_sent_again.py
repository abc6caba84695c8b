"""Answers that were lost, and senders that therefore send everything again: the lake has each event once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from counts import HANGS, THRICE, chance
from siege import Client, Site, invent

pytestmark = [pytest.mark.fault, pytest.mark.timeout(HANGS)]
AT_ONCE, CLIENTS, LOST = 100, 4, 0.3  # events of a request, connections, share of answers that nobody waits for


def test_three_times_shuffled_is_once(tmp_path: Path, tell: Callable[..., None]):
    """The same events three times, each time in another order and in other company, while answers are lost."""
    luck = chance(3)
    site = Site(tmp_path / "W")
    seeds = [luck.getrandbits(32) for _ in range(THRICE // AT_ONCE)]

    async def client(mine: list[int], last: bool) -> None:
        sender = Client(site, luck)
        for first, second in zip(mine, mine[1:] + mine[:1], strict=True):  # half a request of one seed, half of another
            one, other = (invent(random.Random(seed), AT_ONCE) for seed in (first, second))
            events = one[: AT_ONCE // 2] + other[AT_ONCE // 2 :]
            luck.shuffle(events)
            listen = last or luck.random() > LOST
            assert await sender.send(events, listen=listen) == (201 if listen else 0)
        sender.close()

    async def work() -> None:
        async with site.running():
            for turn in range(3):
                luck.shuffle(seeds)
                await asyncio.gather(*(client(seeds[n::CLIENTS], last=turn == 2) for n in range(CLIENTS)))

    asyncio.run(work())
    verdict = site.judged()

    tell(f"{len(site.ledger):,} events sent three times: {verdict}", done=THRICE, **verdict.figures)
    assert verdict.right, verdict
    assert verdict.acknowledged == THRICE // AT_ONCE * AT_ONCE
