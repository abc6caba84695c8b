"""One DuckDB connection for one refresh: in memory, in UTC, spilling into a folder of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
from arro3.core import Array, DataType, Table

from baloo.metrics.conditions import literal

__all__ = ["Session"]

_TYPES: dict[str, DataType] = {
    "BIGINT": DataType.int64(), "INTEGER": DataType.int32(), "VARCHAR": DataType.utf8(), "BOOLEAN": DataType.bool(),
    "DATE": DataType.int32(),  # days since 1970
}  # fmt: skip
_EPOCH = dt.date(1970, 1, 1).toordinal()


class Session:
    """Runs statements and moves small tables in and out. Use as a context manager. `between` is called before each statement."""

    def __init__(self, temporary: Path, memory_mb: int, between: Callable[[], None] | None = None) -> None:
        self._between = between
        temporary.mkdir(parents=True, exist_ok=True)
        self._connection = duckdb.connect(config={
            "memory_limit": f"{memory_mb}MB", "temp_directory": str(temporary), "preserve_insertion_order": False,
        })  # fmt: skip
        self._connection.execute("SET TimeZone = 'UTC'")

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Execute one statement and fetch its rows."""
        rows: list[tuple[Any, ...]] = self._execute(sql).fetchall()
        return rows

    def table(self, name: str, select: str) -> None:
        """Keep the rows of a query as a table."""
        self._execute(f"CREATE OR REPLACE TABLE {name} AS {select}")

    def view(self, name: str, select: str) -> None:
        """Name a query."""
        self._execute(f"CREATE OR REPLACE VIEW {name} AS {select}")

    def insert(self, name: str, select: str) -> None:
        """Append the rows of a query to a table, by the names of the columns."""
        self._execute(f"INSERT INTO {name} BY NAME {select}")

    def count(self, name: str) -> int:
        """How many rows a table has."""
        return int(self.run(f"SELECT count(*) FROM {name}")[0][0])

    def put(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a table of Python values. `columns` has the type of each column."""
        rows = list(rows)
        given = Table.from_pydict({
            column: Array([_days(row[n]) for row in rows] if type_ == "DATE" else [row[n] for row in rows], _TYPES[type_])
            for n, (column, type_) in enumerate(columns.items())
        })  # fmt: skip
        self._connection.register("given", given)
        try:
            chosen = (
                f"DATE '1970-01-01' + {column} AS {column}" if type_ == "DATE" else column for column, type_ in columns.items()
            )
            self.table(name, f"SELECT {', '.join(chosen)} FROM given")
        finally:
            self._connection.unregister("given")

    def write(self, select: str, file: Path) -> None:
        """Write the rows of a query to a Parquet file. It is not durable yet."""
        self._execute(f"COPY ({select}) TO {literal(str(file))} (FORMAT parquet, COMPRESSION snappy)")

    def _execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        if self._between is not None:
            self._between()
        return self._connection.execute(sql)


def _days(date: dt.date | None) -> int | None:
    return None if date is None else date.toordinal() - _EPOCH
