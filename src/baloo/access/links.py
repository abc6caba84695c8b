"""Sign-in links: how an operator signs in with a command on the server's machine, with or without a provider.

A link is good once and for a quarter of an hour. It holds no name: it names a row of the audit, which says who asked for it and
which role it gives. A page must ask before it uses a link up, for mail programs look at links by themselves.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from baloo.access.roles import Grant
from baloo.access.sessions import Sessions
from baloo.errors import Forbidden
from baloo.people.links import Signed, sign, use_up, verify
from baloo.records.store import Records
from baloo.records.tables import audit

__all__ = ["ENTRY_SECONDS", "enter", "entry_link"]

ENTRY_SECONDS = 15 * 60
"""For how long a link is good."""

_LINK, _MADE = "sign-in link", "sign-in link made"


def entry_link(records: Records, given: Grant, *, who: str, now: int) -> str:
    """The token of a new link that signs `who` in with a role."""
    with records.engine.begin() as connection:
        made = connection.execute(sa.insert(audit).values(made=now, who=who, what=_MADE, detail=str(given)))
        row = int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0
    return sign(records, Signed(_LINK, row, now + ENTRY_SECONDS * 1_000_000, secrets.token_urlsafe(12)))


def enter(sessions: Sessions, token: str, *, now: int, before: str = "") -> str:
    """Use a link up; the cookie of the session that it begins. The session of the cookie `before` ends.

    Raises Forbidden where the link is not ours, too old, or used.
    """
    records = sessions.records
    said = verify(records, token, _LINK, now)
    with records.engine.begin() as connection:
        row = connection.execute(sa.select(audit.c.who, audit.c.detail).where(
            audit.c.id == said.identity, audit.c.what == _MADE)).one_or_none()
        if row is None:
            raise Forbidden("Nothing is known here of this link.", remedy="Ask for a new one: `baloo login`.")
        use_up(connection, said, now)
    role, _, place = row.detail.partition(" ")
    return sessions.begin(row.who, [Grant(role, place)], how="link", now=now, before=before)
