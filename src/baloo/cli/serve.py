"""`baloo serve`: door, pages and worker for one workspace."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from baloo.cli.common import state

__all__ = ["become_server", "register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port; 0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the door and the pages, and load and count beside them."""
    become_server(state(context).workspace.root.as_posix(), host, port)


def become_server(root: str, host: str, port: int) -> None:
    """Turn this process into the server: the command line's own memory is given back."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")  # glibc: a heap for each thread would keep what each once took
    os.execv(sys.executable, [sys.executable, "-m", "baloo.web", root, host, str(port)])  # noqa: S606 - our own interpreter
