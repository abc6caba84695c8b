"""Writes each kind's specification as Vega-Lite and as Vega, ahead of time: `python -m baloo.charts.compile` fills `vega/`.

Altair and the compiler of Vega-Lite take a second and 50 MB; to draw needs neither. Altair stands in the group `test`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from baloo.charts.churn import churn_chart
from baloo.charts.drawing import specification
from baloo.charts.flows import flows_chart
from baloo.charts.funnel import funnel_chart
from baloo.charts.hour import hour_chart
from baloo.charts.lite import lite_file
from baloo.charts.picture import Kind, Size
from baloo.charts.theme import config
from baloo.charts.trend import trend_chart
from baloo.charts.writing import unmeasured

if TYPE_CHECKING:
    from altair import TopLevelMixin

__all__ = ["CHARTS", "SIZES", "compiled", "main", "written_down"]

CHARTS: Mapping[Kind, Callable[[Size], TopLevelMixin]] = {
    "trend": trend_chart, "funnel": funnel_chart, "churn": churn_chart, "flows": flows_chart, "hour": hour_chart,
}
SIZES: tuple[Size, ...] = ("wide", "narrow")


def written_down(kind: Kind, size: Size) -> dict[str, Any]:
    """The Vega-Lite specification of one kind in one width."""
    return {**CHARTS[kind](size).to_dict(), "config": config(), "autosize": {"type": "none"}}


def compiled(kind: Kind, size: Size) -> str:
    """The specification of one kind in one width, as the text of a file."""
    import vl_convert  # noqa: PLC0415 - starts a JavaScript engine

    spec = written_down(kind, size)
    vega: dict[str, Any] = vl_convert.vegalite_to_vega(json.dumps(spec), vl_version="6.4")
    return json.dumps(unmeasured(vega), indent=1) + "\n"


def main() -> None:
    """Write all of them."""
    for kind in CHARTS:
        lite_file(kind).write_text(json.dumps(written_down(kind, "wide"), indent=1) + "\n", encoding="utf-8")
        for size in SIZES:
            specification(kind, size).write_text(compiled(kind, size), encoding="utf-8")


if __name__ == "__main__":
    main()
