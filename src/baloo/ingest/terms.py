"""What a registry asks of an event, laid out for looking up: systems, kinds, how far ahead, and compiled schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import jsonschema_rs

from baloo.errors import Problem, RegistryError
from baloo.ingest.refusals import Refused, nearest, pointer_to
from baloo.registry.lookup import horizons
from baloo.registry.model import Kind, PayloadMapping, Registry, Schema

__all__ = ["OLDER", "PLAIN", "KindTerms", "Shape", "Terms", "Usual"]

PLAIN = ("contribution", "1")
"""The schema and version of an event whose `extra` nobody has described."""
OLDER = ("baloo", "0.1")
"""The schema and version of the seeds' payloads."""

_TAKES_ALL = frozenset({"$schema", "$id", "title", "description", "type", "examples"})
_NAMED = ("required", "additionalProperties", "unevaluatedProperties", "dependentRequired")


class Shape(NamedTuple):
    """What `extra` must be: the schema's name and version as people say it, and its validator; `many` judges a list of them."""

    name: str
    validator: jsonschema_rs.Validator
    many: jsonschema_rs.Validator | None

    def fit(self, extras: list[Any]) -> bool:
        """Whether each of them fits."""
        if self.many is not None and len(extras) > 1:
            return self.many.is_valid(extras)
        return all(map(self.validator.is_valid, extras))

    def refused(self, extra: object) -> Refused:
        """The refusal of an `extra` that does not fit: the first fault, with its pointer."""
        error = next(iter(self.validator.iter_errors(extra)))
        path: list[str | int] = [*error.instance_path]
        keyword = error.kind.name
        names = getattr(error.kind, "property", None) or getattr(error.kind, "unexpected", None)
        if keyword in _NAMED and names:
            path.append(names if isinstance(names, str) else names[0])
        return Refused("bad-extra", pointer_to("extra", *path), f"It does not satisfy `{keyword}` of the schema {self.name}.")


class KindTerms:
    """What is asked of events of one kind.

    `ahead` is for how many days they may be dated ahead; `schemas` maps (schema, version) to a shape or to None for any.
    """

    __slots__ = ("ahead", "schemas")

    def __init__(self, ahead: int, schemas: Mapping[tuple[str, str], Shape | None]) -> None:
        self.ahead = ahead
        self.schemas = schemas


class Usual(NamedTuple):
    """What the events that say the same of their kind have in common: that, and the shape that `extra` must have, if any."""

    kind: tuple[str, str, str, str]  # system, kind, schema, version
    shape: Shape | None


