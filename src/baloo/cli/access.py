"""`baloo login`, `baloo sessions`, `baloo audit`: a link that signs in whoever runs the server, who is, who changed what."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeAlias
from urllib.parse import quote

import typer

from baloo.cli.common import AsJson, State, linked, me, micros, shown_minute, state
from baloo.cli.output import answer, narrate, table
from baloo.errors import InputError, UnknownName

if TYPE_CHECKING:
    from baloo.access.roles import Grant

__all__ = ["Name", "register", "sign_in"]

Name: TypeAlias = Annotated[str, typer.Option(help="Who signs in, where several share the account of this machine.")]
_NAME = 60  # characters


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(login)
    app.command()(sessions)
    app.command()(audit)


def login(
    context: typer.Context,
    role: Annotated[str, typer.Option(help="logger, analyst, owner, steward or admin.")] = "steward",
    area: Annotated[str, typer.Option(help="The area of a logger or an owner.")] = "",
    system: Annotated[str, typer.Option(help="The system of an owner.")] = "",
    name: Name = "",
    to: Annotated[str, typer.Option(help="The page to begin with.")] = "/",
    as_json: AsJson = False,
) -> None:
    """Make a link that signs you in, good once and for a quarter of an hour. It needs no provider: keep it to yourself."""
    from baloo.access.roles import grant

    now, given = state(context), grant(role, area=area, system=system)
    if given.place:
        _declared(now, area, system)
    if not to.startswith("/"):
        raise InputError(f"`{to}` is no page of your server.", where="--to", remedy="Write it like /people/review.")
    sign_in(now, given, name, to, as_json=as_json)


def sessions(
    context: typer.Context,
    end: Annotated[list[str] | None, typer.Option(help="End these: a session by its id, or all of who is so called.")] = None,
    end_all: Annotated[bool, typer.Option("--end-all", help="End every session.")] = False,
    as_json: AsJson = False,
) -> None:
    """Who is signed in, and until when; with `--end` or `--end-all`, whose sessions were ended just now."""
    from baloo.access.opened import end_sessions, opened
    from baloo.records import Records

    now = state(context)
    records = Records.open(now.workspace.records)
    try:
        if end or end_all:
            found = end_sessions(records, None if end_all else end, who=me(), now=micros(now))
        else:
            found = opened(records, now=micros(now))
    finally:
        records.close()
    rows = [(one.id, one.who, one.roles, shown_minute(one.made), shown_minute(one.expires)) for one in found]
    text = table(("id", "who", "roles", "since", "until"), rows) if rows else "Nobody is signed in."
    answer([asdict(one) for one in found], text, as_json=as_json)
    if end or end_all:
        narrate(f"Ended: {len(found)}. A link of `baloo login` that was not opened is good for its quarter of an hour.")


def audit(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many entries, the latest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Who changed what, and when, by ids."""
    from baloo.records import Records
    from baloo.records.audit import noted

    records = Records.open(state(context).workspace.records)
    try:
        found = noted(records, limit=limit)
    finally:
        records.close()
    rows = [(shown_minute(one.made), one.who, one.what, one.detail) for one in found]
    text = table(("when", "who", "what", "of"), rows) if rows else "Nothing was changed so far."
    answer([asdict(one) for one in found], text, as_json=as_json)


def _declared(now: State, area: str, system: str) -> None:
    """Raises UnknownName for a place that the registry does not know."""
    from baloo.registry import load

    registry = load(now.workspace.registry)
    for sort, name, known in (("area", area, registry.areas), ("system", system, registry.systems)):
        if name and name not in known:
            raise UnknownName(sort, name, known)


def sign_in(now: State, given: Grant, name: str, to: str, *, as_json: bool) -> None:
    """Print a link that signs in with a role, and leads to a page."""
    from baloo.access.links import ENTRY_SECONDS, entry_link
    from baloo.records import Records

    if len(name) > _NAME or not name.isprintable() or "@" in name:
        raise InputError(f"`--name` is one line of at most {_NAME} characters, and no address.")
    records = Records.open(now.workspace.records)
    try:
        token = entry_link(records, given, who=f"{me()} ({name})" if name else me(), now=micros(now))
    finally:
        records.close()
    link, hint = linked(now, f"/sign-in?to={quote(to)}&link={token}")
    answer({"link": link, "seconds": ENTRY_SECONDS}, link, as_json=as_json)
    narrate(f"{hint}It is good once, for 15 minutes, and signs you in for eight hours.")
