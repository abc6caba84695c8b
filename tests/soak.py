"""`make soak`: each fault as often as the right column of `counts` says, in portions, from where the last run stopped.

A portion is a run of pytest with chance of its own. What it came to is a line of `build/soak.jsonl`, with the commit of `src`;
lines of other commits do not count, or do with ANY=1. SOAK=0.1 asks for a tenth, FAULT=kill for the faults that are called so,
HOURS=2 begins no portion after two hours, and BESIDE=2 makes two at a time. What a failed portion said is kept beside the ledger,
with the command that makes it again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import counts

HOUSE = Path(__file__).resolve().parent.parent
LEDGER = HOUSE / "build" / "soak.jsonl"
QUICK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a killed process's writes and a guest's disk keep there
SLOWEST = ("ready", "drained")  # seconds, of which the most count; all other figures are sums


@dataclass(frozen=True)
class Part:
    """A fault: how often it is asked for, in how many portions, and by which tests, as pytest is told."""

    fault: str
    asked: int
    portions: int
    tests: str


PARTS = [
    Part("kill -9 of server, worker, both", counts.KILLS, 20, "fault/test_kill_server.py -k kills_lose"),
    Part("kill -9 of appender, loader, both", counts.KILLS_OF_WALLS, 10, "fault/test_kill.py"),
    Part("calls fail or kill: appender, loader", counts.POINTS, 20, "fault/test_injected_errors.py"),
    Part("calls fail or kill: server, worker", counts.POINTS_OF_SERVER, 20, "fault/test_injected_server.py"),
    Part("disk full", counts.FULL_DISKS, 5, "fault/test_full_disk.py -k a_whole_server"),
    Part("power cut", counts.POWER_CUTS, 20, "fault/test_power_cut.py -k loses_nothing"),
    Part("power cut without sync: must lose", counts.CARELESS_CUTS, 4, "fault/test_power_cut.py -k without_sync"),
    Part("bit flips", counts.BIT_FLIPS, 20, "fault/test_bit_flips.py"),
    Part("the same events three times", counts.THRICE, 4, "fault/test_sent_again.py"),
    Part("SIGTERM under load", counts.TERMINATIONS, 10, "fault/test_kill_server.py -k told_to_stop"),
    Part("slow clients", counts.SLOW_CLIENTS, 1, "fault/test_rude_clients.py -k slow_clients"),
    Part("bursts", counts.BURST, 1, "fault/test_rude_clients.py -k burst"),
    Part("clock jumps", counts.CLOCK_JUMPS, 1, "fault/test_clock_jumps.py"),
    Part("random histories", counts.HISTORIES, 20, "property/test_incremental.py"),
    Part("erasures killed", counts.ERASURES, 1, "fault/test_erasure_killed.py"),
    Part("kills before a client with a spool", counts.KILLS_OF_CLIENT, 1, "fault/test_client_ledger.py"),
    Part("histories of rights", counts.RIGHTS, 20, "property/test_rights_property.py"),
    Part("worlds counted as by the oracle", counts.WORLDS, 10, "property/test_rules_property.py"),
    Part("worlds asked as the oracle", counts.QUESTIONS, 10, "property/test_answers_property.py"),
    Part("calls of each address", counts.CALLS, 10, "functional/test_schemathesis.py"),
]
PARTS = [part for part in PARTS if os.environ.get("FAULT", "") in part.fault]


class Soak:
    """What was made, and one run that makes more of it."""

    def __init__(self) -> None:
        LEDGER.parent.mkdir(exist_ok=True)
        lines = LEDGER.read_text("utf-8").splitlines() if LEDGER.exists() else []
        self.commit = _git("log", "-1", "--format=%h", "--", "src") + ("+" if _git("status", "--porcelain", "--", "src") else "")
        made = map(json.loads, lines)
        self.records = [record for record in made if os.environ.get("ANY") or record["commit"] == self.commit]
        self._end = time.monotonic() + 3600 * float(os.environ.get("HOURS") or "inf")
        self._one = threading.Lock()

    def run(self, beside: int) -> None:
        """Make what is left, so many portions at a time, until the time is over or somebody interrupts."""
        portions = self.left()

        def lane() -> None:
            while True:
                with self._one:
                    portion = next(portions, None)
                if portion is None:
                    return
                self._make(*portion)

        with ThreadPoolExecutor(beside) as pool:
            lanes = [pool.submit(lane) for _ in range(beside)]
            try:
                for done in lanes:
                    done.result()
            except KeyboardInterrupt:
                self._end = 0.0

    def of(self, part: Part) -> list[dict[str, Any]]:
        """The records of a fault."""
        return [record for record in self.records if record["fault"] == part.fault]

    def left(self) -> Iterator[tuple[Part, int]]:
        """The portions to be made, with their numbers: one of each fault, one more of each, and so on."""
        plans = [(part, len(self.of(part)), sum(record["done"] for record in self.of(part))) for part in PARTS]
        for turn in range(max(part.portions for part in PARTS)):
            for part, made, done in plans:
                if done + turn * part.asked / part.portions < part.asked and time.monotonic() < self._end:
                    yield part, made + turn

    def _make(self, part: Part, number: int) -> None:
        """Make a portion, keep what it came to, and say so. One that was interrupted came to nothing."""
        begun = time.time()
        chance = {"BALOO_SOAK": f"{counts.SOAK / part.portions}", "BALOO_SEED": f"{os.environ.get('BALOO_SEED', '')}{number}"}
        with TemporaryDirectory(prefix="baloo-soak-", dir=QUICK) as scratch:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "7200",
                       "--basetemp", f"{scratch}/tests", "--junit-xml", f"{scratch}/said.xml",
                       *f"tests/{part.tests}".split()]  # fmt: skip
            said = subprocess.run(command, cwd=HOUSE, env={**os.environ, **chance}, capture_output=True, text=True, check=False)
            if said.returncode == pytest.ExitCode.INTERRUPTED:
                return
            figures = _figures(Path(scratch, "said.xml")) if said.returncode in (0, 1) else {"passed": 0, "failed": 1}
        if said.returncode:
            kept = LEDGER.with_name(f"soak-{part.fault.replace(' ', '-')}-{number}.txt")
            kept.write_text(f"{chance} {' '.join(command)}\n{said.stdout}{said.stderr}", "utf-8")
        elif figures["passed"]:
            figures.setdefault("done", round(part.asked / part.portions))  # each test of it, all of them passed
        figures["done"] = figures.get("done", 0)
        record = {"fault": part.fault, "commit": self.commit, "number": number, "begun": round(begun),
                  "seconds": round(time.time() - begun), **figures}  # fmt: skip
        with self._one, LEDGER.open("a", encoding="utf-8") as ledger:
            ledger.write(json.dumps(record) + "\n")
            self.records.append(record)
            sys.stderr.write(json.dumps(record) + "\n")

    def table(self) -> str:
        """What was asked, and what it came to."""
        rows = [("fault", "asked", "done", "acknowledged", "lost", "doubled", "failed", "slowest s", "minutes", "commit of src")]
        for part in PARTS:
            told = self.of(part)
            sums = ("done", "acknowledged", "lost", "doubled", "failed", "seconds")
            total = {what: sum(record.get(what, 0) for record in told) for what in sums}
            slowest = max((record.get(what, 0.0) for record in told for what in SLOWEST), default=0.0)
            rows.append((part.fault, f"{part.asked:,}", f"{total['done']:,}", f"{total['acknowledged']:,}", f"{total['lost']:,}",
                         f"{total['doubled']:,}", f"{total['failed']:,}", f"{slowest:.1f}" if slowest else "",
                         f"{total['seconds'] / 60:.0f}", " ".join(sorted({record["commit"] for record in told}))))  # fmt: skip
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _figures(report: Path) -> dict[str, float]:
    """How many tests passed and failed, and what they told, from pytest's report."""
    figures = Counter[str](passed=0, failed=0)
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own report
        failed = case.find("failure") is not None or case.find("error") is not None
        figures["failed"] += failed
        figures["passed"] += not failed and case.find("skipped") is None
        for told in case.iter("property"):
            what, value = told.attrib["name"], told.attrib["value"]
            if what in SLOWEST:
                figures[what] = max(figures[what], round(float(value), 2))
            elif what != "told":
                figures[what] += int(value)
    return dict(figures)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=HOUSE, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()


def main() -> int:
    """Go on with the soak, and print the table; 0 where everything that was asked for is done and nothing has failed."""
    soak = Soak()
    soak.run(int(os.environ.get("BESIDE") or 2))
    sys.stdout.write(soak.table() + "\n")
    whole = all(sum(record["done"] for record in soak.of(part)) >= part.asked for part in PARTS)
    return 0 if whole and not any(record["failed"] for record in soak.records) else 1


if __name__ == "__main__":
    sys.exit(main())
