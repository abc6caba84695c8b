"""The text of an area or a point as its file has it, for the page that shows the rule beside the sentence."""

from __future__ import annotations

import textwrap
from pathlib import Path

from baloo.errors import InputError, Problem, UnknownName
from baloo.registry._yaml import Place, Source, read_source
from baloo.registry.model import Area

__all__ = ["source_of"]


def source_of(folder: Path, area: Area, point: str | None = None) -> str:
    """The YAML of an area, or of one of its own points, as it stands in the file, comments within it included.

    Raises UnknownName where the file has no such area or point any more, InputError where it cannot be read.
    """
    problems: list[Problem] = []
    source = read_source(folder, area.file, problems.append)
    if source is None:
        where = f"{area.file}:{problems[0].line}"
        raise InputError(problems[0].message, where=where, remedy="Run `baloo check`.")
    many = isinstance(source.data, list)
    base = _find(source.data, "area", area.id, ()) if many else ()
    data = source.data if base == () else source.data[base[0]] if base else None
    if base is None or not isinstance(data, dict) or data.get("area") != area.id:
        raise UnknownName(f"area in {area.file}", area.id, ())
    if point is None:
        return _cut(source, base) if many else source.text
    place = _find(data.get("pathway"), "point", point, (*base, "pathway"))
    if place is None:
        raise UnknownName(f"point of `{area.id}`", point, [p.id for p in area.pathway])
    return _cut(source, place)


def _find(items: object, key: str, name: str, base: Place) -> Place | None:
    """The place of the item of a list whose `key` is `name`."""
    listed = items if isinstance(items, list) else []
    return next(((*base, i) for i, item in enumerate(listed) if isinstance(item, dict) and item.get(key) == name), None)


def _cut(source: Source, place: Place) -> str:
    """A mapping's own text, moved to the left margin, without the comments that follow it."""
    start, end = source.spans[place]
    column = start - (source.text.rfind("\n", 0, start) + 1)
    lines = (" " * column + source.text[start:end]).splitlines()
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return textwrap.dedent("\n".join(lines)) + "\n"
