"""Figures: what to draw (`Picture`), the drawing, and the files made of it. No input, no output, no database.

vl-convert is loaded when the first figure is drawn, and not before; Altair only where `compile` makes the specifications.
"""

from baloo.charts.badge import badge
from baloo.charts.churn import Period, churn
from baloo.charts.drawing import Drawing, draw
from baloo.charts.files import About, described, png_file, rasterised, svg_file
from baloo.charts.flows import Band, flows
from baloo.charts.funnel import Bar, funnel
from baloo.charts.hour import hour
from baloo.charts.lite import lite
from baloo.charts.palette import DARK, LIGHT
from baloo.charts.picture import Picture
from baloo.charts.sparkline import sparkline
from baloo.charts.trend import Mark, TrendPoint, trend

__all__ = [
    "DARK", "LIGHT", "About", "Band", "Bar", "Drawing", "Mark", "Period", "Picture", "TrendPoint", "badge", "churn", "described",
    "draw", "flows", "funnel", "hour", "lite", "png_file", "rasterised", "sparkline", "svg_file", "trend",
]
