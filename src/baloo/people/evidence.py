"""Looks for evidence among identities that are new, and among those that share something with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from baloo.people.mailmap import Line, Mailmap
from baloo.people.rules import AUTOMATIC, MAILMAP, RULES, SAME_ADDRESS, Edge, group_input, is_personal, star
from baloo.people.sql import insert_new, run_many, select_in, select_rows
from baloo.records.tables import edges, mailmap, observations

__all__ = ["Sighting", "mailmaps", "record", "same_addresses", "withdraw"]

_MANY = 20_000

Sighting = tuple[int, str | None, str | None]
"""(identity, name, address key) of an observation."""


def same_addresses(connection: sa.Connection, fresh: Iterable[Sighting], secret: bytes) -> list[Edge]:
    """The groups of identities that used the same personal address as one that is new."""
    keys = {key for _, _, key in fresh if key is not None and is_personal(key)}
    users: defaultdict[str, set[int]] = defaultdict(set)
    for identity, key in _users(connection, keys):
        if key in keys:
            users[key].add(identity)
    found: list[Edge] = []
    for key, group in users.items():
        if len(group) > 1:
            found += star(SAME_ADDRESS, group_input(secret, SAME_ADDRESS, key), group)
    return found


def mailmaps(connection: sa.Connection, fresh: Iterable[Sighting], secret: bytes, *, whole: bool) -> list[Edge]:
    """The groups of identities that a `.mailmap` gives one author: those with one that is new, or with `whole` all of them.

    Each source is a map of its own.
    """
    of, seen = mailmap.c, observations.c
    sources: defaultdict[str, list[Line]] = defaultdict(list)
    for _, source, *parts in sorted(
        select_rows(connection, of.id, of.source, of.proper_name, of.proper_email, of.commit_name, of.commit_email)
    ):
        sources[source].append(Line(*parts))
    new = {key for _, _, key in fresh if key}
    found: list[Edge] = []
    for source, lines in sources.items():
        said = Mailmap(lines)
        keys = sorted(said.related(None if whole else new))
        sightings = select_in(connection, [seen.identity_id, seen.name, seen.email_key], seen.email_key, keys)
        for author, group in said.groups(sightings).items():
            found += star(MAILMAP, group_input(secret, MAILMAP, source, *author), group)
    return found


def withdraw(connection: sa.Connection, rule: str, holding: Iterable[Edge]) -> set[int]:
    """Take from a rule's evidence on record whatever is not `holding` any more; return the identities that it concerned."""
    standing: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for edge in holding:
        standing[edge.a, edge.b].add(edge.inputs)
    of = edges.c
    gone: set[int] = set()
    changed = []
    for number, a, b, inputs in select_in(connection, [of.id, of.a, of.b, of.inputs], of.rule, [rule]):
        left = sorted(standing[a, b].intersection(inputs.split()))
        if left != inputs.split():
            changed.append({"row": number, "text": " ".join(left)})
            gone |= {a, b}
    _restate(connection, changed)
    return gone


def record(connection: sa.Connection, found: Sequence[Edge], now: int) -> set[int]:
    """Write the evidence that is not on record yet, and return the identities that it concerns.

    A pair that shares several groups has one row a rule, which names them all.
    """
    known = _known(connection, {edge.a for edge in found})
    merged: dict[tuple[int, int, str], set[str]] = {}
    for edge in found:
        have = known.get((edge.a, edge.b, edge.rule))
        if have is None or edge.inputs not in have[1]:
            merged.setdefault((edge.a, edge.b, edge.rule), set(have[1] if have else ())).add(edge.inputs)
    rows, changed = [], []
    for (a, b, rule), inputs in merged.items():
        text = " ".join(sorted(inputs))
        if (a, b, rule) in known:
            changed.append({"row": known[a, b, rule][0], "text": text})
        else:
            rows.append({"a": a, "b": b, "rule": rule, "inputs": text, **_standing(rule), "made": now})
    insert_new(connection, edges, rows)
    _restate(connection, changed)
    return {end for a, b, _ in merged for end in (a, b)}


def _restate(connection: sa.Connection, changed: Sequence[Mapping[str, Any]]) -> None:
    statement = sa.update(edges).where(edges.c.id == sa.bindparam("row")).values(inputs=sa.bindparam("text"))
    run_many(connection, statement, changed)


def _standing(rule: str) -> Mapping[str, Any]:
    return {"weight": RULES[rule].weight, "rule_version": RULES[rule].version, "state": AUTOMATIC, "who": "", "reason": ""}


def _users(connection: sa.Connection, keys: set[str]) -> list[tuple[Any, ...]]:
    of = observations.c
    if len(keys) > _MANY:
        return select_rows(connection, of.identity_id, of.email_key, where="observations.email_key IS NOT NULL")
    return select_in(connection, [of.identity_id, of.email_key], of.email_key, list(keys))


def _known(connection: sa.Connection, centres: set[int]) -> dict[tuple[int, int, str], tuple[int, list[str]]]:
    of = edges.c
    columns = [of.id, of.a, of.b, of.rule, of.inputs]
    many = len(centres) > _MANY
    rows = select_rows(connection, *columns) if many else select_in(connection, columns, of.a, list(centres))
    return {(a, b, rule): (number, inputs.split()) for number, a, b, rule, inputs in rows}
