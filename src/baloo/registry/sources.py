"""Where the mappings of the installed sources stand: `mapping.yaml` beside each module that an entry point names."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

__all__ = ["GROUP", "OTHERS", "folder_of", "mapping_files"]

GROUP: Final = "baloo.sources"
"""The group of entry points, `NAME = "package.NAME:RECIPE"`."""

OTHERS: Final = {"sql": ("mapping", "key_env"), "perceval": ("run",)}
"""What reads systems and is no folder of that group, each with the keys that it needs beside its name."""


@cache
def mapping_files() -> Mapping[str, Path]:
    """Name of a source to the file of its mapping. Nothing of a source is imported."""
    folders = {point.name: folder_of(point.module) for point in entry_points(group=GROUP)}
    files = {name: folder / "mapping.yaml" for name, folder in sorted(folders.items()) if folder is not None}
    return {name: file for name, file in files.items() if file.is_file()}


def folder_of(module: str) -> Path | None:
    """The folder of a module; None where there is none."""
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(found.origin).parent if found is not None and found.origin else None
