"""The ledger: what a client sent and what was acknowledged, kept outside of whatever is killed; the judge of all fault tests.

An event is known by its id and by its mark, a hash of what it says. After everything was loaded the lake has each acknowledged
event exactly once and in its last acknowledged state, or in one that was sent after it and whose answer was lost.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from baloo.lake.files import parquet
from baloo.lake.store import Lake
from baloo.lake.tables import TABLES

ABSENT = "-"
"""The mark of an event that is not there: never sent, or taken back."""
_MARK = """left(md5(kind || '|' || epoch_us("at") || '|' || coalesce(object, '') || '|' || extra), 16)"""


def mark(kind: str, at: int, object_: str | None, extra: str) -> str:
    """The hash of what an event says; `at` is microseconds since 1970, `extra` its JSON text."""
    return hashlib.md5(f"{kind}|{at}|{object_ or ''}|{extra}".encode(), usedforsecurity=False).hexdigest()[:16]


def line(word: str, said: Mapping[str, str]) -> str:
    """One line of a ledger that is written down: `SENT` or `ACK`, then id=mark of each event."""
    return f"{word} {' '.join(f'{id_}={what}' for id_, what in said.items())}\n"


def found_in(lake: Path) -> list[tuple[str, str]]:
    """Id and mark of each event of a lake that is not void, by the contract of `baloo.lake.base`.

    Raises StorageBroken where a file is not what was written.
    """
    opened = Lake.open(lake, write=False)
    view = opened.snapshot()
    for file in (*view.events, *view.voids):
        opened.verify(file)
    events, voids = parquet(view.events, TABLES["events"]), parquet(view.voids, TABLES["voids"])
    rows = opened.duckdb.execute(f"""
        SELECT e.id, {_MARK} FROM {events} AS e
        WHERE NOT EXISTS (FROM {voids} AS v WHERE v.doc = e.doc AND v.seq > e.seq)
    """).fetchall()
    opened.close()
    return rows


class Ledger:
    """What was sent and acknowledged."""

    def __init__(self) -> None:
        self._sure: dict[str, str] = {}  # the last acknowledged state
        self._maybe: dict[str, set[str]] = {}  # states that were sent since

    @classmethod
    def read(cls, lines: Iterable[str]) -> Ledger:
        """A ledger that was written down; other lines are passed over."""
        ledger = cls()
        for word, *said in map(str.split, lines):
            if word in ("SENT", "ACK"):
                states = dict(pair.split("=") for pair in said)
                ledger.sent(states) if word == "SENT" else ledger.acknowledged(states)
        return ledger

    def __len__(self) -> int:
        """How many events are acknowledged."""
        return len(self._sure)

    def sent(self, said: Mapping[str, str]) -> None:
        """From now on these may be there."""
        for id_, what in said.items():
            if self._sure.get(id_) != what or id_ in self._maybe:
                self._maybe.setdefault(id_, set()).add(what)

    def acknowledged(self, said: Mapping[str, str]) -> None:
        """From now on these are there."""
        for id_, what in said.items():
            self._sure[id_] = what
            self._maybe.pop(id_, None)

    def judge(self, found: Iterable[tuple[str, str]]) -> Verdict:
        """Hold what is there against what must be there and may be there."""
        there: defaultdict[str, list[str]] = defaultdict(list)
        for id_, what in found:
            there[id_].append(what)
        known = self._sure.keys() | self._maybe.keys()
        return Verdict(
            sum(what != ABSENT for what in self._sure.values()),
            [id_ for id_ in known if not self._may_be(id_).intersection(there.get(id_, [ABSENT]))],
            [id_ for id_, states in there.items() if len(states) > 1],
            [id_ for id_ in there if id_ not in known],
        )

    def _may_be(self, id_: str) -> set[str]:
        return {self._sure.get(id_, ABSENT), *self._maybe.get(id_, ())}


class Verdict:
    """What is wrong: acknowledged and lost (or in an older state), there twice, there and never sent."""

    def __init__(self, acknowledged: int, lost: list[str], doubled: list[str], invented: list[str]) -> None:
        self.acknowledged, self.lost, self.doubled, self.invented = acknowledged, lost, doubled, invented

    @property
    def right(self) -> bool:
        """Whether everything acknowledged is there, once."""
        return not (self.lost or self.doubled or self.invented)

    @property
    def figures(self) -> dict[str, int]:
        """How many: what nobody sent is told among the doubled."""
        return {"acknowledged": self.acknowledged, "lost": len(self.lost), "doubled": len(self.doubled) + len(self.invented)}

    def __repr__(self) -> str:
        wrong = {"lost": self.lost, "doubled": self.doubled, "invented": self.invented}
        told = (f"{len(ids)} {what} {ids[:3]}" for what, ids in wrong.items())
        return f"{self.acknowledged} acknowledged; {', '.join(told)}"
