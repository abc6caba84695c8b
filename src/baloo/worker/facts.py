"""What the data says to `baloo check`: the values that a field takes, and people who are core without being active."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from baloo.clock import clock_from_environment
from baloo.metrics.derived import read_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from baloo.lake.base import LakeSnapshot
    from baloo.metrics.derived import Manifest
    from baloo.registry.model import Scalar
    from baloo.workspace import Workspace

__all__ = ["DataFacts", "data_facts"]

_MOST = 10_000  # values of one field that are looked at; beyond it the field is taken to have any


def data_facts(workspace: Workspace) -> DataFacts | None:
    """What is known of the data of a workspace, None where nothing was loaded yet."""
    if not (workspace.lake / "events" / "_delta_log").exists():
        return None
    from baloo.lake.store import Lake  # noqa: PLC0415 - a registry without data needs neither lake nor engine

    snapshot = Lake.open(workspace.lake, write=False).snapshot()
    return DataFacts(workspace, snapshot) if snapshot.events else None


class DataFacts:
    """`baloo.registry.facts.Facts` over the lake and what was counted."""

    def __init__(self, workspace: Workspace, snapshot: LakeSnapshot) -> None:
        import duckdb  # noqa: PLC0415 - see data_facts

        self._workspace = workspace
        self._files = list(snapshot.events)
        self._engine = duckdb.connect(config={"threads": 2})
        came = self._engine.execute("SELECT DISTINCT system, kind FROM read_parquet($files)", {"files": self._files})
        self._came = set(came.fetchall())

    def values(self, system: str, kind: str | None, field: str) -> Collection[Scalar] | None:
        """The distinct values of a field of `extra` in the events of a system; elements, where it is a list."""
        if not any(system == of and kind in (None, done) for of, done in self._came):
            return None
        path = f'$."{field}"'
        rows = self._engine.execute(
            """
            WITH found AS (
                SELECT json_extract(extra, $path) AS value FROM read_parquet($files)
                WHERE system = $system AND ($kind IS NULL OR kind = $kind)
            ), parts AS (
                SELECT DISTINCT unnest(
                    CASE json_type(value) WHEN 'ARRAY' THEN json_extract(value, '$[*]') ELSE [value] END) AS part
                FROM found WHERE value IS NOT NULL
            )
            SELECT part ->> '$' FROM parts LIMIT $most
            """,
            {"path": path, "files": self._files, "system": system, "kind": kind, "most": _MOST + 1},
        ).fetchall()
        return None if len(rows) > _MOST else {row[0] for row in rows}

    def core_not_active(self, area: str) -> int | None:
        """How many people hold a core point of the area today and are not active in it; None where nothing was counted."""
        from baloo.registry import load  # noqa: PLC0415 - see data_facts

        folder = self._workspace.derived
        manifest = read_manifest(folder)
        area_of = load(self._workspace.registry).areas.get(area)
        if manifest is None or area_of is None:
            return None
        keys = {key.measure: key.key for key in manifest.keys if key.scope == f"area:{area}"}
        core = [keys[f"point:{p.id}"] for p in area_of.pathway if p.level == "core" and f"point:{p.id}" in keys]
        if not core or "active" not in keys:
            return None
        held = self._live(folder, manifest)
        day = clock_from_environment().today()
        rows = self._engine.execute(
            f"""
            WITH now AS (SELECT key, person FROM ({held}) WHERE start <= $day AND stop > $day)
            SELECT count(DISTINCT person) FROM now WHERE list_contains($core, key)
            AND person NOT IN (SELECT person FROM now WHERE key = $active)
            """,
            {"day": day, "core": core, "active": keys["active"]},
        ).fetchone()
        return int(rows[0]) if rows else None

    @staticmethod
    def _live(folder: Path, manifest: Manifest) -> str:
        """The live intervals, as `baloo.metrics.derived` describes them."""

        def read(files: tuple[str, ...], columns: str) -> str:
            names = ", ".join("'" + str(folder / file).replace("'", "''") + "'" for file in files)
            return f"SELECT {columns} FROM read_parquet([{names}])"

        parts = []
        if manifest.intervals:
            replaced = f" WHERE person NOT IN ({read(manifest.replaced, 'person')})" if manifest.replaced else ""
            parts.append(read(manifest.intervals, "key, person, start, stop") + replaced)
        if manifest.patch:
            parts.append(read(manifest.patch, "key, person, start, stop"))
        nothing = "SELECT 0 AS key, 0 AS person, DATE '1970-01-01' AS start, DATE '1970-01-01' AS stop WHERE false"
        return " UNION ALL ".join(parts) or nothing
