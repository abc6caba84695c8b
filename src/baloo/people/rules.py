"""The rules that say who is who, and how persons follow from evidence. Nothing here reads or writes.

Evidence is an edge between two identities. What several identities share (an address, an author of a `.mailmap`) is a
*group*: a star of edges from its oldest identity, each edge naming the group by a keyed hash in `inputs`. Persons are the
groups united, strongest first; two identities that were said to be different are never united, whatever joins them. The
result depends on what the evidence says, and not on the order in which it arrived.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

__all__ = [
    "ACCEPTED", "AGAINST", "AUTOMATIC", "BY_HAND", "DIFFERENT_NAMES", "DIRECTORY", "INITIALS_AS_LOGIN", "LATER", "LONGER_NAME",
    "MAILMAP", "NAME_AND_PLACE", "NAME_AS_LOGIN", "RARE_NAME", "REJECTED", "RULES", "SAME_ACCOUNT", "SAME_ADDRESS", "SAME_LOGIN",
    "SPLIT", "TWO_ACCOUNTS", "UNDONE", "Edge", "Rule", "group_input", "is_personal", "star", "unite",
]

AUTOMATIC, ACCEPTED, REJECTED, SPLIT, UNDONE = "automatic", "accepted", "rejected", "split", "undone"
LATER = "later"
DIRECTORY = "directory"
BY_HAND, MAILMAP, SAME_ACCOUNT, SAME_ADDRESS = "by-hand", "mailmap", "same-account", "same-address"
NAME_AND_PLACE, RARE_NAME, NAME_AS_LOGIN = "name-and-place", "rare-name", "name-as-login"
SAME_LOGIN, INITIALS_AS_LOGIN, LONGER_NAME = "same-login", "initials-as-login", "longer-name"
DIFFERENT_NAMES, TWO_ACCOUNTS = "different-names", "two-accounts"


Pair: TypeAlias = "tuple[int, int]"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of evidence is worth, and how it is said in words."""

    name: str
    weight: int
    version: int
    words: str


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(BY_HAND, 100, 1, "somebody said that they are the same person"),
        Rule(MAILMAP, 90, 1, "a .mailmap names one author for both"),
        Rule(DIRECTORY, 88, 1, "a directory gives both to one person"),
        Rule(SAME_ACCOUNT, 85, 1, "both are the same account"),
        Rule(SAME_ADDRESS, 80, 2, "both used the same personal address"),
        Rule(NAME_AND_PLACE, 75, 1, "the same full name, and the same local part, organisation or login"),
        Rule(RARE_NAME, 70, 1, "the same full name, which nobody else is expected to have"),
        Rule(NAME_AS_LOGIN, 65, 1, "the full name of the one is the other's login"),
        Rule(SAME_LOGIN, 60, 1, "the same login, which is no word of a name, at about the same time"),
        Rule(INITIALS_AS_LOGIN, 55, 1, "the name of the one, shortened, is the other's login, at about the same time"),
        Rule(LONGER_NAME, 50, 1, "the name of the one is in the other's, and nobody else is expected to have it"),
        Rule(DIFFERENT_NAMES, -40, 1, "their full names contradict each other"),
        Rule(TWO_ACCOUNTS, -30, 1, "each has an account on the same system"),
    )
}
"""Evidence of negative weight speaks against: it goes before whatever rules found, and after what people said."""

AGAINST = frozenset(rule.name for rule in RULES.values() if rule.weight < 0)
"""The rules that speak against."""

_NOBODY_LOCAL = frozenset(
    {"", "devnull", "do-not-reply", "donotreply", "nobody", "none", "no-reply", "noreply", "null", "root", "unknown"}
)
_NOBODY_DOMAIN = frozenset({"", "(none)", "?", "localhost", "localhost.localdomain", "none"})


class Edge(NamedTuple):
    """One row of evidence between identities a < b. `inputs` has the groups that it stands for, separated by spaces.

    What a rule found and rests on no group any more holds nobody together.
    """

    a: int
    b: int
    rule: str
    inputs: str = ""
    state: str = AUTOMATIC

    @property
    def holds(self) -> bool:
        """Whether it speaks for a and b being one person."""
        return self.state == ACCEPTED or (self.state == AUTOMATIC and bool(self.inputs) and not self.denies)

    @property
    def denies(self) -> bool:
        """Whether it is of a kind that speaks against."""
        return self.rule in AGAINST


def is_personal(key: str | None) -> bool:
    """Whether an address key can be one person's: `local@domain`, and not one that stands for nobody."""
    if not key or key.count("@") != 1 or " " in key:
        return False
    local, domain = key.split("@")
    return local not in _NOBODY_LOCAL and domain not in _NOBODY_DOMAIN


def group_input(secret: bytes, rule: str, *what: str) -> str:
    """The name of a group, which tells nothing of the address in it to whoever has not the workspace's secret."""
    return hashlib.blake2b("\x1f".join((rule, *what)).encode(), key=secret, digest_size=8).hexdigest()


