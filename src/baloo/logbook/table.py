"""A table of entries as CSV: one entry a line, and what is wrong with each before anything is written down."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from baloo.errors import InputError, nearest
from baloo.logbook.book import TAKEN_BACK, Book, Wanted
from baloo.logbook.contributors import Contributor, named
from baloo.logbook.entry import Fault, read, typed_fields
from baloo.logbook.found import Already
from baloo.logbook.places import Place

__all__ = ["MOST_LINES", "Line", "preview"]

MOST_LINES = 1_000
"""Entries in one table."""
_OPTIONAL = ("link", "private")


@dataclass(slots=True)
class Line:
    """A line of a table: its number in the file, what it says, and what would become of it.

    `state` is `new`, `there` (it was written down before), `gone` (it was taken back), `twice` (an earlier line says the same) or
    `faulty`.
    """

    number: int
    said: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)
    wanted: Wanted | None = None
    state: str = "faulty"
    already: list[Already] = field(default_factory=list)

    @property
    def stranger(self) -> bool:
        """Whether it is of somebody who was not known."""
        return self.wanted is not None and not self.wanted.contributor.person


def preview(book: Book, place: Place, text: str, *, who: str) -> list[Line]:
    """The lines of a table and what would become of each if `who` wrote them down; nothing is kept.

    Raises InputError for a text that is no such table: not CSV, columns that are missing or unknown, too many lines.
    """
    lines = [Line(number, said) for number, said in _rows(text, place)]
    known: dict[str, Contributor | Fault] = {}
    for line in lines:
        _read(book, place, line, known)
    good = [line for line in lines if line.wanted is not None]
    for line, fault in zip(good, book.faults(place, [line.wanted for line in good if line.wanted]), strict=True):
        if fault is not None:
            line.faults.append(fault)
            line.wanted = None
    _judge(book, place, [line for line in good if line.wanted is not None], who)
    return lines


def _read(book: Book, place: Place, line: Line, known: dict[str, Contributor | Fault]) -> None:
    """Read a line's entry and who it is of; who stands in many lines is looked for once."""
    entry, line.faults = read(place, line.said)
    text = line.said["who"]
    if text not in known:
        try:
            known[text] = named(book.records, text)
        except InputError as error:
            known[text] = Fault("who", error.message, error.remedy or "")
    who = known[text]
    if isinstance(who, Fault):
        line.faults.insert(0, who)
    elif entry is not None:
        line.wanted = book.wanted(place, who, entry)


def _judge(book: Book, place: Place, lines: Sequence[Line], who: str) -> None:
    """Say of good lines whether they are new, and what else there is of the same people on the same days."""
    steps = book.last(line.wanted.id for line in lines if line.wanted)
    seen: set[str] = set()
    for line in lines:
        ident = line.wanted.id if line.wanted else ""
        step = steps.get(ident)
        line.state = "twice" if ident in seen else "new" if step is None else "gone" if step.what == TAKEN_BACK else "there"
        seen.add(ident)
    new = [line for line in lines if line.state == "new"]
    if new:
        found = book.already(place, [line.wanted for line in new if line.wanted], who=who)
        for line, already in zip(new, found, strict=True):
            line.already = already


def _rows(text: str, place: Place) -> Iterator[tuple[int, dict[str, str]]]:
    """(number of the line, column to text) of each row that says something."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    count, columns = 0, None
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if columns is None:
                columns = _columns(row, place)
                continue
            count += 1
            if count > MOST_LINES:
                raise InputError(f"There are more than {MOST_LINES:,} lines.", remedy="Write it down in parts.")
            if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns):]):
                remedy = "Put texts with the delimiter in them into quotation marks."
                raise InputError("This line has more fields than the first.", where=f"line {reader.line_num}", remedy=remedy)
            yield reader.line_num, dict.fromkeys(typed_fields(place), "") | dict(zip(columns, row, strict=False))
    except csv.Error as error:
        raise InputError(
            f"This is not CSV: {error}.", where=f"line {reader.line_num}", remedy="Look at the quotation marks from there on.",
        ) from error
    if not count:
        raise InputError("There is no entry in it.", remedy=f"The first line names the columns: {_named(place)}.")


def _columns(row: Sequence[str], place: Place) -> list[str]:
    """The columns that the first line names. Raises InputError."""
    valid, found = typed_fields(place), [cell.strip().lower() for cell in row]
    while found and not found[-1]:
        found.pop()
    for name in found:
        if name not in valid:
            close = nearest(name, valid)
            raise InputError(
                f"There is no column `{name[:40]}`." if close else "A column of the first line is none.", where="line 1",
                remedy=f"Did you mean `{close}`?" if close else f"The columns are {_named(place)}.",
            )
    missing = [name for name in valid if name not in found and (name not in _OPTIONAL or name in place.log.needs)]
    if missing or len(set(found)) < len(found):
        what = f"The column `{missing[0]}` is missing." if missing else "A column stands there twice."
        raise InputError(what, where="line 1", remedy=f"The columns are {_named(place)}.")
    return found


def _named(place: Place) -> str:
    return ", ".join(f"`{name}`" for name in typed_fields(place))
