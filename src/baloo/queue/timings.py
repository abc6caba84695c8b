"""How long something took, counted in steps: what a histogram of it is made of."""

from __future__ import annotations

from bisect import bisect_left

__all__ = ["Timings"]

_STEPS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Timings:
    """Counts durations in steps of seconds. One thread adds; any may read."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """The sum of all durations."""
        self._counts = [0] * (len(_STEPS) + 1)

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self._counts[bisect_left(_STEPS, seconds)] += 1
        self.seconds += seconds

    def steps(self) -> list[tuple[float, int]]:
        """(upper bound, how many took at most that long), the last bound being infinite."""
        found, total = [], 0
        for bound, count in zip((*_STEPS, float("inf")), self._counts, strict=True):
            total += count
            found.append((bound, total))
        return found
