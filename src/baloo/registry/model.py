"""What a registry says, as plain immutable values (REGISTRY.md). Made by `baloo.registry.load`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from baloo.registry.byhand import Log

__all__ = [
    "AllOf",
    "AnyOf",
    "Area",
    "AreaMap",
    "Claim",
    "Community",
    "EventRule",
    "Feed",
    "Field",
    "Kind",
    "Leaf",
    "Level",
    "MapRow",
    "Membership",
    "Not",
    "PayloadMapping",
    "Point",
    "PointsLine",
    "Reached",
    "Registry",
    "Rule",
    "Scalar",
    "Schema",
    "Span",
    "System",
    "Test",
    "Version",
    "Where",
    "Window",
    "Work",
]

Level: TypeAlias = Literal["visitor", "casual", "active", "core"]
Unit: TypeAlias = Literal["days", "weeks", "months", "years"]
Scalar: TypeAlias = "str | int | float | bool"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as it is written: `30 days` is Span(30, "days"), `1 year` is Span(1, "years")."""

    n: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Window:
    """Which days a leaf sees when it is asked at day d.

    form `within` and `around` have a span; `calendar` has a period; `ever` has neither.
    """

    form: Literal["within", "around", "calendar", "ever"]
    span: Span | None = None
    period: Literal["week", "month", "quarter", "year"] | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """One line of `where`. `values` has the texts, numbers or booleans as written; one of them for all but `in` and `not`."""

    op: Literal["in", "not", "at_least", "below", "starts", "missing"]
    values: tuple[Scalar, ...]


Where: TypeAlias = tuple[tuple[str, Test], ...]  # sorted by field; each must hold


@dataclass(frozen=True, slots=True)
class PointsLine:
    """One line of `points`: `each` points, times the number in field `per` less `over`, never below 0."""

    each: int
    kinds: tuple[str, ...] | None = None
    where: Where = ()
    per: str | None = None
    over: int = 0


