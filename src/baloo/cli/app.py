"""The tree of commands and the one place where errors become words and exit codes."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from functools import cache
from typing import Annotated

import typer

from baloo import __version__
from baloo.cli import (
    access,
    backup,
    count,
    demo,
    export,
    imports,
    log,
    people,
    preview,
    quarantine,
    registry,
    requests,
    rights,
    runs,
    serve,
    sources,
    status,
    systems,
    tokens,
)
from baloo.cli.common import State
from baloo.cli.output import narrate, show_error
from baloo.errors import BalooError, ExitCode, RegistryError, in_words

__all__ = ["app", "run"]

app = typer.Typer(
    name="baloo", no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Counts the people who make a community, each of them once.",
)  # fmt: skip
for room in (
    registry, imports, sources, runs, log, people, access, rights, quarantine, systems, requests, tokens, count, preview,
    export, status, serve, backup, demo,
):  # fmt: skip
    room.register(app)
_command = cache(lambda: typer.main.get_command(app))  # to look at each signature again would be a third of a small command


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"baloo {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    workspace: Annotated[
        str, typer.Option("--workspace", "-w", envvar="BALOO_WORKSPACE", metavar="DIR", help="The folder of the workspace.")
    ] = ".",
    _version_asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Counts the people who make a community, each of them once."""
    context.obj = State(workspace)


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line; returns the exit code."""
    try:
        code = _command().main(list(arguments), prog_name="baloo", standalone_mode=False)
        return int(code) if isinstance(code, int) else ExitCode.OK
    except (typer.Abort, KeyboardInterrupt):
        narrate("baloo: stopped. What was done is kept.")
        return ExitCode.INTERRUPTED
    except RegistryError as error:
        for problem in error.problems:
            narrate(str(problem))
        return error.exit_code
    except BalooError as error:
        show_error(error)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001 - the boundary: nothing is shown as a bare traceback without a word
        return _unforeseen(error)


def _unforeseen(error: Exception) -> int:
    shown = getattr(error, "format_message", None)
    if shown is not None and hasattr(error, "exit_code"):  # the parser's own: wrong words on the command line
        context, text = getattr(error, "ctx", None), shown()
        if text.startswith("Usage:"):  # a group without a command says what it has
            narrate(text)
            return ExitCode.USAGE
        if context is not None:
            narrate(context.get_usage())
        narrate(f"baloo: {text}")
        return ExitCode.USAGE
    known = in_words(error)
    if known is not None:
        show_error(known)
        return known.exit_code
    narrate("baloo: something broke on our side; nothing that was acknowledged is lost. Please report this:")
    narrate("".join(traceback.format_exception(error)))
    return ExitCode.FAILED
