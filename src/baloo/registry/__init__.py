"""The registry: what a community declares (REGISTRY.md), read from plain YAML with errors that name their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from baloo.errors import Problem
from baloo.registry.facts import Facts
from baloo.registry.model import Registry

__all__ = ["Facts", "Registry", "check", "load", "schemas"]


def load(folder: Path) -> Registry:
    """What the registry in `folder` says.

    Raises RegistryError with every problem of severity `error`, sorted by file and line.
    """
    from baloo.registry._load import load_folder  # noqa: PLC0415 - YAML and JSON Schema are loaded only when read

    return load_folder(Path(folder))


def check(folder: Path, facts: Facts | None = None) -> list[Problem]:
    """Everything that is wrong or odd in the registry in `folder`, sorted by file and line; empty where nothing is.

    `facts` holds it against the data too.
    """
    from baloo.registry._load import check_folder  # noqa: PLC0415 - YAML and JSON Schema are loaded only when read

    return check_folder(Path(folder), facts)


def schemas() -> dict[str, dict[str, Any]]:
    """The published JSON Schemas (draft 2020-12), one for each sort of registry file: those that `check` uses."""
    from baloo.registry._validate import schemas as published  # noqa: PLC0415 - see load

    return published()
