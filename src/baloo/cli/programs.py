"""`baloo log token`: tokens with which programs log for an area, shown once, kept as their hash."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from baloo.cli.common import AsJson, State, me, micros, shown_day, state
from baloo.cli.output import answer, narrate, table

if TYPE_CHECKING:
    from baloo.access.programs import Made, Programs

__all__ = ["group"]

Days: TypeAlias = Annotated[int, typer.Option(help="For how many days it is good: 1 to 400.")]
Number: TypeAlias = Annotated[int, typer.Argument(metavar="ID", help="Its number, as `baloo log token list` shows it.")]
group = typer.Typer(no_args_is_help=True, help="Tokens with which programs log for an area, by the API.")


@group.command()
def create(
    context: typer.Context,
    area: Annotated[str, typer.Argument(help="The area, as `baloo log areas` lists them.")],
    name: Annotated[str, typer.Argument(help="What the program is called: small letters, digits, hyphens.")],
    days: Days = 90, as_json: AsJson = False,
) -> None:
    """Make a token with which a program logs for an area. It is shown now and never again."""
    from baloo.logbook.places import place
    from baloo.registry import load

    now = state(context)
    found = place(load(now.workspace.registry), area)
    with _programs(now) as programs:
        _shown(programs.create(found.area.id, name, who=me(), days=days), found.area.id, as_json=as_json)


@group.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """Every token: for which area, of which program, until when, last used when."""
    with _programs(state(context)) as programs:
        found = programs.list()
    heads = ("id", "area", "program", "made by", "made", "good until", "revoked", "last used")
    rows = [(str(one.id), one.area, one.name, one.who, shown_day(one.made), shown_day(one.expires), shown_day(one.revoked),
             shown_day(one.last_used) or "never") for one in found]
    answer([asdict(one) for one in found], table(heads, rows) if rows else "No tokens yet.", as_json=as_json)


@group.command()
def renew(context: typer.Context, number: Number, days: Days = 90, as_json: AsJson = False) -> None:
    """Make another secret for a token; the one before ends. The program still sees its private entries."""
    with _programs(state(context)) as programs:
        _shown(programs.renew(number, who=me(), days=days), None, as_json=as_json)


@group.command()
def revoke(context: typer.Context, number: Number) -> None:
    """End a token now. What was logged with it stays."""
    with _programs(state(context)) as programs:
        programs.revoke(number, who=me())
    narrate(f"Token {number} is no longer good.")


@contextlib.contextmanager
def _programs(now: State) -> Iterator[Programs]:
    from baloo.access.programs import Programs
    from baloo.records import Records

    records = Records.open(now.workspace.records)
    try:
        yield Programs(records, lambda: micros(now))
    finally:
        records.close()


def _shown(made: Made, area: str | None, *, as_json: bool) -> None:
    until = shown_day(made.expires)
    data = {"id": made.id, "token": made.secret, "good_until": until}
    answer(data | ({"area": area} if area else {}), made.secret, as_json=as_json)
    narrate(f"Token {made.id}, good until {until}. Send it as `Authorization: Bearer ...`; only its hash is kept.")
