"""Growth or churn: who joined and returned stands above the line of each period, who left below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baloo.charts.picture import Picture, Size
from baloo.charts.writing import LINE

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Period", "churn", "churn_chart"]


@dataclass(frozen=True, slots=True)
class Period:
    """One period's comings and goings, in people; `name` has the lines below its bars."""

    name: tuple[str, ...]
    joined: int
    returned: int
    left: int


def churn(periods: Sequence[Period], words: tuple[str, str, str]) -> Picture:
    """The picture of some periods in order of time; `words` name joined, returned and left, at the side in the bars' order."""
    bars = [
        row for i, p in enumerate(periods) for row in (
            {"i": i, "a": 0, "b": p.joined, "k": "joined"},
            {"i": i, "a": p.joined, "b": p.joined + p.returned, "k": "returned"},
            {"i": i, "a": 0, "b": -p.left, "k": "left"},
        )
    ]
    return Picture("churn", {
        "bars": bars,
        "names": [{"i": i, "t": "\n".join(p.name)} for i, p in enumerate(periods)],
        "words": [{"k": k, "t": f"■ {t}"} for k, t in zip(("joined", "returned", "left"), words, strict=True)],
    })


def churn_chart(size: Size) -> alt.TopLevelMixin:
    """The specification for one width, over the data sets that `churn` fills."""
    import altair as alt  # noqa: PLC0415 - only where the specification is compiled

    small = size == "narrow"
    width, height, bar = (210, 240, 14) if small else (792, 300, 34)
    x = alt.X("i:Q", axis=None, scale=alt.Scale(nice=False, padding=bar))
    kinds = alt.Scale(domain=["joined", "returned", "left"], range=["var(--c1)", "var(--c2)", "var(--c8)"])
    layers = [
        alt.Chart(alt.NamedData("bars")).mark_bar(size=bar).encode(
            x=x, y=alt.Y("a:Q", axis=alt.Axis(labelExpr="format(abs(datum.value), ',d')", tickCount=5)), y2="b:Q",
            color=alt.Color("k:N", scale=kinds),
        ),
        alt.Chart(alt.NamedData("names")).mark_text(
            color="var(--ink-2)", baseline="top", fontSize=12 if small else 13, lineBreak="\n", lineHeight=LINE,
        ).encode(
            x=x, y=alt.value(height + 10), text="t:N",
        ),
        *(
            alt.Chart(alt.NamedData("words")).transform_filter(f"datum.k == '{kind}'").mark_text(
                align="left", baseline="middle",
            ).encode(
                x=alt.value(width + 12), y=alt.value(top), text="t:N", color=alt.Color("k:N", scale=kinds),
            )
            for kind, top in (("returned", 8), ("joined", 30), ("left", height - 8))
        ),
    ]
    padding = {"left": 44, "right": 92 if small else 104, "top": 10, "bottom": 44}
    return alt.layer(*layers).properties(width=width, height=height, padding=padding)
