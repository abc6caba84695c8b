"""An address and what stands there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baloo.web.site import Moved, Page, Raw

__all__ = ["Route"]


@dataclass(frozen=True, slots=True)
class Route:
    """`show` takes the visit and the parameters of `path`. A `fresh` page tells of more than counts, and is made each time."""

    path: str
    show: Callable[..., Page | Raw | Moved]
    fresh: bool = False
