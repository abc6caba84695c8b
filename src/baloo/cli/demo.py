"""`baloo demo`: a fictional community of any size, through the same door as a real one."""

from __future__ import annotations

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
