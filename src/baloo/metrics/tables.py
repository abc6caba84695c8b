"""What a folder of derived data says, in rows that can be compared: whatever the way it was counted, the same facts give the
same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from baloo.metrics.derived import read_manifest
from baloo.metrics.files import Files, reading
from baloo.metrics.publish import live_rows

__all__ = ["tables"]


def tables(derived: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Sorted rows: `intervals` (scope, measure, person, start, stop), `changes` (scope, measure, staff, day, delta), `days`
    (system, first,
    last), `counts` (system, kind, identity, observation, day, n) and `no_number_before` (scope, day).

    Patches are worked in, signed rows added up, and keys replaced by what they mean. Empty where nothing was counted.
    """
    manifest = read_manifest(derived)
    if manifest is None:
        return {}
    files = Files(derived, manifest.version)
    names: dict[int, list[tuple[str, str]]] = {}
    for key in manifest.keys:
        names.setdefault(key.key, []).append((key.scope, key.measure))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")

        def rows(select: str) -> list[tuple[Any, ...]]:
            return connection.execute(select).fetchall()

        intervals = rows(live_rows(files, manifest))
        changes = rows(
            f"SELECT key, staff, day, CAST(sum(delta) AS BIGINT) FROM ({reading(files.paths(manifest.changes))}) AS c "
            "GROUP BY key, staff, day HAVING sum(delta) <> 0"
        )
        engine = manifest.engine
        counts = rows(
            f"SELECT s.system, s.kind, c.identity_id, c.observation_id, c.day, CAST(sum(c.n) AS BIGINT) "
            f"FROM ({reading(files.paths(engine['counts']))}) AS c JOIN ({reading(files.paths(engine['sources']))}) AS s "
            "ON s.number = c.source AND s.kind IS NOT NULL GROUP BY ALL HAVING sum(c.n) <> 0"
        )
    days = [(system, first, manifest.last_days[system]) for system, first in manifest.first_days.items()]
    return {
        "intervals": sorted((*name, *row) for key, *row in intervals for name in names[key]),
        "changes": sorted((*name, *row) for key, *row in changes for name in names[key]),
        "days": sorted(days),
        "counts": sorted(counts),
        "no_number_before": sorted(manifest.no_number_before.items()),
    }
