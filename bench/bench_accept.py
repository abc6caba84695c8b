"""How many events a second one core takes through the door: decode, checks, canonical hash; no queue."""

from __future__ import annotations

import datetime as dt
import time

from baloo.clock import FixedClock
from baloo.ingest.accept import Door
from baloo.queue.base import encode
from baloo.registry.model import Community, Kind, Registry, System
from baloo.settings import SETTINGS, Settings

CHUNK = 500
KIND = Kind("git.commit", "Wrote a change")
REGISTRY = Registry(Community("c", "C", "?"), {"git": System("git", "Git", {KIND.id: KIND})}, {}, {}, "hash")


def lines(count: int) -> list[bytes]:
    """Events of version 1, about 370 bytes each, of fictional people."""
    first = dt.datetime(2014, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    return [
        (
            f'{{"id": "25dfde52-49af-5718-b7db-{n:012x}", "schema": "contribution", "version": 1, '
            f'"at": "{(first + dt.timedelta(seconds=n)).isoformat()}", "system": "git", "kind": "git.commit", '
            f'"actor": {{"name": "Ama {n % 3000}", "email": "ama{n % 3000}@example.org"}}, '
            f'"object": "https://git.example.org/project/commit/{n:040x}", "extra": {{"sha": "{n:040x}"}}}}'
        ).encode()
        for n in range(count)
    ]


def main(count: int = 40_000, rounds: int = 5) -> float:
    """Print and return events a second: the best of some rounds, for the machine has other things to do."""
    events = lines(count)
    chunks = [b"\n".join(events[n : n + CHUNK]) for n in range(0, count, CHUNK)]
    clock = FixedClock(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))
    door = Door(lambda: REGISTRY, clock, Settings({s.name: s.default for s in SETTINGS}))
    rate = max(_round(door, chunks, count) for _ in range(rounds))
    print(f"accept: {rate:,.0f} events/s of one core ({1e6 / rate:.1f} µs an event; goal 80,000)")
    return rate


def _round(door: Door, chunks: list[bytes], count: int) -> float:
    start = time.process_time()
    kept = 0
    for chunk in chunks:
        verdict = door.accept(chunk, namespace="baloo", sender=None, via="import")
        kept += verdict.accepted
        encode(verdict.request)
    rate = count / (time.process_time() - start)
    assert kept == count
    return rate


if __name__ == "__main__":
    main()
