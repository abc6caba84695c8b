"""Mozilla Location Service, closed in 2024: who went out and sent observations, by nickname; from its database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from baloo.sources.recipe import Recipe, Record

__all__ = ["RECIPE"]


def _unfold(row: Any, _addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - a row
    """A day of somebody who has points of it."""
    if row["points"] > 0 and (row.get("nickname") or row.get("email")):
        yield {"key": f"score {row['user']} {row['day']}", "at": row["day"], "nickname": row.get("nickname") or None,
               "email": row.get("email") or None, "points": row["points"]}


RECIPE = Recipe("Mozilla Location Service", unfold=_unfold)
