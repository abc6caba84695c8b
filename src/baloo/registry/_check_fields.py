"""What `check` says of fields: one that no schema declares is an error, where every schema concerned is a closed one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from baloo.errors import nearest
from baloo.registry._check_rules import leaves_of, rules_of
from baloo.registry._files import Entry
from baloo.registry._names import Names
from baloo.registry._schemas import is_open
from baloo.registry._types import odd_use
from baloo.registry._yaml import Place
from baloo.registry.model import Schema

__all__ = ["check_fields", "uses_of"]

_PARTS_OF_KEY = ("object", "actor", "second", "day")
# Where a field is named, the field, and the (system, kind) of the events that would carry it.
Use: TypeAlias = "tuple[Entry, Place, str, set[tuple[str, str]]]"


def check_fields(names: Names) -> None:
    """Every field that a rule, a claim, a map, a split or a kind names."""
    if names.draft.broken["system"] or names.draft.broken["schema"]:
        return
    for entry, place, field, concerned in uses_of(names):
        schemas = [schema for system, kind in concerned for schema in _schemas_of(names, system, kind)]
        types = {schema.fields[field].type for schema in schemas if field in schema.fields}
        if not schemas or types:
            for message in odd_use(field, types, place, entry.data):
                names.report(entry, place, message, severity="warning", slug="type")
            continue
        close = nearest(field, {name for schema in schemas if not is_open(schema) for name in schema.fields})
        if not any(map(is_open, schemas)):
            shown = ", ".join(f"`{s}`" for s in sorted({schema.id for schema in schemas}))
            message = f"No schema declares the field `{field}`; events here are of {shown}."
            names.report(entry, place, message, nearest=close, slug="unknown-field")
        elif close:
            message = f"No schema declares the field `{field}`."
            names.report(entry, place, message, severity="warning", nearest=close, slug="unknown-field")


def _schemas_of(names: Names, system: str, kind: str) -> list[Schema]:
    return names.schemas.get(names.kind(system, kind).get("schema", "contribution"), [])


def uses_of(names: Names) -> Iterator[Use]:
    """Each naming of a field of the events."""
    for system, entry in names.systems.items():
        yield from _of_system(names, system, entry)
    community = names.draft.community
    if community and "active" in community.data:
        yield from _of_leaf(names, community, ("active",), community.data["active"], names.everything())
    for area, entry in names.areas.items():
        yield from _of_area(names, area, entry)


def _of_system(names: Names, system: str, entry: Entry) -> Iterator[Use]:
    kinds = {(system, kind) for kind in entry.data["kinds"]}
    if "areas" in entry.data:
        yield entry, ("areas", "by"), entry.data["areas"]["by"], kinds
    for kind in entry.data["kinds"]:
        written = names.kind(system, kind)
        if "owner" in written:
            yield entry, ("kinds", kind, "owner"), written["owner"], {(system, kind)}
        for i, part in enumerate(written.get("natural_key", ())):
            if part not in _PARTS_OF_KEY:
                yield entry, ("kinds", kind, "natural_key", i), part, {(system, kind)}


def _of_area(names: Names, area: str, entry: Entry) -> Iterator[Use]:
    feeds = names.feeds(area)
    if "split_by" in entry.data:
        yield entry, ("split_by",), entry.data["split_by"], feeds
    for i, line in enumerate(entry.data.get("counts", ())):
        kinds = {(line["system"], kind) for kind in line.get("kinds", names.kinds_of(line["system"]))}
        for field in line.get("where", ()):
            yield entry, ("counts", i, "where", field), field, kinds
    for i, point in enumerate(entry.data.get("pathway", ())):
        for place, rule in rules_of(point):
            for at, leaf in leaves_of(rule, ("pathway", i, *place)):
                yield from _of_leaf(names, entry, at, leaf, feeds)


def _of_leaf(names: Names, entry: Entry, place: Place, leaf: dict[str, Any], feeds: set[tuple[str, str]]) -> Iterator[Use]:
    of_leaf = names.concerned(feeds, leaf.get("kinds"))
    for field in leaf.get("where", ()):
        yield entry, (*place, "where", field), field, of_leaf
    for i, line in enumerate(leaf.get("points", ())):
        concerned = names.concerned(of_leaf, line["kinds"]) if "kinds" in line else of_leaf
        at = (*place, "points", i)
        for field in line.get("where", ()):
            yield entry, (*at, "where", field), field, concerned
        if "per" in line:
            yield entry, (*at, "per"), line["per"], concerned
