"""What the API answers with. Names and types stay; new fields may come. A number of people is exact: see `/api`."""

from __future__ import annotations

import datetime as dt

import msgspec

from baloo.metrics.answers import FeedRow, Flows, LevelCount, Move, Overlap, Pair, Row, Scope, Stamp, Step

__all__ = [
    "Active", "AreaCount", "Definition", "Definitions", "Feed", "FlowsBetween", "Moves", "Overlaps", "Pathway", "Scopes",
    "Series", "Status", "SumOfAreas", "SystemDays", "Waiting",
]


class AreaCount(msgspec.Struct):
    """People in one area; null where its rule was not in force yet."""

    area: str
    people: int | None


class SumOfAreas(msgspec.Struct):
    """The areas that are part of no other, their sum, and the people counted once; `unclaimed` is in neither."""

    areas: list[AreaCount]
    sum: int
    total: int | None
    unclaimed: int | None


class Active(msgspec.Struct):
    """How many people held a level at the end of a day. `active` is null where no rule was in force yet."""

    active: int | None
    as_of: dt.date
    scope: str  # as /api/v1/scopes lists them; where `areas` are combined, the community
    level: str
    exclude_staff: bool
    provisional: bool  # a window reaches past today, or past what is known
    warming_up: bool  # a window begins before a feeding system's first known day
    definition: str
    areas: list[str] | None  # those that `op` combines
    op: str | None
    sum_of_areas: SumOfAreas | None  # of the community only
    stamp: Stamp


class Series(msgspec.Struct):
    """Counts at the last day of each day, week or month, oldest first."""

    scope: str
    level: str
    grain: str
    exclude_staff: bool
    rows: list[Row]
    stamp: Stamp


class FlowsBetween(msgspec.Struct):
    """Two days compared, or each period of a grain; of the community between two days each top-level area, and their sum."""

    scope: str
    level: str
    exclude_staff: bool
    rows: list[Flows]
    areas: dict[str, Flows] | None
    sum_of_areas: Flows | None
    stamp: Stamp


class Moves(msgspec.Struct):
    """People who were active in one area and not in the other at the start, and the other way round at the end."""

    start: dt.date
    end: dt.date
    level: str
    exclude_staff: bool
    rows: list[Move]
    stamp: Stamp


class Overlaps(msgspec.Struct):
    """People by exactly the areas that they are active in; `people` counts each once, `sum_of_areas` once an area."""

    as_of: dt.date
    level: str
    exclude_staff: bool
    people: int
    sum_of_areas: int
    rows: list[Overlap]
    pairs: list[Pair]
    by_number_of_areas: dict[int, int]
    stamp: Stamp


class Pathway(msgspec.Struct):
    """The points of an area's pathway in order, and its people by level."""

    area: str
    as_of: dt.date
    exclude_staff: bool
    rows: list[Step]
    levels: list[LevelCount]
    stamp: Stamp


class Feed(msgspec.Struct):
    """The weekly feed, newest week first: new people, and all who were there in the year that ends with the week's Sunday."""

    view: str
    scope: str
    exclude_staff: bool
    rows: list[FeedRow]
    stamp: Stamp


class Scopes(msgspec.Struct):
    """Everything that people are counted in."""

    rows: list[Scope]
    views: list[str]  # of the feed
    stamp: Stamp


class Definition(msgspec.Struct):
    """One conversion point in words. `counted` marks the rule by which the scope's active people are counted."""

    scope: str
    point: str | None
    title: str
    level: str
    counted: bool
    definition: str
    since: dt.date | None
    rewards: str | None
    next: str | None


class Definitions(msgspec.Struct):
    """The rules in force, pathway by pathway."""

    rows: list[Definition]
    registry: str  # changes when a rule does


class SystemDays(msgspec.Struct):
    """From when to when something is known from a system."""

    system: str
    first: dt.date | None
    last: dt.date | None


class Waiting(msgspec.Struct):
    """What the door took in and nobody has counted yet."""

    rows: int
    oldest: dt.datetime | None


class Status(msgspec.Struct):
    """How fresh the numbers are."""

    stamp: Stamp
    waiting: Waiting
    systems: list[SystemDays]
