"""What people say by hand: these are one person, these are not; this one is a bot, that one opted out.

Each call is one transaction and is written to the audit with ids, never with names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from baloo.errors import InputError
from baloo.people.persons import bump, recompute
from baloo.people.rules import ACCEPTED, AUTOMATIC, BY_HAND, REJECTED, RULES, SPLIT
from baloo.people.sql import insert_new, note, read_meta, run_many, select_in
from baloo.records.store import Records
from baloo.records.tables import edges, exclusions, identities, members

__all__ = ["Changed", "exclude", "include", "link", "unlink"]

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Changed:
    """The people version after a change, and the identities whose person is another one now."""

    version: int
    identities: tuple[int, ...] = ()


def link(records: Records, pairs: Iterable[Pair], *, who: str, reason: str = "", now: int = 0) -> Changed:
    """Say that the two identities of each pair are the same person; it takes back an `unlink` of that pair.

    Raises InputError, and changes nothing, where a pair stays apart because others of the two persons were said to be different.
    """
    return _say(records, list(pairs), ACCEPTED, who, reason, now)


def unlink(records: Records, pairs: Iterable[Pair], *, who: str, reason: str = "", now: int = 0) -> Changed:
    """Say that the two identities of each pair are different people; every later run obeys it."""
    return _say(records, list(pairs), REJECTED, who, reason, now)


def exclude(records: Records, whom: Iterable[int], *, why: str, who: str, reason: str = "", now: int = 0) -> Changed:
    """Take the persons of these identities out of every count. `why` is `bot` or `opted-out`."""
    if why not in ("bot", "opted-out"):
        raise InputError("A person is excluded as `bot` or as `opted-out`.", where=why, remedy="Say which.")
    wanted = sorted(set(whom))
    with records.engine.begin() as connection:
        _existing(connection, wanted)
        known = {row[0] for row in select_in(connection, [exclusions.c.identity_id], exclusions.c.identity_id, wanted)}
        fresh = [identity for identity in wanted if identity not in known]
        if not fresh:
            return Changed(read_meta(connection, "people_version"))
        version = bump(connection)
        rows = [{"identity_id": n, "why": why, "reason": reason, "made": now, "version": version} for n in fresh]
        insert_new(connection, exclusions, rows)
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
        note(connection, who, "people included", _ids(out), now)
        return Changed(bump(connection), tuple(sorted(out)))


def _say(records: Records, pairs: Iterable[Pair], state: str, who: str, reason: str, now: int) -> Changed:
    wanted = sorted({(min(pair), max(pair)) for pair in pairs})
    ends = sorted({end for pair in wanted for end in pair})
    same = next((a for a, b in wanted if a == b), None)
    if same is not None:
        raise InputError("One identity cannot be linked to itself, or split.", where=str(same), remedy="Name two.")
    rule = RULES[BY_HAND]
    rows = [
        {"a": a, "b": b, "rule": BY_HAND, "inputs": "", "weight": rule.weight, "rule_version": rule.version,
         "state": state, "who": who, "reason": reason, "made": now}
        for a, b in wanted
    ]  # fmt: skip
    with records.engine.begin() as connection:
        _existing(connection, ends)
        insert_new(connection, edges, rows)
        _restate(connection, rows)
        changed = recompute(connection, ends)
        if state == ACCEPTED:
            _joined(connection, wanted)
        what = "people linked" if state == ACCEPTED else "people unlinked"
        note(connection, who, what, _ids(f"{a}={b}" for a, b in wanted), now)
        return Changed(read_meta(connection, "people_version"), tuple(changed))


def _restate(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give what was said by hand its new state, and let the pair's other evidence stand or fall with it."""
    pair = (edges.c.a == sa.bindparam("pair_a"), edges.c.b == sa.bindparam("pair_b"))
    said = ("state", "who", "reason", "made")
    by_hand = sa.update(edges).where(*pair, edges.c.rule == BY_HAND).values({name: sa.bindparam(f"new_{name}") for name in said})
    found = sa.update(edges).where(*pair, edges.c.rule != BY_HAND, edges.c.state == sa.bindparam("old"))
    ends = [{"pair_a": row["a"], "pair_b": row["b"]} for row in rows]
    run_many(connection, by_hand, [
        {**end, **{f"new_{name}": row[name] for name in said}} for end, row in zip(ends, rows, strict=True)
    ])  # fmt: skip
    old, new = (SPLIT, AUTOMATIC) if rows and rows[0]["state"] == ACCEPTED else (AUTOMATIC, SPLIT)
    run_many(connection, found.values(state=sa.bindparam("new")), [{**end, "old": old, "new": new} for end in ends])


def _joined(connection: sa.Connection, pairs: Sequence[Pair]) -> None:
    of = members.c
    ends = sorted({end for pair in pairs for end in pair})
    person = dict(select_in(connection, [of.identity_id, of.person_id], of.identity_id, ends))
    for a, b in pairs:
        if person[a] != person[b]:
            raise InputError(
                "Somebody said that identities of these two persons are different people, so they stay apart.",
                where=f"{a} {b}", remedy="See `baloo people explain`, and link the pair that was unlinked.",
            )


def _existing(connection: sa.Connection, wanted: Sequence[int]) -> None:
    known = {row[0] for row in select_in(connection, [identities.c.id], identities.c.id, wanted)}
    missing = [str(number) for number in wanted if number not in known]
    if missing:
        raise InputError(f"There is no identity {', '.join(missing[:5])}.", remedy="See `baloo people export`.")


def _ids(about: Iterable[object]) -> str:
    """Ids for the audit, cut where there are very many."""
    return " ".join(map(str, about))[:10_000]
