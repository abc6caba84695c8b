"""Persons in the records: recomputed from the evidence that concerns the identities that were touched, and from no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from baloo.people.rules import Edge, unite
from baloo.people.sql import insert_new, read_meta, run_many, select_in, select_rows, write_meta
from baloo.records.tables import edges, identities, members

__all__ = ["bump", "edges_of", "recompute"]

_MANY = 20_000  # from here on reading a whole table is faster than asking for parts of it


def edges_of(connection: sa.Connection, touched: Iterable[int]) -> dict[int, Edge]:
    """All evidence that hangs together with the identities, to its ends: id of the row to the edge."""
    of = edges.c
    columns = [of.id, of.a, of.b, of.rule, of.inputs, of.state]
    known: set[int] = set()
    frontier = set(touched)
    found: dict[int, Edge] = {}
    while frontier:
        if len(frontier) > _MANY:
            return {number: Edge(*rest) for number, *rest in select_rows(connection, *columns)}
        ends = list(frontier)
        rows = select_in(connection, columns, of.a, ends) + select_in(connection, columns, of.b, ends)
        found.update((number, Edge(*rest)) for number, *rest in rows)
        known |= frontier
        frontier = {end for _, a, b, *_ in rows for end in (a, b)} - known
    return found


def recompute(connection: sa.Connection, touched: Iterable[int], renewed: Iterable[int] = ()) -> list[int]:
    """Bring the persons of the identities, and of all that hang together with them, up to date; return those that changed.

    `renewed` are told as changed whatever comes of it. The people version grows by one where something changed.
    """
    renewed = set(renewed)
    touched = renewed.union(touched)
    persons = unite(edges_of(connection, touched).values(), lambda asked: _keys(connection, asked))
    for identity in touched:
        persons.setdefault(identity, identity)
    before = _members(connection, persons)
    changed = sorted(identity for identity, person in persons.items() if before.get(identity) != person or identity in renewed)
    if changed:
        version = bump(connection)
        rows = [{"identity_id": n, "person_id": persons[n], "version": version} for n in changed]
        insert_new(connection, members, [row for row in rows if row["identity_id"] not in before])
        _update(connection, [row for row in rows if row["identity_id"] in before])
    return changed


def bump(connection: sa.Connection) -> int:
    """Make the people version one higher, and return it."""
    version = read_meta(connection, "people_version") + 1
    write_meta(connection, "people_version", version)
    return version


def _members(connection: sa.Connection, wanted: Mapping[int, int]) -> dict[int, int]:
    of = members.c
    if len(wanted) > _MANY:
        return dict(select_rows(connection, of.identity_id, of.person_id))
    return dict(select_in(connection, [of.identity_id, of.person_id], of.identity_id, list(wanted)))


def _update(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    statement = (
        sa.update(members)
        .where(members.c.identity_id == sa.bindparam("who"))
        .values(person_id=sa.bindparam("person"), version=sa.bindparam("at_version"))
    )
    run_many(connection, statement, [
        {"who": row["identity_id"], "person": row["person_id"], "at_version": row["version"]} for row in rows
    ])  # fmt: skip


def _keys(connection: sa.Connection, asked: Sequence[int]) -> dict[int, str]:
    return dict(select_in(connection, [identities.c.id, identities.c.key], identities.c.id, asked))
