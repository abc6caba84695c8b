"""Owners: the accounts whose things contributions were done on, for kinds that name a field of `extra` for them."""

from __future__ import annotations

import duckdb

from baloo.lake.files import quoted
from baloo.registry.model import Registry

__all__ = ["owners"]


def owners(connection: duckdb.DuckDBPyConnection, registry: Registry) -> list[tuple[str, str]]:
    """(system, account) of each owner that the events of the table `batch` name, once; of the kinds that have them only."""
    fields = [
        (system.id, kind.id, "/" + kind.owner_field.replace("~", "~0").replace("/", "~1"))
        for system in registry.systems.values() for kind in system.kinds.values() if kind.owner_field
    ]
    if not fields:
        return []
    values = ", ".join(f"({quoted(system)}, {quoted(kind)}, {quoted(pointer)})" for system, kind, pointer in fields)
    found: list[tuple[str, str]] = connection.execute(f"""
        WITH fields(system, kind, pointer) AS (VALUES {values})
        SELECT DISTINCT system, json_extract_string(extra, pointer) AS owner
        FROM batch JOIN fields USING (system, kind)
        WHERE environment = 'production' AND owner <> ''
    """).fetchall()
    return found
