"""Owners: the accounts whose things contributions were done on, for kinds that name a field of `extra` for them."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from arro3.core import Array, DataType, Table

from baloo.lake.files import quoted
from baloo.lake.words import Words, fold
from baloo.registry.model import Registry

__all__ = ["hide_owners", "owners"]


def owners(connection: duckdb.DuckDBPyConnection, registry: Registry) -> list[tuple[str, str]]:
    """(system, account) of each owner that the events of the table `batch` name, once; of the kinds that have them only."""
    fields = _fields(registry)
    if not fields:
        return []
    found: list[tuple[str, str]] = connection.execute(f"""
        WITH fields(system, kind, pointer) AS (VALUES {fields})
        SELECT DISTINCT system, json_extract_string(extra, pointer) AS owner
        FROM batch JOIN fields USING (system, kind)
        WHERE environment = 'production' AND owner <> ''
    """).fetchall()
    return found


def hide_owners(
    connection: duckdb.DuckDBPyConnection, registry: Registry, erased: Sequence[tuple[str, str]], secret: bytes
) -> None:
    """Replace, in the table `batch`, the accounts of owners who were erased, as an erasure does."""
    words = Words(accounts={(system, fold(account)) for system, account in erased}, secret=secret)
    fields = {(system.id, kind.id): kind.owner_field for system in registry.systems.values() for kind in system.kinds.values()}
    rows = connection.execute(f"""
        WITH fields(system, kind, pointer) AS (VALUES {_fields(registry)})
        SELECT n, system, kind, extra FROM batch JOIN fields USING (system, kind)
        WHERE json_extract_string(extra, pointer) IN (SELECT unnest($1))
    """, [[account for _, account in erased]]).fetchall()
    clean = [words.clean_fields(extra, system=system, owner=fields[system, kind], ruled=()) for _, system, kind, extra in rows]
    connection.register("hidden", Table.from_pydict({
        "n": Array([n for n, *_ in rows], DataType.int32()), "extra": Array(clean, DataType.utf8()),
    }))
    connection.execute("UPDATE batch SET extra = hidden.extra FROM hidden WHERE batch.n = hidden.n")
    connection.unregister("hidden")


def _fields(registry: Registry) -> str:
    """The fields that name owners, as rows of (system, kind, pointer); empty where there are none."""
    return ", ".join(
        f"({quoted(system.id)}, {quoted(kind.id)}, {quoted('/' + kind.owner_field.replace('~', '~0').replace('/', '~1'))})"
        for system in registry.systems.values() for kind in system.kinds.values() if kind.owner_field
    )
