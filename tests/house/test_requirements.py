"""What was asked for is told to who looks for it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from ruamel.yaml import YAML

HOUSE = Path(__file__).parents[2]
STATUS = HOUSE / "examples" / "mozilla" / "registry" / "systems"  # each has its row on `/status`


def test_each_row_is_on_the_status_page_or_in_a_test():
    """C04: a row that no test names has a system that stands on `/status`; a test names no row that nobody asked for."""
    generate = _generate()
    tests, rows = generate.tests_by_row(), {row["row"]: row["systems"].split() for row in generate.asked()}
    known = {YAML(typ="safe", pure=True).load(file.read_text("utf-8"))["system"] for file in STATUS.glob("*.yaml")}

    assert {row for row, systems in rows.items() if not tests[row] and not set(systems) & known} == set()
    assert {system for systems in rows.values() for system in systems} - known == set()
    assert {row for row in tests if row[0] in "BCDF"} - set(rows) == set()
    assert len(rows) == 24 + 7 + 10 + 2


def _generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", HOUSE / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    return generate
