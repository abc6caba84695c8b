"""The n-th system call of the walls fails, or kills: strace injects it, the ledger judges."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from victims import judge

pytestmark = pytest.mark.fault
SOAK = bool(os.environ.get("BALOO_SOAK"))
TESTS = Path(__file__).resolve().parent.parent
SYNC, NAMES, WRITE = "fsync,fdatasync", "rename,link,linkat,renameat,unlink", "pwrite64"
FAULTS = {
    "a sync fails": (SYNC, "error=EIO", range(1, 80)),
    "a sync finds the disk full": (SYNC, "error=ENOSPC", range(1, 80)),
    "killed at a sync": (SYNC, "signal=KILL", range(1, 80)),
    "killed at a name": (NAMES, "signal=KILL", range(1, 40)),
    "a write fails": (WRITE, "error=EIO", range(1, 160)),
    "writes find the disk full for a while": (WRITE, "error=ENOSPC", range(1, 160)),
}
SAMPLE = 3  # of each, outside of the soak


def cases() -> list[pytest.param]:
    """All faults at all moments in the soak; else a few moments of each, spread over the run."""
    found = []
    for what, (calls, fault, moments) in FAULTS.items():
        chosen = moments if SOAK else [moments[(2 * i + 1) * len(moments) // (2 * SAMPLE)] for i in range(SAMPLE)]
        found += [pytest.param(calls, fault, moment, id=f"{what} {moment}") for moment in chosen]
    return found


@pytest.fixture(scope="module")
def strace() -> str:
    """The program, where it is installed and may trace."""
    path = shutil.which("strace")
    if path is None:
        pytest.skip("strace is not installed")
    if subprocess.run([path, "-o", "/dev/null", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("strace may not trace here")
    return path


@pytest.mark.parametrize(("calls", "fault", "moment"), cases())
def test_nothing_acknowledged_is_lost_or_doubled(strace: str, tmp_path: Path, calls: str, fault: str, moment: int):
    """A process that meets an error goes on by itself; one that was killed is started again; the ledger is right either way."""
    span = f"{moment}..{moment + 3}" if "ENOSPC" in fault else f"{moment}"
    inject = ["-e", f"trace={calls}", "-e", f"inject={calls}:{fault}:when={span}"]
    ended, lines = run(tmp_path, 1, [strace, "-f", "-o", "/dev/null", *inject])
    if not ended:
        assert "KILL" in fault
        ended, more = run(tmp_path, 2, [])
        lines += more

    verdict = judge(tmp_path, lines)

    assert ended
    assert verdict.right, verdict
    assert verdict.acknowledged > 0


def run(folder: Path, life: int, under: list[str]) -> tuple[bool, list[str]]:
    """Appender and loader in one process for some rounds; whether it came to its end, and its ledger."""
    done = subprocess.run(
        [*under, sys.executable, str(TESTS / "victims.py"), str(folder), str(life * 100_000), str(life), "20"],
        capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "PYTHONPATH": str(TESTS)},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return "DONE" in done.stdout, done.stdout.splitlines(keepends=True)
