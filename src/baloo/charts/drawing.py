"""Pictures to drawings: vl-convert draws the Vega specification of each kind (`compile` makes them) with the picture's data."""

from __future__ import annotations

import datetime as dt
import functools
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from baloo.charts.churn import Period, churn
from baloo.charts.flows import Band, flows
from baloo.charts.funnel import Bar, funnel
from baloo.charts.picture import Kind, Picture, Size
from baloo.charts.trend import Mark, TrendPoint, trend
from baloo.charts.writing import written

__all__ = ["Drawing", "draw", "specification", "warm_up"]

_ROUNDS = 5  # of examples to warm up
_LOOKS = re.compile(r' (?:font-family|style|class|aria-hidden|role|aria-roledescription|pointer-events|xmlns:xlink)="[^"]*"')
_EMPTY = re.compile(r'<path[^>]*display="none"[^>]*/>|<path d=""[^>]*/>|<path(?![^>]* d=)[^>]*/>|<g></g>|<g/>')
_FRAME = re.compile(r'<path d="M0,0h[^"]*"/>')
_LONG = re.compile(r"\d+\.\d{2,}")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn figure in names of colours: the insides of an `<svg>` of `width` by `height` pixels."""

    width: int
    height: int
    body: str

    def inline(self, size: Size, label: str, uid: str) -> str:
        """For a page: its fonts and colours are the stylesheet's, and no policy against inline style minds it."""
        name = f"{uid}-{size}"
        return (
            f'<svg class="chart {size}" viewBox="0 0 {self.width} {self.height}" direction="ltr" role="img" '
            f'aria-labelledby="{name}">'
            f'<title id="{name}">{html.escape(label)}</title>{self.body}</svg>'
        )


def specification(kind: Kind, size: Size) -> Path:
    """The file that holds the Vega specification of one kind in one width."""
    return Path(__file__).parent / "vega" / f"{kind}-{size}.json"


def draw(picture: Picture, size: Size) -> Drawing:
    """Draw a picture in one of its two widths: 2 to 10 ms, and once 0.5 s to start the engine."""
    import vl_convert  # noqa: PLC0415 - starts a JavaScript engine; only where a figure is drawn

    vega = _read(picture.kind, size)
    rows = picture.data
    data = [{**source, "values": rows[source["name"]]} if source["name"] in rows else source for source in vega["data"]]
    marks = [mark for mark in vega["marks"] if rows.get(_source(mark), True)]  # one of nothing would take as long
    spec = {**vega, "data": data, "marks": marks, "height": picture.height or vega["height"]}
    return _clean(vl_convert.vega_to_svg(json.dumps(spec)))


def _source(mark: dict[str, Any]) -> str:
    """The data set that a mark is drawn from, or the group of its lines is parted from."""
    found: str = mark["from"].get("facet", mark["from"])["data"]
    return found


def warm_up() -> Iterator[Drawing]:
    """Start the engine and draw examples, one a step, until it has compiled what it needs: 2 s; then no figure is the first."""
    weeks = [TrendPoint(dt.date(2020, 1, 5) + dt.timedelta(weeks=n), n) for n in range(260)]
    end = Mark("259", weeks[-1].day, 259)
    stayed, left = Band("Support", "Support", 259, "259", "stayed"), Band("Support", "gone", 9, "9", "quiet")
    examples = (
        trend(weeks, targets=[Mark("300", value=300)], notes=[Mark("1", weeks[99].day)], year_ago=end, end=end),
        churn([Period(("Q1", "2020"), 3, 1, 2)] * 8, ("joined", "returned", "left")), funnel([Bar("Active", 259, "259")]),
        flows([stayed, left], "Support", "268", "259"),
    )
    for _ in range(_ROUNDS):
        for example in examples:
            for size in get_args(Size):
                yield draw(example, size)


@functools.cache
def _read(kind: Kind, size: Size) -> dict[str, Any]:
    vega: dict[str, Any] = json.loads(specification(kind, size).read_text(encoding="utf-8"))
    return vega


def _clean(svg: str) -> Drawing:
    head = re.match(r'<svg[^>]* viewBox="0 0 (\d+) (\d+)"[^>]*>', svg)
    if head is None:
        raise ValueError("The drawing has no size.")
    body = svg[head.end():svg.rindex("</svg>")]
    body = _LOOKS.sub("", written(body))
    body = _LONG.sub(lambda m: f"{float(m[0]):.1f}".removesuffix(".0"), body)
    before = ""
    while body != before:
        before, body = body, _EMPTY.sub("", _FRAME.sub("", body))
    return Drawing(int(head[1]), int(head[2]), body)
