"""Statements in bulk, the same on SQLite and PostgreSQL. They go to the driver as plain tuples, which is faster."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from baloo.records.audit import note
from baloo.records.tables import meta

__all__ = [
    "chunks", "each_row", "insert_known", "insert_new", "note", "read_meta", "run_many", "select_in", "select_rows", "write_meta",
]  # fmt: skip

_AT_ONCE = 20_000  # rows
_CHUNK = 5_000  # values in one `IN (...)`; both databases take more

T = TypeVar("T")


def chunks(values: Sequence[T], size: int = _CHUNK) -> Iterator[Sequence[T]]:
    """The values in slices of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def insert_new(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows in order, leaving out those whose unique key is there already. All rows have the same columns."""
    if rows:
        statement: sa.Insert
        if connection.dialect.name == "postgresql":
            from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - a dialect that is seldom spoken, and slow to load

            statement = postgresql.insert(table).on_conflict_do_nothing()
        else:
            statement = sqlite.insert(table).on_conflict_do_nothing()
        run_many(connection, statement, rows)


def run_many(connection: sa.Connection, statement: sa.Insert | sa.Update | sa.Delete, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run one statement for each row of values; a value that the statement has itself stands in for one a row lacks."""
    if not rows:
        return
    columns = list(rows[0]) if isinstance(statement, sa.Insert) else None
    compiled: Any = statement.compile(dialect=connection.dialect, column_keys=columns)
    order, own = compiled.positiontup, compiled.params
    constant = {name: own[name] for name in own if name not in rows[0]}
    full = [{**constant, **row} for row in rows] if constant else list(rows)
    values: Any = list(zip(*([row[name] for row in full] for name in order), strict=True)) if order else full
    connection.exec_driver_sql(compiled.string, values)


def select_rows(connection: sa.Connection, *columns: sa.Column[Any], where: str = "") -> list[tuple[Any, ...]]:
    """The columns of all rows of their table, or of those that a condition without values admits."""
    statement = _selecting(connection.dialect, columns)
    cursor: Any = connection.exec_driver_sql(f"{statement} WHERE {where}" if where else statement).cursor
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def each_row(connection: sa.Connection, *columns: sa.Column[Any], where: str = "") -> Iterator[tuple[Any, ...]]:
    """As `select_rows`, a part at a time: for tables that are too large to be held."""
    statement = _selecting(connection.dialect, columns)
    cursor: Any = connection.exec_driver_sql(f"{statement} WHERE {where}" if where else statement).cursor
    while rows := cursor.fetchmany(_AT_ONCE):
        yield from rows


def select_in(
    connection: sa.Connection, columns: Sequence[sa.Column[Any]], column: sa.Column[Any], values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """The columns of the rows whose `column` is one of the values; give each value once."""
    base = _selecting(connection.dialect, tuple(columns))
    name = connection.dialect.identifier_preparer.format_column(column, use_table=True)
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    rows: list[tuple[Any, ...]] = []
    for chunk in chunks(values):
        condition = f"{base} WHERE {name} IN ({', '.join([mark] * len(chunk))})"
        cursor: Any = connection.exec_driver_sql(condition, tuple(chunk)).cursor
        rows += cursor.fetchall()
    return rows


@functools.lru_cache(256)
def _selecting(dialect: sa.Dialect, columns: tuple[sa.Column[Any], ...]) -> str:
    return str(sa.select(*columns).compile(dialect=dialect))


def insert_known(
    connection: sa.Connection, table: sa.Table, columns: Sequence[sa.Column[Any]], rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    """`insert_new` for a table with an `id` and a unique `key`; returns the columns of the rows, which begin with `key`."""
    highest = connection.scalar(sa.select(sa.func.max(table.c.id))) or 0
    insert_new(connection, table, rows)
    found = select_rows(connection, *columns, where=f"{table.name}.id > {highest}")
    missing = {row["key"] for row in rows}.difference(row[0] for row in found)  # another process was quicker
    return found + select_in(connection, columns, table.c.key, sorted(missing))


def read_meta(connection: sa.Connection, name: str, default: int = 0) -> int:
    """A whole number kept under a name."""
    value = connection.scalar(sa.select(meta.c.value).where(meta.c.name == name))
    return default if value is None else int(value)


def write_meta(connection: sa.Connection, name: str, value: int) -> None:
    """Keep a whole number under a name."""
    changed = connection.execute(sa.update(meta).where(meta.c.name == name).values(value=str(value)))
    if not changed.rowcount:
        connection.execute(sa.insert(meta).values(name=name, value=str(value)))
