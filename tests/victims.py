"""Processes that are killed, and the ledger that judges afterwards.

An appender says of each request what it sends and, when it is told that it is durable, that it was acknowledged. The ledger is
made of these lines; they are kept outside of whatever is killed. `python victims.py FOLDER BASE SEED [ROUNDS] [--unsafe]` is
appender and loader in one process, for the power cut and for injected errors; `--unsafe` syncs nothing.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite3

from baloo.errors import BalooError
from baloo.queue.base import Queue
from baloo.queue.log import LogQueue
from ledger import ABSENT, Ledger, Verdict, found_in, line, mark
from walls import Walls, event, name, request, void


def requests(base: int, luck: random.Random) -> Iterator[tuple[bytes, dict[str, str]]]:
    """Requests for ever, each with the marks in which it leaves its events: new ones, copies, revisions and voids."""
    bodies: dict[int, int] = {}  # the number of each event's body, 0 where it was taken back
    for number in count(base):
        said = {number: 1}
        for old in luck.sample(range(base, number), min(number - base, luck.randrange(3))):
            said[old] = luck.choice([bodies[old] or 1, bodies[old] + 1, 0])
        events = [event(n, extra=f'{{"n":{body}}}') for n, body in said.items() if body]
        gone = [n for n, body in said.items() if not body]
        marks = {e.id: mark(e.kind, e.at, e.object, e.extra) for e in events} | {name(n): ABSENT for n in gone}
        yield request(*events, voids=[void(n) for n in gone]), marks
        bodies |= said


def append_for_ever(folder: str, file: str, base: int, seed: int) -> None:
    """The appender of the kill tests; writes its ledger with plain writes, which outlive it."""
    queue = LogQueue(Path(folder) / "queue")
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for row, said in requests(base, random.Random(seed)):
        _append(queue, row, said, lambda text: os.write(handle, text.encode()))


def load_for_ever(folder: str, seed: int) -> None:
    """The loader of the kill tests: batches of any size, and a compaction now and then."""
    luck = random.Random(seed)
    walls = Walls(Path(folder))
    while True:
        if walls.loader.load_once(limit_rows=luck.choice([1, 7, 1000])) is None:
            time.sleep(0.001)
        if luck.random() < 0.1:
            walls.lake.compact(walls.lake.events.through - luck.randrange(3), purge=luck.random() < 0.3)


def both(folder: Path, base: int, seed: int, rounds: int) -> None:
    """Append and load by turns; an error of the storage is met by trying again. Ends with an empty queue."""
    luck = random.Random(seed)
    walls: Walls | None = None
    rows = requests(base, luck)
    for turn in range(rounds):
        try:
            walls = walls or Walls(folder)
            for _ in range(luck.randrange(4)):
                row, said = next(rows)
                _append(walls.queue, row, said, sys.stdout.write)
            walls.loader.load_once(limit_rows=luck.choice([1, 7, 1000]))
            if turn % 5 == 4:
                walls.lake.compact(walls.lake.events.through - luck.randrange(3), purge=luck.random() < 0.3)
        except BalooError as error:
            sys.stdout.write(f"TROUBLE {type(error).__name__}\n")
    while walls is not None:
        try:
            if walls.loader.load_once() is None:
                break
        except BalooError as error:
            sys.stdout.write(f"TROUBLE {type(error).__name__}\n")
    sys.stdout.write("DONE\n")


def judge(folder: Path, lines: Iterable[str]) -> Verdict:
    """Load what waits, and hold the lake against the ledger."""
    walls = Walls(folder)
    while walls.loader.load_once() is not None:
        pass
    walls.close()
    return Ledger.read(lines).judge(found_in(folder / "lake"))


def _append(queue: Queue, row: bytes, said: dict[str, str], write: Callable[[str], object]) -> None:
    write(line("SENT", said))
    queue.append([row])
    write(line("ACK", said))


def _sync_nothing() -> None:
    """What the power cut's control does: all that is written, and no sync."""
    os.fsync = lambda _: None  # type: ignore[assignment]
    connect = sqlite3.connect

    class Careless(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            return super().execute(sql.replace("synchronous=FULL", "synchronous=OFF"), *values)  # type: ignore[arg-type]

    sqlite3.connect = lambda *args, **options: connect(*args, factory=Careless, **options)  # type: ignore[assignment,misc]


if __name__ == "__main__":
    if "--unsafe" in sys.argv:
        sys.argv.remove("--unsafe")
        _sync_nothing()
    where, *numbers = sys.argv[1:]
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    both(Path(where), *map(int, numbers))
