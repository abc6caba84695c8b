"""Pictures as Vega-Lite: the specification of the wide drawing with its data, for programs that draw it in their own way."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from baloo.charts.palette import LIGHT, paint
from baloo.charts.picture import Kind, Picture

__all__ = ["lite", "lite_file"]


def lite_file(kind: Kind) -> Path:
    """The file that holds the Vega-Lite specification of a kind, without data and in names of colours."""
    return Path(__file__).parent / "vega" / f"{kind}.vl.json"


def lite(picture: Picture, title: str, description: str, palette: Mapping[str, str] = LIGHT) -> dict[str, Any]:
    """The specification of a picture, with values for colours."""
    spec: dict[str, Any] = json.loads(paint(_read(picture.kind), palette))
    spec = {**spec, "title": title, "description": description, "datasets": dict(picture.data)}
    return {**spec, "height": picture.height} if picture.height else spec


@functools.cache
def _read(kind: Kind) -> str:
    return lite_file(kind).read_text(encoding="utf-8")