class Terms:
    """A registry, laid out for judging events. Raises RegistryError where a schema does not compile."""

    def __init__(self, registry: Registry) -> None:
        self.systems = {system.id: tuple(system.kinds) for system in registry.systems.values()}
        self.versions = {PLAIN, OLDER, *registry.schemas}
        self.schemas = {name for name, _ in self.versions}
        self.hosts = {host: system.id for system in registry.systems.values() if (host := urlsplit(system.url or "").hostname)}
        self.registry = registry
        self.mappings = registry.mappings
        shapes: dict[tuple[str, str], Shape | None] = {PLAIN: None, OLDER: None}
        shapes |= {key: _compiled(schema) for key, schema in registry.schemas.items()}
        ahead = horizons(registry)
        self.kinds = {
            (system.id, kind.id): KindTerms(ahead.get((system.id, kind.id), 0), _schemas(kind, shapes))
            for system in registry.systems.values() for kind in system.kinds.values()
        }
        self._usual: dict[tuple[str, str, str, str | int], Usual] = {}

    def usual(self, said: tuple[str, str, str, str | int]) -> Usual | None:
        """What is known of events that say this as their system, kind, schema and version; None where they cannot be accepted."""
        known = self._usual.get(said)
        if known is None:
            system, kind, schema, version = said
            wanted = self.kinds.get((system, kind))
            if wanted is None or (schema, str(version)) not in wanted.schemas:
                return None
            known = self._usual[said] = Usual((system, kind, schema, str(version)), wanted.schemas[schema, str(version)])
        return known

    def mapping(self, named: str) -> PayloadMapping | None:
        """The mapping that `protocol:name` names; None where there is none."""
        protocol, _, name = named.partition(":")
        return self.mappings.get((protocol, name))

    def older(self, system: str, kind: str) -> str:
        """The schema of a payload of 0.1: its kind's own where that has such a version, else the one for all of them."""
        own = self.registry.systems[system].kinds[kind].schema
        return own if own and (own, OLDER[1]) in self.registry.schemas else OLDER[0]

    def unknown_system(self, name: str) -> Refused:
        """The refusal of an event whose system nobody declared."""
        close = nearest(name, self.systems)
        hint = f" Did you mean `{close}`?" if close else "" if self.systems else " The registry declares no system yet."
        return Refused("unknown-system", "/system", f"Nobody declared this system.{hint}")

    def unknown_kind(self, system: str, name: str) -> Refused:
        """The refusal of an event whose kind its system does not have."""
        if system not in self.systems:
            return self.unknown_system(system)
        close = nearest(name, self.systems[system])
        hint = f" Did you mean `{close}`?" if close else ""
        return Refused("unknown-kind", "/kind", f"The system `{system}` has no such kind.{hint}")

    def unknown_schema(self, terms: KindTerms, schema: str) -> Refused:
        """The refusal of an event whose schema is not one that its kind takes."""
        names = {name for name, _ in terms.schemas}
        if schema in names:
            versions = ", ".join(f"`{version}`" for name, version in terms.schemas if name == schema)
            return Refused("unknown-version", "/version", f"The schema `{schema}` has no such version; it has {versions}.")
        if schema in self.schemas:
            return Refused("wrong-schema", "/schema", f"This kind takes {', '.join(f'`{name}`' for name in sorted(names))}.")
        close = nearest(schema, names)
        hint = f" Did you mean `{close}`?" if close else ""
        return Refused("unknown-schema", "/schema", f"Nobody registered this schema.{hint}")


def _schemas(
    kind: Kind, shapes: Mapping[tuple[str, str], Shape | None],
) -> dict[tuple[str, str], Shape | None]:
    """What an event of this kind may state as (schema, version)."""
    if kind.schema is None:
        return dict(shapes)
    own = {key: shape for key, shape in shapes.items() if key[0] == kind.schema}
    newest = max(own, key=lambda key: _in_order(key[1]), default=PLAIN)
    return {OLDER: shapes[OLDER], PLAIN: shapes[newest], **own}


def _in_order(version: str) -> list[tuple[int, int, str]]:
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in version.split(".")]


def _compiled(schema: Schema) -> Shape | None:
    """The shape that a schema asks for; None for one that takes any object."""
    if schema.json_schema.keys() <= _TAKES_ALL and schema.json_schema.get("type") == "object":
        return None
    try:
        return Shape(f"{schema.id} {schema.version}", _validator(schema.json_schema), _many(schema.json_schema))
    except (ValueError, jsonschema_rs.ReferencingError) as error:  # its ValidationError is a ValueError
        raise RegistryError([Problem(schema.file, 1, "json_schema", f"The schema does not compile: {error}")]) from error


def _many(schema: Mapping[str, Any]) -> jsonschema_rs.Validator | None:
    """A validator of lists; None where the schema has names, which mean something else in the middle of another schema."""
    if any(word in json.dumps(schema) for word in ('"$ref"', '"$id"', '"$anchor"', '"$dynamic')):
        return None
    dialect = {"$schema": schema["$schema"]} if "$schema" in schema else {}
    return _validator({**dialect, "type": "array", "items": {key: value for key, value in schema.items() if key != "$schema"}})


def _validator(schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        dict(schema), validate_formats=True, offline=True,  # no reference is ever fetched
        pattern_options=jsonschema_rs.RegexOptions(),  # linear in the length of the text
    )
