"""Where people come from and go to: an area at two days, who stayed pale between them, who came and who left strong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from baloo.charts.picture import Picture, Rows, Size

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Band", "Direction", "flows", "flows_chart"]

Direction: TypeAlias = Literal["stayed", "came", "appeared", "went", "quiet"]

_HEIGHT = 420
_GAP = 36  # pixels between two places, in which the words of a small one have room
_STEPS = 12  # of a band from left to right
_LONG = {"wide": 20, "narrow": 12}  # letters that a name has room for
_SIDES: tuple[tuple[str, Literal["left", "right"]], ...] = (("left", "right"), ("right", "left"))  # where words stand, and end
_STRENGTH = {"stayed": 0.18, "came": 0.8, "appeared": 0.42, "went": 0.8, "quiet": 0.3}


@dataclass(frozen=True, slots=True)
class Band:
    """People who were in one place and are in another; `text` is their number in words."""

    source: str
    target: str
    people: int
    text: str
    kind: Direction


def flows(bands: Sequence[Band], area: str, before: str, after: str) -> Picture:
    """The picture of an area's exchange: bands in order from the top, who stayed first; `before` and `after` are its totals."""
    came = [band for band in bands if band.kind in {"came", "appeared"}]
    went = [band for band in bands if band.kind in {"went", "quiet"}]
    stayed = sum(band.people for band in bands if band.kind == "stayed")
    totals = (stayed + sum(b.people for b in went), stayed + sum(b.people for b in came))
    places = [
        [(area, totals[0], before), *((b.source, b.people, b.text) for b in came)],
        [(area, totals[1], after), *((b.target, b.people, b.text) for b in went)],
    ]
    scale = min((_HEIGHT - _GAP * (len(side) - 1)) / max(1, sum(n for _, n, _ in side)) for side in places)
    tops = [_tops(side, scale) for side in places]
    left, right = ([*side] for side in tops)
    nodes = [{"x": i, "y": y, "y2": y + n * scale} for i in (0, 1) for y, (_, n, _) in zip(tops[i], places[i], strict=True)]
    words = [[_word(place, y + place[1] * scale / 2, i) for y, place in zip(tops[i], places[i], strict=True)] for i in (0, 1)]
    rows: Rows = []
    for i, band in enumerate(bands):
        a = 1 + came.index(band) if band in came else 0
        b = 1 + went.index(band) if band in went else 0
        rows += _band(i, band, left[a], right[b], band.people * scale)
        left[a] += band.people * scale
        right[b] += band.people * scale
    return Picture("flows", {"bands": rows, "nodes": nodes, "left": words[0], "right": words[1]})


def _tops(side: Sequence[tuple[str, int, str]], scale: float) -> list[float]:
    """The upper edge of each place of a side, from above."""
    tops, y = [], 0.0
    for _, n, _ in side:
        tops.append(y)
        y += n * scale + _GAP
    return tops


def _band(i: int, band: Band, start: float, end: float, width: float) -> Rows:
    rows: Rows = []
    for step in range(_STEPS + 1):
        share = step / _STEPS
        y = start + (end - start) * share * share * (3 - 2 * share)
        rows.append({"i": i, "x": share, "y": y, "y2": y + width, "k": band.kind, "o": _STRENGTH[band.kind]})
    return rows


def _word(place: tuple[str, int, str], y: float, side: int) -> dict[str, object]:
    name, _, number = place
    wide = _short(name, "wide")
    return {"y": y, "t": f"{number}  {wide}" if side else f"{wide}  {number}", "n": number, "s": _short(name, "narrow")}


def _short(name: str, size: Size) -> str:
    """A name as it has room; the table beside the picture has the whole."""
    return name if len(name) <= _LONG[size] else f"{name[:_LONG[size] - 1].rstrip()}…"


def flows_chart(size: Size) -> alt.TopLevelMixin:
    """The specification for one width, over the data sets that `flows` fills."""
    import altair as alt  # noqa: PLC0415 - only where the specification is compiled

    small = size == "narrow"
    width, beside = (320, 0.66) if small else (900, 0.34)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-beside, 1 + beside], nice=False))
    y = alt.Y("y:Q", axis=None, scale=None)
    kinds = alt.Scale(
        domain=["stayed", "came", "appeared", "went", "quiet"],
        range=["var(--rule-2)", "var(--c1)", "var(--c1)", "var(--c3)", "var(--c8)"],
    )
    layers = [
        alt.Chart(alt.NamedData("bands")).mark_area(interpolate="monotone").encode(
            x, y, y2="y2:Q", detail="i:N", color=alt.Color("k:N", scale=kinds), fillOpacity=alt.FillOpacity("o:Q", scale=None),
        ),
        alt.Chart(alt.NamedData("nodes")).mark_rule(strokeWidth=5, color="var(--ink)").encode(x, y, y2="y2:Q"),
    ]
    edge = width / (1 + 2 * beside) * beside
    for (name, align), at in zip(_SIDES, (edge - 11, width - edge + 11), strict=True):
        words = alt.Chart(alt.NamedData(name))
        place = {"x": alt.value(at), "y": y}
        if small:
            layers.append(words.mark_text(align=align, dy=-8, fontWeight=600).encode(**place, text="n:N"))
            layers.append(words.mark_text(align=align, dy=8, fontSize=12, color="var(--ink-2)").encode(**place, text="s:N"))
        else:
            layers.append(words.mark_text(align=align, fontSize=14).encode(**place, text="t:N"))
    padding = {"left": 4, "right": 4, "top": 12, "bottom": 12}
    return alt.layer(*layers).properties(width=width, height=_HEIGHT, padding=padding)
