"""The text of an area or a point as its file has it, for the page that shows the rule beside the sentence."""

from __future__ import annotations

import textwrap
from pathlib import Path

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from baloo.errors import InputError, Problem, UnknownName
from baloo.registry._yaml import compose, read_text
from baloo.registry.model import Area

__all__ = ["source_of"]


def source_of(folder: Path, area: Area, point: str | None = None) -> str:
    """The YAML of an area, or of one of its own points, as it stands in the file, comments within it included.

    Raises UnknownName where the file has no such area or point any more, InputError where it cannot be read.
    """
    text = read_text(folder, area.file)
    if isinstance(text, Problem):
        raise InputError(text.message, where=area.file, remedy="Run `baloo check`.")
    root = compose(text, area.file)
    if isinstance(root, Problem):
        raise InputError(root.message, where=f"{area.file}:{root.line}", remedy="Run `baloo check`.")
    found = _item(root, "area", area.id) if isinstance(root, SequenceNode) else root
    if found is None or _text(found, "area") != area.id:
        raise UnknownName("area in this file", area.id, ())
    if point is None:
        return text if found is root else _cut(text, found)
    pathway = _value(found, "pathway")
    node = _item(pathway, "point", point) if pathway is not None else None
    if node is None:
        raise UnknownName(f"point of `{area.id}`", point, [p.id for p in area.pathway])
    return _cut(text, node)


def _value(node: Node, key: str) -> Node | None:
    """The value of a key of a mapping."""
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _text(node: Node, key: str) -> str | None:
    found = _value(node, key)
    return None if found is None else str(found.value)


def _item(node: Node, key: str, name: str) -> Node | None:
    """The item of a list whose `key` is `name`."""
    items = node.value if isinstance(node, SequenceNode) else ()
    return next((item for item in items if _text(item, key) == name), None)


def _cut(text: str, node: Node) -> str:
    """A node's own text, moved to the left margin, without the comments that follow it."""
    start, column = node.start_mark.index, node.start_mark.column
    lines = (" " * column + text[start : node.end_mark.index]).splitlines()
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return textwrap.dedent("\n".join(lines)) + "\n"
