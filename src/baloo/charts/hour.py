"""What arrived in the last hour: a bar a minute, what was accepted above the line, what was refused below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from baloo.charts.picture import Picture, Size

if TYPE_CHECKING:
    import altair as alt

__all__ = ["hour", "hour_chart"]


def hour(minutes: Sequence[tuple[int, int]], times: tuple[str, str, str]) -> Picture:
    """The picture of sixty minutes, each (accepted, refused), in order; `times` name the first, the middle one and the last."""
    last = len(minutes) - 1
    bars = [
        row for i, (accepted, refused) in enumerate(minutes) for row in (
            {"i": i, "n": accepted, "k": "accepted"}, {"i": i, "n": -refused, "k": "refused"},
        ) if row["n"]
    ]
    return Picture("hour", {
        "bars": bars or [{"i": 0, "n": 0, "k": "accepted"}],
        "names": [{"i": i, "t": text} for i, text in zip((0, (last + 1) // 2, last), times, strict=True)],
    })


def hour_chart(size: Size) -> alt.TopLevelMixin:
    """The specification for one width, over the data sets that `hour` fills."""
    import altair as alt  # noqa: PLC0415 - only where the specification is compiled

    small = size == "narrow"
    width, height, bar = (270, 90, 3) if small else (846, 100, 10)
    x = alt.X("i:Q", axis=None, scale=alt.Scale(domain=[0, 59], nice=False, padding=bar))
    kinds = alt.Scale(domain=["accepted", "refused"], range=["var(--c2)", "var(--c1)"])
    layers = [
        alt.Chart(alt.NamedData("bars")).mark_bar(size=bar).encode(
            x=x, y=alt.Y("n:Q", axis=alt.Axis(labelExpr="format(abs(datum.value), ',d')", tickCount=3, tickMinStep=1)),
            color=alt.Color("k:N", scale=kinds),
        ),
        alt.Chart(alt.NamedData("names")).mark_text(
            color="var(--ink-2)", baseline="top", fontSize=12 if small else 13,
        ).encode(x=x, y=alt.value(height + 8), text="t:N"),
    ]
    padding = {"left": 44, "right": 20, "top": 10, "bottom": 26}
    return alt.layer(*layers).properties(width=width, height=height, padding=padding)
