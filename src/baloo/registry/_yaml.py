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
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from baloo.errors import Problem

__all__ = ["Place", "Source", "compose", "read_source", "read_text"]

Place: TypeAlias = "tuple[str | int, ...]"

_MAX_BYTES = 1 << 20  # a registry file is written by people; a larger one is a mistake
_SAFE = 2**53  # whole numbers beyond it are not the same in JSON everywhere
_PREFIX = "tag:yaml.org,2002:"
_TAGS = {_PREFIX + name for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "map", "seq")}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
          "null": None, "Null": None, "NULL": None, "~": None, "": None}  # fmt: skip


@dataclass(slots=True)
class Source:
    """One file as plain values. `lines` has the line, from 1, of each place that a key or a list item begins."""

    file: str
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)

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
    found = compose(text, file)
    if isinstance(found, Problem):
        report(found)
        return None
    source = Source(file)
    reader = _Reader(source, report)
    try:
        source.data = reader.value(found, ())
    except RecursionError:
        report(Problem(file, 1, "", "The file is nested too deeply.", slug="not-yaml"))
        return None
    return None if reader.failed else source


def compose(text: str, file: str) -> Node | Problem:
    """The tree of one YAML document with its marks, or why there is none."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return Problem(file, line, "", _yaml_message(error), slug="not-yaml")
    except (YAMLError, ValueError) as error:
        first = str(error).strip().splitlines()
        return Problem(file, 1, "", f"This is not YAML: {first[0] if first else 'it cannot be read'}.", slug="not-yaml")
    except RecursionError:
        return Problem(file, 1, "", "The file is nested too deeply.", slug="not-yaml")
    return node if isinstance(node, Node) else Problem(file, 1, "", "The file is empty.", slug="empty")


def _yaml_message(error: MarkedYAMLError) -> str:
    said = str(error.problem or error.context or "it cannot be read").strip()
    if r"'\t'" in said or "tab" in said.split():
        return "There is a tab here. YAML is indented with spaces."
    if "another document" in said or "single document" in str(error.context):
        return "A file holds one document. Give the second one (after `---`) its own file."
    return f"This is not YAML: {said}."


class _Reader:
    """Turns nodes into values, noting lines and what is wrong."""

    def __init__(self, source: Source, report: Callable[[Problem], None]) -> None:
        self.source, self.report, self.failed = source, report, False

    def value(self, node: Node, place: Place) -> Any:  # noqa: ANN401 - a value of YAML
        self.source.lines.setdefault(place, node.start_mark.line + 1)
        if node.anchor is not None:
            self.fail(node, place, "Anchors (`&`) and aliases (`*`) are not read. Write the value out.")
        elif str(node.tag) not in _TAGS:
            self.fail(node, place, f"Tags such as `{node.tag}` are not read. Write the plain value.")
        elif isinstance(node, MappingNode):
            return self.mapping(node, place)
        elif isinstance(node, SequenceNode):
            return [self.value(item, (*place, i)) for i, item in enumerate(node.value)]
        elif isinstance(node, ScalarNode):
            return self.scalar(node, place)
        return None

    def mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.fail(key_node, place, "A key is a plain text.")
                continue
            key = self.text(key_node, place)
            here = (*place, key)
            if key in values:
                first = self.source.line(here)
                self.fail(key_node, here, f"`{key}` stands here twice; the first is on line {first}.", "duplicate-key")
                continue
            self.source.lines[here] = key_node.start_mark.line + 1
            values[key] = self.value(value_node, here)
        return values

    def scalar(self, node: ScalarNode, place: Place) -> str | int | float | bool | None:
        text = self.text(node, place)
        if node.style is not None or str(node.tag) == _PREFIX + "str":
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            number = int(text, 0) if text[:2] in ("0o", "0x") else int(text) if len(text) < 20 else _SAFE + 1
            if abs(number) <= _SAFE:
                return number
            self.fail(node, place, "This number is too large. Quote it if it is a text.")
        elif _FLOAT.fullmatch(text):
            decimal = float(text)
            if abs(decimal) <= _SAFE:
                return decimal
            self.fail(node, place, "This number is too large. Quote it if it is a text.")
        elif _NO_NUMBER.fullmatch(text):
            self.fail(node, place, f"`{text}` is no number. Quote it if it is a text.")
        return text

    def text(self, node: ScalarNode, place: Place) -> str:
        """The text of a scalar; halves of a character, written as JSON writes them, are put together."""
        text = str(node.value)
        if not any("\ud800" <= letter <= "\udfff" for letter in text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self.fail(node, place, "Half a character is written here. Write the character itself.")
            return ""

    def fail(self, node: Node, place: Place, message: str, slug: str = "not-yaml") -> None:
        self.failed = True
        self.report(Problem(self.source.file, node.start_mark.line + 1, dotted(place), message, slug=slug))
