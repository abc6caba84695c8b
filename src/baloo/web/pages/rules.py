"""Rules as the pages say them: in words, with what was before, and the lines of the file that they are read from."""

from __future__ import annotations

import datetime as dt
import textwrap
from dataclasses import dataclass
from pathlib import Path

from baloo.errors import BalooError
from baloo.registry.model import Area, Point, Registry, Version
from baloo.registry.source import source_of
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
             f"Y{sentence(version.when, titles)[1:]}.")
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
    """The lines of the area's file that declare the point; empty where the file has changed since and has them no more."""
    try:
        lines = source_of(folder, area, point.id).rstrip()
    except BalooError:
        return ""
    return f"- {textwrap.indent(lines, '  ').lstrip()}"
