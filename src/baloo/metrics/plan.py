"""What a registry compiles to: sources to roll up, feeds that choose days of them, nodes that hold intervals, and the names of
all that.

A *node* is a set of intervals for each person (and, where it is parted, each part of a split area). Equal nodes are one node:
two measures
that are the same by construction are computed once and share a key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from baloo.registry.model import PointsLine, Where, Window

__all__ = [
    "All",
    "Counted",
    "Edge",
    "Entry",
    "Feed",
    "New",
    "Node",
    "Plan",
    "Source",
    "Spread",
    "Staff",
    "Term",
    "Union",
    "feeds_of",
    "in_order",
    "nodes_below",
    "planned",
]


@dataclass(frozen=True, slots=True)
class Term:
    """One way to be claimed: `where` holds, the day is in [since, until), and the system's map gives one of `areas` (None: no
    map asked)."""

    where: Where = ()
    since: dt.date | None = None
    until: dt.date | None = None
    areas: tuple[str, ...] | None = None

    @property
    def plain(self) -> bool:
        """Whether the day alone decides."""
        return not self.where and self.areas is None


@dataclass(frozen=True, slots=True)
class Source:
    """What one number of the rollup counts: contributions of one kind that pass a predicate on the event's own fields.

    `terms`: at least one holds (or, with `unclaimed`, none does); () asks nothing. `split` is the field whose values are the
    parts.
    `owner_field`, `objects` and `points` say what is kept beside the number of events. `map_hash` tells one state of a map
    from another.
    `name` is the same for the same meaning, in every process; sources are equal by it (in Python True equals 1, in a rule it
    does not).
    """

    system: str = field(compare=False)
    kind: str = field(compare=False)
    terms: tuple[Term, ...] = field(default=(), compare=False)
    unclaimed: bool = field(default=False, compare=False)
    where: Where = field(default=(), compare=False)
    split: str | None = field(default=None, compare=False)
    owner_field: str | None = field(default=None, compare=False)
    objects: bool = field(default=False, compare=False)
    points: tuple[PointsLine, ...] = field(default=(), compare=False)
    map_hash: str = field(default="", compare=False)
    name: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", hashlib.sha256(repr(self).encode()).hexdigest()[:24])

    @property
    def base(self) -> bool:
        """Whether the base rollup (system, kind, identity, day) has it already."""
        return not (self.terms or self.where or self.split or self.keyed)

    @property
    def keyed(self) -> bool:
        """Whether rows keep more than a number of events."""
        return bool(self.owner_field or self.objects or self.points)


@dataclass(frozen=True, slots=True)
class Feed:
    """The contributions of a source on days in [since, until)."""

    source: Source
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A leaf over its feeds."""

    feeds: tuple[Feed, ...]
    window: Window
    amount: Literal["at_least", "first", "top"] = "at_least"
    threshold: int = 1
    of: Literal["contributions", "days", "weeks", "months", "objects", "people", "points"] = "contributions"
    whose: Literal["others", "own"] | None = None
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class New:
    """The feed's newcomers: [Monday, next Monday) of a week with a contribution, and none in the year before the week."""

    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is staff when: by roster, else by events from a staff address within a year."""


@dataclass(frozen=True, slots=True)
class Edge:
    """What a union takes of a node: each interval extended by `keeps`, then clipped to [since, until).

    `whole` forgets the part; `only` takes one part by its value.
    """

    node: Node
    keeps: Window | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    whole: bool = False
    only: str | None = None


@dataclass(frozen=True, slots=True)
class Union:
    """Days on which at least one edge holds."""

    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    """Days on which each of `holds` holds and none of `fails`."""

    holds: tuple[Node, ...]
    fails: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """A node without parts, for each part in which the person has contributions of `feeds`."""

    node: Node
    feeds: tuple[Feed, ...]


Node: TypeAlias = "Counted | New | Staff | Union | All | Spread"


@dataclass(frozen=True, slots=True)
class Entry:
    """One measure of a scope; with `parted` the same measure of each part of the scope."""

    scope: str
    measure: str
    node: Node
    parted: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a registry asks to be counted. `nodes` are in an order in which each comes after those it needs.

    `kinds` are the sources of all kinds, whole: an address is used whatever was done with it.
    """

    entries: tuple[Entry, ...]
    nodes: tuple[Node, ...]
    sources: tuple[Source, ...]
    kinds: tuple[Source, ...] = ()
    no_number_before: dict[str, str] = field(default_factory=dict)

    @property
    def tops(self) -> tuple[Counted, ...]:
        """The leaves that compare people with each other: one person's intervals can change with another's contributions."""
        return tuple(node for node in self.nodes if isinstance(node, Counted) and node.amount == "top")

    def fingerprint(self) -> str:
        """The same for plans that count the same, in every process."""
        numbers = {node: number for number, node in enumerate(self.nodes)}
        told = [_told(node, numbers) for node in self.nodes]
        named = [(entry.scope, entry.measure, numbers[entry.node], entry.parted) for entry in self.entries]
        return hashlib.sha256(repr((told, named, [source.name for source in self.kinds])).encode()).hexdigest()[:24]


def planned(entries: Iterable[Entry], kinds: tuple[Source, ...], no_number_before: dict[str, str]) -> Plan:
    """The plan of some entries: with the nodes and sources that these need."""
    entries = tuple(entries)
    nodes = in_order(entry.node for entry in entries)
    sources = {feed.source: None for node in nodes for feed in feeds_of(node)}
    return Plan(entries, nodes, tuple(sources), kinds, no_number_before)


def _told(node: Node, numbers: dict[Node, int]) -> tuple[object, ...]:
    """A node in plain values, with the numbers of the nodes that it needs."""
    feeds = tuple((feed.source.name, feed.since, feed.until) for feed in feeds_of(node))
    match node:
        case Counted():
            return ("counted", feeds, node.window, node.amount, node.threshold, node.of, node.whose, node.cap)
        case Union():
            return (
                "union",
                *((numbers[edge.node], edge.keeps, edge.since, edge.until, edge.whole, edge.only) for edge in node.edges),
            )
        case All():
            return ("all", *(numbers[below] for below in node.holds), "not", *(numbers[below] for below in node.fails))
        case Spread():
            return ("spread", feeds, numbers[node.node])
    return (type(node).__name__, feeds)


def feeds_of(node: Node) -> tuple[Feed, ...]:
    """The feeds that a node reads itself."""
    return node.feeds if isinstance(node, Counted | New | Spread) else ()


def nodes_below(node: Node) -> tuple[Node, ...]:
    """The nodes that a node needs, directly."""
    match node:
        case Union(edges=edges):
            return tuple(edge.node for edge in edges)
        case All(holds=holds, fails=fails):
            return holds + fails
        case Spread(node=inner):
            return (inner,)
    return ()


def in_order(tops: Iterable[Node]) -> tuple[Node, ...]:
    """Every node reachable from `tops`, once, each after those that it needs."""
    found: dict[Node, None] = {}

    def visit(node: Node) -> None:
        if node not in found:
            for below in nodes_below(node):
                visit(below)
            found[node] = None

    for top in tops:
        visit(top)
    return tuple(found)
