"""The runs of sources: when each began and ended, what it brought, and why it failed. Nothing of a person stands here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from baloo.records.tables import metadata

if TYPE_CHECKING:
    from baloo.records.store import Records

__all__ = ["KEPT", "Outcome", "Past", "Run", "begin", "end", "last_of_each", "pasts", "recent", "runs", "stop_left"]

Outcome: TypeAlias = Literal["running", "done", "failed", "stopped"]
KEPT = 1000
"""Runs of one system; older ones are forgotten."""

_id = BigInteger().with_variant(Integer, "sqlite")

runs = Table(
    "runs", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("system", String, nullable=False), Column("source", String, nullable=False),
    Column("asked", String, nullable=False),  # by whom: schedule, or hand
    Column("began", BigInteger, nullable=False), Column("ended", BigInteger),
    Column("outcome", String, nullable=False),
    Column("read", Integer, nullable=False, default=0), Column("accepted", Integer, nullable=False, default=0),
    Column("revised", Integer, nullable=False, default=0), Column("duplicates", Integer, nullable=False, default=0),
    Column("refused", Integer, nullable=False, default=0),
    Column("why", String, nullable=False, default=""),
    Index("runs_system", "system", "began"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Times are microseconds since 1970; `accepted` are events that were new, `why` says what stopped it, in words."""

    id: int
    system: str
    source: str
    asked: str
    began: int
    ended: int | None
    outcome: Outcome
    read: int
    accepted: int
    revised: int
    duplicates: int
    refused: int
    why: str

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.ended is None else (self.ended - self.began) / 1_000_000


@dataclass(frozen=True, slots=True)
class Past:
    """All runs of a system together; times are microseconds since 1970."""

    first: int  # when the first that is known began
    good: int | None  # when the last that went well ended
    news: int  # runs that brought something
    latest: int | None  # when the last of these began
    longest: int | None  # the longest time between two of these
    failed: int | None = None  # when the last that failed ended


def begin(records: Records, system: str, source: str, asked: str, now: int) -> int:
    """Note that a run begins; its id. One of the same system that never ended was stopped."""
    with records.engine.begin() as connection:
        _stop(connection, (runs.c.system == system) & (runs.c.source == source), now)
        new = connection.execute(
            sa.insert(runs).values(system=system, source=source, asked=asked, began=now, outcome="running")).inserted_primary_key
        old = sa.select(runs.c.id).where(runs.c.system == system).order_by(runs.c.id.desc()).offset(KEPT)
        connection.execute(sa.delete(runs).where(runs.c.id.in_(old.scalar_subquery())))
    return int(new[0]) if new else 0


def end(records: Records, run: int, outcome: Outcome, now: int, counts: Mapping[str, int], why: str = "") -> None:
    """Note how a run ended; `counts` are read, accepted, revised, duplicates and refused."""
    with records.engine.begin() as connection:
        connection.execute(sa.update(runs).where(runs.c.id == run).values(outcome=outcome, ended=now, why=why, **counts))


def stop_left(records: Records, now: int, at_work: Callable[[int], bool]) -> None:
    """Runs that nobody carries out any more were stopped; `at_work` says of a run's id whether somebody does."""
    going = sa.select(runs.c.id).where(runs.c.outcome == "running")
    with records.engine.connect().execution_options(writes=False) as connection:
        left = [run for run in connection.scalars(going) if not at_work(run)]
    if left:
        with records.engine.begin() as connection:
            _stop(connection, runs.c.id.in_(left), now)


def recent(records: Records, *, limit: int = 100, system: str | None = None) -> Sequence[Run]:
    """The latest runs, the last to begin first."""
    query = sa.select(runs).order_by(runs.c.began.desc(), runs.c.id.desc()).limit(limit)
    return _asked(records, query if system is None else query.where(runs.c.system == system))


def last_of_each(records: Records) -> dict[str, Run]:
    """System to the run that began last."""
    last = sa.select(sa.func.max(runs.c.id)).group_by(runs.c.system)
    return {run.system: run for run in _asked(records, sa.select(runs).where(runs.c.id.in_(last.scalar_subquery())))}


def pasts(records: Records) -> dict[str, Past]:
    """System to what is known of all its runs."""
    c = runs.c
    gap = c.began - sa.func.lag(c.began).over(partition_by=c.system, order_by=c.began)
    news = sa.select(c.system, c.began, gap.label("gap")).where(c.accepted > 0).subquery()
    most = sa.func.max
    told = sa.select(
        news.c.system, sa.func.count().label("n"), most(news.c.began).label("latest"), most(news.c.gap).label("gap"),
    ).group_by(news.c.system).subquery()
    query = sa.select(
        c.system, sa.func.min(c.began), most(sa.case((c.outcome == "done", c.ended))), sa.func.coalesce(told.c.n, 0),
        told.c.latest, told.c.gap, most(sa.case((c.outcome == "failed", c.ended))),
    ).outerjoin_from(runs, told, told.c.system == c.system).group_by(c.system)
    with records.engine.connect().execution_options(writes=False) as connection:
        return {system: Past(*rest) for system, *rest in connection.execute(query)}


def _asked(records: Records, query: sa.Select[tuple[object, ...]]) -> Sequence[Run]:
    with records.engine.connect().execution_options(writes=False) as connection:
        return [Run(**row) for row in connection.execute(query).mappings()]


def _stop(connection: sa.Connection, which: sa.ColumnElement[bool], now: int) -> None:
    left = sa.update(runs).where(which & (runs.c.outcome == "running"))
    connection.execute(left.values(outcome="stopped", ended=now, why="It was stopped; the next one goes on from there."))
