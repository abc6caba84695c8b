"""Pairs that may be one person: what the review lists, and what is answered to it.

A suggestion is kept for two identities, and told of the persons that they belong to now: several between the same two persons are
one, with all that speaks for it; those of one person, or of persons that were said to be different, are none. So the list is
right after each answer, without another search. Answers are decisions, kept in the history, and can be undone by the batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.people.hands import Changed, Pair, decide, put_off_until, say
from baloo.people.hands import undo as undo_batch
from baloo.people.rules import ACCEPTED, LATER, REJECTED
from baloo.people.sql import read_meta, select_in, select_rows
from baloo.records.store import Records
from baloo.records.tables import decisions, edges, members, suggestions

__all__ = ["Decision", "Suggestion", "accept", "by_person", "by_rule", "history", "later", "reject", "suggested", "undo"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two persons that may be one.

    `a` < `b` are the identities with the strongest evidence; `stays` is the person whose id stays if they are joined, `joins` the
    other. `score` is from 0 to 1. `rules` and `against` are names in `rules.RULES`, strongest first. `effect` is how many
    contributions would change their person. `made` and `later` (put off until then) are microseconds since 1970.
    """

    a: int
    b: int
    stays: int
    joins: int
    score: float
    rules: tuple[str, ...]
    against: tuple[str, ...]
    effect: int
    made: int
    later: int | None

    @property
    def pair(self) -> Pair:
        """What `accept`, `reject` and `later` take."""
        return self.a, self.b


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said of two identities. `what` is accepted, rejected or later; `batch` is what `undo` takes.

    `score` and `rules` are of the suggestion that it answered, where there was one. `undone` is when it was taken back.
    """

    batch: int
    made: int
    who: str
    what: str
    a: int
    b: int
    score: float | None
    rules: tuple[str, ...]
    reason: str
    undone: int | None
    undone_by: str


def suggested(
    records: Records, *, min_score: float = 0.0, person: int | None = None, rule: str | None = None, now: int | None = None
) -> list[Suggestion]:
    """All that may be asked, one for two persons: the higher score first, then the larger effect, then the older.

    `person` asks for those of one person, `rule` for those that it speaks for. With `now` those that were put off until later
    than that are left out.
    """
    with records.engine.connect().execution_options(writes=False) as connection:
        found = _suggested(connection, None if person is None else [person])
    wanted = [one for one in found if one.score >= min_score and (rule is None or rule in one.rules)]
    return wanted if now is None else [one for one in wanted if one.later is None or one.later <= now]


def by_person(found: Iterable[Suggestion]) -> dict[int, list[Suggestion]]:
    """Suggestions under each person whom they concern, so each stands under two; who has the largest effect first."""
    of: defaultdict[int, list[Suggestion]] = defaultdict(list)
    for one in found:
        of[one.stays].append(one)
        of[one.joins].append(one)
    return dict(sorted(of.items(), key=lambda item: (-sum(one.effect for one in item[1]), -item[1][0].score, item[0])))


def by_rule(found: Iterable[Suggestion]) -> dict[tuple[str, ...], list[Suggestion]]:
    """Suggestions that rest on the same rules, for and against, together: `(*rules, "not", *against)`; the strongest first."""
    of: defaultdict[tuple[str, ...], list[Suggestion]] = defaultdict(list)
    for one in found:
        of[(*one.rules, "not", *one.against) if one.against else one.rules].append(one)
    return dict(sorted(of.items(), key=lambda item: (-max(one.score for one in item[1]), item[0])))


def accept(records: Records, pairs: Iterable[Pair], *, who: str, reason: str = "", now: int = 0) -> Changed:
    """Join the persons of each pair of identities, all in one transaction.

    A pair that may not be joined, because others of the two persons were said to be different, stays apart and is in `refused`.
    Raises InputError, and changes nothing, where an identity does not exist.
    """
    with records.engine.begin() as connection:
        return say(connection, pairs, ACCEPTED, who=who, reason=reason, now=now)


def reject(records: Records, pairs: Iterable[Pair], *, who: str, reason: str = "", now: int = 0) -> Changed:
    """Say that each pair is two people, all in one transaction; no later run joins or suggests their persons again."""
    with records.engine.begin() as connection:
        return say(connection, pairs, REJECTED, who=who, reason=reason, now=now)


def later(records: Records, pairs: Iterable[Pair], *, until: int, who: str, now: int = 0) -> Changed:
    """Ask about these again at `until` (microseconds since 1970)."""
    wanted = sorted({(min(pair), max(pair)) for pair in pairs})
    with records.engine.begin() as connection:
        put_off_until(connection, wanted, until)
        batch = decide(connection, wanted, LATER, {}, who=who, reason="", now=now)
        return Changed(read_meta(connection, "people_version"), (), batch)


def undo(records: Records, batch: int, *, who: str, now: int = 0) -> Changed:
    """Take back all that one call of `accept`, `reject`, `later`, `link` or `unlink` decided; every count is what it was.

    Raises InputError where there is no such batch, it was undone already, or a later decision on one of its pairs stands.
    """
    return undo_batch(records, batch, who=who, now=now)


def history(
    records: Records, *, person: int | None = None, batch: int | None = None, limit: int = 200
) -> list[Decision]:
    """The latest decisions first, of everybody, of those that concern an identity of one person, or of one batch."""
    of = decisions.c
    asked = sa.select(decisions).order_by(of.id.desc()).limit(limit)
    if person is not None:
        theirs = sa.select(members.c.identity_id).where(members.c.person_id == person)
        asked = asked.where(of.a.in_(theirs) | of.b.in_(theirs))
    if batch is not None:
        asked = asked.where(of.batch == batch).limit(None)
    with records.engine.connect().execution_options(writes=False) as connection:
        return [
            Decision(row.batch, row.made, row.who, row.what, row.a, row.b, row.score, tuple(row.rules.split()), row.reason,
                     row.undone, row.undone_by)
            for row in connection.execute(asked)
        ]  # fmt: skip


def _suggested(connection: sa.Connection, persons: Sequence[int] | None) -> list[Suggestion]:
    of = suggestions.c
    columns = [of.a, of.b, of.score, of.rules, of.against, of.effect, of.made, of.later]
    if persons is None:
        rows = select_rows(connection, *columns)
    else:
        ids = [n for (n,) in select_in(connection, [members.c.identity_id], members.c.person_id, persons)]
        rows = sorted(set(select_in(connection, columns, of.a, ids) + select_in(connection, columns, of.b, ids)))
    person = _persons(connection, {end for a, b, *_ in rows for end in (a, b)})
    apart = _said_apart(connection)
    found: defaultdict[Pair, list[tuple[object, ...]]] = defaultdict(list)
    for row in rows:
        p, q = sorted((person[row[0]], person[row[1]]))
        if p != q and (p, q) not in apart:
            found[p, q].append(row)
    listed = [_one(pair, several) for pair, several in found.items()]
    return sorted(listed, key=lambda one: (-one.score, -one.effect, one.a, one.b))


def _one(persons: Pair, rows: list[tuple[object, ...]]) -> Suggestion:
    """The suggestion for two persons: what all their identities give together, at the strongest one's score."""
    rows.sort(key=lambda row: (-row[2], row[0], row[1]))  # type: ignore[operator]
    a, b, score, _, _, effect, made, put_off = rows[0]
    speaks = [tuple(dict.fromkeys(name for row in rows for name in str(row[at]).split())) for at in (3, 4)]
    return Suggestion(a, b, *persons, score, speaks[0], speaks[1], effect, made, put_off)  # type: ignore[arg-type]


def _persons(connection: sa.Connection, identities: set[int]) -> dict[int, int]:
    of = members.c
    known = dict(select_in(connection, [of.identity_id, of.person_id], of.identity_id, sorted(identities)))
    return {identity: known.get(identity, identity) for identity in identities}


def _said_apart(connection: sa.Connection) -> set[Pair]:
    """Pairs of persons of whom somebody said that identities of theirs are different people."""
    asked = sa.select(edges.c.a, edges.c.b).where(edges.c.state == REJECTED)
    pairs = [tuple(row) for row in connection.execute(asked)]
    person = _persons(connection, {end for pair in pairs for end in pair})
    return {(min(p, q), max(p, q)) for p, q in ((person[a], person[b]) for a, b in pairs)}
