"""`baloo token`: one token a system, shown once, kept as its hash."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from baloo.cli.common import AsJson, State, as_day, state
from baloo.cli.output import answer, narrate, table
from baloo.errors import InputError, UnknownName

if TYPE_CHECKING:
    from baloo.ingest.tokens import Tokens

__all__ = ["register"]

group = typer.Typer(no_args_is_help=True, help="Tokens with which systems send events.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="token")


@group.command()
def create(
    context: typer.Context,
    system: Annotated[str, typer.Argument(help="The system of the registry that will send with it.")],
    expires: Annotated[str | None, typer.Option(help="Last day on which it is good; without it, for ever.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a token for a system. It is shown now and never again."""
    from baloo.registry import load

    now = state(context)
    registry = load(now.workspace.registry)
    if system not in registry.systems:
        raise UnknownName("system", system, registry.systems)
    last = as_day(expires, "--expires")
    if last is not None and last < now.clock.today():
        raise InputError("That day is over.", where="--expires", remedy="Name the last day on which the token is to be good.")
    until = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), dt.UTC) if last else None
    with _tokens(now) as tokens:
        made = tokens.create(system, expires=int(until.timestamp() * 1_000_000) if until else None)
    answer({"id": made.id, "system": system, "token": made.secret}, made.secret, as_json=as_json)
    narrate(f"Token {made.id} for {system}. Send it as `Authorization: Bearer ...`; only its hash is kept here.")


@group.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """Every token: for which system, since when, last used when."""
    with _tokens(state(context)) as tokens:
        found = tokens.list()
    heads = ("id", "system", "begins", "made", "good until", "revoked", "last used")
    rows = [
        (str(t.id), t.system, t.hint, _day(t.made), _day(t.expires), _day(t.revoked), _day(t.last_used) or "never") for t in found
    ]
    answer([asdict(t) for t in found], table(heads, rows) if rows else "No tokens yet.", as_json=as_json)


@group.command()
def revoke(context: typer.Context, number: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """End a token now; a running server notices within two seconds."""
    with _tokens(state(context)) as tokens:
        tokens.revoke(number)
    narrate(f"Token {number} is no longer good.")


@contextlib.contextmanager
def _tokens(now: State) -> Iterator[Tokens]:
    from baloo.ingest.tokens import Tokens
    from baloo.records import Records

    records = Records.open(now.workspace.records)
    try:
        yield Tokens(records, now.clock)
    finally:
        records.close()


def _day(micros: int | None) -> str:
    return "" if micros is None else dt.datetime.fromtimestamp(micros / 1_000_000, dt.UTC).strftime("%Y-%m-%d")
