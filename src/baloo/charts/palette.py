"""The colours of figures: names that the page's stylesheet gives a value, and the values for files.

A figure is drawn once, in names such as `var(--c1)`. Inside a page the stylesheet decides; in a file, a PNG or a mail
the names are replaced by the values of a palette.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["DARK", "LIGHT", "contrast", "paint"]

_NAMES = ("paper", "tint", "ink", "ink-2", "rule", "rule-2", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8")

LIGHT: Mapping[str, str] = dict(zip(_NAMES, (
    "#fffdf9", "#faf3e8", "#1f1b16", "#5d564b", "#e8e1d5", "#8b8171",
    "#c2410c", "#3b5bdb", "#0b7285", "#9c36b5", "#4b7a0a", "#c2255c", "#6b4f1d", "#495057",
), strict=True))

DARK: Mapping[str, str] = dict(zip(_NAMES, (
    "#141210", "#1e1a16", "#f1ece3", "#b9b0a2", "#332e28", "#857b6c",
    "#ffa94d", "#91a7ff", "#66d9e8", "#e599f7", "#a9e34b", "#faa2c1", "#ffd8a8", "#ced4da",
), strict=True))

_VARIABLE = re.compile(r"var\(--([a-z0-9-]+)\)")


def paint(svg: str, palette: Mapping[str, str]) -> str:
    """The same drawing with each name replaced by its value. Raises KeyError for a name that the palette lacks."""
    return _VARIABLE.sub(lambda found: palette[found[1]], svg)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours `#rrggbb` by WCAG 2, from 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
