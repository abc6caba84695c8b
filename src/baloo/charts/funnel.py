"""How far along the path: one bar a step, the share that goes on between the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baloo.charts.picture import Picture, Size

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Bar", "funnel", "funnel_chart"]

_STEP = 58  # pixels from one bar to the next


@dataclass(frozen=True, slots=True)
class Bar:
    """One step: its name, its people, the same in words, the share that came this far, and whether it is counted."""

    name: str
    people: int
    text: str
    rate: str = ""
    counted: bool = False


def funnel(bars: Sequence[Bar]) -> Picture:
    """The picture of a pathway's steps, in order."""
    rows = [
        {"y": i * _STEP + 32, "name": b.name, "v": b.people, "t": b.text, "r": b.rate, "c": b.counted}
        for i, b in enumerate(bars)
    ]
    return Picture("funnel", {"bars": rows}, height=len(bars) * _STEP)


def funnel_chart(size: Size) -> alt.TopLevelMixin:
    """The specification for one width, over the data set that `funnel` fills."""
    import altair as alt  # noqa: PLC0415 - only where the specification is compiled

    small = size == "narrow"
    width = 300 if small else 900
    bars = alt.Chart(alt.NamedData("bars"))
    x = alt.X("v:Q", axis=None, scale=alt.Scale(zero=True, nice=False))
    y = alt.Y("y:Q", axis=None, scale=None)
    colour = alt.condition("datum.c", alt.value("var(--c1)"), alt.value("var(--ink-2)"))
    layers = [
        bars.mark_bar(size=16, orient="horizontal").encode(x=x, y=y, color=colour),
        bars.mark_text(align="left", dy=-18, fontWeight=600).encode(y=y, x=alt.value(0), text="name:N"),
        bars.mark_text(align="right", dy=-18, fontWeight=600).encode(y=y, x=alt.value(width), text="t:N"),
        bars.mark_text(align="right", dy=-18, dx=-64, fontSize=12, color="var(--ink-2)").encode(
            y=y, x=alt.value(width), text="r:N",
        ),
    ]
    return alt.layer(*layers).properties(width=width, height=_STEP, padding={"left": 4, "right": 4, "top": 8, "bottom": 8})
