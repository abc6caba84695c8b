"""A registry as it would be with another file in it, read without touching the one that is in force."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from baloo.errors import InputError
from baloo.registry import load
from baloo.registry.model import Registry

__all__ = ["as_if"]


def as_if(folder: Path, path: Path) -> Registry:
    """The registry in `folder` as if the file at `path` stood in `areas/`, in the place of one of its name; a folder is another
    registry, whole.

    Raises RegistryError for what is wrong in it, InputError where there is nothing at `path`.
    """
    if path.is_dir():
        return load(path)
    if not path.is_file() or path.suffix != ".yaml":
        remedy = "Name an area's .yaml file, or the folder of a whole registry."
        raise InputError("This is no file of an area.", where=path.name, remedy=remedy)
    with tempfile.TemporaryDirectory() as name:
        other = Path(name) / "registry"
        shutil.copytree(folder, other, ignore=shutil.ignore_patterns(".*"))
        (other / "areas").mkdir(exist_ok=True)
        shutil.copyfile(path, other / "areas" / path.name)
        return load(other)
