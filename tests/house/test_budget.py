"""The budget of the code: what one person can read in an afternoon."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
MODULES = sorted((HOUSE / "src" / "baloo").rglob("*.py"))
BROAD = {"Exception", "BaseException"}


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _functions() -> list[tuple[str, int]]:
    return [
        (f"{module.relative_to(HOUSE)}:{node.lineno} {node.name}", _length(node))
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_modules_are_short():
    """No module has more than 400 lines, and half of them have at most 150."""
    lengths = {str(module.relative_to(HOUSE)): len(module.read_text("utf-8").splitlines()) for module in MODULES}

    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}
    assert statistics.median(lengths.values()) <= 150


def test_functions_are_short():
    """No function has more than 100 lines, 99 of 100 at most 60, and half of them at most 12."""
    functions = _functions()

    lengths = sorted(lines for _, lines in functions)
    assert [entry for entry in functions if entry[1] > 100] == []
    assert lengths[int(len(lengths) * 0.99)] <= 60
    assert statistics.median(lengths) <= 12


def _swallows(node: ast.AST) -> bool:
    """Whether a handler takes everything and lets it end there; one that tidies up and raises again takes nothing."""
    if not isinstance(node, ast.ExceptHandler) or any(isinstance(part, ast.Raise) for part in ast.walk(node)):
        return False
    return node.type is None or (isinstance(node.type, ast.Name) and node.type.id in BROAD)


def test_broad_excepts_are_rare():
    """`except Exception` that does not raise again stands at named boundaries only: at most one in 3,000 lines."""
    lines = sum(len(module.read_text("utf-8").splitlines()) for module in MODULES)
    broad = [
        f"{module.relative_to(HOUSE)}:{getattr(node, 'lineno', 0)}"
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if _swallows(node)
    ]

    assert len(broad) <= max(3, lines * 0.3 / 1000), broad


def _tests() -> list[tuple[str, str | None]]:
    return [
        (f"{file.relative_to(HOUSE)}::{node.name}", ast.get_docstring(node))
        for file in sorted((HOUSE / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]


def test_each_test_claims_something():
    """Each test says in its docstring what it claims."""
    silent = [name for name, claim in _tests() if not claim]

    assert silent == []


@pytest.mark.parametrize("pattern", [r"index[-_]url", r"https?://\S+\.(?:whl|tgz|tar\.gz|deb)\b", r"//(?:files|registry)\.\w+"])
def test_no_download_host_is_named(pattern: str):
    """No file of ours names a download host: the ordinary clients find their registries by themselves."""
    ours = [HOUSE / name for name in ("pyproject.toml", "Makefile", "README.md", "CONTRIBUTING.md", ".ci/run")]
    ours += [file for folder in ("src", "tests", "docs", "bench") for file in (HOUSE / folder).rglob("*") if file.is_file()]
    named = [str(file) for file in ours if file != Path(__file__) and re.search(pattern, file.read_text("utf-8", "ignore"))]

    assert named == []
