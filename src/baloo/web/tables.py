"""Tables: what stands on a page, and the same cells as CSV and JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass

__all__ = ["Cell", "Column", "Table", "to_csv", "to_rows"]

_BEGIN = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # of a formula; the wide ones in East Asian settings


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is for people (1,204), `value` for programs (1204); `href` makes it a link."""

    text: str
    value: str | int | float | None
    href: str | None = None

    @property
    def is_day(self) -> bool:
        """Whether the value is an ISO date written out in the text."""
        return isinstance(self.value, str) and self.value != self.text and _is_date(self.value)


@dataclass(frozen=True, slots=True)
class Column:
    """`key` names it for programs, `title` for people; `number` sets it at the end of the line."""

    key: str
    title: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row is its heading, and `foot` a last row that sums up."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] | None = None

    @property
    def all_rows(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows, and the foot where there is one."""
        return (*self.rows, self.foot) if self.foot else self.rows


def to_csv(table: Table) -> str:
    """The cells of a table, one line a row, headed by the keys of the columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.key for column in table.columns)
    for row in table.all_rows:
        writer.writerow("" if cell.value is None else _harmless(cell.value) for cell in row)
    return out.getvalue()


def to_rows(table: Table) -> list[dict[str, str | int | float | None]]:
    """The cells of a table as one mapping a row."""
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, (cell.value for cell in row), strict=True)) for row in table.all_rows]


def _harmless(value: str | int | float) -> str | int | float:
    """A text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in _BEGIN else value


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
