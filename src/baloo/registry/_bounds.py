"""What a JSON Schema of a registry may ask for: keywords that are known, references within it that end, and little of each.

The door judges every event by it, so that its cost must be known before: references are `#/$defs/NAME`, go in no circle and may
be spelt out into a thousand schemas at most; regular expressions are short, few, and linear in the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from baloo.errors import nearest

__all__ = ["DIALECT", "MAX_DEPTH", "MAX_PARTS", "MAX_PATTERN", "MAX_PATTERNS", "faults"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The JSON Schema that is meant."""
MAX_PARTS = 1_000
"""Schemas within a schema, when every reference is spelt out."""
MAX_DEPTH = 24
"""How deep schemas may stand within each other, references spelt out."""
MAX_PATTERNS = 100
"""Regular expressions in a schema."""
MAX_PATTERN = 500
"""Letters of a regular expression."""

_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_ONES = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties",
)  # fmt: skip
_VALUES = (
    "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength",
    "pattern", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "required",
    "dependentRequired", "format", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
    "$comment", "$ref",
)  # fmt: skip
_KNOWN = (*_MAPS, *_LISTS, *_ONES, *_VALUES)
_WHOLE = "#/$defs/"

Place = tuple[str | int, ...]


def faults(schema: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """What is wrong with a JSON Schema: where in it, and what."""
    found = list(_Walk(schema).faults(schema, ()))
    yield from found
    if not found:  # a circle would be walked for ever
        yield from _Cost(schema).faults()


class _Walk:
    """Looks at each part once, references not followed."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        defs = schema.get("$defs", {})
        self._defs = defs if isinstance(defs, Mapping) else {}
        self._patterns = 0

    def faults(self, schema: object, place: Place) -> Iterator[tuple[Place, str]]:
        if isinstance(schema, bool):
            return
        if not isinstance(schema, Mapping):
            yield place, "Here stands a JSON Schema: an object, true or false."
            return
        if len(place) > 2 * MAX_DEPTH:
            yield place, f"Schemas stand deeper within each other than {MAX_DEPTH}."
            return
        for keyword, value in schema.items():
            if place or keyword != "$schema" or value != DIALECT:
                yield from self._keyword(keyword, value, (*place, keyword))

    def _keyword(self, keyword: str, value: object, place: Place) -> Iterator[tuple[Place, str]]:
        if keyword == "$schema":
            yield place, f"The one dialect that is read is {DIALECT}, named at the top or not at all."
        elif keyword not in _KNOWN:
            close = nearest(keyword, _KNOWN)
            yield place, f"`{keyword}` is no keyword that is taken here.{f' Did you mean `{close}`?' if close else ''}"
        elif keyword == "$ref":
            yield from self._reference(value, place)
        elif keyword == "$defs" and len(place) > 1:
            yield place, "`$defs` stands at the top."
        elif keyword in _MAPS:
            yield from self._named(keyword, value, place)
        elif keyword in _LISTS:
            yield from self._listed(value, place)
        elif keyword in _ONES:
            yield from self.faults(value, place)
        elif keyword == "pattern":
            yield from self._pattern(value, place)

    def _listed(self, schemas: object, place: Place) -> Iterator[tuple[Place, str]]:
        if not isinstance(schemas, list):
            yield place, "Here stands a list of JSON Schemas."
            return
        for n, part in enumerate(schemas):
            yield from self.faults(part, (*place, n))

    def _named(self, keyword: str, schemas: object, place: Place) -> Iterator[tuple[Place, str]]:
        if not isinstance(schemas, Mapping):
            yield place, "Here stand names, each with a JSON Schema."
            return
        for name, part in schemas.items():
            if keyword == "patternProperties":
                yield from self._pattern(name, place)
            yield from self.faults(part, (*place, name))

    def _reference(self, value: object, place: Place) -> Iterator[tuple[Place, str]]:
        name = value.removeprefix(_WHOLE) if isinstance(value, str) and value.startswith(_WHOLE) else None
        if name is None:
            yield place, "A reference stays within its schema: write `#/$defs/NAME`. Nothing is fetched."
        elif name not in self._defs:
            close = nearest(name, map(str, self._defs))
            yield place, f"There is no such schema among `$defs`.{f' Did you mean `{close}`?' if close else ''}"

    def _pattern(self, value: object, place: Place) -> Iterator[tuple[Place, str]]:
        self._patterns += 1
        if self._patterns == MAX_PATTERNS + 1:
            yield place, f"There are more than {MAX_PATTERNS} regular expressions."
        if isinstance(value, str) and len(value) > MAX_PATTERN:
            yield place, f"The regular expression is longer than {MAX_PATTERN} letters."


class _Cost:
    """How many schemas one becomes when its references are spelt out."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._known: dict[str, int | None] = {}  # of each of `$defs`; None while it is being found out

    def faults(self) -> Iterator[tuple[Place, str]]:
        try:
            parts = self._of(self._schema, 0)
            for name in self._schema.get("$defs", {}):
                self._of({"$ref": _WHOLE + name}, 0)
        except _Endless as error:
            yield error.place, error.why
            return
        if parts > MAX_PARTS:
            yield (), f"With its references spelt out this is more than {MAX_PARTS:,} schemas."

    def _of(self, schema: object, depth: int) -> int:
        if depth > MAX_DEPTH:
            raise _Endless((), f"With their references spelt out schemas stand deeper within each other than {MAX_DEPTH}.")
        parts = 1 + sum(self._of(part, depth + 1) for part in _parts(schema))
        name = schema["$ref"].removeprefix(_WHOLE) if isinstance(schema, Mapping) and "$ref" in schema else None
        if name is not None:
            if name not in self._known:
                self._known[name] = None
                self._known[name] = self._of(self._schema["$defs"][name], depth + 1)
            known = self._known[name]
            if known is None:
                raise _Endless(("$defs", name), "References go in a circle here.")
            parts += known
        return parts


class _Endless(Exception):
    def __init__(self, place: Place, why: str) -> None:
        super().__init__(why)
        self.place = place
        self.why = why


def _parts(schema: object) -> Iterator[object]:
    """The schemas within a schema; those of `$defs` are none before somebody refers to them."""
    if isinstance(schema, Mapping):
        for keyword, value in schema.items():
            if keyword in _MAPS and keyword != "$defs" and isinstance(value, Mapping):
                yield from value.values()
            elif keyword in _LISTS and isinstance(value, list):
                yield from value
            elif keyword in _ONES:
                yield value
