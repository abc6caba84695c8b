"""Tokens: what a system shows at the door. Made once, shown once, kept as a hash; one system each."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from baloo.clock import Clock
from baloo.errors import Forbidden, UnknownName
from baloo.ingest.moment import micros
from baloo.records.store import Records
from baloo.records.tables import tokens

__all__ = ["PREFIX", "NewToken", "Token", "TokenChecker", "Tokens"]

PREFIX = "baloo_"
"""How every token begins, so that a leaked one is recognised."""

_HINT = len(PREFIX) + 4  # letters of a token that are kept to tell it from others
_LOOK_AGAIN = 1.0  # seconds between two looks at the table
_NOTE_EVERY = 60.0  # seconds between two notes of the last use
_c = tokens.c
_LISTED = (_c.id, _c.system, _c.hint, _c.made, _c.expires, _c.revoked, _c.last_used)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token. Times are microseconds since 1970."""

    id: int
    system: str
    hint: str
    made: int
    expires: int | None
    revoked: int | None
    last_used: int | None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; `secret` is shown to its owner and kept nowhere."""

    id: int
    system: str
    secret: str


class Tokens:
    """Makes, lists and revokes tokens."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._engine = records.engine
        self._clock = clock

    def create(self, system: str, *, expires: int | None = None) -> NewToken:
        """A new token for a system, of 256 random bits, until `expires` (microseconds since 1970) where that is given."""
        secret = PREFIX + secrets.token_urlsafe(32)
        made_at = micros(self._clock.now())
        row = {"system": system, "hash": _hash(secret), "hint": secret[:_HINT], "made": made_at, "expires": expires}
        with self._engine.begin() as connection:
            made = connection.execute(sa.insert(tokens).values(row)).inserted_primary_key
        return NewToken(int(made[0]) if made else 0, system, secret)

    def list(self) -> Sequence[Token]:
        """Every token ever made, oldest first."""
        return [Token(*row) for row in _rows(self._engine, sa.select(*_LISTED).order_by(_c.id))]

    def revoke(self, id_: int) -> None:
        """End a token now; the door notices within two seconds. Raises UnknownName where there is none that lives."""
        with self._engine.begin() as connection:
            ended = connection.execute(
                sa.update(tokens).where(_c.id == id_, _c.revoked.is_(None)).values(revoked=micros(self._clock.now())))
            if not ended.rowcount:
                alive = connection.scalars(sa.select(_c.id).where(_c.revoked.is_(None)).order_by(_c.id)).all()
                raise UnknownName("living token", str(id_), map(str, alive))


class TokenChecker:
    """Says whose a token is, from memory; looks at the table again at most once a second."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._engine = records.engine
        self._clock = clock
        self._known: dict[str, tuple[int, str, int | None]] = {}
        self._looked = -_LOOK_AGAIN
        self._used: dict[int, int] = {}
        self._noted = -_NOTE_EVERY

    def system_of(self, token: str) -> str:
        """The system that a token stands for. Raises Forbidden for one that is unknown, revoked or expired."""
        if time.monotonic() - self._looked >= _LOOK_AGAIN:
            self._known = {row.hash: (row.id, row.system, row.expires) for row in _rows(
                self._engine, sa.select(_c.hash, _c.id, _c.system, _c.expires).where(_c.revoked.is_(None)))}
            self._looked = time.monotonic()
        known = self._known.get(_hash(token))
        now = micros(self._clock.now())
        if known is None or (known[2] is not None and known[2] <= now):
            raise Forbidden("This token is unknown, revoked or expired.", remedy="Make one with `baloo token create SYSTEM`.")
        self._used[known[0]] = now
        return known[1]

    @property
    def has_news(self) -> bool:
        """Whether it is time to call `note_use`."""
        return bool(self._used) and time.monotonic() - self._noted >= _NOTE_EVERY

    def note_use(self) -> None:
        """Write down when tokens were last used. It may wait for the disk and for others who write: call it in a thread."""
        used, self._used = self._used, {}
        self._noted = time.monotonic()
        with self._engine.begin() as connection:
            for id_, last in used.items():
                connection.execute(sa.update(tokens).where(_c.id == id_).values(last_used=last))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _rows(engine: sa.Engine, query: sa.Select[Any]) -> Sequence[Any]:
    with engine.connect().execution_options(writes=False) as connection:
        return connection.execute(query).all()
