"""What the API answers with. Names and types stay; new fields may come. A number of fewer people than `hidden_below` is null."""

from __future__ import annotations

import datetime as dt

import msgspec

from baloo.metrics.answers import Move, Overlap, Pair, Row, Scope, Staging, Stamp
from baloo.watch.report import Integration

__all__ = [
    "Active", "AreaCount", "AtLevel", "CohortOf", "Cohorts", "Compared", "Definition", "Definitions", "Extract", "Extracted",
    "Feed", "FlowsBetween", "Kept", "Lapse", "Later", "Moves", "Overlaps", "Pathway", "Scopes", "Series", "Status", "StepOf",
    "SumOfAreas", "SystemDays", "Waiting", "Week",
]


class AreaCount(msgspec.Struct):
    """People in one area; null where its rule was not in force yet, too."""

    area: str
    people: int | None


class SumOfAreas(msgspec.Struct):
    """The areas that are part of no other, their sum, and the people counted once; `unclaimed` is in neither."""

    areas: list[AreaCount]
    sum: int | None
    total: int | None
    unclaimed: int | None


class Active(msgspec.Struct):
    """How many people held a level at the end of a day. `active` is null where no rule was in force yet, too."""

    active: int | None
    few: bool  # there are fewer than `hidden_below`, and somebody, or so few would be left of an area
    as_of: dt.date
    scope: str  # as /api/v1/scopes lists them; where `areas` are combined, the community
    level: str
    exclude_staff: bool
    provisional: bool  # a window reaches past today, or past what is known
    warming_up: bool  # a window begins before a feeding system's first known day
    definition: str
    areas: list[str] | None  # those that `op` combines
    op: str | None
    window: str | None  # on any day of which they held it; null: at the end of the day `as_of`
    sum_of_areas: SumOfAreas | None  # of the community only
    hidden_below: int
    stamp: Stamp


class Series(msgspec.Struct):
    """Counts at the last day of each day, week or month, oldest first."""

    scope: str
    level: str
    grain: str
    exclude_staff: bool
    rows: list[Row]
    hidden_below: int
    stamp: Stamp


class Extracted(msgspec.Struct):
    """People who held a level in a scope at the last day of a period."""

    day: dt.date
    kind: str
    scope: str
    title: str
    level: str
    people: int | None  # null where no rule was in force yet, too
    provisional: bool


class Extract(msgspec.Struct):
    """The counts of every scope, scope by scope, oldest first."""

    level: str
    grain: str
    exclude_staff: bool
    rows: list[Extracted]
    hidden_below: int
    stamp: Stamp


class Lapse(msgspec.Struct):
    """Who would hold a level at the Sundays after `today`, if nothing came that is not known by then."""

    scope: str
    level: str
    exclude_staff: bool
    today: dt.date
    rows: list[Row]
    hidden_below: int
    stamp: Stamp


class Compared(msgspec.Struct):
    """Two days: before - left + joined + returned = after, and stayed + left = before. Where one is null, a second is."""

    start: dt.date
    end: dt.date
    before: int | None
    stayed: int | None
    left: int | None
    joined: int | None  # there at the end, and never before it began
    returned: int | None  # there at the end and at some time before the start, but not at the start
    after: int | None


class FlowsBetween(msgspec.Struct):
    """Two days compared, or each period of a grain; of the community between two days each top-level area, and their sum."""

    scope: str
    level: str
    exclude_staff: bool
    rows: list[Compared]
    areas: dict[str, Compared] | None
    sum_of_areas: Compared | None  # null where an area's number is
    hidden_below: int
    stamp: Stamp


class Moves(msgspec.Struct):
    """People active in one area and not in the other at the start, and the other way round at the end; not where few did."""

    start: dt.date
    end: dt.date
    level: str
    exclude_staff: bool
    rows: list[Move]
    hidden_below: int
    stamp: Stamp


class Later(msgspec.Struct):
    """Of a cohort, those who held the level at `day`, the last one of a later period, or the last one asked for."""

    day: dt.date
    people: int | None  # null where so many, or all but so many, are few


class CohortOf(msgspec.Struct):
    """The people who first held a level from `start` to `end`, and of them who held it at the end of each later period."""

    start: dt.date
    end: dt.date  # of the period, or the last day asked for
    people: int | None
    later: list[Later]


class Kept(msgspec.Struct):
    """One cohort at the end of one later period, the `after`-th: a row of the table."""

    start: dt.date
    end: dt.date
    people: int | None
    after: int
    day: dt.date
    still: int | None


class Cohorts(msgspec.Struct):
    """Who first held a level in each period, oldest first."""

    scope: str
    level: str
    grain: str
    exclude_staff: bool
    rows: list[CohortOf]
    hidden_below: int
    stamp: Stamp


class Overlaps(msgspec.Struct):
    """People by exactly the areas that they are active in; `people` counts each once, `sum_of_areas` once an area.

    Rows and pairs of few are left out; where what is missing were few together, the smallest row besides.
    """

    as_of: dt.date
    level: str
    exclude_staff: bool
    people: int | None
    sum_of_areas: int | None
    rows: list[Overlap]
    pairs: list[Pair]
    by_number_of_areas: dict[int, int | None]
    hidden_below: int
    stamp: Stamp


class StepOf(msgspec.Struct):
    """One point of a pathway: how many hold it, and what share of those who hold the point before it."""

    point: str
    title: str
    level: str
    people: int | None
    rate: float | None  # of the step before, of those who hold both


class AtLevel(msgspec.Struct):
    """`people` at a level or above it, `exactly` at it and no higher. Levels nest; `inactive` stands alone."""

    level: str
    people: int | None
    exactly: int | None


class Pathway(msgspec.Struct):
    """The points of an area's pathway in order, and its people by level."""

    area: str
    as_of: dt.date
    exclude_staff: bool
    rows: list[StepOf]
    levels: list[AtLevel]
    hidden_below: int
    stamp: Stamp


class Week(msgspec.Struct):
    """One week of the seeds' dashboard feed; `wkcommencing` is its Monday."""

    wkcommencing: dt.date
    new: int | None
    totalactive: int | None


class Feed(msgspec.Struct):
    """The weekly feed, newest week first: new people, and all who were there in the year that ends with the week's Sunday."""

    view: str
    scope: str
    exclude_staff: bool
    rows: list[Week]
    hidden_below: int
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
    until: dt.date | None  # the day on which another rule takes its place
    rewards: str | None
    next: str | None


class Definitions(msgspec.Struct):
    """The rules in force at a day, pathway by pathway."""

    rows: list[Definition]
    registry: str  # changes when a rule does


class SystemDays(msgspec.Struct):
    """From when to when something is known from a system."""

    system: str
    first: dt.date | None
    last: dt.date | None
    staging: Staging | None = None  # what it sent to try it out; in no count


class Waiting(msgspec.Struct):
    """What the door took in and nobody has counted yet."""

    rows: int
    oldest: dt.datetime | None


class Status(msgspec.Struct):
    """How fresh the numbers are."""

    stamp: Stamp
    waiting: Waiting
    systems: list[SystemDays]
    integration: Integration
