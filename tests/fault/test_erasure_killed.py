"""`kill -9` in the middle of an erasure: whenever it comes, the same command, or whatever loads next, brings it to its end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests.ama import WORDS, build
from tests.functional.conftest import TODAY, Baloo
from tests.scanner import Scanner

from baloo.lake.store import Lake
from counts import ERASURES, SOAK, chance

_KILLED = """
import os, signal, sys
left = int(sys.argv[1])

def counting(real):
    def counted(*arguments, **named):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)
    return counted

for name in ("fsync", "fdatasync", "unlink", "replace", "pwrite", "rmdir"):
    setattr(os, name, counting(getattr(os, name)))
from baloo.cli.app import run
sys.exit(run(["-w", sys.argv[2], "people", "erase", "forum:a-1042"]))
"""
_STEPS = sorted(chance("erasures").sample(range(1, 200), min(ERASURES, 199))) if SOAK else (7, 14, 21, 28, 35)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Baloo:
    """The community, to be copied."""
    return build(tmp_path_factory.mktemp("built"))


def erase_until(step: int, root: Path) -> int:
    """Erase Ama in a process of its own that is killed before it does its nth thing to the disk; the exit code."""
    command = [sys.executable, "-c", _KILLED, str(step), str(root)]
    return subprocess.run(command, capture_output=True, check=False, env={**os.environ, "BALOO_TODAY": TODAY}).returncode


@pytest.mark.fault
@pytest.mark.parametrize("step", _STEPS)
def test_an_erasure_that_was_killed_comes_to_its_end(
    built: Baloo, tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of Ama is left, and nothing of others is lost."""
    monkeypatch.setenv("BALOO_TODAY", TODAY)
    baloo = Baloo(shutil.copytree(built.root, tmp_path / "W"))
    killed = erase_until(step, baloo.root)
    if killed == 0 and SOAK:
        pytest.skip("it was done before")

    assert killed == -9
    baloo("refresh" if step % 2 else "people", *(() if step % 2 else ("erase", "forum:a-1042")))
    baloo("people", "erase", "ama@example.org")

    assert Scanner(WORDS).scan(baloo.root) == {}
    files = list(Lake.open(baloo.root / "data" / "lake", write=False).snapshot().events)
    assert duckdb.execute("SELECT count(*) FROM read_parquet($1)", [files]).fetchall() == [(5,)]
    assert baloo.count(system="forum", level="casual") == 2
