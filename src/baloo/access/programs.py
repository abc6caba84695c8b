"""Programs that log for an area: a token each, made once, shown once, kept as a hash; one area, one name, and an end.

A token opens the addresses of the API for logging, for its area and its parts, and nothing else: the door does not take it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from baloo.access.roles import Grant
from baloo.access.sessions import Caller
from baloo.errors import Forbidden, InputError, UnknownName
from baloo.records.audit import note
from baloo.records.programs import programs
from baloo.records.store import Records

__all__ = ["LONGEST_DAYS", "PREFIX", "USUAL_DAYS", "Made", "Program", "Programs", "called"]

PREFIX = "baloo_log_"
"""How every token begins, so that a leaked one is recognised."""
USUAL_DAYS, LONGEST_DAYS = 90, 400
"""For how many days a token is good where nothing is said, and at most."""

_LENGTH = len(PREFIX) + 43
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_DAY = 86_400_000_000  # microseconds
_NOTE_EVERY = 3_600_000_000  # microseconds between two notes of the last use
_c = programs.c


@dataclass(frozen=True, slots=True)
class Program:
    """What is known of a token. Times are microseconds since 1970; `who` made it, as the audit has it."""

    id: int
    area: str
    name: str
    who: str
    made: int
    expires: int
    revoked: int | None
    last_used: int | None


@dataclass(frozen=True, slots=True)
class Made:
    """A token just made; `secret` is shown now and kept nowhere."""

    id: int
    secret: str
    expires: int


class Programs:
    """The tokens of a workspace. `now` gives this moment in microseconds since 1970."""

    def __init__(self, records: Records, now: Callable[[], int]) -> None:
        self.records = records
        self._now = now

    def create(self, area: str, name: str, *, who: str, days: int = USUAL_DAYS) -> Made:
        """A new token for an area, of 256 random bits. Raises InputError for a name or a number of days that is none."""
        if not _NAME.fullmatch(name):
            remedy = "Use up to 40 small letters, digits and hyphens, such as `front-desk`."
            raise InputError("This is no name of a program.", where="name", remedy=remedy)
        now = self._now()
        secret, kept = _secret(now, days)
        row = {**kept, "area": area, "name": name, "who": who, "made": now}
        with self.records.engine.begin() as connection:
            made = connection.execute(sa.insert(programs).values(row)).inserted_primary_key
            number = int(made[0]) if made else 0
            note(connection, who, "token made", f"{called(number)}, {name}, of {area}", now)
        return Made(number, secret, kept["expires"])

    def renew(self, number: int, *, who: str, days: int = USUAL_DAYS) -> Made:
        """Another secret for a token that was not revoked: the program goes on under its number, the secret before is no more.

        Raises UnknownName where there is no such token, InputError for a number of days that is none.
        """
        now = self._now()
        secret, kept = _secret(now, days)
        self._change(number, kept, "token renewed", who, now, "")
        return Made(number, secret, kept["expires"])

    def revoke(self, number: int, *, who: str, area: str = "") -> None:
        """End a token now; with `area`, only one of that area. Raises UnknownName where there is none that was not revoked."""
        now = self._now()
        self._change(number, {"revoked": now}, "token revoked", who, now, area)

    def list(self, area: str = "") -> Sequence[Program]:
        """Every token ever made, oldest first; with `area`, that area's."""
        columns = [_c.id, _c.area, _c.name, _c.who, _c.made, _c.expires, _c.revoked, _c.last_used]
        query = sa.select(*columns).order_by(_c.id)
        with self.records.engine.connect().execution_options(writes=False) as connection:
            return [Program(*row) for row in connection.execute(query.where(_c.area == area) if area else query)]

    def caller(self, token: str) -> Caller:
        """The logger that a token is. Raises Forbidden for one that is unknown, revoked or expired."""
        now, row = self._now(), None
        if len(token) == _LENGTH and token.startswith(PREFIX):
            with self.records.engine.connect().execution_options(writes=False) as connection:
                found = sa.select(_c.id, _c.area, _c.last_used).where(
                    _c.hash == _hash(token), _c.revoked.is_(None), _c.expires > now)
                row = connection.execute(found).one_or_none()
        if row is None:
            raise Forbidden("This token is unknown, revoked or expired.", remedy="Ask for one: `baloo log token create`.")
        if now - (row.last_used or 0) >= _NOTE_EVERY:
            with self.records.engine.begin() as connection:
                connection.execute(sa.update(programs).where(_c.id == row.id).values(last_used=now))
        return Caller(called(row.id), (Grant("logger", f"area:{row.area}"),))

    def _change(self, number: int, values: dict[str, object], what: str, who: str, now: int, area: str) -> None:
        living = _c.revoked.is_(None) & ((_c.area == area) if area else sa.true())
        with self.records.engine.begin() as connection:
            changed = connection.execute(sa.update(programs).where(_c.id == number, living).values(values)).rowcount
            if not changed:
                known = connection.scalars(sa.select(_c.id).where(living).order_by(_c.id)).all()
                raise UnknownName("living token", str(number), map(str, known))
            note(connection, who, what, called(number), now)


def called(number: int) -> str:
    """Who a program is, as entries have it in `logged_by`, and the audit."""
    return f"log token {number}"


def _secret(now: int, days: int) -> tuple[str, dict[str, Any]]:
    """A new secret, and what is kept of it."""
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError(f"A token is good for 1 to {LONGEST_DAYS} days.", where="days")
    secret = PREFIX + secrets.token_urlsafe(32)
    return secret, {"hash": _hash(secret), "expires": now + days * _DAY}


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
