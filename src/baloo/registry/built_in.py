"""Mappings that every registry has, for each system that declares their kinds: GitHub's webhooks, and backends of Perceval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from baloo.errors import Problem, RegistryError
from baloo.registry._mappings import parse_mapping
from baloo.registry._validate import shape_problems
from baloo.registry._yaml import read_source
from baloo.registry.model import PayloadMapping, System

__all__ = ["built_in_mappings", "perceval_backends", "perceval_name"]

_FOLDER = Path(__file__).parent / "mappings"
_ALIKE = {"MBox": ("Pipermail", "HyperKitty", "Groupsio", "NNTP")}  # backends whose items have the same form


def built_in_mappings(systems: Mapping[str, System]) -> dict[tuple[str, str], PayloadMapping]:
    """(protocol, id) to mapping, for each of the systems that declares at least one kind of it; other kinds make nothing.

    The id is the system's; of one for Perceval it is what `perceval_name` says.
    """
    found: dict[tuple[str, str], PayloadMapping] = {}
    for system in systems.values():
        for whole in _shipped():
            rules = tuple(rule if rule.fields["kind"] in system.kinds else replace(rule, fields={}) for rule in whole.rules)
            if any(rule.fields for rule in rules):
                name = system.id if whole.protocol == "github" else perceval_name(whole.id, system.id)
                found[whole.protocol, name] = replace(whole, id=name, system=system.id, rules=rules)
    return found


def perceval_name(backend: str, system: str) -> str:
    """The id of the built-in mapping of a backend of Perceval for a system: no id that a file may have."""
    return f"{backend} of {system}"


def perceval_backends() -> list[str]:
    """The backends of Perceval that have a built-in mapping."""
    return [mapping.id for mapping in _shipped() if mapping.protocol == "perceval"]


@cache
def _shipped() -> tuple[PayloadMapping, ...]:
    problems: list[Problem] = []
    found = []
    for file in sorted(_FOLDER.glob("*.yaml")):
        source = read_source(_FOLDER, file.name, problems.append)
        if source is not None:
            problems += shape_problems("mapping", source, source.data)
            mapping = parse_mapping(source.data)
            found += [mapping, *(replace(mapping, id=name) for name in _ALIKE.get(mapping.id, ()))]
    if problems:
        raise RegistryError(problems)
    return tuple(found)
