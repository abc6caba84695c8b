"""Read a registry whole: every problem it has, and what it says where it has none."""

from __future__ import annotations

from pathlib import Path

from baloo.errors import Problem, RegistryError
from baloo.registry._build import build
from baloo.registry._check_areas import check_areas, check_schemas, check_systems
from baloo.registry._check_facts import check_facts
from baloo.registry._check_fields import check_fields
from baloo.registry._check_log import check_log
from baloo.registry._check_may import check_may
from baloo.registry._check_rules import check_rules
from baloo.registry._check_sources import check_sources
from baloo.registry._check_work import check_work
from baloo.registry._files import Draft, read_draft
from baloo.registry._mappings import check_mappings
from baloo.registry._maps import Row, read_map
from baloo.registry._names import Names
from baloo.registry.facts import Facts
from baloo.registry.model import Registry

__all__ = ["check_folder", "load_folder"]


def load_folder(folder: Path) -> Registry:
    """See `baloo.registry.load`."""
    draft, rows = _read(folder)
    errors = [problem for problem in draft.problems if problem.severity == "error"]
    if errors or draft.community is None:
        raise RegistryError(sorted(errors, key=_in_order))
    return build(draft, draft.community, rows)


def check_folder(folder: Path, facts: Facts | None) -> list[Problem]:
    """See `baloo.registry.check`."""
    draft, _rows = _read(folder, facts)
    return sorted(draft.problems, key=_in_order)


def _read(folder: Path, facts: Facts | None = None) -> tuple[Draft, dict[str, list[Row]]]:
    draft = read_draft(folder)
    rows = {e.data["system"]: read_map(folder, e, draft.report) for e in draft.system if "areas" in e.data}
    names = Names.of(draft, rows)
    for checks in (
        check_systems, check_schemas, check_areas, check_rules, check_fields, check_log, check_may, check_mappings,
        check_sources, check_work,
    ):
        checks(names)
    if facts is not None:
        check_facts(names, facts)
    return draft, rows


def _in_order(problem: Problem) -> tuple[str, int, str, str]:
    return problem.file, problem.line, problem.key, problem.message
