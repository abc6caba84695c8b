"""`baloo sources` and `baloo import SOURCE`: systems that a source reads, live or from a file of their answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baloo.cli.common import AsJson, as_day, state
from baloo.cli.imports import DryRun, Namespace, import_all
from baloo.cli.output import answer, table
from baloo.errors import InputError

if TYPE_CHECKING:
    from baloo.sources.base import Source

__all__ = ["command_of", "register"]

one = typer.Typer(add_completion=False)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sources")(sources)


def sources(
    name: Annotated[str | None, typer.Argument(help="A source, of which a system's file is shown to begin with.")] = None,
    area: Annotated[bool, typer.Option("--area", help="Show an area with conversion points instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """The installed sources: what they read, and the kinds that come of it."""
    from baloo.registry.built_in import kinds_of_source
    from baloo.sources.installed import example, recipe_of
    from baloo.sources.installed import sources as installed

    if name is not None:
        what = "area" if area else "system"
        shown = example(name, what)
        if not shown:
            remedy = f"Write a file for registry/{what}s/ yourself."
            raise InputError(f"The source `{name}` brings no example of this.", remedy=remedy)
        answer({"source": name, what: shown}, shown.rstrip("\n"), as_json=as_json)
        return
    found = [(known, recipe_of(known), kinds_of_source(known)) for known in installed()]
    data = [{"source": known, "title": recipe.title, "live": recipe.walk is not None, "kinds": kinds}
            for known, recipe, kinds in found]
    rows = [(known, recipe.title, "live, file" if recipe.walk else "file", ", ".join(kinds)) for known, recipe, kinds in found]
    answer(data, table(("source", "reads", "from", "kinds"), rows), as_json=as_json)


@one.command()
def read(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(
        metavar="FILES", help="Files of its answers or a dump of it, plain or .gz; without, the live system is asked.")] = None,
    system: Annotated[str | None, typer.Option(help="The system of the registry; needed where several could be meant.")] = None,
    url: Annotated[list[str] | None, typer.Option(
        help="The system's address, where the registry does not say it; may be given several times.")] = None,
    since: Annotated[str | None, typer.Option(
        help="A day, such as 2024-01-01, from which on to ask; else it goes on where the last run ended.")] = None,
    key_env: Annotated[str | None, typer.Option(help="The environment variable that holds the system's key.")] = None,
    per_second: Annotated[float | None, typer.Option(min=0.001, max=1000, help="Requests a second.")] = None,
    dry_run: DryRun = False,
    namespace: Namespace = "baloo",
    as_json: AsJson = False,
) -> None:
    """Import a system by its source, live or from files: what is read twice counts once."""
    from baloo.registry import load
    from baloo.sources.journal import Journal
    from baloo.worker.reading import Asked, live_sources, read_files, system_for

    now, source = state(context), str(context.info_name)
    registry = load(now.workspace.registry)
    found = system_for(registry, source, system)
    day = as_day(since, "--since")
    asked = Asked(tuple(url or ()), f"{day.isoformat()}T00:00:00Z" if day else None, key_env, per_second)
    reads: list[Source]
    journal = Journal(now.workspace.root / "data" / "imports")
    if files:
        reads = read_files(registry, source, found, files, url[0] if url else None, journal)
    else:
        reads = live_sources(registry, source, found, asked, None if dry_run else journal)
    import_all(now, reads, namespace=namespace, dry=dry_run, as_json=as_json, run=(found.id, source))


def command_of(name: str) -> Any:  # noqa: ANN401 - Click's command
    """The command that reads by an installed source; None where there is no such."""
    from baloo.sources.installed import sources as installed

    if name not in installed():
        return None
    command = typer.main.get_command(one)
    command.name = name
    return command
