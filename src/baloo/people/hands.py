"""What people say by hand: these are one person, these are not; this one is a bot, that one opted out.

Each call is one transaction and is written to the audit with ids, never with names. What was said of pairs is kept as decisions,
so that each can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.errors import InputError
from baloo.people.marks import OPTED_OUT, renew_opted_out
from baloo.people.persons import bump, recompute
from baloo.people.rules import ACCEPTED, AUTOMATIC, BY_HAND, LATER, REJECTED, RULES, SPLIT, UNDONE
from baloo.people.sql import insert_new, note, read_meta, run_many, select_in
from baloo.records.store import Records
from baloo.records.tables import decisions, edges, exclusions, identities, members, suggestions

__all__ = ["PROPOSED", "Changed", "Pair", "decide", "exclude", "include", "link", "put_off_until", "say", "undo", "unlink"]

Pair = tuple[int, int]
PROPOSED = "proposed"
"""A yes that waits for another person's, see `baloo.people.second`: a decision that changes nobody."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The people version after a change, and the identities whose person is another one now.

    `batch` names the decisions for `undo`, 0 where there were none. `refused` are pairs that stayed apart, because identities of
    the two persons were said to be different.
    """

    version: int
    identities: tuple[int, ...] = ()
    batch: int = 0
    refused: tuple[Pair, ...] = ()


def link(records: Records, pairs: Iterable[Pair], *, who: str, reason: str = "", now: int = 0) -> Changed:
    """Say that the two identities of each pair are the same person; it takes back an `unlink` of that pair.

    Raises InputError, and changes nothing, where a pair stays apart because others of the two persons were said to be different.
    """
    with records.engine.begin() as connection:
        done = say(connection, pairs, ACCEPTED, who=who, reason=reason, now=now)
        if done.refused:
            a, b = done.refused[0]
            raise InputError(
                "Somebody said that identities of these two persons are different people, so they stay apart.",
                where=f"{a} {b}", remedy="See `baloo people explain`, and link the pair that was unlinked.",
            )
        return done


def unlink(records: Records, pairs: Iterable[Pair], *, who: str, reason: str = "", now: int = 0) -> Changed:
    """Say that the two identities of each pair are different people; every later run obeys it."""
    with records.engine.begin() as connection:
        return say(connection, pairs, REJECTED, who=who, reason=reason, now=now)


def exclude(records: Records, whom: Iterable[int], *, why: str, who: str, reason: str = "", now: int = 0) -> Changed:
    """Take the persons of these identities out of every count. `why` is `bot`, or `opted-out`: their events are dropped, too."""
    if why not in ("bot", "opted-out"):
        raise InputError("A person is excluded as `bot` or as `opted-out`.", where=why, remedy="Say which.")
    wanted = sorted(set(whom))
    with records.engine.begin() as connection:
        _existing(connection, wanted)
        of = exclusions.c
        known = dict(select_in(connection, [of.identity_id, of.why], of.identity_id, wanted))
        fresh = [n for n in wanted if known.get(n) not in (why, OPTED_OUT)]
        if not fresh:
            return Changed(read_meta(connection, "people_version"))
        version = bump(connection)
        connection.execute(sa.delete(exclusions).where(of.identity_id.in_(fresh)))  # a bot that opts out is a person
        rows = [{"identity_id": n, "why": why, "reason": reason, "made": now, "version": version} for n in fresh]
        insert_new(connection, exclusions, rows)
        renew_opted_out(connection, records.secret, now)
        note(connection, who, f"people excluded: {why}", _ids(fresh), now)
        return Changed(version, tuple(fresh))


def include(records: Records, whom: Iterable[int], *, who: str, now: int = 0) -> Changed:
    """Count the persons of these identities again: every exclusion of theirs is taken back."""
    with records.engine.begin() as connection:
        of = members.c
        people = {row[0] for row in select_in(connection, [of.person_id], of.identity_id, sorted(set(whom)))}
        theirs = sorted(row[0] for row in select_in(connection, [of.identity_id], of.person_id, sorted(people)))
        out = [row[0] for row in select_in(connection, [exclusions.c.identity_id], exclusions.c.identity_id, theirs)]
        if not out:
            return Changed(read_meta(connection, "people_version"))
        gone = sa.delete(exclusions).where(exclusions.c.identity_id == sa.bindparam("whom"))
        run_many(connection, gone, [{"whom": identity} for identity in out])
        renew_opted_out(connection, records.secret, now)
        note(connection, who, "people included", _ids(out), now)
        return Changed(bump(connection), tuple(sorted(out)))


def say(
    connection: sa.Connection, pairs: Iterable[Pair], state: str, *, who: str, reason: str = "", now: int = 0
) -> Changed:
    """Say one thing, `accepted` or `rejected`, of many pairs of identities, in the caller's transaction; a batch of decisions.

    A pair that is to be joined and cannot be is left as it was, and told as refused. Raises InputError where an identity does not
    exist, or is paired with itself.
    """
    wanted = sorted({(min(pair), max(pair)) for pair in pairs})
    ends = sorted({end for pair in wanted for end in pair})
    same = next((a for a, b in wanted if a == b), None)
    if same is not None:
        raise InputError("One identity cannot be linked to itself, or split.", where=str(same), remedy="Name two.")
    _existing(connection, ends)
    before = _said(connection, ends)
    _restate(connection, dict.fromkeys(wanted, state), who, reason, now)
    changed = recompute(connection, ends)
    refused = _apart(connection, wanted) if state == ACCEPTED else []
    if refused:
        _restate(connection, {pair: before.get(pair, UNDONE) for pair in refused}, who, reason, now)
        changed += recompute(connection, ends)
    done = [pair for pair in wanted if pair not in set(refused)]
    batch = decide(connection, done, state, before, who=who, reason=reason, now=now)
    what = "people linked" if state == ACCEPTED else "people unlinked"
    note(connection, who, what, _ids(f"{a}={b}" for a, b in done), now)
    return Changed(read_meta(connection, "people_version"), tuple(sorted(set(changed))), batch, tuple(refused))


def decide(
    connection: sa.Connection, pairs: Sequence[Pair], what: str, before: Mapping[Pair, str], *, who: str, reason: str, now: int
) -> int:
    """Write down what was decided of pairs, with the suggestion that it answers; return the batch, 0 where there is none."""
    if not pairs:
        return 0
    of = suggestions.c
    found = select_in(connection, [of.a, of.b, of.score, of.rules], of.a, sorted({a for a, _ in pairs}))
    asked = {(a, b): (score, rules) for a, b, score, rules in found}
    batch = (connection.scalar(sa.select(sa.func.max(decisions.c.id))) or 0) + 1
    rows = []
    for a, b in pairs:
        score, rules = asked.get((a, b), (None, ""))
        rows.append({
            "batch": batch, "made": now, "who": who, "what": what, "a": a, "b": b, "before": before.get((a, b), ""),
            "score": score, "rules": rules, "reason": reason, "undone_by": "",
        })  # fmt: skip
    insert_new(connection, decisions, rows)
    return batch


def undo(records: Records, batch: int, *, who: str, now: int = 0) -> Changed:
    """Take a batch of decisions back: each of its pairs is what it was before, and so are the persons.

    Raises InputError where there is no such batch, it was undone already, or a later decision on one of its pairs stands.
    """
    of = decisions.c
    with records.engine.begin() as connection:
        rows = connection.execute(sa.select(decisions).where(of.batch == batch).order_by(of.id)).all()
        if not rows:
            raise InputError("There is no such decision.", where=str(batch), remedy="See `baloo people history`.")
        if rows[0].undone is not None:
            raise InputError("This was undone already.", where=str(batch))
        pairs = [(row.a, row.b) for row in rows]
        later = select_in(connection, [of.batch, of.a, of.b, of.undone], of.a, sorted({a for a, _ in pairs}))
        stands = next((n for n, a, b, undone in later if n > batch and undone is None and (a, b) in set(pairs)), None)
        if stands is not None:
            raise InputError("A later decision on the same two stands.", where=str(stands), remedy=f"Undo {stands} first.")
        connection.execute(sa.update(decisions).where(of.batch == batch).values(undone=now, undone_by=who))
        note(connection, who, "decision undone", str(batch), now)
        put_off = [(row.a, row.b) for row in rows if row.what == LATER]
        put_off_until(connection, put_off, None)
        states = {(row.a, row.b): row.before or UNDONE for row in rows if row.what not in (LATER, PROPOSED)}
        _restate(connection, states, who, f"undo of decision {batch}", now)
        changed = recompute(connection, {end for pair in states for end in pair})
        return Changed(read_meta(connection, "people_version"), tuple(changed), batch)


def put_off_until(connection: sa.Connection, pairs: Sequence[Pair], until: int | None) -> None:
    """Ask about suggestions again from then on; None is at once."""
    of = suggestions.c
    statement = sa.update(suggestions).where(of.a == sa.bindparam("pair_a"), of.b == sa.bindparam("pair_b"))
    rows = [{"pair_a": a, "pair_b": b, "until": until} for a, b in pairs]
    run_many(connection, statement.values(later=sa.bindparam("until")), rows)


def _said(connection: sa.Connection, ends: Sequence[int]) -> dict[Pair, str]:
    """What stands of what was said of pairs by hand."""
    of = edges.c
    rows = select_in(connection, [of.a, of.b, of.state, of.rule], of.a, ends)
    return {(a, b): state for a, b, state, rule in rows if rule == BY_HAND and state != UNDONE}


def _restate(connection: sa.Connection, states: Mapping[Pair, str], who: str, reason: str, now: int) -> None:
    """Let this be what was said by hand of each pair, and let the pair's other evidence stand or fall with it."""
    if not states:
        return
    rule = RULES[BY_HAND]
    fixed = {"rule": BY_HAND, "inputs": "", "weight": rule.weight, "rule_version": rule.version}
    words = {"who": who, "reason": reason, "made": now}
    insert_new(connection, edges, [{"a": a, "b": b, **fixed, "state": state, **words} for (a, b), state in states.items()])
    pair = (edges.c.a == sa.bindparam("pair_a"), edges.c.b == sa.bindparam("pair_b"))
    by_hand = sa.update(edges).where(*pair, edges.c.rule == BY_HAND)
    by_hand = by_hand.values({name: sa.bindparam(f"new_{name}") for name in ("state", *words)})
    found = sa.update(edges).where(*pair, edges.c.rule != BY_HAND, edges.c.state == sa.bindparam("old"))
    new = {f"new_{name}": value for name, value in words.items()}
    run_many(connection, by_hand, [{"pair_a": a, "pair_b": b, "new_state": state, **new} for (a, b), state in states.items()])
    fall = {REJECTED: {"old": AUTOMATIC, "new": SPLIT}}
    stand = {"old": SPLIT, "new": AUTOMATIC}
    ends = [{"pair_a": a, "pair_b": b, **fall.get(state, stand)} for (a, b), state in states.items()]
    run_many(connection, found.values(state=sa.bindparam("new")), ends)


def _apart(connection: sa.Connection, pairs: Sequence[Pair]) -> list[Pair]:
    of = members.c
    ends = sorted({end for pair in pairs for end in pair})
    person = dict(select_in(connection, [of.identity_id, of.person_id], of.identity_id, ends))
    return [(a, b) for a, b in pairs if person[a] != person[b]]


def _existing(connection: sa.Connection, wanted: Sequence[int]) -> None:
    known = {row[0] for row in select_in(connection, [identities.c.id], identities.c.id, wanted)}
    missing = [str(number) for number in wanted if number not in known]
    if missing:
        raise InputError(f"There is no identity {', '.join(missing[:5])}.", remedy="See `baloo people export`.")


def _ids(about: Iterable[object]) -> str:
    """Ids for the audit, cut where there are very many."""
    return " ".join(map(str, about))[:10_000]
