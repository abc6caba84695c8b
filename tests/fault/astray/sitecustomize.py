"""Python reads this at its start where the folder is on its path: its clock is as far off as the file of BALOO_ASTRAY says.

The file has seconds. What must not jump, the monotonic clock, does not.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path

from baloo.clock import SystemClock

_time = time.time


def _now() -> float:
    return _time() + float(Path(os.environ["BALOO_ASTRAY"]).read_text() or 0)


if "BALOO_ASTRAY" in os.environ:
    time.time = _now
    time.time_ns = lambda: int(_now() * 1e9)
    SystemClock.now = lambda _: dt.datetime.fromtimestamp(_now(), dt.UTC)  # type: ignore[method-assign]
