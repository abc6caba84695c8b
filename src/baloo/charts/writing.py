"""Words in figures, written after the drawing.

Vega asks for the width of each text, and vl-convert lays it out glyph by glyph to answer: 1 ms a label and two thirds of a
drawing. These figures give their words room beforehand and need no widths. So what is drawn is an empty text that has its
words as description, and the words are put in their place afterwards.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["LINE", "unmeasured", "written"]

LINE = 16  # pixels from one line of a text to the next
_TEXT = re.compile(r'<text aria-label="([^"]*)"([^>]*)/>')
_NEW_LINE = "&#xA;"  # as it stands in an attribute


def unmeasured(vega: dict[str, Any]) -> dict[str, Any]:
    """The specification with the words of its marks and axes as descriptions."""
    labels = [axis.setdefault("encode", {}).setdefault("labels", {}).setdefault("update", {}) for axis in vega.get("axes", ())]
    for label in labels:
        label.setdefault("text", {"signal": "datum.label"})
    texts = [mark for mark in vega["marks"] if mark["type"] == "text"]
    for mark in texts:
        mark["aria"] = True  # else it has no description
    for place in [*labels, *(mark["encode"]["update"] for mark in texts)]:
        place["description"] = place["text"]
        place["text"] = {"value": ""}
    return vega


def written(svg: str) -> str:
    """The drawing with its words in their places."""
    return _TEXT.sub(lambda found: f"<text{found[2]}>{_lines(found[1])}</text>" if found[1] else "", svg)


def _lines(words: str) -> str:
    first, *others = words.split(_NEW_LINE)
    if not others:
        return first
    return f"<tspan>{first}</tspan>" + "".join(f'<tspan x="0" dy="{LINE}">{line}</tspan>' for line in others)
