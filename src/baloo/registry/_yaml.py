"""YAML 1.2 to plain values with the line of every key, so that an error can name its place.

Scalars follow the core schema of YAML 1.2 (`no` is a text, `2013-01-31` is a text). Duplicate keys, anchors, tags, `.nan`
and numbers that JSON cannot carry are refused: a registry file means one thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from baloo.errors import Problem

__all__ = ["Place", "Source", "dotted", "parse_source", "read_source", "read_text"]

Place: TypeAlias = "tuple[str | int, ...]"

_MAX_BYTES = 1 << 20  # a registry file is written by people; a larger one is a mistake
_SAFE = 2**53  # whole numbers beyond it are not the same in JSON everywhere
_MAX_DEPTH = 60  # steps of a place; a rule that needs more cannot be read by anybody
_NUMERIC = frozenset("+-.0123456789")  # what a number begins with
_HALVES = re.compile("[\ud800-\udfff]")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
          "null": None, "Null": None, "NULL": None, "~": None, "": None}  # fmt: skip


@dataclass(slots=True)
class Source:
    """One file as plain values.

    `lines` has the line, from 1, where each key or list item begins; `spans` where each mapping begins and ends in the text.
    """

    file: str
    text: str = ""
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    spans: dict[Place, tuple[int, int]] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of a place, else of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, message: str, **more: Any) -> Problem:  # noqa: ANN401 - Problem's own fields
        """A Problem at a place of this file; `more` are fields of Problem."""
        return Problem(self.file, self.line(place), dotted(place), message, **more)


def dotted(place: Place) -> str:
    """A place as people write it: `pathway[0].when.at_least`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read_text(folder: Path, file: str, limit: int = _MAX_BYTES) -> str | Problem:
    """The text of a file of the registry, or why it cannot be read. `limit` is in bytes."""
    path = folder / file
    try:
        if path.stat().st_size > limit:
            return Problem(file, 1, "", f"The file is over {limit // 1024} kB; a registry file is small.", slug="too-large")
        raw = path.read_bytes()
    except FileNotFoundError:
        return Problem(file, 1, "", "There is no such file.", slug="missing-file")
    except OSError as error:
        return Problem(file, 1, "", f"The file cannot be read: {error.strerror}.", slug="unreadable")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Problem(file, line, "", "This is not UTF-8. Save the file as UTF-8.", slug="not-utf-8")


def read_source(folder: Path, file: str, report: Callable[[Problem], None], limit: int = _MAX_BYTES) -> Source | None:
    """Read one YAML file; what is wrong is reported, and None is returned where nothing of it can be used."""
    text = read_text(folder, file, limit)
    if isinstance(text, Problem):
        report(text)
        return None
    return parse_source(text, file, report)


def parse_source(text: str, file: str, report: Callable[[Problem], None]) -> Source | None:
    """Read the text of one YAML file; see read_source."""
    source = Source(file, text)
    reader = _Reader(source, report)
    try:
        reader.document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        report(Problem(file, mark.line + 1 if mark else 1, "", _yaml_message(error), slug="not-yaml"))
        return None
    except (YAMLError, ValueError) as error:
        first = str(error).strip().splitlines()
        report(Problem(file, 1, "", f"This is not YAML: {first[0] if first else 'it cannot be read'}.", slug="not-yaml"))
        return None
    return None if reader.failed else source


def _yaml_message(error: MarkedYAMLError) -> str:
    said = str(error.problem or error.context or "it cannot be read").strip()
    if r"'\t'" in said or "tab" in said.split():
        return "There is a tab here. YAML is indented with spaces."
    mark, begun = error.problem_mark, error.context_mark
    where = f", {error.context} that begins on line {begun.line + 1}" if mark and begun and begun.line != mark.line else ""
    return f"This is not YAML: {said}{where}."


class _Reader:
    """Turns the parser's events into values, noting lines and what is wrong."""

    def __init__(self, source: Source, report: Callable[[Problem], None]) -> None:
        self.source, self.report, self.failed = source, report, False
        self.events = YAML(typ="safe", pure=True).parse(source.text)

    def document(self) -> None:
        """Read the one document of the file into the source."""
        next(self.events)  # the stream's start
        if isinstance(next(self.events), StreamEndEvent):
            self.failed = True
            self.report(Problem(self.source.file, 1, "", "The file is empty.", slug="empty"))
            return
        self.source.data = self.value(next(self.events), ())
        next(self.events)  # the document's end
        more = next(self.events)
        if not isinstance(more, StreamEndEvent):
            self.fail(more, (), "A file holds one document. Give the second one (after `---`) its own file.")

    def value(self, event: Event, place: Place) -> Any:  # noqa: ANN401 - a value of YAML
        self.source.lines.setdefault(place, event.start_mark.line + 1)
        if getattr(event, "anchor", None) is not None:
            self.fail(event, place, "Anchors (`&`) and aliases (`*`) are not read. Write the value out.")
        elif getattr(event, "tag", None) is not None:
            self.fail(event, place, "Tags (`!`) are not read. Write the plain value.")
        if isinstance(event, ScalarEvent):
            return self.scalar(event, place)
        if len(place) >= _MAX_DEPTH:
            raise MarkedYAMLError(problem="it is nested too deeply", problem_mark=event.start_mark)
        if isinstance(event, MappingStartEvent):
            return self.mapping(event, place)
        return self.sequence(place) if isinstance(event, SequenceStartEvent) else None

    def sequence(self, place: Place) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            values.append(self.value(event, (*place, len(values))))
        return values

    def mapping(self, start: Event, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                self.fail(event, place, "A key is a plain text.")
                self.value(event, (*place, "?"))
                self.value(next(self.events), (*place, "?"))
                continue
            key = self.text(event, place)
            here = (*place, key)
            twice = key in values
            if twice:
                first = self.source.line(here)
                self.fail(event, here, f"`{key}` stands here twice; the first is on line {first}.", "duplicate-key")
            else:
                self.source.lines[here] = event.start_mark.line + 1
            value = self.value(next(self.events), here)
            if not twice:
                values[key] = value
        self.source.spans[place] = (start.start_mark.index, event.end_mark.index)
        return values

    def scalar(self, event: ScalarEvent, place: Place) -> str | int | float | bool | None:
        text = self.text(event, place)
        if not event.implicit[0]:  # quoted
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text[:1] not in _NUMERIC:
            return text
        if _INT.fullmatch(text):
            number = int(text, 0) if text[:2] in ("0o", "0x") else int(text) if len(text) < 20 else _SAFE + 1
            if abs(number) <= _SAFE:
                return number
            self.fail(event, place, "This number is too large. Quote it if it is a text.")
        elif _FLOAT.fullmatch(text):
            decimal = float(text)
            if abs(decimal) <= _SAFE:
                return decimal
            self.fail(event, place, "This number is too large. Quote it if it is a text.")
        elif _NO_NUMBER.fullmatch(text):
            self.fail(event, place, f"`{text}` is no number. Quote it if it is a text.")
        return text

    def text(self, event: ScalarEvent, place: Place) -> str:
        """The text of a scalar; halves of a character, written as JSON writes them, are put together."""
        text = str(event.value)
        if text.isascii() or not _HALVES.search(text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self.fail(event, place, "Half a character is written here. Write the character itself.")
            return ""

    def fail(self, event: Event, place: Place, message: str, slug: str = "not-yaml") -> None:
        self.failed = True
        self.report(Problem(self.source.file, event.start_mark.line + 1, dotted(place), message, slug=slug))
