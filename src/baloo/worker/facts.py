"""What the data says to `baloo check`: the values that a field takes, and people who are core without being active."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from baloo.errors import BalooError, RegistryError

if TYPE_CHECKING:
    from baloo.lake.base import LakeSnapshot
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

    def values(self, system: str, kind: str | None, field: str) -> Collection[Scalar] | None:
        """The distinct values of a field of `extra` in the events of a system; elements, where it is a list."""
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
        from baloo.clock import clock_from_environment  # noqa: PLC0415 - see data_facts
        from baloo.metrics.answers import Answers  # noqa: PLC0415 - see data_facts
        from baloo.registry import load  # noqa: PLC0415 - see data_facts

        try:
            registry = load(self._workspace.registry)
            answers = Answers.open(self._workspace.derived, registry, clock_from_environment())
            return answers.core_not_active(f"area:{area}")
        except (BalooError, RegistryError):
            return None
