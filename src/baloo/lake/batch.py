"""A batch of queue rows as a DuckDB table: columns of lists, then everything that SQL computes faster than Python.

The table `batch` has the columns of `events` but for the identities, the texts of the actor, and `n`, the place of the event in
`Batch.events`.
The table `taken` has `doc` of the documents that the batch's requests take back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from operator import attrgetter
from typing import Any

import duckdb
import msgspec
from arro3.core import Array, DataType, Table

from baloo.lake.natural import HASH, natural_sql
from baloo.queue.base import Event, Request, Stored, Void, decode
from baloo.registry.model import Registry

__all__ = ["Batch", "Taken", "lay_out", "read_batch"]

_TEXT, _LONG, _INT, _SHORT = DataType.utf8(), DataType.int64(), DataType.int32(), DataType.int16()
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_KIND = ("environment", "schema", "version", "system", "kind")
_kind = attrgetter(*_KIND)
_DOC = HASH.format("namespace || chr(31) || environment || chr(31) || id")


@dataclass(frozen=True, slots=True)
class Taken:
    """A document that a request takes back."""

    seq: int
    sender: str | None
    namespace: str
    void: Void


@dataclass(frozen=True, slots=True)
class Batch:
    """Requests in order of arrival, and their events one after the other with the seq and namespace of each.

    `suppressed` has the seq and the event of each that is left out of all this.
    """

    rows: tuple[tuple[int, Request], ...]
    events: list[Event]
    seqs: list[int]
    namespaces: list[str]
    taken: list[Taken]
    suppressed: Sequence[tuple[int, Event]] = ()

    @property
    def through(self) -> int:
        """The last seq."""
        return self.rows[-1][0]

    @property
    def months(self) -> dict[int, str]:
        """The month in which each row was received, by its seq."""
        return {seq: _month(request.received) for seq, request in self.rows}


def read_batch(stored: Sequence[Stored], suppress: Callable[[Event], bool] | None = None) -> Batch:
    """Decode queue rows, and leave out the events that are to be suppressed."""
    rows = tuple((seq, decode(data)) for seq, data in stored)
    suppressed: list[tuple[int, Event]] = []
    if suppress is not None:
        suppressed = [(seq, event) for seq, request in rows for event in request.events if suppress(event)]
        rows = tuple((seq, _without(request, suppress)) for seq, request in rows) if suppressed else rows
    return Batch(
        rows=rows,
        events=[event for _, request in rows for event in request.events],
        seqs=_each(rows, [seq for seq, _ in rows]),
        namespaces=_each(rows, [request.namespace for _, request in rows]),
        taken=[Taken(seq, request.sender, request.namespace, void) for seq, request in rows for void in request.voids],
        suppressed=suppressed,
    )


def lay_out(connection: duckdb.DuckDBPyConnection, batch: Batch, registry: Registry, secret: bytes) -> None:
    """Make the tables `batch` and `taken` in the connection, replacing those of the batch before."""
    natural, values = natural_sql(registry, secret)
    kinds: dict[tuple[str, ...], int] = {}
    numbers = [kinds.setdefault(kind, len(kinds)) for kind in map(_kind, batch.events)]
    with _registered(connection, arrived=_events(batch, numbers), requests=_requests(batch), kinds=_kinds(kinds)):
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE batch AS
            SELECT
                n, seq, received_month, make_timestamptz(received) AS received, namespace, environment, id,
                {_DOC} AS doc, body, {natural} AS "natural",
                "schema", version, system, kind, make_timestamptz(at_micros) AS "at", at_offset,
                CAST(make_timestamp(at_micros) AS DATE) AS day, object, extra, account, username, email, name
            FROM (SELECT *, coalesce(nameless, 'a' || account) AS actor FROM arrived)
            JOIN requests USING (seq) JOIN kinds USING (number)
            """,
            values,
        )
    with _registered(connection, arrived=_table({
        "namespace": ([t.namespace for t in batch.taken], _TEXT),
        "environment": ([t.void.environment for t in batch.taken], _TEXT),
        "id": ([t.void.id for t in batch.taken], _TEXT),
    })):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE taken AS SELECT {_DOC} AS doc FROM arrived")


def _events(batch: Batch, numbers: list[int]) -> Table:
    """What each event says by itself, and the number of the rest."""
    events = batch.events
    return _table({
        "n": (list(range(len(events))), _INT),
        "seq": (batch.seqs, _LONG),
        "number": (numbers, _INT),
        "id": ([e.id for e in events], _TEXT),
        "body": ([e.body for e in events], _LONG),
        "at_micros": ([e.at for e in events], _LONG),
        "at_offset": ([e.offset for e in events], _SHORT),
        "object": ([e.object for e in events], _TEXT),
        "extra": ([e.extra for e in events], _TEXT),
        "account": ([e.account for e in events], _TEXT),
        "username": ([e.username for e in events], _TEXT),
        "email": ([e.email for e in events], _TEXT),
        "name": ([e.name for e in events], _TEXT),
        "nameless": ([None if e.account else _actor(e.email, e.username, e.name) for e in events], _TEXT),
    })


def _requests(batch: Batch) -> Table:
    """What all events of a request share."""
    requests = [request for _, request in batch.rows]
    return _table({
        "seq": ([seq for seq, _ in batch.rows], _LONG),
        "received": ([request.received for request in requests], _LONG),
        "received_month": ([_month(request.received) for request in requests], _TEXT),
        "namespace": ([request.namespace for request in requests], _TEXT),
    })


def _kinds(kinds: Mapping[tuple[str, ...], int]) -> Table:
    """What many events share: a batch has a few combinations of these."""
    columns = {name: ([kind[n] for kind in kinds], _TEXT) for n, name in enumerate(_KIND)}
    return _table({"number": (list(kinds.values()), _INT), **columns})


def _table(columns: Mapping[str, tuple[list[Any], DataType]]) -> Table:
    return Table.from_pydict({name: Array(values, kind) for name, (values, kind) in columns.items()})


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, **tables: Table) -> Iterator[None]:
    """Have tables under these names, for a statement."""
    for name, table in tables.items():
        connection.register(name, table)
    yield
    for name in tables:
        connection.unregister(name)


def _without(request: Request, suppress: Callable[[Event], bool]) -> Request:
    return msgspec.structs.replace(request, events=tuple(event for event in request.events if not suppress(event)))


def _each(rows: Sequence[tuple[int, Request]], values: Sequence[Any]) -> list[Any]:
    """The value of each row as often as it has events."""
    return list(chain.from_iterable(repeat(v, len(request.events)) for v, (_, request) in zip(values, rows, strict=True)))


@lru_cache(1 << 16)
def _actor(email: str | None, username: str | None, name: str | None) -> str:
    """Who, for the natural key of an event without an account; a letter tells what kind of name it is."""
    key = email.strip().casefold() if email else ""
    return f"e{key}" if key else f"u{username}" if username else f"n{name}"


@lru_cache(1 << 10)
def _month_of_hour(hour: int) -> str:
    return (_EPOCH + dt.timedelta(hours=hour)).strftime("%Y-%m")


def _month(micros: int) -> str:
    return _month_of_hour(micros // 3_600_000_000)
