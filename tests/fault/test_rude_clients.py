"""Clients that never finish what they say, and far more of them than usual: whoever behaves is served as before."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from counts import BURST, HANGS, SLOW_CLIENTS
from siege import Client, Site, invent, load_on, until

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(HANGS)]
MOST_MEMORY = 512 << 20  # bytes of all processes of the server
HEAD = "POST /v1/contributions HTTP/1.1\r\nHost: x\r\n"


async def _p99(site: Site, luck: random.Random) -> float:
    """What one client that behaves waits for its 201, in milliseconds: all but one in a hundred less."""
    client, waits = Client(site, luck), list[float]()
    for _ in range(200):
        before = time.perf_counter()
        assert await client.send(invent(luck, 1)) == 201
        waits.append(1000 * (time.perf_counter() - before))
    client.close()
    return sorted(waits)[-3]


async def _slow(site: Site, begin: str, luck: random.Random) -> None:
    """Say `begin`, then a byte now and then, until the server has enough of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    with contextlib.closing(writer), contextlib.suppress(OSError):
        writer.write(begin.encode())
        end = asyncio.create_task(reader.read())
        while not end.done():
            writer.write(b"x")
            await asyncio.sleep(luck.uniform(0.2, 0.8))
        await end


def test_slow_clients_are_ended_and_stand_in_nobodys_way(tmp_path: Path, tell: Callable[..., None]):
    """Heads and bodies that come byte by byte have an end; who sends whole requests gets a 201 for each meanwhile."""
    luck = random.Random(500)
    site = Site(tmp_path / "W", BALOO_HEAD_SECONDS="4", BALOO_BODY_SECONDS="4")
    begins = [f"{HEAD}X-Slow: ", f"{HEAD}Authorization: Bearer {site.token}\r\nContent-Length: 900\r\n\r\n"]

    async def work() -> None:
        async with site.running():
            base = await _p99(site, luck)
            slow = [asyncio.create_task(_slow(site, begins[n % 2], luck)) for n in range(SLOW_CLIENTS)]
            beside = await _p99(site, luck)
            await until(lambda: all(task.done() for task in slow), "the end of each slow client")
            await asyncio.gather(*slow)
            tell(f"{SLOW_CLIENTS} slow clients: p99 of a healthy one {base:.1f} ms, beside them {beside:.1f} ms (goal: twice)",
                 done=SLOW_CLIENTS)

    asyncio.run(work())

    assert set(site.statuses) == {201}
    assert site.judged().right


def test_a_burst_is_taken_or_put_off_in_bounded_memory(tmp_path: Path, tell: Callable[..., None]):
    """Ten times as many senders with larger bodies: 201, 429 or 503, never more memory than a small machine has, nothing lost."""
    luck = random.Random(10)
    site = Site(tmp_path / "W")
    most = 0

    async def sender() -> None:
        client = Client(site, luck)
        for _ in range(5):
            await client.send([event | {"extra": {"text": "x" * 4_000}} for event in invent(luck, 20)])
        client.close()

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, site.memory())
            await asyncio.sleep(0.05)

    async def work() -> None:
        async with site.running():
            watching = asyncio.create_task(watch())
            async with load_on(site, luck, clients=10):
                await site.loaded()
                for _ in range(BURST):
                    await asyncio.gather(*(sender() for _ in range(100)))
            await site.loaded()
            watching.cancel()

    asyncio.run(work())
    verdict = site.judged()

    tell(f"bursts of 100 senders beside 10: {dict(site.statuses)}; {most >> 20} MB at most (limit 512); {verdict}",
         done=BURST, **verdict.figures)
    assert set(site.statuses) <= {201, 429, 503}
    assert most <= MOST_MEMORY
    assert verdict.right, verdict
