"""The published JSON Schemas are those that validate, and their own examples are right."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

import baloo.registry
from baloo.registry import schemas
from baloo.registry._schemas import BUILT_IN, parse_schema
from baloo.registry._validate import _validator_of, validator

NAMES = ["area", "community", "mapping", "schema", "system", "work"]
AREA = {"area": "a", "pathway": [{"point": "p", "level": "active", "when": {"at_least": 1, "within": "1 year"}}]}


def test_the_packaged_files_are_published() -> None:
    """What `schemas` gives is, file by file, what lies in the package."""
    folder = Path(baloo.registry.__file__).parent / "schemas"

    assert {file.stem: json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")} == schemas()
    assert sorted(schemas()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_schema(name: str) -> None:
    """Each is valid JSON Schema 2020-12, and its examples, at every depth, are valid under the part they stand at."""
    schema = schemas()[name]

    jsonschema_rs.meta.validate(schema)
    for part in parts(schema):
        for example in part.get("examples", ()):
            validator({**part, "$defs": schema.get("$defs", {})}).validate(example)


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_described(name: str) -> None:
    """Each part that can refuse a value says in words what it wants, for the problem quotes it."""
    refusing = {"pattern", "enum", "minimum", "minItems", "minLength", "anyOf", "uniqueItems"}
    bare = [
        part
        for part in parts(schemas()[name])
        if part.keys() & refusing and "description" not in part and not part.keys() <= {"enum"}
    ]

    assert bare == []


def test_shared_parts_are_the_same() -> None:
    """What two schemas both define, they define alike."""
    shared = [(name, part) for other in NAMES for name, part in schemas()[other].get("$defs", {}).items()]
    first = dict(reversed(shared))

    assert all(first[name] == part for name, part in shared)


def test_changing_the_published_schema_changes_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Validation reads the published schema and no copy of it."""
    changed = json.loads(json.dumps(schemas()["area"]))
    changed["required"].append("owner")
    before = _validator_of("area").is_valid(AREA)
    _validator_of.cache_clear()
    monkeypatch.setattr("baloo.registry._validate.schemas", lambda: {"area": changed})

    after = _validator_of("area").is_valid(AREA)

    _validator_of.cache_clear()
    assert (before, after) == (True, False)


def test_a_remote_reference_is_never_fetched() -> None:
    """A schema that points to the network is refused at once."""
    with pytest.raises((ValueError, jsonschema_rs.ReferencingError)):
        validator({"$ref": "http://127.0.0.1:9/schema.json"})


def test_a_schema_file_becomes_a_json_schema() -> None:
    """Fields, types, what is required and the example are in the JSON Schema; other fields are refused."""
    written = {
        "schema": "answer", "version": 1, "title": "An answer", "required": ["locale"], "example": {"locale": "fr"},
        "fields": {"locale": {"type": "text", "dimension": True, "description": "Language"}, "words": "integer", "on": "date",
                   "tags": "list", "share": "number", "new": "boolean", "other": "any"},
    }  # fmt: skip
    schema = parse_schema(written, "schemas/answer.yaml")
    checks = validator(dict(schema.json_schema))

    assert (schema.id, schema.version, schema.fields["locale"].dimension) == ("answer", "1", True)
    full = {"locale": "fr", "words": 3, "on": "2013-01-31", "tags": ["a"], "share": 0.5, "new": True, "other": None}
    assert checks.is_valid(full)
    refused = [{}, {"locale": 1}, {"locale": "fr", "on": "31 January"}, {"locale": "fr", "x": 1}, {"locale": "fr", "words": 0.5}]
    assert [checks.is_valid(extra) for extra in refused] == [False] * 5


def test_built_in_schemas_are_open() -> None:
    """The two schemas that every registry has take any field."""
    assert sorted(BUILT_IN) == [("baloo", "0.1"), ("contribution", "1")]
    assert all(validator(dict(schema.json_schema)).is_valid({"any": {"thing": 1}}) for schema in BUILT_IN.values())


def parts(schema: object) -> list[dict[str, object]]:
    """All objects within a schema."""
    if isinstance(schema, list):
        return [part for item in schema for part in parts(item)]
    if not isinstance(schema, dict):
        return []
    inner = [part for key, value in schema.items() if key not in ("examples", "if", "then", "else") for part in parts(value)]
    return [schema, *inner]
