"""Writes `expected.csv` and `contributor_active.csv` anew, from the oracle. Run it, read the diff, and only then keep it."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[0] = str(HERE.parents[1])

from golden.community.test_community import called, cube_table, make_oracle, table  # noqa: E402 - found by the path above

if __name__ == "__main__":
    oracle = make_oracle()
    with (HERE / "expected.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table(oracle, oracle.scopes(), called))
    with (HERE / "contributor_active.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(cube_table(oracle))
