"""Why two identities are one person, or are not: the chain of evidence between them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from baloo.people.persons import edges_of
from baloo.people.rules import REJECTED, RULES, SPLIT, Edge, unite
from baloo.people.sql import select_in
from baloo.records.store import Records
from baloo.records.tables import edges, identities

__all__ = ["Explanation", "Link", "explain"]


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain: `a` and `b` are identities, `words` says what holds them together or apart."""

    a: int
    b: int
    rule: str
    state: str
    words: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether two identities are one person, the shortest chain that joins them, and what was said against it."""

    same: bool
    chain: tuple[Link, ...] = ()
    against: tuple[Link, ...] = ()


def explain(records: Records, a: int, b: int) -> Explanation:
    """The evidence between two identities. The chain is empty where they are one identity, or where none joins them."""
    with records.engine.connect().execution_options(writes=False) as connection:
        rows = edges_of(connection, [a, b])
        keys = identities.c
        person = unite(rows.values(), lambda asked: dict(select_in(connection, [keys.id, keys.key], keys.id, asked)))
        both = {person.get(a, a), person.get(b, b)}
        same = len(both) == 1
        live = {n: e for n, e in rows.items() if e.holds}
        denied = {n: e for n, e in rows.items() if e.state in (REJECTED, SPLIT) or (e.denies and e.inputs)}
        inside = {n: e for n, e in live.items() if person[e.a] == person[e.b]}
        chain = _shortest(inside if same else live, a, b)
        against = [n for n, e in denied.items() if {person[e.a], person[e.b]} == both]
        of = edges.c
        said = {n: rest for n, *rest in select_in(connection, [of.id, of.who, of.reason], of.id, chain + against)}

    def link(number: int) -> Link:
        edge = rows[number]
        who, reason = said[number]
        told = edge.rule if number in live or edge.denies else ""
        words = RULES[told].words if told else "somebody said that they are different people"
        return Link(edge.a, edge.b, edge.rule, edge.state, words, who, reason)

    return Explanation(same, tuple(map(link, chain)), tuple(map(link, against)))


def _shortest(rows: dict[int, Edge], a: int, b: int) -> list[int]:
    """The rows of a shortest chain from a to b, the stronger evidence and the older identity first."""
    beside: dict[int, list[tuple[int, int]]] = {}
    for number, edge in sorted(rows.items(), key=lambda row: (-RULES[row[1].rule].weight, row[1].a, row[1].b)):
        beside.setdefault(edge.a, []).append((edge.b, number))
        beside.setdefault(edge.b, []).append((edge.a, number))
    came: dict[int, tuple[int, int]] = {a: (a, 0)}
    waiting = deque([a])
    while waiting and b not in came:
        here = waiting.popleft()
        for there, number in beside.get(here, ()):
            if there not in came:
                came[there] = (here, number)
                waiting.append(there)
    if b not in came:
        return []
    chain = []
    while b != a:
        b, number = came[b]
        chain.append(number)
    return chain[::-1]
