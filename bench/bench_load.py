"""How many events a second the loader alone takes, on one core, with 0 and with N million rows in the lake already.

python bench/bench_load.py [MILLIONS ...]
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from baloo.lake.files import write
from baloo.lake.loader import Loader
from baloo.lake.store import Lake
from baloo.queue.base import Event, Request, encode
from baloo.queue.log import LogQueue
from baloo.registry.model import Community, Registry

BATCH, CHUNK = 400_000, 1_000  # events of one measurement, and of one row of the queue
REGISTRY = Registry(Community("demo", "Demo", "How many?"), {}, {}, {}, "")


class Memory:
    """Identities in a dictionary."""

    def __init__(self) -> None:
        self.ids: dict[tuple[str, str | None], int] = {}

    def resolve(self, events: Sequence[Event], *_: object) -> list[tuple[int, int]]:
        """One identity an account."""
        ids = self.ids
        found = [ids.setdefault((e.system, e.account), len(ids)) for e in events]
        return [(n, n) for n in found]

    def suppressing(self) -> None:
        """Nobody is."""

    def erased(self, *_: object) -> frozenset[tuple[str, str]]:
        """Nobody was."""
        return frozenset()

    def quarantine(self, *_: object) -> None:
        """Nothing to do."""


def events(start: int, count: int) -> Iterator[Event]:
    """Invented contributions of 20,000 accounts, ten seconds apart."""
    for n in range(start, start + count):
        digest = hashlib.blake2b(n.to_bytes(8, "big"), digest_size=16).digest()
        yield Event(
            str(uuid.UUID(bytes=digest)),
            "sumo",
            "1",
            1_300_000_000_000_000 + n * 10_000_000,
            None,
            f"system-{n % 12}",
            "sumo.answer",
            f"account-{n * 7919 % 20_000}",
            None,
            None,
            None,
            f"https://support.example.org/questions/{n // 3}",
            f'{{"locale": "en-US", "product": "firefox", "question_creator": "account-{n % 9_973}"}}',
            "production",
            int.from_bytes(digest[:8], "big") >> 1,
        )


def fill(queue: LogQueue, start: int, count: int) -> None:
    """Put events into the queue as an import does."""
    for at in range(start, start + count, CHUNK):
        queue.append([encode(Request("baloo", "system", 1_700_000_000_000_000 + at, "import", tuple(events(at, CHUNK))))])


def grow(lake: Lake, million: int) -> None:
    """Put a million invented rows into the lake, past the loader, as a compaction leaves them."""
    word = "CAST(md5_number_lower({} || i) >> 1 AS BIGINT)"
    rows = f"""
        SELECT 0 AS seq, now() AS received, 'baloo' AS namespace, 'production' AS environment, CAST(uuid() AS VARCHAR) AS id,
        {word.format("'d'")} AS doc, {word.format("'b'")} AS body, {word.format("'n'")} AS "natural", 'sumo' AS "schema",
        '1' AS version, 'system-' || i % 12 AS system, 'sumo.answer' AS kind,
        make_timestamptz(1300000000000000 + i * 10000000) AS "at", CAST(NULL AS SMALLINT) AS at_offset,
        CAST(make_timestamp(1300000000000000 + i * 10000000) AS DATE) AS day,
        i % 20000 AS identity_id, i % 20000 AS observation_id,
        'https://support.example.org/questions/' || i // 3 AS object, '{{"locale": "en-US", "product": "firefox"}}' AS extra
        FROM range({million}000000, {million + 1}000000) AS t(i)
    """
    file = write(lake.duckdb, lake.events.columns, lake.events.folder, "2023-11", rows)
    lake.events.commit([file] if file else [])


def load_all(loader: Loader) -> tuple[float, float]:
    """Load what waits; wall seconds and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    while loader.load_once() is not None:
        pass
    return time.perf_counter() - wall, time.process_time() - processor


def main(millions: Sequence[float]) -> None:
    """Print a line for each size of lake."""
    folder = Path(tempfile.mkdtemp(prefix="baloo-load-"))
    try:
        queue, lake = LogQueue(folder / "queue"), Lake.open(folder / "lake")
        loader = Loader(queue, lake, Memory(), lambda: REGISTRY, b"secret")
        grown = 0
        for turn, size in enumerate(millions):
            while grown < size:
                grow(lake, grown)
                grown += 1
            fill(queue, turn * BATCH, BATCH)
            wall, processor = load_all(loader)
            print(f"{size:g} M in the lake: {BATCH / wall:,.0f} events/s by the clock, {BATCH / processor:,.0f} a core-second")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main([float(a) for a in sys.argv[1:]] or [0, 1, 10])
