"""How many contributions identities have, for whoever asks what a merge would move."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from baloo.lake.base import LakeSnapshot
from baloo.workspace import Workspace

__all__ = ["contributions", "counted_in"]


def contributions(snapshot: LakeSnapshot, identities: Sequence[int]) -> Mapping[int, int]:
    """The number of events of each of these identities that has any; voids are not looked at."""
    if not (snapshot.events and identities):
        return {}
    import duckdb  # noqa: PLC0415 - a worker that only loads needs no engine

    with duckdb.connect(config={"threads": 2}) as engine:
        rows = engine.execute(
            "SELECT identity_id, count(*) FROM read_parquet($files)"
            " WHERE identity_id IN (SELECT unnest($whom)) GROUP BY ALL",
            {"files": list(snapshot.events), "whom": list(identities)},
        ).fetchall()
    return dict(rows)


def counted_in(workspace: Workspace) -> Callable[[Sequence[int]], Mapping[int, int]]:
    """`contributions` over what a workspace's lake has when it is asked; nothing where there is no lake yet."""

    def count(identities: Sequence[int]) -> Mapping[int, int]:
        if not (workspace.lake / "events" / "_delta_log").exists():
            return {}
        from baloo.lake.store import Lake  # noqa: PLC0415 - most commands have nothing to ask

        return contributions(Lake.open(workspace.lake, write=False).snapshot(), identities)

    return count