def star(rule: str, given: str, members: Iterable[int]) -> list[Edge]:
    """The edges of a group: from its oldest identity to each other."""
    first, *others = sorted(set(members))
    return [Edge(first, other, rule, given) for other in others]


def unite(edges: Iterable[Edge], keys: Callable[[Sequence[int]], Mapping[int, str]]) -> dict[int, int]:
    """Each identity of the edges to its person: the oldest identity of those it is united with.

    What people said goes before what rules found against two identities, and that before what they found for them. `keys` gives
    the keys of identities; it is asked only where something speaks against two of them, to break ties by what they are called
    and not by when they came.
    """
    edges = list(edges)
    apart = {(edge.a, edge.b) for edge in edges if edge.state in (REJECTED, SPLIT)}
    doubted = {(edge.a, edge.b) for edge in edges if edge.denies and edge.inputs and edge.state == AUTOMATIC}
    whole = _Union()
    for edge in edges:
        whole.take(edge.a, edge.b, edge.holds and (edge.a, edge.b) not in apart)
    torn = _torn(edges, apart | doubted, whole)
    if torn:
        concerned = [edge for edge in edges if edge.a in torn or edge.b in torn]
        names = keys(sorted({end for edge in concerned for end in (edge.a, edge.b)}))
        for identity in torn:
            whole.parent[identity] = identity
        _unite_carefully(whole, concerned, apart, doubted, names)
    return whole.persons()


class _Union:
    """Disjoint sets of identities."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}

    def take(self, a: int, b: int, together: bool) -> None:
        """Know of a and b, and unite them where they are together."""
        self.parent.setdefault(a, a)
        self.parent.setdefault(b, b)
        if together:
            self.join(a, b)

    def root(self, identity: int) -> int:
        parent = self.parent
        while parent[identity] != identity:
            parent[identity] = identity = parent[parent[identity]]
        return identity

    def join(self, a: int, b: int) -> int:
        """Unite the sets of a and b; the lower root stays, so a root is its set's oldest identity."""
        a, b = self.root(a), self.root(b)
        first, other = (a, b) if a < b else (b, a)
        self.parent[other] = first
        return first

    def persons(self) -> dict[int, int]:
        return {identity: self.root(identity) for identity in self.parent}


def _torn(edges: Iterable[Edge], apart: set[tuple[int, int]], whole: _Union) -> set[int]:
    """All identities of the clusters in which two identities are apart though evidence, direct or not, joins them.

    A cluster is what any evidence holds together, that of a pair which is apart included: its group may join others to either.
    """
    if not apart:
        return set()
    clusters = _Union()
    for edge in edges:
        clusters.take(edge.a, edge.b, edge.holds or (bool(edge.inputs) and not edge.denies))
    torn = {clusters.root(a) for a, b in apart if clusters.root(a) == clusters.root(b)}
    return {identity for identity in whole.parent if clusters.root(identity) in torn}


def _unite_carefully(
    union: _Union, edges: Sequence[Edge], apart: set[Pair], doubted: set[Pair], names: Mapping[int, str]
) -> None:
    foes: dict[int, set[int]] = {}
    _oppose(foes, union, apart)
    said = True
    for told, members in _groups(edges, names):
        if said and not told:  # from here on rules speak, and what they found against two counts
            said = False
            _oppose(foes, union, doubted)
        met: list[int] = []
        for member in sorted(members, key=names.__getitem__):
            mine = union.root(member)
            roots = [union.root(other) for other in met]
            hostile = {union.root(foe) for foe in foes.get(mine, ()) if foe in union.parent}
            friend = mine if mine in roots else next((root for root in roots if root not in hostile), None)
            if friend is None:
                met.append(member)
            elif friend != mine:
                merged = union.join(mine, friend)
                foes[merged] = foes.pop(mine, set()) | foes.pop(friend, set())


def _oppose(foes: dict[int, set[int]], union: _Union, pairs: Iterable[Pair]) -> None:
    """Keep the sets of these pairs apart from now on."""
    for a, b in pairs:
        if a in union.parent and b in union.parent:
            foes.setdefault(union.root(a), set()).add(b)
            foes.setdefault(union.root(b), set()).add(a)


def _groups(edges: Sequence[Edge], names: Mapping[int, str]) -> list[tuple[bool, set[int]]]:
    """The groups that the edges stand for, and whether people told of them; the strongest first.

    Ties are in an order that is the same whoever arrived first.
    """
    found: dict[tuple[bool, int, str, str, tuple[str, ...]], set[int]] = {}
    for edge in edges:
        if edge.denies:
            continue
        strength = (edge.state != ACCEPTED, -RULES[edge.rule].weight, edge.rule)
        for given in edge.inputs.split():
            found.setdefault((*strength, given, ()), set()).update((edge.a, edge.b))
        if not edge.inputs and edge.holds:
            pair = tuple(sorted((names[edge.a], names[edge.b])))
            found.setdefault((*strength, "", pair), set()).update((edge.a, edge.b))
    return [(not key[0] or key[2] in (MAILMAP, DIRECTORY), found[key]) for key in sorted(found)]
