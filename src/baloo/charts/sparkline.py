"""The small line in a table's row, drawn by hand: a library would take a hundred times as long for two elements."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["sparkline"]

_WIDTH, _HEIGHT = 112, 28


def sparkline(values: Sequence[int | None]) -> str:
    """An `<svg>` of at most 112 by 28 pixels, hidden from screen readers; empty where there are fewer than two values."""
    known = [(i, v) for i, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return ""
    low, high = min(v for _, v in known), max(v for _, v in known)
    span = max(high - low, 1)
    points = [(2 + i * (_WIDTH - 8) / (len(values) - 1), _HEIGHT - 4 - (v - low) / span * (_HEIGHT - 8)) for i, v in known]
    path = "M" + "L".join(f"{round(x, 1):g} {round(y, 1):g}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg class="spark" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true" focusable="false"><path d="{path}"/>'
        f'<circle cx="{round(x, 1):g}" cy="{round(y, 1):g}" r="2.6"/></svg>'
    )
