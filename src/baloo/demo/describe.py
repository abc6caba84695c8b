"""Marula in words, for the documentation: what its areas count and who lives there."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from baloo.demo.history import AHEAD
from baloo.demo.registry import write_registry
from baloo.registry import load

__all__ = ["describe"]

_PEOPLE = f"""\
Everybody in Marula is invented, and so is everything they did; the same arguments give the same community. People come in
growing numbers, more of them in spring, in autumn and after a campaign. Most do a thing or two and go, some stay for years.
Many take on a second area, move to another one, or come back after a year or more. Nearly everybody has accounts on several
systems; most are joined by an address, some by the `.mailmap`, and a few by nothing until somebody says who they are. One in
twenty is staff, by an address of the Foundation or by the roster. Three are machines. Events are announced up to {AHEAD} days
ahead.
"""


def describe() -> str:
    """Markdown: a paragraph on the people, and a table of the areas with their organisations, points and systems."""
    with tempfile.TemporaryDirectory() as folder:
        write_registry(Path(folder), until=dt.date(2026, 1, 1))
        registry = load(Path(folder))
    rows = ["| area | part of | organisation | points | systems |", "|---|---|---|---|---|"]
    for name, area in registry.areas.items():
        mapped = {s.id for s in registry.systems.values() if s.map and name in {row.area for row in s.map.rows}}
        systems = ", ".join(sorted(mapped | {claim.system for claim in area.counts}))
        points = ", ".join(f"{point.title} ({point.level})" for point in area.pathway)
        whole = registry.areas[area.part_of].title if area.part_of else ""
        title = f"{area.title}, by {area.split_by}" if area.split_by else area.title
        rows.append(f"| {title} | {whole} | {registry.organisation_of(name) or ''} | {points} | {systems} |")
    return _PEOPLE + "\n" + "\n".join(rows) + "\n"
