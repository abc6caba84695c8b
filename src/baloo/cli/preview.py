"""`baloo preview`: what a rule would count, before it is put in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baloo.cli.common import AsJson, as_day, state
from baloo.cli.count import LEVELS
from baloo.cli.output import answer, narrate, table
from baloo.errors import UnknownName

if TYPE_CHECKING:
    import datetime as dt

    from baloo.metrics.preview import Previewed

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(preview)


def preview(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="An area's file as it would be; or a whole registry's folder.")],
    as_of: Annotated[str | None, typer.Option(help="The last day to compare; today where it is not given.")] = None,
    months: Annotated[int, typer.Option(min=0, max=600, help="The ends of so many months before it, too.")] = 12,
    level: Annotated[str, typer.Option(help="visitor, casual, active or core.")] = "active",
    as_json: AsJson = False,
) -> None:
    """Who would be counted, and who no longer, if an area's file stood in the registry: on which days, and by which rule."""
    import msgspec

    from baloo.lake.store import Lake
    from baloo.metrics.preview import preview as previewed
    from baloo.registry import load
    from baloo.registry.trial import as_if

    if level not in LEVELS:
        raise UnknownName("level", level, LEVELS)
    now = state(context)
    workspace = now.workspace
    found = previewed(
        workspace.derived, load(workspace.registry), as_if(workspace.registry, path),
        _days(as_day(as_of, "--as-of") or now.clock.today(), months), level,
        lambda: Lake.open(workspace.lake, write=False).snapshot(),
    )  # fmt: skip
    answer(msgspec.to_builtins(found), "\n\n".join(map(_text, found.scopes)), as_json=as_json)
    if not found.scopes:
        narrate(f"Nobody's count at level {level} would change.")
    else:
        narrate(f"Nothing is changed: to put it in force, put the file into {workspace.registry.name}/areas/.")


def _days(last: dt.date, months: int) -> list[dt.date]:
    """The ends of months before a day, and the day."""
    import datetime as dt

    days = [last]
    for _ in range(months):
        days.append(days[-1].replace(day=1) - dt.timedelta(1))
    return sorted(days)


def _text(one: Previewed) -> str:
    rows = [(str(row.day), row.now, row.then, row.come, row.go) for row in one.days]
    words = [f"now:   {one.now or 'it is not there.'}", f"then:  {one.then or 'it is not there.'}"]
    said = [] if one.now == one.then else words
    return "\n".join([f"{one.title} ({one.scope})", *said, table(("day", "now", "then", "come", "go"), rows)])
