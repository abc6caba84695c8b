"""An operator's session at the pages that have names, as long as there is no sign-in.

A command on the server's machine makes a link that is good once and for a quarter of an hour; opened, it becomes a session that a
cookie carries. Neither holds a name: they name a row of the audit, and that says who asked for the link.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.errors import Forbidden
from baloo.people.links import Signed, is_used, sign, use_up, verify
from baloo.people.sql import note
from baloo.records.store import Records
from baloo.records.tables import audit

__all__ = ["DESK_SECONDS", "ENTRY_SECONDS", "Desk", "at_desk", "desk_link", "enter", "leave_desk"]

ENTRY_SECONDS = 15 * 60
"""For how long a link is good."""
DESK_SECONDS = 8 * 3600
"""For how long a session lasts after it was begun."""

_LINK, _DESK = "desk link", "desk"
_ASK = "Ask for a new link on the server: `baloo people review`."


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody at their desk: `who`, as the audit has it, and what their cookie says."""

    who: str
    said: Signed

    @property
    def nonce(self) -> str:
        """That of the session, for the forms in it."""
        return self.said.nonce


def desk_link(records: Records, *, who: str, now: int) -> str:
    """The token of a new link for whoever gives the command."""
    with records.engine.begin() as connection:
        made = connection.execute(sa.insert(audit).values(made=now, who=who, what="desk link made", detail=""))
        row = int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0
    return sign(records, Signed(_LINK, row, now + ENTRY_SECONDS * 1_000_000, secrets.token_urlsafe(12)))


def enter(records: Records, token: str, *, now: int) -> str:
    """Use a link up; returns the value of the cookie of the session that it begins.

    Raises Forbidden where it is not ours, too old, or used.
    """
    said = verify(records, token, _LINK, now)
    with records.engine.begin() as connection:
        who = _who(connection, said.identity)
        use_up(connection, said, now)
        note(connection, who, "desk entered", str(said.identity), now)
    return sign(records, Signed(_DESK, said.identity, now + DESK_SECONDS * 1_000_000, secrets.token_urlsafe(12)))


def at_desk(records: Records, cookie: str, *, now: int) -> Desk:
    """Whose session a cookie carries. Raises Forbidden where there is none, and where it is over."""
    said = verify(records, cookie, _DESK, now)
    with records.engine.connect().execution_options(writes=False) as connection:
        if is_used(connection, said):
            raise Forbidden("This visit is over.", remedy=_ASK)
        return Desk(_who(connection, said.identity), said)


def leave_desk(records: Records, desk: Desk, *, now: int) -> None:
    """End a session before its time."""
    with records.engine.begin() as connection:
        if not is_used(connection, desk.said):
            use_up(connection, desk.said, now)


def _who(connection: sa.Connection, row: int) -> str:
    who = connection.scalar(sa.select(audit.c.who).where(audit.c.id == row))
    if who is None:
        raise Forbidden("Nothing is known here of this link.", remedy=_ASK)
    return str(who)
