"""Schema files to schemas, and the two that every registry has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from baloo.registry.model import Field, Schema

__all__ = ["BUILT_IN", "is_open", "parse_schema"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
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
    """A schema file as a Schema. Its JSON Schema takes the declared fields and no others."""
    fields = {name: _field(name, written) for name, written in sorted(data["fields"].items())}
    title = data.get("title", data["schema"])
    json_schema: dict[str, Any] = {
        "$schema": _DIALECT,
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _property(f) for name, f in fields.items()},
    }
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
    return bool(schema.json_schema.get("additionalProperties", True))


def _property(declared: Field) -> dict[str, Any]:
    return _TYPES[declared.type] | ({"description": declared.description} if declared.description else {})


def _built_in(name: str, version: str, title: str, fields: tuple[str, ...] = ()) -> Schema:
    json_schema = {"$schema": _DIALECT, "title": title, "type": "object"}
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
