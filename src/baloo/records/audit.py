"""The audit: who changed what, and when. It holds ids and numbers, and no name or address of a contributor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.records.store import Records
from baloo.records.tables import audit

__all__ = ["Noted", "note", "noted"]


@dataclass(frozen=True, slots=True)
class Noted:
    """One entry. `made` is microseconds since 1970; `who` is an operator, a member by a keyed hash, or an identity by its id."""

    id: int
    made: int
    who: str
    what: str
    detail: str


def note(connection: sa.Connection, who: str, what: str, detail: str, now: int) -> None:
    """Write down that somebody did something, in the transaction that does it; `detail` has ids and numbers, never names."""
    connection.execute(sa.insert(audit).values(made=now, who=who, what=what, detail=detail))


def noted(records: Records, *, before: int | None = None, limit: int = 100) -> Sequence[Noted]:
    """Entries, the latest first; with `before`, those with a smaller id."""
    c = audit.c
    query = sa.select(c.id, c.made, c.who, c.what, c.detail).order_by(c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(c.id < before)
    with records.engine.connect().execution_options(writes=False) as connection:
        return [Noted(*row) for row in connection.execute(query)]
