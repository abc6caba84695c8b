"""`baloo export`: what was counted, as tables of other programs."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baloo.cli.common import AsJson, State, as_day, state
from baloo.cli.output import answer, narrate, number_of
from baloo.errors import InputError

if TYPE_CHECKING:
    from baloo.metrics.questions.values import Cube

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A file to write, .csv or .json; else stdout gets CSV.")] = None,
    url_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="The environment variable that has a database's URL: keep its table.")
    ] = None,
    weeks: Annotated[int, typer.Option(min=1, max=2000, help="So many weeks, the newest first.")] = 52,
    until: Annotated[str | None, typer.Option(help="The last week is the one that was over by this day.")] = None,
    exclude_staff: Annotated[bool, typer.Option("--exclude-staff", help="Without the people who are staff on a Sunday.")] = False,
    as_json: AsJson = False,
) -> None:
    """The table `contributor_active`: people by week, area and system, each counted once in every cell and every total."""
    now = state(context)
    if file is not None and url_env is not None:
        raise InputError("Name a file or a database, not both.", remedy="Export twice.")
    if file is not None and file.suffix not in (".csv", ".json"):
        raise InputError("A file of which form?", where=file.name, remedy="Let its name end in .csv or .json.")
    if file is None and url_env is None:
        cube = _counted(now, weeks, until, exclude_staff)
        _print(cube, as_json=as_json)
        return
    from baloo.publish.contributor_active import Kept, keep
    from baloo.watch.runs import EXPORT
    from baloo.worker.importing import Report
    from baloo.worker.runs import noted

    def do() -> Report:
        cube = _counted(now, weeks, until, exclude_staff)
        done = _to_database(cube, str(url_env), now) if file is None else _to_file(cube, file)
        keep(now.workspace, Kept(cube, now.clock.now(), exclude_staff))
        rows = f"{number_of(len(cube.cells), 'row')} of {number_of(weeks, 'week')}"
        narrate(f"{rows}, counted {cube.stamp.refreshed:%Y-%m-%d %H:%M}.")
        answer(done, "", as_json=as_json)
        return Report(read=len(cube.cells), accepted=done["added"] + done["changed"], duplicates=done["same"])

    noted(now.workspace, now.clock, EXPORT, "database" if file is None else "file", "hand", do)


def _counted(now: State, weeks: int, until: str | None, exclude_staff: bool) -> Cube:
    from baloo.lake.store import Lake
    from baloo.metrics.cube import count_cube
    from baloo.registry import load

    workspace, last = now.workspace, as_day(until, "--until")
    return count_cube(
        workspace.derived, load(workspace.registry), now.clock.today(), lambda: Lake.open(workspace.lake, write=False).snapshot(),
        weeks=weeks, until=last, staff=not exclude_staff,
    )  # fmt: skip


def _print(cube: Cube, *, as_json: bool) -> None:
    from baloo.publish.contributor_active import as_csv
    from baloo.publish.contributor_active import as_json as json_of

    typer.echo(json_of(cube) if as_json else as_csv(cube), nl=False)


def _to_file(cube: Cube, file: Path) -> dict[str, int]:
    """Replace a file whole, where it would differ."""
    from baloo.publish.contributor_active import as_csv
    from baloo.publish.contributor_active import as_json as json_of
    from baloo.workspace import write_whole

    text = (json_of(cube) if file.suffix == ".json" else as_csv(cube)).encode()
    if file.exists() and file.read_bytes() == text:
        return {"added": 0, "changed": 0, "removed": 0, "same": len(cube.cells)}
    write_whole(file, text)
    return {"added": len(cube.cells), "changed": 0, "removed": 0, "same": 0}


def _to_database(cube: Cube, url_env: str, now: State) -> dict[str, int]:
    from baloo.publish.contributor_active import sync

    url = os.environ.get(url_env)
    if not url:
        raise InputError(f"The environment has no `{url_env}`.", where="--url-env", remedy=f"export {url_env}=postgresql+psycopg://...")
    return asdict(sync(cube, url, now.clock.now()))
