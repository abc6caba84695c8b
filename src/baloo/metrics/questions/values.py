"""The shapes of the answers: plain values that pages, API, feed and command line write in their own form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = [
    "ALL", "Breakdown", "Cell", "Cohort", "CohortGrain", "Count", "Cube", "Exchange", "FeedRow", "Flows", "Grain", "LevelCount",
    "Move", "Overlap", "Pair", "PeriodGrain", "Row", "Scope", "Staging", "Stamp", "Step",
]

ALL = "all"
"""Every area together, or every system together."""
Grain: TypeAlias = Literal["day", "week", "month"]
PeriodGrain: TypeAlias = Literal["month", "quarter", "year"]
CohortGrain: TypeAlias = Literal["week", "month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which state the answers come from."""

    version: int  # of the manifest; grows with each refresh
    seq: int  # what arrived up to this queue row is counted
    refreshed: dt.datetime  # when it was counted
    counted_to: dt.date | None  # the last day on which a system is known to have had a contribution


@dataclass(frozen=True, slots=True)
class Staging:
    """What a system sent to try it out. It is in no count."""

    events: int
    last: dt.datetime  # when the last of them arrived


@dataclass(frozen=True, slots=True)
class Scope:
    """Something that people are counted in. `name` is what every question takes: `area:support`, `system:sumo`, `community`."""

    name: str
    kind: Literal["community", "unclaimed", "area", "system", "organisation"]
    id: str
    title: str
    target: int | None = None
    part_of: str | None = None  # the id of the area that an area is part of
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many people. `value` is None where no rule was in force yet."""

    value: int | None
    as_of: dt.date
    provisional: bool = False  # a window reaches past what is known, or past today
    warming_up: bool = False  # a window begins before a feeding system's first known day


@dataclass(frozen=True, slots=True)
class Row:
    """One point of a series: the count at `day`, the period's last day, or the last day asked for where the period still runs."""

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
class Pair:
    """People active in both areas, whatever else they are active in."""

    one: str
    other: str
    people: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """An area at two days, and where else people were: stayed + all who went = before, stayed + all who came = after.

    `came` are people by exactly the other areas that they were active in at the start, `went` by those that they are active in at
    the end; no area is nowhere.
    """

    start: dt.date
    end: dt.date
    before: int
    stayed: int
    after: int
    came: tuple[Overlap, ...]
    went: tuple[Overlap, ...]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The people who first held a level in a period, and how many of them held it at the end of each later one."""

    eve: dt.date  # the day before the period
    last: dt.date  # the last day of the period, or the last day asked for
    people: int
    later: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One point of a pathway: how many hold it, and what share of those who hold the point before it."""

    point: str
    title: str
    level: str
    people: int
    rate: float | None  # of the step before, of those who hold both


@dataclass(frozen=True, slots=True)
class LevelCount:
    """`people` at a level or above it, `exactly` at it and no higher. Levels nest; `inactive` stands alone."""

    level: str
    people: int
    exactly: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The same number in each top-level area, their `sum`, and `total`: the community's people, each counted once.

    A top-level area is one that is part of no other. `unclaimed` is what no area claims; it is in neither.
    """

    areas: tuple[tuple[str, int | None], ...]
    sum: int
    total: int | None
    unclaimed: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """The people of one week, area and system.

    `total` have contributed to the area from the system in the year that ends with the week's Sunday; of them `new` did so in the
    week, and not in the year before it: the feed's two numbers. `active` are those of `total` who are active in the area by its
    own rule on the Sunday; where the system is `all` everybody who is. It is None where no rule was in force yet.
    """

    week: dt.date  # its Monday
    area: str  # an id, `all` that are claimed by any area, or `unclaimed`
    system: str  # an id, or `all`
    total: int
    new: int
    active: int | None


@dataclass(frozen=True, slots=True)
class Cube:
    """The cells in which there is anybody, by week, area and system; the newest week first."""

    cells: tuple[Cell, ...]
    weeks: tuple[dt.date, ...]  # their Mondays, those without anybody too
    stamp: Stamp
