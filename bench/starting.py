"""How long the command takes to start, and what an installation costs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.harness import BALOO, Line, clock

HOUSE = Path(__file__).parents[1]


def measure(folder: Path) -> list[Line]:
    """`--version`, `--help`, and a wheel installed into an environment of its own."""
    bare = clock([sys.executable, "-c", "pass"], 9)
    script = Path(sys.executable).parent / "baloo"
    command = [str(script)] if script.exists() else BALOO
    version, help_ = clock([*command, "--version"], 9), clock([*command, "--help"], 9)
    seconds, size = _install(folder / "installed")
    return [
        Line("`baloo --version`", f"{version:.3f} s", "≤ 0.12 s", f"python -c pass: {bare:.3f} s", ok=version <= 0.12),
        Line("`baloo --help`", f"{help_:.3f} s", "≤ 0.2 s", f"python -c pass: {bare:.3f} s", ok=help_ <= 0.2),
        Line("install: time", f"{seconds:.0f} s", "≤ 180 s", "", ok=seconds <= 180),
        Line("install: size", f"{size:.0f} MB", "≤ 800 MB", "", ok=size <= 800),
    ]


def _install(folder: Path) -> tuple[float, float]:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
    subprocess.run([*pip, str(HOUSE)], check=True, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    kilobytes = subprocess.run(["du", "-sk", str(folder)], capture_output=True, text=True, check=True).stdout.split()[0]
    return seconds, int(kilobytes) / 1024
