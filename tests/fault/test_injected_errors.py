"""The n-th system call of appender and loader fails, or kills: strace injects it, the ledger judges."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from counts import HANGS, POINTS, chance
from ledger import Verdict
from siege import PATIENCE
from victims import judge

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(HANGS)]
TESTS = Path(__file__).resolve().parent.parent
SYNC, NAMES = "fsync,fdatasync", "rename,link,linkat,renameat,unlink"
FAULTS = {  # the calls, what becomes of one of them, the latest call of a life that it meets first
    "a sync fails": (SYNC, "error=EIO", 15),
    "a sync finds the disk full": (SYNC, "error=ENOSPC", 15),
    "a name cannot be given": (NAMES, "error=EIO", 15),
    "a write fails": ("pwrite64", "error=EIO", 25),
    "a write finds the disk full": ("pwrite64", "error=ENOSPC", 25),
    "killed at a sync": (SYNC, "signal=KILL", 60),
    "killed at a name": (NAMES, "signal=KILL", 30),
}
LANES = 2  # lives beside each other


def test_nothing_acknowledged_is_lost_or_doubled(strace: str, tmp_path: Path, tell: Callable[..., None]):
    """A process that meets an error goes on by itself; one that was killed is started again; the ledger is right either way."""
    share = -(-POINTS // len(FAULTS))
    with ThreadPoolExecutor(LANES) as pool:
        runs = {what: pool.submit(_torture, strace, tmp_path / what.replace(" ", "-"), *FAULTS[what], share) for what in FAULTS}
        made = {what: run.result() for what, run in runs.items()}

    points = {what: count for what, (count, _) in made.items()}
    told = sum((Counter(verdict.figures) for _, verdict in made.values()), Counter())
    tell(f"system calls of appender and loader that failed or killed: {points}", done=sum(points.values()), **told)
    assert all(verdict.right for _, verdict in made.values()), made
    assert all(count >= share for count in points.values()), points


def _torture(strace: str, folder: Path, calls: str, fault: str, latest: int, wanted: int) -> tuple[int, Verdict]:
    """Lives in one folder until so many calls have failed or killed, then one in peace; how many it were, and the verdict."""
    folder.mkdir()
    luck = chance(fault + calls)
    lines: list[str] = []
    points = life = 0
    while points < wanted:
        life += 1
        first = luck.randint(1, latest)
        when = f"{first}" if "KILL" in fault else f"{first}+{luck.randint(7, 13)}"
        seen = folder / f"strace-{life}"
        inject = ["-e", f"trace={calls}", "-e", f"inject={calls}:{fault}:when={when}"]
        alone = [] if "KILL" in fault else ["--seccomp-bpf"]  # stops at these calls alone; a signal is not given so
        under = [strace, "-f", *alone, "-o", str(seen), *inject]
        ended, more = _live(folder, life, under)
        lines += more
        points += 1 - ended if "KILL" in fault else seen.read_text().count("(INJECTED)")

        assert ended or "KILL" in fault
        assert life < 3 * wanted, "the calls are not made"
    ended, more = _live(folder, life + 1, [])
    verdict = judge(folder, lines + more)

    assert ended
    assert verdict.acknowledged > 0
    return points, verdict


def _live(folder: Path, life: int, under: list[str]) -> tuple[bool, list[str]]:
    """Appender and loader in one process for some rounds; whether it came to its end, and its ledger."""
    done = subprocess.run(
        [*under, sys.executable, str(TESTS / "victims.py"), str(folder), str(life * 100_000), str(life), "20"],
        capture_output=True, text=True, check=False, timeout=PATIENCE, env={**os.environ, "PYTHONPATH": _path()},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return "DONE" in done.stdout, done.stdout.splitlines(keepends=True)


def _path() -> str:
    return os.pathsep.join(filter(None, [str(TESTS), os.environ.get("PYTHONPATH")]))
