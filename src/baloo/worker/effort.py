"""How many contributions identities have, for whoever asks what a merge would move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from baloo.lake.base import LakeSnapshot

__all__ = ["contributions"]


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
