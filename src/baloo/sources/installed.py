"""The sources that are installed, ours and others': entry points of the group `baloo.sources`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from baloo.errors import InputError, UnknownName
from baloo.registry.sources import GROUP, folder_of

if TYPE_CHECKING:
    from baloo.sources.recipe import Recipe

__all__ = ["example", "recipe_of", "sources"]


def sources() -> Mapping[str, EntryPoint]:
    """Name to entry point; nothing of a source is imported."""
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def recipe_of(name: str) -> Recipe:
    """The recipe of a source. Raises UnknownName, and InputError for one that cannot be loaded."""
    from baloo.sources.recipe import Recipe  # noqa: PLC0415 - whoever only lists sources needs no HTTP client

    known = sources()
    if name not in known:
        raise UnknownName("source", name, known)
    try:
        found = known[name].load()
    except (ImportError, AttributeError) as error:
        raise InputError(f"The source `{name}` cannot be loaded: {error}.", remedy="Install its package again.") from error
    if not isinstance(found, Recipe):
        raise InputError(f"The source `{name}` is no recipe.", where=known[name].value, remedy="Its entry point names a Recipe.")
    return found


def example(name: str, what: str = "system") -> str:
    """The file of a system that a source reads, to begin with, or of an `area` that counts it; empty where there is none."""
    known = sources()
    if name not in known:
        raise UnknownName("source", name, known)
    folder = folder_of(known[name].module)
    file = (folder or Path()) / f"{what}.yaml"
    return file.read_text("utf-8") if folder and file.exists() else ""
