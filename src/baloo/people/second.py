"""The rule of two: a merge that changes a published number waits until another person says yes too.

The first yes is a decision of its own, `proposed`: it joins nobody, stands in the history, and can be undone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.people.hands import PROPOSED, Changed, Pair, decide
from baloo.people.sql import note, read_meta
from baloo.people.suggestions import accept
from baloo.records.store import Records
from baloo.records.tables import decisions

__all__ = ["Proposal", "accept_by_two", "proposed"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody's yes that waits for another's."""

    who: str
    made: int
    batch: int


def proposed(records: Records) -> dict[Pair, Proposal]:
    """The pairs of which somebody said yes, and nobody anything since; the first yes of each."""
    of = decisions.c
    asked = sa.select(of.a, of.b, of.what, of.who, of.made, of.batch).where(of.undone.is_(None)).order_by(of.id.desc())
    some = sa.select(of.a).where(of.what == PROPOSED, of.undone.is_(None))
    found: dict[Pair, Proposal] = {}
    closed: set[Pair] = set()
    with records.engine.connect().execution_options(writes=False) as connection:
        for a, b, what, who, made, batch in connection.execute(asked.where(of.a.in_(some))):
            if what != PROPOSED:
                closed.add((a, b))
            elif (a, b) not in closed:
                found[a, b] = Proposal(who, made, batch)
    return found


def accept_by_two(
    records: Records, pairs: Iterable[Pair], *, changing: Collection[Pair], who: str, reason: str = "", now: int = 0
) -> tuple[Changed, Changed]:
    """Join the pairs that are not `changing` a number, and those to which another has said yes before; propose the others.

    Returns what was joined and what was proposed. Raises InputError as `accept` does.
    """
    wanted = {(min(pair), max(pair)) for pair in pairs}
    waiting = proposed(records)
    first = {pair for pair in wanted & set(changing) if pair not in waiting}
    own = {pair for pair in wanted & set(changing) if pair in waiting and waiting[pair].who == who}
    joined = accept(records, wanted - first - own, who=who, reason=reason, now=now)
    with records.engine.begin() as connection:
        batch = decide(connection, sorted(first), PROPOSED, {}, who=who, reason=reason, now=now)
        if batch:
            note(connection, who, "people proposed", " ".join(f"{a}={b}" for a, b in sorted(first))[:10_000], now)
        return joined, Changed(read_meta(connection, "people_version"), (), batch)
