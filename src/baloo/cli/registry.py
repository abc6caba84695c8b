"""`baloo init`, `baloo check`, `baloo schemas`: a workspace and what its registry says."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from baloo.cli.common import AsJson, state
from baloo.cli.output import answer, narrate, number_of
from baloo.errors import ExitCode
from baloo.workspace import Workspace

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(check)
    app.command()(schemas)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    community: Annotated[str | None, typer.Option(help="Id of the community; the folder's name where it is not given.")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the community.")] = None,
    preset: Annotated[str | None, typer.Option(help="Begin with a whole registry that comes with Baloo: `mozilla`.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a workspace whose registry is empty but for community.yaml, or a preset."""
    from baloo.errors import InputError, UnknownName
    from baloo.registry.init import presets, write_empty, write_preset

    if preset is not None and preset not in presets():  # before anything is made
        raise UnknownName("preset", preset, presets())
    if preset is not None and (community or title):
        raise InputError("A preset brings its own community.", remedy="Change `community` and `title` in its community.yaml.")
    workspace = Workspace.init(folder)
    if preset is None:
        write_empty(workspace.registry, community or _id_of(workspace.root.name), title or workspace.root.name)
        narrate("Next: describe your systems and areas in registry/, then run `baloo check`.")
    else:
        write_preset(workspace.registry, preset)
        narrate("Next: make systems, areas and owners in registry/ your own, then run `baloo check`.")
    answer({"workspace": str(workspace.root)}, str(workspace.root), as_json=as_json)


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Lint the registry: file, line, key, and the nearest valid name."""
    from baloo.registry import check as check_registry
    from baloo.registry import load
    from baloo.worker.facts import data_facts

    workspace = state(context).workspace
    problems = check_registry(workspace.registry, data_facts(workspace))
    errors = sum(problem.severity == "error" for problem in problems)
    drafts = [] if errors else [area.id for area in load(workspace.registry).areas.values() if area.draft]
    answer(
        {"problems": [asdict(problem) for problem in problems], "errors": errors, "drafts": drafts},
        "\n".join(str(problem) for problem in problems),
        as_json=as_json,
    )
    found = f"{number_of(errors, 'error')}, {number_of(len(problems) - errors, 'warning')}."
    narrate(found if problems else "The registry is in order.")
    if errors:
        raise typer.Exit(ExitCode.PROBLEMS)
    if drafts:
        names = ", ".join(drafts)
        narrate(f"{number_of(len(drafts), 'area')} with rules that nobody has agreed on yet (`draft: true`): {names}.")


def schemas(
    name: Annotated[str | None, typer.Argument(help="One schema; without it their names are listed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print the published JSON Schemas that validate the registry's files."""
    from baloo.errors import UnknownName
    from baloo.registry import schemas as published

    found = published()
    if name is None:
        answer(sorted(found), "\n".join(sorted(found)), as_json=as_json)
        return
    if name not in found:
        raise UnknownName("schema", name, found)
    answer(found[name], json.dumps(found[name], indent=2), as_json=as_json)


def _id_of(name: str) -> str:
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    return "-".join(part for part in letters.split("-") if part) or "community"
