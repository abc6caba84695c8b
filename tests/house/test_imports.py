"""What is imported when: the command line starts with little, and rooms load what they need when they need it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "duckdb",
    "deltalake",
    "sqlalchemy",
    "litestar",
    "altair",
    "vl_convert",
    "jsonschema_rs",
    "ruamel",
    "uvicorn",
    "arro3",
    "numpy",
    "rich",
}


def _loaded_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module", ["baloo.cli.app", "baloo.registry", "baloo.people", "baloo.metrics", "baloo.charts", "baloo.ingest"]
)
def test_a_room_is_entered_without_its_heavy_parts(module: str):
    """Importing the parser, or a room's front door, loads no engine, no database and no web framework."""
    assert _loaded_by(f"import {module}") & HEAVY == set()


def test_the_version_is_said_without_the_parser():
    """`baloo --version` does not import the command line's parser."""
    quiet = "sys.argv = ['baloo', '--version']\nsys.stdout = open('/dev/null', 'w')"
    code = f"{quiet}\nfrom baloo.cli import main\nmain()\nsys.stdout = sys.__stdout__"

    assert "typer" not in _loaded_by(code)


def test_pages_load_no_library_that_no_page_uses():
    """Litestar would load whatever it can work with, where it is installed."""
    pages = "from baloo.web.app import _Pages\n_Pages([], openapi_config=None)"

    assert _loaded_by(pages) & {"pydantic", "pydantic_core"} == set()


def test_who_has_no_provider_does_not_pay_for_it():
    """The server, as it starts, holds nothing of what only a sign-in provider needs."""
    assert _loaded_by("import baloo.web.app") & {"joserfc", "cryptography", "authlib", "httpx"} == set()
