"""The clock jumps under a running server: by an hour, by more than a year, to 1970, and back."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import pytest

from counts import CLOCK_JUMPS, HANGS
from siege import Client, Site, invent

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(HANGS)]
HOUR, YEAR = 3600.0, 400 * 86_400.0
ASTRAY = Path(__file__).parent / "astray"


def test_no_jump_loses_or_doubles_anything(tmp_path: Path, tell: Callable[..., None]):
    """Events of each time are taken in and loaded, also by a server that starts at a wrong time; ids that it makes are unique."""
    luck = random.Random(12)
    off = tmp_path / "off"
    off.write_text("0")
    path = os.pathsep.join(filter(None, [str(ASTRAY), os.environ.get("PYTHONPATH")]))
    site = Site(tmp_path / "W", BALOO_ASTRAY=str(off), PYTHONPATH=path)
    beginning = 600 - time.time()  # ten minutes after 1970 began
    jumps = list(islice(cycle([HOUR, 0, -HOUR, 0, YEAR, 0, beginning, 0, YEAR, beginning, HOUR, -HOUR]), CLOCK_JUMPS))
    ids: list[str] = []

    async def live(seconds_off: list[float]) -> None:
        async with site.running():
            for jump in seconds_off:
                off.write_text(str(jump))
                at = dt.datetime.fromtimestamp(time.time() + jump - 60, dt.UTC)
                client = Client(site, luck)
                assert await client.send(invent(luck, 20, at)) == 201
                ids.extend(await client.send_nameless(invent(luck, 10, at)))
                client.close()
                await site.loaded()

    asyncio.run(live(jumps[:9]))
    asyncio.run(live(jumps[9:]))  # the first thing that this server sees is 1970
    off.write_text("0")
    verdict = site.judged()

    tell(f"{CLOCK_JUMPS} jumps of the clock: {verdict}", done=CLOCK_JUMPS, **verdict.figures)
    assert verdict.right, verdict
    assert len(set(ids)) == len(ids) == 10 * CLOCK_JUMPS
    assert verdict.acknowledged == 30 * CLOCK_JUMPS
