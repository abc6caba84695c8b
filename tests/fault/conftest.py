"""What the fault tests need, and what they measure: told at the end of the run, and asserted nowhere."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from disks import small_disk

_told = pytest.StashKey[list[str]]()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keep a line for the end of the run."""
    return request.config.stash.setdefault(_told, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was told."""
    lines = terminalreporter.config.stash.get(_told, [])
    if lines:
        terminalreporter.section("what the faults came to")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def strace() -> str:
    """The program, where it is installed and may trace."""
    path = shutil.which("strace")
    if path is None:
        pytest.skip("strace is not installed")
    if subprocess.run([path, "-o", "/dev/null", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("strace may not trace here")
    return path


@pytest.fixture
def small() -> Iterator[Path]:
    """A file system of 12 MiB."""
    with small_disk("12m") as disk:
        yield disk
