"""Maps: CSV files that lead values of a field, such as repositories, to areas."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

from baloo.errors import Problem, nearest
from baloo.registry._files import Entry
from baloo.registry._yaml import read_text

__all__ = ["Row", "read_map"]

_COLUMNS = ("value", "area", "since", "until")
_MAX_BYTES = 16 << 20
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its line; `value` is without the `*` of a prefix."""

    EARLIEST: ClassVar[dt.date] = dt.date.min
    value: str
    prefix: bool
    area: str
    since: dt.date | None
    until: dt.date | None
    line: int


def read_map(folder: Path, entry: Entry, report: Callable[[Problem], None]) -> list[Row]:
    """The rows of the map that a system names; what is wrong with it is reported."""
    name = entry.data["areas"]["map"]
    if not (folder / name).resolve().is_relative_to(folder.resolve()) or Path(name).is_absolute():
        message = f"`{name}` leads out of the registry. A map lies in the registry's folder."
        report(entry.problem(("areas", "map"), message, slug="outside"))
        return []
    text = read_text(folder, name, _MAX_BYTES)
    if isinstance(text, Problem):
        if text.slug == "missing-file":
            known = [file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*.csv"))]
            message = f"There is no file `{name}` in the registry."
            text = entry.problem(("areas", "map"), message, nearest=nearest(name, known), slug="missing-file")
        report(text)
        return []
    rows = list(_rows(name, text, report))
    _overlaps(name, rows, report)
    return rows


def _rows(name: str, text: str, report: Callable[[Problem], None]) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [column.strip() for column in next(reader, [])]
        if not _header_fits(name, header, report):
            return
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                report(Problem(name, line, "", f"This row has {len(cells)} columns; the head has {len(header)}."))
                continue
            row = _row(name, line, dict(zip(header, (cell.strip() for cell in cells), strict=True)), report)
            if row:
                yield row
    except csv.Error as error:
        report(Problem(name, reader.line_num or 1, "", f"This is not CSV: {error}."))


def _header_fits(name: str, header: list[str], report: Callable[[Problem], None]) -> bool:
    if not header:
        report(Problem(name, 1, "", "The file is empty. Its first line is `value,area`.", slug="empty"))
        return False
    unknown = [column for column in header if column not in _COLUMNS]
    for column in unknown:
        message = f"There is no column `{column}`; a map has value, area and, if need be, since and until."
        report(Problem(name, 1, column, message, nearest=nearest(column, _COLUMNS), slug="unknown-key"))
    missing = [column for column in ("value", "area") if column not in header]
    for column in missing:
        report(Problem(name, 1, column, f"The column `{column}` is missing.", slug="missing-key"))
    twice = len(set(header)) < len(header)
    if twice:
        report(Problem(name, 1, "", "A column stands here twice.", slug="duplicate-key"))
    return not (unknown or missing or twice)


def _row(name: str, line: int, cells: dict[str, str], report: Callable[[Problem], None]) -> Row | None:
    since, until = _date(cells.get("since", "")), _date(cells.get("until", ""))
    for column, found in (("since", since), ("until", until)):
        if isinstance(found, str):
            report(Problem(name, line, column, f"`{found}` is not a date such as 2013-01-31."))
    if isinstance(since, str) or isinstance(until, str):
        return None
    value = cells["value"]
    if not value or not cells["area"]:
        empty = "area" if value else "value"
        report(Problem(name, line, empty, f"`{empty}` is empty."))
        return None
    if "*" in value[:-1]:
        report(Problem(name, line, "value", f"`{value}` has a `*` before its end; only a prefix such as `mozilla/*` may."))
        return None
    if since and until and since >= until:
        report(Problem(name, line, "until", f"`until` {until} is not after `since` {since}.", slug="dates"))
        return None
    return Row(value.removesuffix("*"), value.endswith("*"), cells["area"], since, until, line)


def _date(written: str) -> dt.date | str | None:
    """A date, None where nothing is written, or the text that is no date."""
    try:
        return dt.date.fromisoformat(written) if _DATE.fullmatch(written) else written or None
    except ValueError:
        return written


def _overlaps(name: str, rows: list[Row], report: Callable[[Problem], None]) -> None:
    """A value in two rows at a time: a warning, and an error where the rows have dates that lead it to two areas at once."""
    groups: dict[tuple[str, bool], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.value, row.prefix), []).append(row)
    for same in groups.values():
        same.sort(key=lambda row: (row.since or dt.date.min, row.line))
        for before, after in pairwise(same):
            if (before.until or dt.date.max) <= (after.since or dt.date.min):
                continue
            shown = after.value + ("*" if after.prefix else "")
            first, second = sorted((before, after), key=lambda row: row.line)
            message = f"`{shown}` stands on line {first.line} too"
            dated = any((before.since, before.until, after.since, after.until))
            if before.area != after.area and dated:
                said = f"{message}, for some of the same days, for another area. Give the rows dates that do not overlap."
                report(Problem(name, second.line, "value", said, slug="dates"))
            else:
                said = f"{message}." if before.area == after.area else f"{message}, so it counts in both areas."
                report(Problem(name, second.line, "value", said, severity="warning", slug="two-rows"))
