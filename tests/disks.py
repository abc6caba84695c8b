"""File systems that a test has for itself, mounted outside pytest's folders: a run that is killed leaves none in their way."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_PREFIX = Path(tempfile.gettempdir(), "baloo-disk-")


@contextlib.contextmanager
def mounted(*what: str) -> Iterator[Path]:
    """Where `mount WHAT` has put it. Afterwards it is unmounted, a tmpfs even while somebody is in it.

    Raises CalledProcessError where it cannot be mounted, or something else than a tmpfs is still in use.
    """
    with contextlib.ExitStack() as after:
        place = Path(tempfile.mkdtemp(prefix=f"{_PREFIX.name}{os.getpid()}-"))
        after.callback(place.rmdir)
        subprocess.run(["mount", *what, str(place)], check=True)
        after.callback(_unmount, place, "tmpfs" in what)
        _clear()
        yield place


@contextlib.contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A file system of such a size, `12m` for one; the test is skipped where it cannot be had."""
    with contextlib.ExitStack() as after:
        try:
            place = after.enter_context(mounted("-t", "tmpfs", "-o", f"size={size}", "tmpfs"))
        except subprocess.CalledProcessError:
            pytest.skip("a tmpfs cannot be mounted here; root can")
        yield place


def _unmount(place: Path, lazily: bool) -> None:
    subprocess.run(["umount", *(["--lazy"] if lazily else []), str(place)], check=True)


def _clear() -> None:
    """Unmount what runs have left that were killed: their processes are no more."""
    for line in Path("/proc/mounts").read_text("utf-8").splitlines():
        _, place, kind, *_ = line.split()
        if place.startswith(str(_PREFIX)) and not Path("/proc", Path(place).name.split("-")[2]).exists():
            with contextlib.suppress(subprocess.CalledProcessError, OSError):
                _unmount(Path(place), kind == "tmpfs")
                Path(place).rmdir()
