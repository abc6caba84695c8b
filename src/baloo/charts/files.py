"""Drawings as files that stand alone: title, sentence and source around them, and the same facts in the metadata."""

from __future__ import annotations

import html
import struct
import textwrap
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from baloo.charts.drawing import Drawing
from baloo.charts.palette import LIGHT, paint
from baloo.charts.theme import FONT

__all__ = ["About", "described", "png_file", "rasterised", "svg_file"]

_EDGE = 24


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself. `source` is the address of the figure, `definition` the version of what is counted."""

    title: str
    finding: str
    period: str
    definition: str
    licence: str
    source: str
    publisher: str


def svg_file(drawing: Drawing, about: About, palette: Mapping[str, str] = LIGHT) -> str:
    """An SVG document with values for colours."""
    heads = textwrap.wrap(about.title, 70)
    lines = textwrap.wrap(about.finding, 110)
    top = _EDGE + 26 * len(heads) + 20 * len(lines) + 16
    width, height = drawing.width + 2 * _EDGE, top + drawing.height + 52
    texts = [_text(_EDGE, _EDGE + 16 + 26 * i, 22, line, "ink", "600") for i, line in enumerate(heads)]
    texts += [_text(_EDGE, _EDGE + 26 * len(heads) + 14 + 20 * i, 14, line, "ink-2") for i, line in enumerate(lines)]
    texts.append(_text(_EDGE, height - 20, 12, f"{about.publisher} · {about.period} · {about.licence}", "ink-2"))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'direction="ltr" role="img" aria-labelledby="title" font-family="{html.escape(FONT)}">'
        f'<title id="title">{html.escape(about.title)}</title><desc>{html.escape(about.finding)}</desc>{_metadata(about)}'
        f'<rect width="{width}" height="{height}" fill="var(--paper)"/>{"".join(texts)}'
        f'<g transform="translate({_EDGE},{top})">{drawing.body}</g></svg>\n'
    )
    return paint(svg, palette)


def png_file(drawing: Drawing, about: About, palette: Mapping[str, str] = LIGHT) -> bytes:
    """A PNG at twice the size, with the metadata as texts."""
    return described(rasterised(svg_file(drawing, about, palette)), about)


def rasterised(svg: str) -> bytes:
    """An SVG document as a PNG at twice its size."""
    import vl_convert  # noqa: PLC0415 - starts a JavaScript engine; only where a figure is drawn

    png: bytes = vl_convert.svg_to_png(svg, scale=2)
    return png


def described(png: bytes, about: About) -> bytes:
    """A PNG with what it is about as texts."""
    words = {
        "Title": about.title, "Description": f"{about.finding} {about.period}. {about.definition}", "Copyright": about.licence,
        "Source": about.source, "Author": about.publisher,
    }
    end_of_header = 8 + 25  # signature, IHDR
    return png[:end_of_header] + b"".join(_chunk(k, v) for k, v in words.items()) + png[end_of_header:]


def _chunk(key: str, text: str) -> bytes:
    body = b"iTXt" + key.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _text(x: int, y: int, size: int, words: str, colour: str, weight: str = "400") -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="var(--{colour})">{html.escape(words)}</text>'


def _metadata(about: About) -> str:
    facts = {
        "title": about.title, "description": about.finding, "coverage": about.period, "identifier": about.definition,
        "rights": about.licence, "source": about.source, "publisher": about.publisher,
    }
    inner = "".join(f"<dc:{name}>{html.escape(value)}</dc:{name}>" for name, value in facts.items())
    return f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{inner}</metadata>'
