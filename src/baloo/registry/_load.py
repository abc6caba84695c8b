"""Read a registry whole: every problem it has, and what it says where it has none."""

from __future__ import annotations

from pathlib import Path

from baloo.errors import Problem, RegistryError
from baloo.registry._build import build
from baloo.registry._files import Draft, read_draft
from baloo.registry._maps import Row, read_map
from baloo.registry.model import Registry

__all__ = ["check_folder", "load_folder"]


def load_folder(folder: Path) -> Registry:
    """See `baloo.registry.load`."""
    draft, rows = _read(folder)
    errors = sorted(problem for problem in draft.problems if problem.severity == "error")
    if errors:
        raise RegistryError(errors)
    return build(draft, rows)


def check_folder(folder: Path) -> list[Problem]:
    """See `baloo.registry.check`."""
    draft, _rows = _read(folder)
    return sorted(draft.problems)


def _read(folder: Path) -> tuple[Draft, dict[str, list[Row]]]:
    draft = read_draft(folder)
    rows = {e.data["system"]: read_map(folder, e, draft.report) for e in draft.system if "areas" in e.data}
    return draft, rows