@dataclass(frozen=True, slots=True)
class Leaf:
    """A rule's leaf: which contributions, how much of them, when."""

    window: Window
    amount: Literal["at_least", "first", "top"]
    threshold: int = 1  # of `at_least`; for `top` the share in percent
    of: Literal["contributions", "days", "weeks", "months", "objects", "people", "points"] = "contributions"
    kinds: tuple[str, ...] | None = None  # None: all kinds of the area that are contributions
    where: Where = ()
    whose: Literal["others", "own"] | None = None
    cap_per_day: int | None = None
    points: tuple[PointsLine, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the rules holds."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of the rules holds."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The rule does not hold; stands only inside AllOf beside something positive."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class Reached:
    """Another point holds. `area` is the id of its area; None means the area of this rule."""

    point: str
    area: str | None = None


Rule: TypeAlias = "AnyOf | AllOf | Not | Reached | Leaf"


@dataclass(frozen=True, slots=True)
class Version:
    """A rule in force from `since` (None: always) to the day before the next version's `since`."""

    when: Rule
    since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A conversion point. `versions` are in order of time, oldest first."""

    id: str
    level: Level
    versions: tuple[Version, ...]
    title: str = ""
    keeps: Span | Literal["ever"] | None = None
    rewards: str | None = None
    next: str | None = None

    def at(self, day: dt.date) -> Version | None:
        """The version in force at a day; None before the oldest."""
        return next((version for version in reversed(self.versions) if version.since is None or version.since <= day), None)

    def until(self, version: Version) -> dt.date | None:
        """The day from which a version is in force no more; None for the newest."""
        following = self.versions[self.versions.index(version) + 1:]
        return following[0].since if following else None


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of `counts`: contributions of a system that belong to an area, on days in [since, until)."""

    system: str
    kinds: tuple[str, ...] | None = None
    where: Where = ()
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the community that counts its people. `pathway` is its own; see Registry.pathway_of for the inherited one."""

    id: str
    title: str
    was: tuple[str, ...] = ()
    part_of: str | None = None
    organisation: str | None = None
    owner: str | None = None
    target: int | None = None
    counts: tuple[Claim, ...] = ()
    split_by: str | None = None
    pathway: tuple[Point, ...] = ()
    basis: tuple[str, ...] = ()  # where its rules come from
    draft: bool = False  # nobody has agreed on its rules yet
    file: str = ""
    log: Log | None = None  # None: nobody logs for it by hand


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be done on a system. `owner_field`: the field of `extra` with the account of whose thing it was done on."""

    id: str
    title: str
    owner_field: str | None = None
    contribution: bool = True
    schema: str | None = None
    natural_key: tuple[str, ...] | None = None  # of: object, actor, second, day, or a field of extra; None: the default


@dataclass(frozen=True, slots=True)
class MapRow:
    """One row of a map: a value (or a prefix, written `value*`) belongs to an area on days in [since, until)."""

    value: str
    prefix: bool
    area: str
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class AreaMap:
    """`areas: {by: field, map: file}` of a system: the longest matching row that holds on the day wins."""

    field: str
    file: str
    rows: tuple[MapRow, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """How a system is read: by which installed source, from where, when."""

    name: str
    urls: tuple[str, ...]
    cron: str | None = None  # in UTC; None: only when somebody asks
    since: dt.date | None = None  # the first run's beginning
    key_env: str | None = None  # the environment variable that holds the key
    per_second: float | None = None  # requests
    mapping: str | None = None  # of `sql`: the file in the registry that has its queries
    run: tuple[str, ...] = ()  # of `perceval`: its arguments, the backend first
    overlap_minutes: int | None = None  # before the time to which the last run came; None: as the source has it


@dataclass(frozen=True, slots=True)
class System:
    """Where contributions happen."""

    id: str
    title: str
    kinds: Mapping[str, Kind]
    url: str | None = None
    owner: str | None = None
    map: AreaMap | None = None
    manual: bool = False  # people write down by hand what was done there
    quarter: str | None = None  # in which it is to be integrated, such as 2014-Q3
    silent_days: int = 7  # longer silence raises an alarm
    file: str = ""
    source: Feed | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """Something to do before systems are integrated; it may be of no system, or of a whole quarter's plan.

    An open one that `blocks` keeps the stage of its systems from going on.
    """

    id: str
    title: str
    state: Literal["open", "resolved", "verified"] = "open"
    systems: tuple[str, ...] = ()
    stage: Literal["schema", "import", "push", "aggregation", "dashboard"] | None = None
    blocks: bool = False
    priority: str | None = None
    url: str | None = None
    quarter: str | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of `extra` that a schema declares."""

    name: str
    type: Literal["text", "number", "integer", "boolean", "list", "date", "any"] = "any"
    dimension: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """The shape of `extra` for one schema and version; `json_schema` is what validates it."""

    id: str
    version: str
    title: str
    fields: Mapping[str, Field]
    json_schema: Mapping[str, Any]
    file: str = ""


@dataclass(frozen=True, slots=True)
class EventRule:
    """One rule of a mapping: what an event is made of where `when` holds.

    `when` is by JSON pointer; `each` is the pointer of a list, of which each element makes an event; `fields` are those of an
    event of version 1 as they are written: a value, or `{pointer, type, format, zone}`. A rule without fields makes nothing.
    """

    fields: Mapping[str, Any]
    when: Where = ()
    each: str | None = None


@dataclass(frozen=True, slots=True)
class PayloadMapping:
    """How what another program sends becomes events: the first rule whose `when` holds makes them.

    `id` names it within its protocol: the hook's name, Glean's application, the schema of EventLogging, the stream of EventGate,
    the system of GitHub's or of a source, Perceval's backend.
    """

    id: str
    protocol: Literal["hook", "glean", "eventlogging", "eventgate", "github", "perceval", "source"]
    system: str
    rules: tuple[EventRule, ...]
    otherwise: Literal["quarantine", "ignore"] = "quarantine"  # what no rule takes
    trust: Literal["token", "anybody"] = "token"  # whose events are more than staging
    file: str = ""


@dataclass(frozen=True, slots=True)
class Community:
    """The whole: its question, its target, its staff domains and the rule where an area or system says nothing."""

    id: str
    title: str
    question: str
    target: int | None = None
    staff: tuple[str, ...] = ()
    active: Leaf = field(default_factory=lambda: Leaf(Window("within", Span(1, "years")), "at_least", 1))


@dataclass(frozen=True, slots=True)
class Membership:
    """What members of a group at the provider may do here; `place` is such as `area:reps`, empty for everywhere."""

    group: str
    role: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """A whole registry. `hash` changes when a meaning in it changes: not with comments, order of files, mappings, sources, work.

    `mappings` are by (protocol, id); they say how events are read, and what was read before stays as it is.
    """

    community: Community
    systems: Mapping[str, System]
    areas: Mapping[str, Area]
    schemas: Mapping[tuple[str, str], Schema]
    hash: str
    mappings: Mapping[tuple[str, str], PayloadMapping] = field(default_factory=dict)
    work: Mapping[str, Work] = field(default_factory=dict)
    may: tuple[Membership, ...] = ()

    def parts_of(self, area: str) -> tuple[Area, ...]:
        """The areas that are directly part of `area`, in order of id."""
        return tuple(a for a in sorted(self.areas.values(), key=lambda a: a.id) if a.part_of == area)

    def whole_of(self, area: str) -> Iterator[Area]:
        """The areas that `area` lies in, from the nearest outwards."""
        above = self.areas[area].part_of
        while above:
            yield self.areas[above]
            above = self.areas[above].part_of

    def pathway_of(self, area: str) -> tuple[Point, ...]:
        """The area's pathway: its own, else that of the nearest area it is part of; empty where none has one."""
        own = self.areas[area]
        return own.pathway or next((a.pathway for a in self.whole_of(area) if a.pathway), ())

    def organisation_of(self, area: str) -> str | None:
        """The area's organisation: its own, else that of the nearest area it is part of."""
        own = self.areas[area]
        return own.organisation or next((a.organisation for a in self.whole_of(area) if a.organisation), None)

    def organisations(self) -> dict[str, tuple[str, ...]]:
        """Organisation to the ids of its areas."""
        found: dict[str, list[str]] = {}
        for area in sorted(self.areas):
            organisation = self.organisation_of(area)
            if organisation:
                found.setdefault(organisation, []).append(area)
        return {name: tuple(ids) for name, ids in sorted(found.items())}
