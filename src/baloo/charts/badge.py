"""A number as a small picture for other sites: what is counted, and how many."""

from __future__ import annotations

import html
from collections.abc import Mapping

from baloo.charts.palette import LIGHT, paint

__all__ = ["badge"]

_LETTER, _EDGE, _HEIGHT = 7, 8, 22  # pixels


def badge(name: str, number: str, palette: Mapping[str, str] = LIGHT) -> str:
    """An SVG document of one line. Its words are given the width that they have room for, whatever letters a reader has."""
    widths = [len(text) * _LETTER for text in (name, number)]
    left, right = (width + 2 * _EDGE for width in widths)
    placed = zip((_EDGE, left + _EDGE), widths, (name, number), strict=True)
    words = "".join(
        f'<text x="{x}" y="15" textLength="{width}" lengthAdjust="spacingAndGlyphs" fill="var(--paper)">{html.escape(text)}'
        "</text>" for x, width, text in placed
    )
    return paint(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" direction="ltr" role="img" '
        f'aria-labelledby="t" font-family="Verdana, DejaVu Sans, sans-serif" font-size="12">'
        f'<title id="t">{html.escape(f"{name}: {number}")}</title><rect width="{left}" height="{_HEIGHT}" fill="var(--ink-2)"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="var(--c1)"/>{words}</svg>\n',
        palette,
    )
