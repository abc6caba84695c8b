"""A CSV file as events, by a mapping file that says which column is what.

    # mapping.yaml
    system: workshops            # a fixed value, or `{column: Where}` for each row's own
    kind: workshop.held
    at: {column: Date, format: "%d.%m.%Y", zone: Europe/Athens}   # without format: ISO 8601; without zone: UTC
    object: {column: Slug, prefix: https://workshops.example.org/}   # which goes before what is there
    id: {column: Id}             # any text; without it the row itself is its id
    actor:
      email: {column: E-mail}
      name: {column: Name}
    extra:
      city: {column: City}
      people: {column: Attendance, type: number}   # text (default), number, boolean, list (split at `;`), name, email
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from baloo.errors import InputError, nearest
from baloo.registry.values import PER_SECOND, TYPES, document_id, moment
from baloo.sources.base import CHUNK_EVENTS, Chunk, Fault
from baloo.sources.files import key_of

__all__ = ["OF_A_QUERY", "CsvSource", "check_mapping", "columns_of", "event_of_row", "read_mapping", "read_yaml"]

_FIELDS = ("system", "kind", "at", "object", "id", "actor", "extra", "schema", "version", "environment")
OF_A_QUERY = ("query", "watermark")
"""Keys that a mapping for a database has besides."""
_ACTOR = ("account", "username", "email", "name")
_LONGEST = 1 << 24  # characters of one field; the door refuses what is too long for an event
_encode = msgspec.json.Encoder().encode


class CsvSource:
    """The rows of one CSV file (UTF-8, header in the first line, comma, semicolon or tab) through a mapping."""

    def __init__(self, file: Path, mapping: Mapping[str, Any], mapping_file: Path) -> None:
        self._file = file
        self._mapping = mapping
        self._mapping_file = mapping_file
        self.key = f"csv:{key_of(file)}:{key_of(mapping_file)}"
        self.title = file.name

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of events; `done` counts rows."""
        lines: list[bytes] = []
        faults: dict[int, Fault] = {}
        first = 2
        row = 0
        for row, (number, values) in enumerate(self._rows(), 1):
            if row <= done:
                continue
            if not lines:
                first = number
            event = event_of_row(self._mapping, values)
            if reason := _untimely(self._mapping["at"], values, event["at"]):
                faults[len(lines)] = Fault("/at", f"{self._file}:{number}", "not-of-format", reason)
            lines.append(_encode(event))
            if len(lines) >= CHUNK_EVENTS:
                yield Chunk(b"\n".join(lines), row, f"{self._file}:{first}", first, faults=faults)
                lines, faults = [], {}
        if lines:
            yield Chunk(b"\n".join(lines), row, f"{self._file}:{first}", first, faults=faults)

    def notes(self) -> list[str]:
        """Nothing to say: each row is an event."""
        return []

    def finished(self) -> None:
        """A file is read whole each time; there is no cursor."""

    def _rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        csv.field_size_limit(_LONGEST)
        line = 1
        try:
            with self._file.open(encoding="utf-8-sig", newline="") as stream:
                head = stream.readline()
                stream.seek(0)
                delimiter = max(",;\t", key=head.count)
                reader = csv.DictReader(stream, delimiter=delimiter, strict=True)
                self._check_columns(reader.fieldnames or [])
                for values in reader:
                    yield reader.line_num, {k: v or "" for k, v in values.items() if isinstance(k, str)}
                    line = reader.line_num + 1
        except FileNotFoundError as error:
            raise InputError("There is no such file.", where=str(self._file)) from error
        except UnicodeDecodeError as error:
            place = f"{self._file}:{_first_not_utf8(self._file)}"
            raise InputError("This is not UTF-8.", where=place, remedy="Save it as UTF-8.") from error
        except csv.Error as error:
            remedy = "Look at the quotation marks from that line on."
            raise InputError(f"This is not CSV: {error}.", where=f"{self._file}:{line}", remedy=remedy) from error

    def _check_columns(self, columns: Sequence[str]) -> None:
        for column in columns_of(self._mapping):
            if column not in columns:
                close = nearest(column, columns)
                hint = f"Did you mean `{close}`?" if close else "The first line of the file must name its columns."
                raise InputError(f"The CSV file has no column `{column}`.", where=str(self._mapping_file), remedy=hint)
            if columns.count(column) > 1:
                message = f"The column `{column}` is there more than once."
                raise InputError(message, where=f"{self._file}:1", remedy="Rename one of them.")


def event_of_row(mapping: Mapping[str, Any], row: Mapping[str, str]) -> dict[str, object]:
    """The event of version 1 that a mapping makes of a row: column to text, empty where there is nothing."""
    event: dict[str, object] = {"schema": "contribution", "version": 1}
    for field, rule in mapping.items():
        if field in ("actor", "extra"):
            inner = {name: _value(part, row) for name, part in rule.items()}
            event[field] = {name: value for name, value in inner.items() if value not in ("", None)}
        elif field == "at":
            event[field] = _moment(rule, row)
        elif (value := _value(rule, row)) not in ("", None):
            event[field] = value
    if named := str(event.get("id", "")):
        event["id"] = document_id(str(event.get("system")), named)
    return event


def columns_of(mapping: Mapping[str, Any]) -> list[str]:
    """The columns that a mapping names."""
    return [rule["column"] for rule in _rules(mapping) if "column" in rule]


