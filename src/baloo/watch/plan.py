"""The plan by quarter, the totals of work, and how many of the known systems are in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from baloo.registry.model import Registry, Work
from baloo.watch.stages import Progress

__all__ = ["Coverage", "Quarter", "Totals", "coverage", "roadmap", "totals"]


@dataclass(frozen=True, slots=True)
class Totals:
    """How much work there is, by state."""

    total: int = 0
    open: int = 0
    resolved: int = 0
    verified: int = 0

    def percent(self, n: int) -> str:
        """A part of the total in percent, with two digits at most: 16.67, 0."""
        return f"{100 * n / self.total:.2f}".rstrip("0").rstrip(".") if self.total else "0"


@dataclass(frozen=True, slots=True)
class Quarter:
    """What a quarter's plan holds, and how far it is: `planned` before it begins, `ongoing` until all of it is done."""

    name: str  # such as 2014-Q3
    state: Literal["done", "ongoing", "planned"]
    systems: tuple[Progress, ...]
    work: tuple[Work, ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the known systems are integrated, by whether they send by themselves or people write down by hand."""

    automatic: int
    automatic_known: int
    manual: int
    manual_known: int

    @property
    def integrated(self) -> int:
        """All that are integrated."""
        return self.automatic + self.manual

    @property
    def known(self) -> int:
        """All that are known."""
        return self.automatic_known + self.manual_known


def totals(works: Iterable[Work]) -> Totals:
    """How many works there are, and how many of each state."""
    states = [work.state for work in works]
    return Totals(len(states), states.count("open"), states.count("resolved"), states.count("verified"))


def coverage(progress: Iterable[Progress]) -> Coverage:
    """How many of the systems are integrated."""
    by_hand = {True: [0, 0], False: [0, 0]}
    for one in progress:
        by_hand[one.system.manual][0] += one.integrated
        by_hand[one.system.manual][1] += 1
    return Coverage(*by_hand[False], *by_hand[True])


def roadmap(registry: Registry, progress: Sequence[Progress], today: dt.date) -> list[Quarter]:
    """The quarters that something is planned for, in order."""
    names = {work.quarter for work in registry.work.values()} | {one.system.quarter for one in progress}
    present = f"{today.year}-Q{(today.month + 2) // 3}"
    return [_quarter(registry, progress, name, present) for name in sorted(filter(None, names))]


def _quarter(registry: Registry, progress: Sequence[Progress], name: str, present: str) -> Quarter:
    systems = tuple(one for one in progress if one.system.quarter == name)
    works = tuple(work for work in registry.work.values() if work.quarter == name)
    done = all(one.integrated for one in systems) and all(work.state != "open" for work in works)
    state: Literal["done", "ongoing", "planned"] = "done" if done else "planned" if name > present else "ongoing"
    return Quarter(name, state, systems, works, totals(works))
