"""`baloo token`: tokens with which systems send, shown once, kept as their hash."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from baloo.cli.common import AsJson, State, as_day, me, shown_day, state
from baloo.cli.output import answer, narrate, table
from baloo.cli.systems import systems_of
from baloo.errors import InputError, UnknownName

if TYPE_CHECKING:
    from baloo.ingest.tokens import Tokens

__all__ = ["register", "tokens_of"]

group = typer.Typer(no_args_is_help=True, help="Tokens with which systems send events.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="token")


@group.command()
def create(
    context: typer.Context,
    system: Annotated[str, typer.Argument(help="The system of the registry that will send with it.")],
    expires: Annotated[
        str | None, typer.Option(help="How long it is good: 90d for 90 days, or its last day; without it, for ever.")
    ] = None,
    scope: Annotated[
        str, typer.Option(help="send: its system's events. staging: events that never count. live: only sees the live page.")
    ] = "send",
    as_json: AsJson = False,
) -> None:
    """Make a token for a system. It is shown now and never again."""
    from baloo.registry import load

    now = state(context)
    registry = load(now.workspace.registry)
    if system not in registry.systems:
        raise UnknownName("system", system, registry.systems)
    until = _until(expires, now)
    with tokens_of(now) as tokens, systems_of(now) as systems:
        first = not any(token.system == system for token in tokens.list())
        made = tokens.create(system, expires=until, scope=scope)
        (stands,) = systems.states([system])
        if first and scope == "send" and stands.counted:  # the operator imported its history, and so speaks for it
            systems.promote(system, "import")
        counts = scope == "send" and (stands.promoted is not None or (first and stands.counted))
    environment = None if scope == "live" else "production" if counts else "staging"
    data = {"id": made.id, "system": system, "scope": scope, "environment": environment, "token": made.secret}
    answer(data, made.secret, as_json=as_json)
    narrate(f"Token {made.id} for {system}. Send it as `Authorization: Bearer ...`; only its hash is kept here.")
    if scope == "send" and not counts:
        narrate(f"What it sends is staging: judged, shown, not counted. Then `baloo system promote {system}` lets it count.")


@group.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """Every token: for which system, what for, since when, until when, last used when."""
    with tokens_of(state(context)) as tokens:
        found = tokens.list()
    heads = ("id", "system", "scope", "begins", "made", "good until", "revoked", "last used")
    rows = [
        (str(t.id), t.system, t.scope, t.hint, shown_day(t.made), shown_day(t.expires and t.expires - 1), shown_day(t.revoked),
         shown_day(t.last_used) or "never")
        for t in found
    ]  # fmt: skip
    answer([asdict(t) for t in found], table(heads, rows) if rows else "No tokens yet.", as_json=as_json)


@group.command()
def revoke(context: typer.Context, number: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """End a token now; a running server notices within a second or so."""
    with tokens_of(state(context)) as tokens:
        tokens.revoke(number)
    narrate(f"Token {number} is no longer good.")


@contextlib.contextmanager
def tokens_of(now: State) -> Iterator[Tokens]:
    """The tokens of a workspace."""
    from baloo.ingest.tokens import Tokens
    from baloo.records import Records

    records = Records.open(now.workspace.records)
    try:
        yield Tokens(records, now.clock, me())
    finally:
        records.close()


def _until(text: str | None, now: State) -> int | None:
    """The moment at which a token ends, in microseconds since 1970: midnight after its last day."""
    if text is None:
        return None
    days = re.fullmatch(r"(\d{1,5})d", text)
    last = now.clock.today() + dt.timedelta(days=int(days[1])) if days else as_day(text, "--expires")
    if last is None or last < now.clock.today():
        raise InputError("That day is over.", where="--expires", remedy="Name the last day on which the token is to be good.")
    return int(dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), dt.UTC).timestamp() * 1_000_000)
