"""JSON Schemas of a registry: bombs are refused before they go off, and what is allowed judges what it says."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from baloo.errors import RegistryError
from baloo.registry import _check_areas as checks
from baloo.registry import check, load
from baloo.registry._bounds import MAX_DEPTH, MAX_PARTS, MAX_PATTERNS, faults
from baloo.registry._schemas import is_open, parse_schema
from baloo.registry._validate import validator


def _doubling(levels: int) -> dict[str, Any]:
    """Two to the power of `levels` schemas, when the references are spelt out."""
    defs: dict[str, Any] = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(levels)}
    return {"$ref": "#/$defs/a0", "$defs": {**defs, f"a{levels}": {"type": "object"}}}


def _chain(length: int) -> dict[str, Any]:
    defs: dict[str, Any] = {f"a{n}": {"$ref": f"#/$defs/a{n + 1}"} for n in range(length)}
    return {"$ref": "#/$defs/a0", "$defs": {**defs, f"a{length}": {}}}


def _nested(depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(depth):
        found = {"not": found}
    return found


@pytest.mark.parametrize("bomb", [
    _doubling(12), _doubling(2_000), _chain(MAX_DEPTH + 1), _chain(3_000), _nested(MAX_DEPTH + 1), _nested(900),
    {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
    {"$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"not": {"$ref": "#/$defs/a"}}}},
    {"anyOf": [{"type": "string"}] * MAX_PARTS},
    {"patternProperties": {f"^a{n}$": True for n in range(MAX_PATTERNS + 1)}},
    {"pattern": "a" * 10_000}, {"patternProperties": {"a" * 10_000: True}},
    {"$ref": "http://127.0.0.1:1/a"}, {"$ref": 5}, {"properties": {"$ref": {"$ref": "//example.org"}}}, {"$anchor": "a"},
    {"$vocabulary": {}}, {"definitions": {}}, {"allOf": [5]}, {"properties": {"a": []}}, {"if": "a"},
    {"allOf": "not a list"}, {"$defs": 5}, {"properties": []},
])  # fmt: skip
def test_a_bomb_is_refused(bomb: dict[str, Any]):
    """With a word, and without being compiled."""
    assert len(list(faults(bomb))) >= 1


@pytest.mark.parametrize("schema", [
    _doubling(7), _chain(MAX_DEPTH - 2), _nested(MAX_DEPTH), {"properties": {"$ref": {"type": "string"}, "$id": True}},
    {"patternProperties": {"^(a+)+$": {"pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}}},
    {"enum": [{"$ref": "x"}], "const": {"$id": "y"}},
])  # fmt: skip
def test_what_is_bounded_passes(schema: dict[str, Any]):
    """Names of properties and values are no keywords; what JSON Schema itself refuses is the compiler's."""
    assert list(faults(schema)) == []


def test_a_pattern_is_judged_in_linear_time():
    """A text that would hold a searching engine up for years is judged at once."""
    shape = validator({"pattern": "^(a+)+$", "patternProperties": {"^(a|a)*b$": False}})

    assert not shape.is_valid("a" * 100_000 + "!")
    assert shape.is_valid({"a" * 100_000: 1})


OWN = {
    "properties": {
        "board": {"type": "string", "pattern": "^[a-z]+$"}, "votes": {"$ref": "#/$defs/votes"},
        "day": {"type": "string", "format": "date"},
    },
    "required": ["board"], "$defs": {"votes": {"type": "integer", "minimum": 0}},
}  # fmt: skip


@pytest.mark.parametrize(("extra", "good"), [
    ({"board": "help"}, True), ({"board": "help", "votes": 3, "day": "2024-06-01"}, True), ({"board": "help", "more": 1}, True),
    ({"board": "Help"}, False), ({}, False), ({"board": "help", "votes": -1}, False), ({"board": "help", "day": "1 June"}, False),
])  # fmt: skip
def test_a_json_schema_of_ones_own_judges(extra: dict[str, Any], good: bool):
    """Its properties are the fields of the schema, with their types."""
    schema = parse_schema({"schema": "answer", "version": 1, "json_schema": OWN, "example": {"board": "help"}}, "a.yaml")

    assert good is validator(dict(schema.json_schema)).is_valid(extra)
    assert {name: field.type for name, field in schema.fields.items()} == {"board": "text", "votes": "any", "day": "date"}
    assert is_open(schema)


def test_declared_fields_stand_beside_it():
    """Then no others are taken, and both judge."""
    own = {"maxProperties": 1, "minProperties": 1}
    schema = parse_schema({"schema": "answer", "version": 1, "fields": {"board": "text"}, "json_schema": own}, "a.yaml")
    judged = [validator(dict(schema.json_schema)).is_valid(extra) for extra in ({"board": "a"}, {}, {"other": "a"})]

    assert judged == [True, False, False]
    assert not is_open(schema)


def _registry(folder: Path, schema: object) -> Path:
    """A registry with one schema."""
    (folder / "schemas").mkdir()
    (folder / "community.yaml").write_text("community: town\n")
    with (folder / "schemas" / "a.yaml").open("w") as file:
        YAML(typ="safe").dump(schema, file)
    return folder


def test_nothing_is_fetched(tmp_path: Path):
    """A reference to somewhere else is refused, and nobody is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        there = f"http://127.0.0.1:{listener.getsockname()[1]}/a.json"
        own = {"properties": {"a": {"$ref": there}}}
        folder = _registry(tmp_path, {"schema": "a", "version": 1, "json_schema": own, "example": {"a": 1}})
        with pytest.raises(RegistryError, match="Nothing is fetched"):
            load(folder)
        with pytest.raises(ValueError, match="Retrieval is disabled"):
            validator({"$ref": there})
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_schema_file_is_small(tmp_path: Path):
    """More than 64 kB is not read."""
    own = {"enum": ["a" * 100 + str(n) for n in range(1_000)]}
    problems = check(_registry(tmp_path, {"schema": "a", "version": 1, "json_schema": own, "example": {}}))

    assert [problem.slug for problem in problems] == ["too-large"]


def test_a_schema_that_takes_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is compiled and judges its example when the registry is read; here no time at all is allowed."""
    monkeypatch.setattr(checks, "MOST_SECONDS", -1.0)
    folder = _registry(tmp_path, {"schema": "a", "version": 1, "json_schema": {"type": "object"}, "example": {}})

    with pytest.raises(RegistryError, match="It takes longer"):
        load(folder)
