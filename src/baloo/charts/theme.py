"""The look of every figure, as a Vega-Lite configuration in the names of `palette`."""

from __future__ import annotations

from typing import Any

__all__ = ["FONT", "config"]

FONT = "Inter, system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, DejaVu Sans, sans-serif"


def config() -> dict[str, Any]:
    """Pale grid, no frame, labels of 13 px, lines of 2.5 px; y has neither line nor ticks."""
    return {
        "font": "sans-serif",  # only measures: the page or the file says which letters are drawn
        "background": None,
        "aria": False,
        "view": {"stroke": None},
        "range": {"category": [f"var(--c{n})" for n in range(1, 9)]},
        "axis": {
            "domain": False, "ticks": False, "title": None, "labelColor": "var(--ink-2)", "labelFontSize": 13, "labelPadding": 8,
            "labelOverlap": False, "labelBound": False, "gridColor": "var(--rule)", "gridWidth": 1,
        },
        "axisX": {
            "grid": False, "domain": True, "domainColor": "var(--rule-2)",
            "ticks": True, "tickColor": "var(--rule-2)", "tickSize": 5,
        },
        "axisY": {"grid": True, "tickCount": 4, "format": ",d"},
        "line": {
            "invalid": "break-paths-show-domains", "strokeWidth": 2.5, "color": "var(--c1)",
            "strokeCap": "round", "strokeJoin": "round",
        },
        "area": {"invalid": "break-paths-show-domains", "color": "var(--c1)", "fillOpacity": 0.09, "line": False},
        "bar": {"color": "var(--c1)", "cornerRadius": 0},
        "point": {"filled": True, "size": 60, "color": "var(--c1)", "opacity": 1},
        "mark": {"invalid": None},  # nothing is invalid but the gaps of a line: no filter for each mark
        "rule": {"color": "var(--rule-2)", "strokeWidth": 1},
        "text": {"color": "var(--ink)", "fontSize": 13},
        "legend": {"disable": True},
    }
