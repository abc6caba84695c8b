"""People over time: one line from zero, targets across, numbered notes, a ring for a year ago, a number for now, dots ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from baloo.charts.picture import Picture, Rows, Size

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Mark", "TrendPoint", "trend", "trend_chart"]

_SIDES: tuple[tuple[Literal["left", "right"], int], ...] = (("left", 4), ("right", -4))


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """People on a day; None leaves a gap. The line is dashed where the number is provisional."""

    day: dt.date
    value: int | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to point at: at a day, at a value, or at both; with words for it, and shorter words for the narrow drawing."""

    text: str
    day: dt.date | None = None
    value: int | None = None
    short: str | None = None


def trend(
    points: Sequence[TrendPoint], *, targets: Sequence[Mark] = (), notes: Sequence[Mark] = (),
    year_ago: Mark | None = None, end: Mark | None = None, ahead: Sequence[TrendPoint] = (),
) -> Picture:
    """The picture of a series. `notes` are numbered from 1 in the order given, as the list below the figure numbers them.

    `ahead` goes on from the last point, as dots.
    """
    firm = [p for p in points if not p.provisional]
    hint = [p for p in points if p.provisional]
    if firm and hint:
        hint.insert(0, firm[-1])
    return Picture("trend", {
        "points": [_row(p.day, p.value) for p in firm],
        "hints": [_row(p.day, p.value) for p in hint],
        "targets": _marks(targets),
        "notes": [row | {"n": str(n)} for n, row in enumerate(_marks(notes), 1)],
        "ago": _marks([year_ago] if year_ago else []),
        "ago_left": _marks([year_ago] if year_ago and _rises(firm, year_ago) else []),
        "ago_right": _marks([year_ago] if year_ago and not _rises(firm, year_ago) else []),
        "end": _marks([end] if end else []),
        "end_beside": _marks([end] if end and not ahead else []),
        "end_above": _marks([end] if end and ahead else []),
        "ahead": [_row(p.day, p.value) for p in (*points[-1:], *ahead)] if ahead else [],
    })


def _row(day: dt.date | None, value: int | None) -> dict[str, object]:
    moment = dt.datetime.combine(day, dt.time(), dt.UTC).timestamp() * 1000 if day else None
    return {"d": moment, "v": value}


def _rises(points: Sequence[TrendPoint], mark: Mark) -> bool:
    """Whether the line goes up from a mark on it: then there is room below it to the right, else to the left."""
    last = next((p.value for p in reversed(points) if p.value is not None), 0)
    return last >= (mark.value or 0)


def _marks(marks: Sequence[Mark]) -> Rows:
    return [_row(m.day, m.value) | {"t": m.text, "s": m.short or m.text} for m in marks]


def trend_chart(size: Size) -> alt.TopLevelMixin:
    """The specification for one width, over the data sets that `trend` fills."""
    import altair as alt  # noqa: PLC0415 - only where the specification is compiled

    small = size == "narrow"
    width, height = (262, 240) if small else (836, 320)
    x = alt.X("d:T", scale=alt.Scale(type="utc"), axis=alt.Axis(format="%Y", tickCount={"interval": "year", "step": 1}))
    y = alt.Y("v:Q", scale=alt.Scale(zero=True, nice=4), stack=None)
    words = "s:N" if small else "t:N"

    def over(name: str) -> alt.Chart:
        return alt.Chart(alt.NamedData(name, format={"parse": None}))

    above = {"align": "right" if small else "left", "baseline": "bottom", "dx": 4, "dy": -9}
    beside = {"align": "left", "baseline": "middle", "dx": 10}
    number = {"color": "var(--c1)"}
    halo = {"color": "var(--paper)", "stroke": "var(--paper)", "strokeWidth": 5}  # so that no line strikes the number out
    lifted = {"y": alt.value(height - 24)}
    layers = [
        over("points").mark_area().encode(x, y),
        over("hints").mark_area(fillOpacity=0.05).encode(x, y),
        over("targets").mark_rule(strokeDash=[5, 4]).encode(y=y),
        over("targets").mark_text(align="left", baseline="bottom", dy=-5, color="var(--ink-2)").encode(
            y=y, x=alt.value(4), text=words,
        ),
        over("notes").mark_rule(color="var(--ink-2)", strokeDash=[1, 3], strokeCap="round", strokeWidth=1.5).encode(x=x),
        over("notes").mark_point(size=330, color="var(--paper)", stroke="var(--ink-2)", strokeWidth=1.25).encode(x=x, **lifted),
        over("notes").mark_text(fontSize=12, fontWeight=600).encode(x=x, text="n:N", **lifted),
        over("points").mark_line().encode(x, y),
        over("hints").mark_line(strokeDash=[2, 5]).encode(x, y),
        over("ahead").mark_line(strokeDash=[0.1, 6], strokeCap="round", strokeWidth=3).encode(x, y),
        over("ago").mark_point(color="var(--paper)", stroke="var(--c1)", strokeWidth=2, size=55).encode(x, y),
        *(
            over(f"ago_{side}").mark_text(align=side, baseline="top", dx=shift, dy=10, color="var(--ink-2)").encode(
                x, y, text=words,
            )
            for side, shift in _SIDES
        ),
        over("end").mark_point(size=80).encode(x, y),
        *(
            over(name).mark_text(**place, **colour, fontSize=17, fontWeight=700).encode(x, y, text=words)
            for name, place in (("end_beside", above if small else beside), ("end_above", above)) for colour in (halo, number)
        ),
    ]
    padding = {"left": 48, "right": 12, "top": 22, "bottom": 30} if small else {"left": 56, "right": 76, "top": 26, "bottom": 30}
    return alt.layer(*layers).properties(width=width, height=height, padding=padding)