def read_mapping(file: Path) -> dict[str, Any]:
    """Read and check a mapping file; one of a database does for a table of what its query gives.

    Raises InputError with the place of an unknown key or a missing part.
    """
    mapping = check_mapping(read_yaml(file), file, OF_A_QUERY)
    return {name: rule for name, rule in mapping.items() if name not in OF_A_QUERY}


def read_yaml(file: Path) -> Any:  # noqa: ANN401 - whatever stands in it
    """What stands in a YAML file. Raises InputError where it cannot be read."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only an import from CSV or a database needs it
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - the same

    try:
        return YAML(typ="safe", pure=True).load(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise InputError("There is no such file.", where=str(file)) from error
    except OSError as error:
        raise InputError(f"It cannot be read: {error.strerror}.", where=str(file)) from error
    except UnicodeDecodeError as error:
        raise InputError("This is not UTF-8.", where=str(file), remedy="Save it as UTF-8.") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise InputError(f"This is not YAML: {problem}.", where=f"{file}:{mark.line + 1}" if mark else str(file)) from error


def check_mapping(mapping: Any, file: Path, besides: tuple[str, ...] = ()) -> dict[str, Any]:  # noqa: ANN401 - whatever stands in it
    """The mapping that a file has, checked; `besides` are further keys that it may have. Raises InputError."""
    if not isinstance(mapping, dict):
        raise InputError("A mapping is a list of `field: {column: Name}`.", where=str(file))
    _known(mapping, (*_FIELDS, *besides), file)
    for needed in ("system", "kind", "at", "actor"):
        if needed not in mapping:
            raise InputError(f"`{needed}` is missing.", where=str(file), remedy=f"Add `{needed}: {{column: ...}}`.")
    if not isinstance(mapping["actor"], dict):
        raise InputError("`actor` names columns for account, username, email or name.", where=str(file))
    if not isinstance(mapping.get("extra", {}), dict):
        raise InputError("`extra` is a list of `field: {column: Name}`.", where=str(file))
    _known(mapping["actor"], _ACTOR, file)
    for rule in _rules(mapping):
        _check_rule(rule, file)
    return mapping


def _check_rule(rule: Mapping[str, Any], file: Path) -> None:
    _known(rule, ("column", "format", "zone", "type", "prefix"), file)
    for key, value in rule.items():
        if not isinstance(value, str):
            raise InputError(f"`{key}` must be a text.", where=str(file), remedy="Put it in quotation marks.")
    if "column" not in rule:
        raise InputError("A rule names no column.", where=str(file), remedy="Add `column: Name`, or write the value itself.")
    if rule.get("type", "text") not in TYPES:
        close = nearest(rule["type"], TYPES)
        hint = f"Did you mean `{close}`?" if close else f"Valid: {', '.join(TYPES)}."
        raise InputError(f"There is no type `{rule['type']}`.", where=str(file), remedy=hint)
    if rule.get("format", "unix") not in PER_SECOND:
        _check_format(rule["format"], file)
    try:
        ZoneInfo(rule.get("zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        remedy = "Write it like `Europe/Athens`."
        raise InputError(f"There is no time zone `{rule['zone']}`.", where=str(file), remedy=remedy) from error


def _check_format(form: str, file: Path) -> None:
    try:
        dt.datetime.strptime("", form)  # noqa: DTZ007 - no time is made
    except ValueError as error:
        if "does not match" not in str(error):
            remedy = "Write it like `%d.%m.%Y`, or `unix` or `unix-ms`."
            raise InputError(f"`{form}` is no format of a time.", where=str(file), remedy=remedy) from error


def _known(part: Mapping[str, Any], valid: tuple[str, ...], file: Path) -> None:
    for key in part:
        if key not in valid:
            close = nearest(str(key), valid)
            hint = f"Did you mean `{close}`?" if close else f"Valid: {', '.join(valid)}."
            raise InputError(f"Unknown key `{key}`.", where=str(file), remedy=hint)


def _rules(mapping: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for field, rule in mapping.items():
        if field in ("actor", "extra") and isinstance(rule, dict):
            yield from (part for part in rule.values() if isinstance(part, dict))
        elif isinstance(rule, dict):
            yield rule


def _value(rule: object, row: Mapping[str, str]) -> object:
    if not isinstance(rule, dict):
        return rule
    found = row[rule["column"]].strip() if "column" in rule else ""
    return TYPES[rule.get("type", "text")](rule.get("prefix", "") + found if found else "")


def _moment(rule: object, row: Mapping[str, str]) -> object:
    return moment(_value(rule, row), rule.get("format"), rule.get("zone")) if isinstance(rule, dict) else rule


def _untimely(rule: object, row: Mapping[str, str], made: object) -> str | None:
    """Why the door cannot read the time of a row, should it say so; None where it was read by the format that is asked for."""
    if not isinstance(rule, dict) or made not in (row[rule["column"]].strip(), None):
        return None
    asked = f"of the format `{rule['format']}`" if "format" in rule else "ISO 8601, which it must be without a `format`"
    return f"The time in the column `{rule['column']}` is not {asked}."


def _first_not_utf8(file: Path) -> int:
    """The first line, from 1, that is not UTF-8."""
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1
