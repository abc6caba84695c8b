"""What is to be drawn: the kind of figure and its data, without a library of drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

__all__ = ["Kind", "Picture", "Rows", "Size"]

Kind: TypeAlias = Literal["trend", "funnel", "churn", "flows", "hour"]
Size: TypeAlias = Literal["wide", "narrow"]
Rows: TypeAlias = "list[dict[str, Any]]"


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure before it is drawn. `data` has rows for each named data set that the kind's specification asks for.

    `height` in pixels goes before the one of the specification, where the number of rows decides it.
    """

    kind: Kind
    data: Mapping[str, Rows]
    height: int | None = None
