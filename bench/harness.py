"""What the benchmarks share: a workspace, the clock on a whole command, memory by PSS, and the table."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BALOO = [sys.executable, "-m", "baloo"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `ratio` is measured against the floor of the same run where there is one."""

    what: str
    measured: str
    goal: str
    floor: str = ""
    ok: bool = True

    def __post_init__(self) -> None:
        """Say it at once, for whoever waits for the table."""
        sys.stderr.write(f"{self.what}: {self.measured}\n")


def run(*arguments: str, cwd: Path | None = None, quiet: bool = True) -> tuple[float, str]:
    """Seconds and stdout of one whole command; fails loudly where the command fails."""
    begun = time.perf_counter()
    done = subprocess.run([*BALOO, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"baloo {' '.join(arguments)} failed ({done.returncode}):\n{done.stderr}")
    if not quiet:
        sys.stderr.write(done.stderr)
    return seconds, done.stdout


def clock(command: Sequence[str], times: int = 1) -> float:
    """The median seconds of a command whose output is thrown away."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[len(taken) // 2]


def peak_of(*arguments: str) -> tuple[float, float, str]:
    """Seconds, highest sum of PSS in MB over the command and its children, and stdout."""
    begun = time.perf_counter()
    with subprocess.Popen([*BALOO, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, pss(tree(process.pid)))
            time.sleep(0.05)
        out, err = process.communicate()
    if process.returncode:
        raise SystemExit(f"baloo {' '.join(arguments)} failed ({process.returncode}):\n{err}")
    return time.perf_counter() - begun, peak, out


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found.extend(int(child) for child in task.read_text().split())
    return found


def pss(pids: Sequence[int]) -> float:
    """Megabytes of proportional set size: what these processes would give back."""
    total = 0
    for pid in pids:
        try:
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        except OSError:
            continue  # it has ended
        total += int(found.group(1)) if found else 0
    return total / 1024


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder of its own on the disk (not in memory: fsync must cost what it costs), removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="baloo-bench-", dir=os.environ.get("BENCH_DIR")))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so large a share lies."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def table(lines: Sequence[Line]) -> str:
    """The table, as Markdown."""
    rows = [("what", "measured", "goal", "floor", "")]
    rows += [(x.what, x.measured, x.goal, x.floor, "yes" if x.ok else "NO") for x in lines]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    out = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows]
    out.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(out)


def answer_of(text: str) -> dict[str, object]:
    """The JSON that a command printed."""
    found: dict[str, object] = json.loads(text)
    return found
