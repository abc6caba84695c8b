"""`baloo token`: one token a system, shown once, kept as its hash."""

from __future__ import annotations

from typing import Annotated

import typer

from baloo.cli.common import AsJson, state
from baloo.cli.output import answer, narrate, table

__all__ = ["register"]

group = typer.Typer(no_args_is_help=True, help="Tokens with which systems send events.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="token")
