"""What the fault tests need."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from disks import small_disk


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
