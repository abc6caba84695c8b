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
import uuid
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite3

from baloo.errors import BalooError
from baloo.queue.base import Queue
from baloo.queue.sqlite import SqliteQueue
from walls import Walls, event, request, void

ABSENT = 0  # the state of an event that was never sent or was taken back; others are numbers of a body


def requests(base: int, luck: random.Random) -> Iterator[tuple[bytes, dict[int, int]]]:
    """Requests for ever, each with the state in which it leaves its events: new ones, copies, revisions and voids."""
    states: dict[int, int] = {}
    for number in count(base):
        said = {number: 1}
        for old in luck.sample(sorted(states), min(len(states), luck.randrange(3))):
            said[old] = luck.choice([states[old] or 1, states[old] + 1, ABSENT])
        row = request(
            *[event(n, extra=f'{{"n":{state}}}') for n, state in said.items() if state],
            voids=[void(n) for n, state in said.items() if not state],
        )
        yield row, said
        states |= said


def append_for_ever(folder: str, ledger: str, base: int, seed: int) -> None:
    """The appender of the kill tests; writes its ledger with plain writes, which outlive it."""
    queue = SqliteQueue(Path(folder) / "queue" / "queue.sqlite")
    handle = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for row, said in requests(base, random.Random(seed)):
        _append(queue, row, said, lambda line: os.write(handle, line.encode()))


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
    while walls is not None and walls.loader.load_once():
        pass
    sys.stdout.write("DONE\n")


def judge(folder: Path, lines: Iterable[str]) -> Verdict:
    """Load what waits, and hold the lake against the ledger."""
    walls = Walls(folder)
    waiting = walls.queue.depth().rows
    while walls.loader.load_once() is not None:
        pass
    found: dict[int, list[int]] = {}
    for id_, extra in walls.live("id, extra::JSON->>'n'"):
        found.setdefault(uuid.UUID(str(id_)).int, []).append(int(str(extra)))
    walls.close()
    return Verdict(_allowed(lines), found, waiting)


class Verdict:
    """What is wrong: acknowledged and lost (or in an older state), there twice, there and never sent."""

    def __init__(self, allowed: dict[int, set[int]], found: dict[int, list[int]], waiting: int) -> None:
        self.acknowledged = sum(ABSENT not in states for states in allowed.values())
        self.lost = [n for n, states in allowed.items() if not states.intersection(found.get(n, [ABSENT]))]
        self.doubled = [n for n, states in found.items() if len(states) > 1]
        self.invented = [n for n in found if n not in allowed]
        self.waiting = waiting

    @property
    def right(self) -> bool:
        """Whether everything acknowledged is there, once."""
        return not (self.lost or self.doubled or self.invented)

    def __repr__(self) -> str:
        wrong = f"lost {self.lost[:5]}, doubled {self.doubled[:5]}, invented {self.invented[:5]}"
        return f"{self.acknowledged} acknowledged, {self.waiting} rows waited; {wrong}"


def _append(queue: Queue, row: bytes, said: dict[int, int], write: Callable[[str], object]) -> None:
    what = " ".join(f"{n}:{state}" for n, state in said.items())
    write(f"SENT {what}\n")
    queue.append([row])
    write(f"ACK {what}\n")


def _allowed(lines: Iterable[str]) -> dict[int, set[int]]:
    """The states in which each event may be: the last that was acknowledged, or one that was sent after it and may be there."""
    allowed: dict[int, set[int]] = {}
    for line in lines:
        word, *said = line.split()
        if word not in ("SENT", "ACK"):
            continue
        for n, state in (map(int, pair.split(":")) for pair in said):
            if word == "ACK":
                allowed[n] = {state}
            else:
                allowed.setdefault(n, {ABSENT}).add(state)
    return allowed


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
