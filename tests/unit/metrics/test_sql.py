"""The engine's SQL: portable, and each form of rule as a reviewer reads it."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
import sqlglot
from sqlglot import ErrorLevel

from baloo.metrics.compile import compile_registry
from baloo.metrics.session import Session
from baloo.metrics.statements import render
from unit.metrics import small_world

Method = Callable[[Session, str, str], None]
GOLDEN = Path(__file__).parent / "sql"


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory):
    """Every query that a refresh of a world with every form of rule runs, whole and incremental."""
    seen: dict[str, None] = {}

    def noting(method: Method) -> Method:
        def wrapped(self: Session, first: str, second: str) -> None:
            seen[first if method.__name__ == "write" else second] = None
            method(self, first, second)

        return wrapped

    with pytest.MonkeyPatch.context() as patched:
        for name in ("table", "view", "insert", "write"):
            patched.setattr(Session, name, noting(getattr(Session, name)))
        world = small_world.lived_in(tmp_path_factory.mktemp("world"))
        world.take_back(world.did((2, "forum.answer", "2024-02-03", {"owner": "u5"})) - 3)
        world.refresh()
    return list(seen)


@pytest.mark.parametrize("dialect", ["spark", "clickhouse"])
def test_statements_translate(statements: list[str], dialect: str, caplog: pytest.LogCaptureFixture):
    """Every statement is translated to the other engines' dialects without an error or an unsupported part."""
    with caplog.at_level(logging.WARNING, "sqlglot"):
        for statement in statements:
            translated = sqlglot.transpile(statement, read="duckdb", write=dialect, unsupported_level=ErrorLevel.WARN)

            assert len(translated) == 1

    assert sorted({record.getMessage() for record in caplog.records}) == []


def test_each_part_is_filled():
    """A statement whose part is missing is an error, not a statement with a hole."""
    with pytest.raises(KeyError, match="by"):
        render("merge", spans="SELECT 1")


def test_every_file_is_used(statements: list[str]):
    """No SQL file of the engine lies about unused."""
    files = [file.name for file in (resources.files("baloo.metrics") / "sql").iterdir() if not file.name.startswith("answers_")]
    used = "\n".join(path.read_text("utf-8") for path in Path(str(resources.files("baloo.metrics"))).glob("*.py"))

    assert [file for file in files if not re.search(rf"""['"]{file.removesuffix(".sql")}['"]""", used)] == []
    assert len(statements) > 50


def test_the_plan_reads_as_it_did():
    """What a registry with every form of rule compiles to; `BALOO_GOLDEN=1` writes it anew."""
    registry = small_world.registry()
    plan = compile_registry(registry)
    numbers = {node: number for number, node in enumerate(plan.nodes)}
    lines = [f"{entry.scope}{'/*' if entry.parted else ''} {entry.measure}: {numbers[entry.node]}" for entry in plan.entries]
    told = "\n".join(lines) + "\n"
    file = GOLDEN / "plan.txt"
    if os.environ.get("BALOO_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(told, "utf-8")

    assert told == file.read_text("utf-8")
