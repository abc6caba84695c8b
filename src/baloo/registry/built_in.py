"""Mappings that every registry has, for each system with some of their kinds: of GitHub's webhooks, Perceval, sources."""

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
from baloo.registry.sources import mapping_files

__all__ = ["built_in_mappings", "kinds_of_source", "perceval_backends", "perceval_name", "source_name"]

_FOLDER = Path(__file__).parent / "mappings"
_ALIKE = {"MBox": ("Pipermail", "HyperKitty", "Groupsio", "NNTP")}  # backends whose items have the same form


def built_in_mappings(systems: Mapping[str, System]) -> dict[tuple[str, str], PayloadMapping]:
    """(protocol, id) to mapping, for each of the systems that declares at least one kind of it; other kinds make nothing.

    The id is the system's; of one for Perceval or of a source it is what `perceval_name` or `source_name` says.
    """
    found: dict[tuple[str, str], PayloadMapping] = {}
    kinds = {kind for system in systems.values() for kind in system.kinds}
    asked = [mapping for file in _files() if any(kind in file.read_text("utf-8") for kind in kinds) for mapping in _read(file)]
    for system in systems.values():
        for whole in asked:
            rules = tuple(rule if rule.fields["kind"] in system.kinds else replace(rule, fields={}) for rule in whole.rules)
            if any(rule.fields for rule in rules):
                name = system.id if whole.protocol == "github" else perceval_name(whole.id, system.id)
                found[whole.protocol, name] = replace(whole, id=name, system=system.id, rules=rules)
    return found


def perceval_name(backend: str, system: str) -> str:
    """The id of the built-in mapping of a backend of Perceval for a system: no id that a file may have."""
    return f"{backend} of {system}"


source_name = perceval_name
"""The id of the built-in mapping of a source for a system, likewise."""


def kinds_of_source(name: str) -> list[str]:
    """The kinds that the mapping of an installed source can make; none where it has no mapping."""
    file = mapping_files().get(name)
    rules = [rule for mapping in _read(file) for rule in mapping.rules] if file else []
    return list(dict.fromkeys(str(rule.fields["kind"]) for rule in rules))


def perceval_backends() -> list[str]:
    """The backends of Perceval that have a built-in mapping."""
    return [mapping.id for file in sorted(_FOLDER.glob("*.yaml")) for mapping in _read(file) if mapping.protocol == "perceval"]


def _files() -> list[Path]:
    return [*sorted(_FOLDER.glob("*.yaml")), *mapping_files().values()]


@cache
def _read(file: Path) -> tuple[PayloadMapping, ...]:
    """The mappings of one file. Parsing it takes longer than to look into its text for a kind that somebody declares."""
    problems: list[Problem] = []
    source = read_source(file.parent, file.name, problems.append)
    if source is not None:
        problems += shape_problems("mapping", source, source.data)
    if source is None or problems:
        raise RegistryError(problems)
    mapping = parse_mapping(source.data)
    return mapping, *(replace(mapping, id=name) for name in _ALIKE.get(mapping.id, ()))
