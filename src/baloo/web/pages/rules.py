"""Rules as the pages say them: in words, with what was before, and the lines of the file that they are read from."""

from __future__ import annotations

import datetime as dt
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baloo.registry.model import Area, Point, Registry, Version
from baloo.registry.words import definition, sentence, span_words, titles_for
from baloo.web.scene import Scene

__all__ = ["Held", "Said", "counted_point", "keeps", "said", "yaml_of"]


@dataclass(frozen=True, slots=True)
class Held:
    """One version of a rule: from when to when it was in force, and what it says."""

    period: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A point as a page shows it. `since` is empty where the rule always held; `before` has what it replaced, newest first."""

    area: Area
    point: Point
    href: str
    text: str
    level: str
    since: str
    history: tuple[Held, ...]


def counted_point(registry: Registry, area: str) -> Point | None:
    """The first `active` point of an area's pathway, which is the one that is counted."""
    return next((point for point in registry.pathway_of(area) if point.level == "active"), None)


def said(scene: Scene, area: Area, point: Point) -> Said:
    """A point of an area in words."""
    words, titles = scene.words, titles_for(scene.registry, area.id)
    since = point.versions[-1].since
    history = tuple(
        Held(_period(scene, version, point.versions[i + 1] if i + 1 < len(point.versions) else None),
             f"{sentence(version.when, titles).capitalize()}.")
        for i, version in enumerate(point.versions)
    )
    return Said(
        area, point, f"/definitions/{area.id}/{point.id}", definition(scene.registry, area, point),
        words("level", level=point.level),
        words("rule-since", day=words.day(since)) if since else "", history[::-1],
    )


def _period(scene: Scene, version: Version, following: Version | None) -> str:
    words = scene.words
    until = following.since - dt.timedelta(1) if following and following.since else None
    if version.since and until:
        return words("rule-from-to", start=words.day(version.since), end=words.day(until))
    if version.since:
        return words("rule-from", start=words.day(version.since))
    return words("rule-to", end=words.day(until)) if until else words("rule-always")


def keeps(scene: Scene, point: Point) -> str:
    """How long a point is kept after its rule stops to hold; empty where not at all."""
    if point.keeps is None:
        return ""
    return scene.words("keeps-ever") if point.keeps == "ever" else span_words(point.keeps)


def yaml_of(folder: Path, area: Area, point: Point) -> str:
    """The lines of the area's file that declare the point; empty where the file or the lines are not there."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only this page reads YAML
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    file = folder / area.file
    if not area.file or not file.is_file():
        return ""
    text = file.read_text("utf-8")
    try:
        items: Any = (YAML(typ="rt").load(text) or {}).get("pathway") or []
    except YAMLError:
        return ""
    lines = text.splitlines()
    for i, item in enumerate(items):
        if item.get("point") == point.id:
            begin, column = items.lc.item(i)
            end = items.lc.item(i + 1)[0] if i + 1 < len(items) else _end(lines, begin, column)
            found = lines[begin:max(end, begin + 1)]
            return textwrap.dedent("\n".join([" " * max(column - 2, 0) + found[0].lstrip(), *found[1:]])).rstrip()
    return ""


def _end(lines: list[str], begin: int, column: int) -> int:
    """The first line after `begin` that stands further out than the item's content."""
    rest = range(begin + 1, len(lines))
    return next((i for i in rest if lines[i].strip() and len(lines[i]) - len(lines[i].lstrip()) < column), len(lines))
