"""Mappings that every registry has: how GitHub's webhooks become events of a system that declares the kinds."""

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

__all__ = ["built_in_mappings"]


def built_in_mappings(systems: Mapping[str, System]) -> dict[tuple[str, str], PayloadMapping]:
    """(protocol, id) to mapping, for each of the systems that declares at least one kind of it; other kinds make nothing."""
    found = {}
    whole = _github()
    for system in systems.values():
        rules = tuple(rule if rule.fields["kind"] in system.kinds else replace(rule, fields={}) for rule in whole.rules)
        if any(rule.fields for rule in rules):
            found["github", system.id] = replace(whole, id=system.id, system=system.id, rules=rules)
    return found


@cache
def _github() -> PayloadMapping:
    problems: list[Problem] = []
    source = read_source(Path(__file__).parent / "mappings", "github.yaml", problems.append)
    if source is not None:
        problems += shape_problems("mapping", source, source.data)
    if source is None or problems:
        raise RegistryError(problems)
    return parse_mapping(source.data)
