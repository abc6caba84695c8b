"""The published JSON Schemas: they validate the files, and what they find is said in plain words with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from baloo.errors import Problem, nearest
from baloo.registry._yaml import Place, Source

__all__ = ["NAMES", "schemas", "shape_problems", "validator"]

NAMES = ("area", "community", "mapping", "schema", "system", "work")  # one published schema for each sort of file

_REGEX = 1 << 20  # bytes that a regular expression may take when it is compiled
_AMOUNTS = ("at_least", "days", "first", "top")
_WINDOWS = ("within", "around")
_GROUPS = ("any", "all", "not", "reached")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
}  # fmt: skip


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """Name to JSON Schema (draft 2020-12) of each sort of registry file; the very ones that validate."""
    folder = Path(__file__).parent / "schemas"
    return {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in NAMES}


def validator(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    """A validator with formats on, linear regular expressions and no way out to the network."""
    return jsonschema_rs.validator_for(
        schema, validate_formats=True, offline=True, pattern_options=jsonschema_rs.RegexOptions(size_limit=_REGEX)
    )


@cache
def _validator_of(name: str) -> jsonschema_rs.Validator:
    return validator(schemas()[name])


def shape_problems(name: str, source: Source, value: object, base: Place = ()) -> list[Problem]:
    """What the published schema `name` finds in `value`, which stands at `base` of `source`."""
    checks = _validator_of(name)
    if checks.is_valid(value):
        return []
    explain = _Explain(schemas()[name], source, base)
    found = [problem for error in checks.iter_errors(value) for problem in explain(error)]
    return list(dict.fromkeys(found))


class _Explain:
    """Turns the validator's errors into problems, going into the one branch that was meant."""

    def __init__(self, schema: dict[str, Any], source: Source, base: Place) -> None:
        self.schema, self.source, self.base = schema, source, base

    def __call__(self, error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
        keyword = error.kind.name
        if keyword in ("oneOf", "anyOf"):
            yield from self.branch(error)
        elif keyword == "additionalProperties":
            yield from self.unknown_keys(error)
        elif keyword == "required":
            yield self.missing(error)
        elif keyword == "not":
            yield self.at(error, "`points` goes with `of: points`; add it.", "points", slug="points")
        elif keyword == "propertyNames":
            inner = _kind(error).error
            name = str(inner.instance)
            yield self.at(error, f"`{name}` is not {self.said(inner)}.", name)
        else:
            yield self.wrong_value(error)

    def at(self, error: jsonschema_rs.ValidationError, message: str, *deeper: str, **more: Any) -> Problem:  # noqa: ANN401
        return self.source.problem((*self.base, *error.instance_path, *deeper), message, **more)

    def node(self, error: jsonschema_rs.ValidationError) -> dict[str, Any]:
        """The part of the schema that holds the keyword that failed."""
        node: Any = self.schema
        for step in error.schema_path[:-1]:
            node = node[step]
        return node if isinstance(node, dict) else {}

    def said(self, error: jsonschema_rs.ValidationError) -> str:
        """What the schema calls the value that it wants."""
        return str(self.node(error).get("description", "what the schema wants"))

    def wrong_value(self, error: jsonschema_rs.ValidationError) -> Problem:
        node, value = self.node(error), error.instance
        if error.kind.name == "uniqueItems":
            return self.at(error, "The same value stands here twice.")
        options = [str(option) for option in node.get("enum", ())] or _spans_like(node, value)
        close = nearest(str(value), options) if options and isinstance(value, str) else None
        if value is None:
            return self.at(error, f"Nothing is written here; this wants {self.said(error)}.")
        return self.at(error, f"`{_short(value)}` is not {self.said(error)}.", nearest=close)

    def unknown_keys(self, error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
        valid = list(self.node(error).get("properties", ()))
        for key in _kind(error).unexpected:
            close = nearest(key, valid)
            hint = "" if close else f" Valid here: {', '.join(valid)}."
            yield self.at(error, f"There is no key `{key}` here.{hint}", key, nearest=close, slug="unknown-key")

    def missing(self, error: jsonschema_rs.ValidationError) -> Problem:
        key = str(_kind(error).property)
        if error.schema_path[-2:] == ["then", "required"]:
            return self.at(error, "`of: points` wants lines of `points` that say what is worth how much.", "of", slug="points")
        if key == "since" and isinstance(error.instance, dict) and "before" in error.instance:
            return self.at(error, "With `before`, say `since` when the present rule began.", "before", slug="dates")
        if key == "per" and isinstance(error.instance, dict) and "over" in error.instance:
            return self.at(error, "`over` takes from the number that `per` names; add `per`.", "over")
        return self.at(error, f"`{key}` is missing.", slug="missing-key")

    def branch(self, error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
        """The one problem behind a oneOf or anyOf."""
        value, node, path = error.instance, self.node(error), error.schema_path
        options = node[str(path[-1])]
        if path[-1] == "oneOf" and path[-3:-1] == ["allOf", 0]:
            yield from self.one_of(error, _AMOUNTS, "how much", "how-much")
        elif path[-1] == "oneOf" and path[-3:-1] == ["allOf", 1]:
            yield from self.one_of(error, _WINDOWS, "when", "when")
        elif path == ["$defs", "rule", "oneOf"]:
            yield from self.rule(error)
        else:
            fits = [i for i, option in enumerate(options) if self.fits(option, value)]
            if isinstance(value, dict | list) and len(fits) == 1:
                for inner in _kind(error).context[fits[0]]:
                    yield from self(inner)
            else:
                close = nearest(str(value), self.texts(options, value)) if isinstance(value, str) else None
                wants = f"is not {self.said(error)}" if value is not None else f"is missing; this wants {self.said(error)}"
                shown = f"`{_short(value)}`" if value is not None else "The value"
                yield self.at(error, f"{shown} {wants}.", nearest=close)

    def one_of(self, error: jsonschema_rs.ValidationError, keys: tuple[str, ...], what: str, slug: str) -> Iterator[Problem]:
        if not isinstance(error.instance, dict):
            return
        present = [key for key in keys if key in error.instance]
        if len(present) > 1:
            both = " and ".join(f"`{key}`" for key in present)
            yield self.at(error, f"{both} exclude each other; a leaf says {what} once.", present[-1], slug=slug)
            return
        close = next((key for key in error.instance if nearest(key, keys) and key not in keys), None)
        if close is None:  # a misspelt one is told as an unknown key
            yield self.at(error, f"The leaf does not say {what}: add {_listed(keys)}.", slug=slug)

    def rule(self, error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
        value = error.instance
        if not isinstance(value, dict):
            yield self.at(error, f"`{_short(value)}` is not {self.said(error)}.")
            return
        groups = [key for key in _GROUPS if key in value]
        if groups and len(value) > 1:
            other = next(key for key in value if key != groups[0])
            yield self.at(error, f"`{groups[0]}` stands alone; put `{other}` into a leaf of its own.", other, slug="alone")
            return
        meant = _GROUPS.index(groups[0]) if groups else len(_GROUPS)
        for inner in _kind(error).context[meant]:
            yield from self(inner)

    def resolved(self, option: dict[str, Any]) -> dict[str, Any]:
        return self.schema["$defs"][option["$ref"].rsplit("/", 1)[-1]] if "$ref" in option else option

    def fits(self, option: dict[str, Any], value: object) -> bool:
        wanted = self.resolved(option).get("type", "string")
        kinds = wanted if isinstance(wanted, list) else [wanted]
        return any(isinstance(value, _TYPES[kind]) for kind in kinds)

    def texts(self, branches: list[dict[str, Any]], value: str) -> list[str]:
        """The texts that some branch takes, for the nearest one."""
        found: list[str] = []
        for option in map(self.resolved, branches):
            found += [str(text) for text in (*option.get("enum", ()), *([option["const"]] if "const" in option else ()))]
            found += _spans_like(option, value)
        return found


def _kind(error: jsonschema_rs.ValidationError) -> Any:  # noqa: ANN401 - each keyword has its own class with its own facts
    return error.kind


def _spans_like(node: dict[str, Any], value: object) -> list[str]:
    """Where a length of time is wanted: the valid ones with the number that was written."""
    found = re.match(r"\s*(\d+)", value) if isinstance(value, str) else None
    if not found or "(days|weeks" not in str(node.get("pattern")):
        return []
    n = int(found.group(1))
    units = ["day", "week"] + (["month", "year"] if "months" in node["pattern"] else [])
    return [f"{n} {unit}{'' if n == 1 else 's'}" for unit in units] if n else []


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def _listed(keys: tuple[str, ...]) -> str:
    return ", ".join(f"`{key}`" for key in keys[:-1]) + f" or `{keys[-1]}`"
