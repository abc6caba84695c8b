"""Questions and answers: what pages, API, feed and command line ask of the counted intervals.

`Answers` is one consistent state. Everything that shows a number asks here, so that a number is the same wherever it stands.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

__all__ = ["Count", "FeedRow", "Flows", "Move", "Overlap", "Step", "Row"]

Grain = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Count:
    """How many people. `value` is None where no rule was in force yet."""

    value: int | None
    as_of: dt.date
    provisional: bool = False  # a window reaches past what is known, or past today
    warming_up: bool = False  # a window begins before a feeding system's first known day


@dataclass(frozen=True, slots=True)
class Row:
    """One point of a series: the count at the end of the period whose last day is `day`."""

    day: dt.date
    value: int | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One week of the seeds' dashboard feed; `wkcommencing` is its Monday."""

    wkcommencing: dt.date
    new: int
    totalactive: int


@dataclass(frozen=True, slots=True)
class Flows:
    """Two dates compared: before - left + joined + returned = after, and stayed + left = before."""

    start: dt.date
    end: dt.date
    before: int
    stayed: int
    left: int
    joined: int  # active at the end, and never before it began
    returned: int  # active at the end and at some time before the start, but not at the start
    after: int


@dataclass(frozen=True, slots=True)
class Move:
    """People active in `source` at the start and not at the end, who were active in `target` at the end and not at the start."""

    source: str
    target: str
    people: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """People active in exactly these areas."""

    areas: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Step:
    """One point of a pathway: how many hold it, and what share of those who hold the point before it."""

    point: str
    title: str
    level: str
    people: int
    rate: float | None  # of the step before, of those who hold both
