"""The sessions that are open, and how whoever runs the server ends them before their time."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.access.roles import Grant
from baloo.errors import UnknownName
from baloo.records.audit import note
from baloo.records.store import Records
from baloo.records.tables import sessions

__all__ = ["Open", "end_sessions", "opened"]

_ID = 12  # characters of the hash; nothing leads from it to the cookie
_c = sessions.c


@dataclass(frozen=True, slots=True)
class Open:
    """One session. `made` and `expires` are microseconds since 1970; `roles` are those of a link, or `by provider`."""

    id: str
    who: str
    roles: str
    made: int
    expires: int


def opened(records: Records, *, now: int) -> list[Open]:
    """Those that are open, the latest first."""
    with records.engine.connect().execution_options(writes=False) as connection:
        return _opened(connection, now)


def end_sessions(records: Records, named: Collection[str] | None, *, who: str, now: int) -> list[Open]:
    """End the sessions that are named by their id or by who is signed in; None ends all. Returns them.

    Raises UnknownName for a name of no open session, and ends none then.
    """
    with records.engine.begin() as connection:
        found = _opened(connection, now)
        known = {one.id for one in found} | {one.who for one in found}
        for name in named or ():
            if name not in known:
                raise UnknownName("session", name, known)
        ended = [one for one in found if named is None or one.id in named or one.who in named]
        for one in ended:
            connection.execute(sa.delete(sessions).where(_c.hash.startswith(one.id, autoescape=True)))
            note(connection, who, "session ended", one.who, now)
    return ended


def _opened(connection: sa.Connection, now: int) -> list[Open]:
    query = sa.select(_c.hash, _c.who, _c.grants, _c.groups, _c.made, _c.expires).where(_c.expires > now)
    return [
        Open(row.hash[:_ID], row.who, _roles(row.grants) if row.groups is None else "by provider", row.made, row.expires)
        for row in connection.execute(query.order_by(_c.made.desc(), _c.hash))
    ]


def _roles(grants: str) -> str:
    return ", ".join(str(Grant(*pair)) for pair in json.loads(grants))
