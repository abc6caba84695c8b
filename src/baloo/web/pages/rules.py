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
    since: dt.date | None
    now: bool  # in force at the day that is asked for


@dataclass(frozen=True, slots=True)
class Said:
    """A point as a page shows it, at the day that is asked for.

    `since` and `period` say how long the rule is in force (`since` is empty where it always was); `history` is newest first.
    """

    area: Area
    point: Point
    href: str
    text: str
    level: str
    since: str
    period: str
    history: tuple[Held, ...]


def counted_point(registry: Registry, area: str) -> Point | None:
    """The first `active` point of an area's pathway, which is the one that is counted."""
    return next((point for point in registry.pathway_of(area) if point.level == "active"), None)


def said(scene: Scene, area: Area, point: Point) -> Said:
    """A point of an area in words, by the rule that is in force at the day that is asked for."""
    words, titles = scene.words, titles_for(scene.registry, area.id)
    present = point.at(scene.as_of)
    history = tuple(
        Held(_period(scene, point, version), f"Y{sentence(version.when, titles)[1:]}.", version.since, version is present)
        for version in reversed(point.versions)
    )
    since = present.since if present else None
    return Said(
        area, point, f"/definitions/{area.id}/{point.id}", definition(scene.registry, area, point, scene.as_of),
        words("level", level=point.level),
        words("rule-since", day=words.day(since)) if since else "", _period(scene, point, present or point.versions[0]), history,
    )


def _period(scene: Scene, point: Point, version: Version) -> str:
    words, following = scene.words, point.until(version)
    until = following - dt.timedelta(1) if following else None
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
