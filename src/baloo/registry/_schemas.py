"""Schema files to schemas, and the two that every registry has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from baloo.registry._bounds import DIALECT
from baloo.registry.model import Field, Schema

__all__ = ["BUILT_IN", "is_open", "parse_schema"]

_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "list": {"type": "array"},
    "date": {"type": "string", "format": "date"},
    "any": {},
}


def parse_schema(data: Mapping[str, Any], file: str) -> Schema:
    """A schema file as a Schema. It takes the declared fields and no others, as far as a JSON Schema of its own lets them pass.

    Where the file declares no fields, they are the properties of that JSON Schema, which alone says what else may stand there.
    """
    own = data.get("json_schema", {})
    fields = {name: _field(name, written) for name, written in sorted((data.get("fields") or _derived(own)).items())}
    title = data.get("title", data["schema"])
    json_schema: dict[str, Any] = {"$schema": DIALECT, "title": title, "type": "object"}
    if "fields" in data:
        json_schema |= {"additionalProperties": False, "properties": {name: _property(f) for name, f in fields.items()}}
    if own:
        json_schema["allOf"] = [{key: value for key, value in own.items() if key not in ("$schema", "$defs")}]
        json_schema |= {"$defs": own["$defs"]} if "$defs" in own else {}
    for key in ("description", "required"):
        if key in data:
            json_schema[key] = data[key]
    if "example" in data:
        json_schema["examples"] = [data["example"]]
    return Schema(data["schema"], str(data["version"]), title, fields, json_schema, file)


def _field(name: str, written: str | Mapping[str, Any]) -> Field:
    if isinstance(written, str):
        return Field(name, cast("Any", written))
    return Field(name, written.get("type", "any"), written.get("dimension", False), written.get("description", ""))


def is_open(schema: Schema) -> bool:
    """Whether events of this schema may carry fields that it does not declare."""
    return all(part.get("additionalProperties", True) is not False for part in (schema.json_schema, *_own(schema)))


def _own(schema: Schema) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", schema.json_schema.get("allOf", []))


def _derived(own: Mapping[str, Any]) -> dict[str, str]:
    """The properties of a JSON Schema with their types; `any` where it is none of ours."""
    found = {}
    for name, declared in (own.get("properties") or {}).items():
        said = declared if isinstance(declared, Mapping) else {}
        shape = {key: said[key] for key in ("type", "format") if key in said and (key == "type" or said[key] == "date")}
        found[str(name)] = next((ours for ours, theirs in _TYPES.items() if theirs == shape), "any")
    return found


def _property(declared: Field) -> dict[str, Any]:
    return _TYPES[declared.type] | ({"description": declared.description} if declared.description else {})


def _built_in(name: str, version: str, title: str, fields: tuple[str, ...] = ()) -> Schema:
    json_schema = {"$schema": DIALECT, "title": title, "type": "object"}
    return Schema(name, version, title, {f: Field(f) for f in sorted(fields)}, json_schema)


# What the systems of the schema 0.1 send in `extra`, as far as their documents say.
_SEEDS = (
    "fields", "values", "id", "product", "component", "new", "firstpatch", "comment", "review", "feedback", "needinfo",
    "tree", "sha", "type", "locale", "question", "topic", "thread", "slug", "article",
    "commit-msg", "github-username", "issue-id", "action-type",
    "user", "case", "case_to_run", "run_to_product_version", "product_version_to_product",
)  # fmt: skip

BUILT_IN: dict[tuple[str, str], Schema] = {
    (schema.id, schema.version): schema
    for schema in (
        _built_in("contribution", "1", "A contribution with any fields"),
        _built_in("baloo", "0.1", "The payload of 2014", _SEEDS),
    )
}
