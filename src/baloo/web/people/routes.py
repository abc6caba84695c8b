"""The addresses of all pages of persons."""

from __future__ import annotations

from typing import Any

from baloo.web.people import desk, me
from baloo.web.people.parts import Parts

__all__ = ["routes"]


def routes(parts: Parts) -> list[Any]:
    """The handlers."""
    return [*desk.routes(parts), *me.routes(parts)]
