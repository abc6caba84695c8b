"""`baloo requests`: which integrations people ask for, and a steward's yes or no."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from baloo.cli.common import AsJson, me, micros, state
from baloo.cli.output import answer, narrate, table

if TYPE_CHECKING:
    from baloo.records import Records

__all__ = ["register"]

Id: TypeAlias = Annotated[int, typer.Argument(help="Its number, as `list` shows it.")]
group = typer.Typer(no_args_is_help=True, help="Integrations that people ask for on /requests.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="requests")


@group.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """All requests, those with most votes first."""
    from baloo.watch.requests import requested

    with _records(context) as records:
        found = requested(records)
    rows = [(one.id, one.state, one.votes, one.volume, one.title, one.url) for one in found]
    text = table(("id", "state", "votes", "volume", "title", "address"), rows) if rows else "Nobody has asked for anything yet."
    answer([asdict(one) for one in found], text, as_json=as_json)


@group.command()
def accept(
    context: typer.Context, request: Id,
    quarter: Annotated[str | None, typer.Option(help="When it is to be integrated, such as 2026-Q4.")] = None,
) -> None:
    """Say yes: the request is shown, people vote for it, and it stands as work in the registry."""
    from baloo.watch.requests import accept as say_yes

    now = state(context)
    with _records(context) as records:
        file = say_yes(records, request, now.workspace.registry, who=me(), now=micros(now), quarter=quarter)
    narrate(f"It is shown now. Its work stands in {file.relative_to(now.workspace.root)}: commit it with your registry.")


@group.command()
def decline(context: typer.Context, request: Id) -> None:
    """Say no: the request is not shown, or no longer."""
    from baloo.watch.requests import decline as say_no
    from baloo.watch.requests import work_file

    now = state(context)
    with _records(context) as records:
        say_no(records, request, who=me(), now=micros(now))
    narrate("It is not shown.")
    file = work_file(now.workspace.registry, request)
    if file.exists():
        narrate(f"Its work still stands in {file.relative_to(now.workspace.root)}, and so in the plan: delete the file.")


@contextlib.contextmanager
def _records(context: typer.Context) -> Iterator[Records]:
    from baloo.records import Records

    records = Records.open(state(context).workspace.records)
    try:
        yield records
    finally:
        records.close()
