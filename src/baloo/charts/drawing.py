"""Pictures to drawings: Altair makes each kind's specification once, vl-convert compiles it once and draws it with the data."""

from __future__ import annotations

import functools
import html
import json
import re
from dataclasses import dataclass
from typing import Any

from baloo.charts.churn import churn_chart
from baloo.charts.funnel import funnel_chart
from baloo.charts.picture import Kind, Picture, Size
from baloo.charts.theme import config
from baloo.charts.trend import trend_chart

__all__ = ["Drawing", "draw"]

_CHARTS = {"trend": trend_chart, "funnel": funnel_chart, "churn": churn_chart}
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


def draw(picture: Picture, size: Size) -> Drawing:
    """Draw a picture in one of its two widths: some 20 ms, and once 0.7 s for the libraries and the kind's specification."""
    import vl_convert  # noqa: PLC0415 - starts a JavaScript engine; only where a figure is drawn

    vega = _compiled(picture.kind, size)
    rows = picture.data
    data = [{**source, "values": rows[source["name"]]} if source["name"] in rows else source for source in vega["data"]]
    return _clean(vl_convert.vega_to_svg({**vega, "data": data, "height": picture.height or vega["height"]}))


@functools.cache
def _compiled(kind: Kind, size: Size) -> dict[str, Any]:
    import vl_convert  # noqa: PLC0415

    spec = _CHARTS[kind](size).to_dict()
    spec["config"] = config()
    spec["autosize"] = {"type": "none"}
    vega: dict[str, Any] = vl_convert.vegalite_to_vega(json.dumps(spec), vl_version="6.4")
    return vega


def _clean(svg: str) -> Drawing:
    head = re.match(r'<svg[^>]* viewBox="0 0 (\d+) (\d+)"[^>]*>', svg)
    if head is None:
        raise ValueError("The drawing has no size.")
    body = svg[head.end():svg.rindex("</svg>")]
    body = _LOOKS.sub("", body)
    body = _LONG.sub(lambda m: f"{float(m[0]):.1f}".removesuffix(".0"), body)
    before = ""
    while body != before:
        before, body = body, _EMPTY.sub("", _FRAME.sub("", body))
    return Drawing(int(head[1]), int(head[2]), body)
