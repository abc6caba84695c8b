"""Owners: the accounts whose things contributions were done on, for kinds that name a field of `extra` for them."""

from __future__ import annotations

import duckdb

from baloo.lake.base import Identities
from baloo.lake.files import quoted
from baloo.registry.model import Registry

__all__ = ["Owners"]

_REMEMBERED = 500_000  # accounts; beyond it all are asked for again


class Owners:
    """Makes sure that an identity stands for each owner that the events of the tables `batch` and `who` name."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._known: set[tuple[str, str]] = set()

    def ensure(self, connection: duckdb.DuckDBPyConnection, registry: Registry) -> None:
        """Find the owners in `extra`, of the kinds that have them only, and ask for those not asked for before."""
        fields = [
            (system.id, kind.id, "/" + kind.owner_field.replace("~", "~0").replace("/", "~1"))
            for system in registry.systems.values() for kind in system.kinds.values() if kind.owner_field
        ]
        if not fields:
            return
        values = ", ".join(f"({quoted(system)}, {quoted(kind)}, {quoted(pointer)})" for system, kind, pointer in fields)
        found: list[tuple[str, str]] = connection.execute(f"""
            WITH fields(system, kind, pointer) AS (VALUES {values})
            SELECT DISTINCT system, json_extract_string(extra, pointer) AS account
            FROM batch JOIN fields USING (system, kind)
            WHERE n IN (SELECT n FROM who) AND environment = 'production' AND account <> ''
        """).fetchall()
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        new = [pair for pair in found if pair not in self._known]
        if new:
            self._identities.ensure_accounts(new)
            self._known.update(new)
