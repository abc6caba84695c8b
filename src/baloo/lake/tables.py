"""The columns of the lake's tables, for Delta and for DuckDB: one list each."""

from __future__ import annotations

from dataclasses import dataclass

from deltalake import Field, Schema
from deltalake.schema import PrimitiveType

from baloo.lake.base import EVENTS, VOIDS

__all__ = ["APP", "MONTH", "TABLES", "Columns"]

APP = "baloo-loader"  # the application of the transactions; their version is the seq of the last queue row loaded
MONTH = "received_month"  # the partition: it stands in the folder's name and the log, not in the files


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns in order, each with Delta's type, and those whose least and greatest value are in the log.

    Columns with text of events have no statistics: somebody's name may stand there.
    """

    name: str
    types: tuple[tuple[str, str], ...]
    measured: tuple[str, ...]
    sorted_by: str

    @property
    def schema(self) -> Schema:
        """The table's schema for delta-rs."""
        return Schema([Field(name, PrimitiveType(kind)) for name, kind in self.types])

    @property
    def in_files(self) -> tuple[str, ...]:
        """The columns that stand in the data files."""
        return tuple(name for name, _ in self.types if name != MONTH)

    @property
    def select(self) -> str:
        """The same, quoted, for a SELECT."""
        return ", ".join(f'"{name}"' for name in self.in_files)


TABLES = {
    EVENTS: Columns(
        EVENTS,
        (
            ("seq", "long"), (MONTH, "string"), ("received", "timestamp"),
            ("namespace", "string"), ("environment", "string"), ("id", "string"),
            ("doc", "long"), ("body", "long"), ("natural", "long"),
            ("schema", "string"), ("version", "string"), ("system", "string"), ("kind", "string"),
            ("at", "timestamp"), ("at_offset", "short"), ("day", "date"),
            ("identity_id", "long"), ("observation_id", "long"),
            ("object", "string"), ("extra", "string"),
        ),
        ("seq", "doc", "at"),
        "at",
    ),
    VOIDS: Columns(
        VOIDS,
        (
            ("seq", "long"), (MONTH, "string"), ("doc", "long"),
            ("namespace", "string"), ("environment", "string"), ("id", "string"), ("why", "string"),
        ),
        ("seq", "doc"),
        "seq",
    ),
}
