"""`python -m bench [--size small]`: measure everything that issue and design promise, and print the table.

`full` (the default) takes about a quarter of an hour and 10 million events; `small` a hundredth of that, for a look.
"""

from __future__ import annotations

import argparse
import sys

from bench import breaking, counting, door, identity, importing, serving, starting, visible
from bench.harness import Line, scratch, table

SIZES = {"full": (1_000_000, 10_000_000, 80_000), "small": (50_000, 200_000, 5_000)}
IDENTITIES = {"full": (40_000, 225_000), "small": (8_000, 20_000)}


def main() -> None:
    """Run the benchmarks one after the other, so that none disturbs another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="full")
    parser.add_argument("--only", choices=["starting", "git", "door", "breaking", "identity", "counting"], help="one part")
    asked = parser.parse_args()
    some, many, commits = SIZES[asked.size]
    lines: list[Line] = []
    with scratch() as folder:
        if asked.only in (None, "starting"):
            lines += starting.measure(folder)
        if asked.only in (None, "git"):
            lines += importing.measure_git(folder, commits)
        if asked.only in (None, "door"):
            lines += door.measure(folder)
        if asked.only in (None, "breaking"):
            lines += breaking.measure(folder)
        if asked.only in (None, "identity"):
            lines += identity.measure(folder, *IDENTITIES[asked.size])
        if asked.only in (None, "counting"):
            lines += counting.measure(folder, some, many)
            lines += serving.measure(folder / "counting")
            lines += visible.measure(folder / "counting")
            lines += door.measure_to_lake(folder / "counting")
    sys.stdout.write(table(lines) + "\n")
    sys.exit(any(not line.ok for line in lines))


main()
