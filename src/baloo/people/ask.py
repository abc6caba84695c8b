"""What is to be asked: suggestions on record, made to agree with what is found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

import sqlalchemy as sa

from baloo.people.matching import Blocks, Frequencies
from baloo.people.profiles import Profile
from baloo.people.scoring import ASKED, Scored, Scorer, best_of, candidates
from baloo.people.sql import insert_new, run_many, select_in, select_rows
from baloo.records.tables import members, suggestions

__all__ = ["Contributions", "asked", "effects", "record"]

Contributions = Callable[[Sequence[int]], Mapping[int, int]]
"""How many contributions each of some identities has."""

Before: TypeAlias = "tuple[int, int | None, int]"
"""When a suggestion was made, until when it was put off, and its effect."""

_MANY = 20_000


def asked(
    connection: sa.Connection, profiles: Mapping[int, Profile], blocks: Blocks, often: Frequencies, about: Collection[int] | None
) -> list[Scored]:
    """Which pairs may be one person and are not; `about` are the identities that were looked at, None all."""
    pairs = set(candidates(profiles, blocks))
    if about is not None:
        pairs = {pair for pair in pairs if pair[0] in about or pair[1] in about}
    person = _persons(connection, {end for pair in pairs for end in pair})
    scorer = Scorer(profiles, blocks, often)
    scored = (scorer.score(a, b) for a, b in sorted(pair for pair in pairs if person[pair[0]] != person[pair[1]]))
    return best_of((one for one in scored if one.score >= ASKED), person)


def effects(found: Sequence[Scored], contributions: Contributions | None) -> Mapping[int, int] | None:
    """How many contributions each identity of these pairs has; None where nobody counts."""
    ends = sorted({end for one in found for end in (one.a, one.b)})
    return contributions(ends) if contributions and ends else None


def record(
    connection: sa.Connection, found: Sequence[Scored], about: Collection[int] | None, now: int, done: Mapping[int, int] | None
) -> None:
    """Suggest these pairs, and of those that were looked at no others.

    A suggestion that was there before keeps its time, until when it was put off, and its effect where nobody counts.
    """
    before = _withdraw(connection, about)
    insert_new(connection, suggestions, [_row(one, before.get((one.a, one.b), (now, None, 0)), done) for one in found])


def _row(one: Scored, before: Before, done: Mapping[int, int] | None) -> dict[str, object]:
    effect = before[2] if done is None else min(done.get(one.a, 0), done.get(one.b, 0))
    return {
        "a": one.a, "b": one.b, "score": one.score, "rules": " ".join(one.rules), "against": " ".join(one.against),
        "effect": effect, "made": before[0], "later": before[1],
    }  # fmt: skip


def _withdraw(connection: sa.Connection, about: Collection[int] | None) -> dict[tuple[int, int], Before]:
    """Take away what was suggested of these, and return what is kept of it."""
    of = suggestions.c
    columns = [of.a, of.b, of.made, of.later, of.effect]
    if about is None:
        rows = select_rows(connection, *columns)
        connection.execute(sa.delete(suggestions))
    else:
        whom = sorted(about)
        rows = [*select_in(connection, columns, of.a, whom), *select_in(connection, columns, of.b, whom)]
        gone = sa.delete(suggestions).where(of.a == sa.bindparam("one"), of.b == sa.bindparam("other"))
        run_many(connection, gone, [{"one": a, "other": b} for a, b, *_ in rows])
    return {(a, b): (made, later, effect) for a, b, made, later, effect in rows}


def _persons(connection: sa.Connection, whom: Collection[int]) -> dict[int, int]:
    of = members.c
    if len(whom) > _MANY:
        return dict(select_rows(connection, of.identity_id, of.person_id))
    return dict(select_in(connection, [of.identity_id, of.person_id], of.identity_id, sorted(whom)))
