"""What `check` says of systems, areas, maps and dates."""

from __future__ import annotations

import time
from typing import Any

from baloo.errors import Problem
from baloo.registry._bounds import faults
from baloo.registry._files import Entry
from baloo.registry._names import Names
from baloo.registry._validate import validator
from baloo.registry.model import Schema

__all__ = ["MOST_SECONDS", "check_areas", "check_schemas", "check_systems"]

MOST_SECONDS = 0.1
"""Seconds of one processor in which a schema is compiled and has judged its example."""


def check_systems(names: Names) -> None:
    """Owners of systems, schemas of kinds, areas of maps."""
    for system, entry in names.systems.items():
        if "owner" not in entry.data:
            message = f"`{system}` has no owner. Somebody must look after it before it is switched on."
            names.report(entry, ("system",), message, severity="warning", slug="no-owner")
        for kind in entry.data["kinds"]:
            schema = names.kind(system, kind).get("schema")
            wrong = names.unknown("schema", schema, names.schemas) if schema else None
            if wrong:
                names.report(entry, ("kinds", kind, "schema"), **wrong)
        for row in names.rows.get(system, ()):
            wrong = None if names.area_of(row.area) else names.unknown("area", row.area, names.areas)
            if wrong:
                names.draft.report(Problem(entry.data["areas"]["map"], row.line, "area", **wrong))


def check_schemas(names: Names) -> None:
    """`required` names declared fields, a JSON Schema stays within its bounds, and the example is valid."""
    by_file = {schema.file: schema for versions in names.schemas.values() for schema in versions}
    for entry in names.draft.schema:
        schema = by_file.get(entry.source.file)
        if "fields" not in entry.data and "json_schema" not in entry.data:
            names.report(entry, (), "`fields` is missing.", slug="missing-key")
        for place, fault in faults(entry.data.get("json_schema", {})):
            names.report(entry, ("json_schema", *place), fault, slug="json-schema")
            schema = None
        if schema is None:
            continue
        for i, name in enumerate(entry.data.get("required", ())):
            if name not in schema.fields:
                message = f"`{name}` is required and not declared among the fields."
                names.report(entry, ("required", i), **names.wrong_name(message, name, schema.fields))
        if "example" in entry.data:
            _example(names, entry, schema)
        elif "json_schema" in entry.data:
            names.report(entry, ("json_schema",), "Beside a JSON Schema stands an `example` that satisfies it.", slug="example")


def _example(names: Names, entry: Entry, schema: Schema) -> None:
    """The schema compiles and judges its example, and both at once."""
    begun = time.thread_time()
    try:
        errors = list(validator(dict(schema.json_schema)).iter_errors(entry.data["example"]))
    except ValueError as broken:  # the validator's own error too, which names the keyword that it does not understand
        wrong = str(broken).partition("\n")[0]
        names.report(entry, ("json_schema",), f"The schema does not compile: {wrong}.", slug="json-schema")
        return
    if time.thread_time() - begun > MOST_SECONDS:
        message = f"It takes longer than {MOST_SECONDS * 1000:.0f} ms to read this schema and to judge its example."
        names.report(entry, ("schema",), message, slug="too-slow")
    for error in errors:
        place = ("example", *error.instance_path)
        names.report(entry, place, f"The example does not fit its own schema: {error.message}.", slug="example")


def check_areas(names: Names) -> None:
    """Parts, counts, points, levels and dates."""
    for area, entry in names.areas.items():
        _part_of(names, area, entry)
        for i, line in enumerate(entry.data.get("counts", ())):
            _claim(names, entry, i, line)
        if not (names.feeds(area) or "counts" in entry.data or names.draft.broken["system"] or names.draft.broken["area"]):
            message = f"Nothing feeds `{area}`: it has no `counts`, and neither a map nor a part gives it any."
            names.report(entry, ("area",), message, severity="warning", slug="no-feed")
        pathway = entry.data.get("pathway", [])
        if pathway and not any(point["level"] == "active" for point in pathway):
            message = "No point is of level `active`, so the community's own rule says who is active here."
            names.report(entry, ("pathway",), message, severity="warning", slug="no-active")
        seen: set[str] = set()
        for i, point in enumerate(pathway):
            if point["point"] in seen:
                message = f"The point `{point['point']}` stands in this pathway twice."
                names.report(entry, ("pathway", i, "point"), message, slug="declared-twice")
            seen.add(point["point"])
            _dates(names, entry, i, point)


def _part_of(names: Names, area: str, entry: Entry) -> None:
    whole = entry.data.get("part_of")
    if whole is None:
        return
    present = names.area_of(whole)
    if present is None:
        wrong = names.unknown("area", whole, names.areas)
        if wrong:
            names.report(entry, ("part_of",), **wrong)
        return
    above = list(names.whole_of(present))
    if area in above and area == min(above):  # a circle is told once, of the first in the alphabet
        way = " → ".join([area, *above])
        names.report(entry, ("part_of",), f"`{area}` would lie in itself: {way}.", slug="circle")


def _claim(names: Names, entry: Entry, i: int, line: dict[str, Any]) -> None:
    place = ("counts", i)
    wrong = names.unknown("system", line["system"], names.systems)
    if wrong:
        names.report(entry, (*place, "system"), **wrong)
    elif line["system"] in names.systems:
        valid = names.kinds_of(line["system"])
        for k, kind in enumerate(line.get("kinds", ())):
            if kind not in valid:
                wrong = names.wrong_name(f"`{line['system']}` has no kind `{kind}`.", kind, valid)
                names.report(entry, (*place, "kinds", k), **wrong)
    since, until = line.get("since"), line.get("until")
    if since and until and since >= until:
        names.report(entry, (*place, "until"), f"`until` {until} is not after `since` {since}.", slug="dates")


def _dates(names: Names, entry: Entry, i: int, point: dict[str, Any]) -> None:
    """The rules of a point, newest first, must each begin before the one above; only the oldest may have no `since`."""
    later = point.get("since")
    before = point.get("before", [])
    for b, version in enumerate(before):
        since = version.get("since")
        place = ("pathway", i, "before", b)
        if since is None and b < len(before) - 1:
            message = "Say `since` when this rule began; only the last one, the oldest, may leave it out."
            names.report(entry, place, message, slug="dates")
        elif since is not None and later is not None and since >= later:
            message = f"`before` goes from new to old: {since} is not before {later}, when the rule above it began."
            names.report(entry, (*place, "since"), message, slug="dates")
        later = since or later
