"""Looks for evidence among identities that are new, and among those that share something with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from baloo.people.rules import AUTOMATIC, RULES, SAME_ADDRESS, Edge, group_input, is_personal, star
from baloo.people.sql import insert_new, run_many, select_in, select_rows
from baloo.records.tables import edges, observations

__all__ = ["Sighting", "record", "same_addresses"]

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
    run_many(connection, sa.update(edges).where(edges.c.id == sa.bindparam("row")).values(inputs=sa.bindparam("text")), changed)
    return {end for a, b, _ in merged for end in (a, b)}


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
