"""Tokens: what a system shows at the door. Made once, shown once, kept as a hash; one system and one scope each."""

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
from baloo.ingest.quota import Tally
from baloo.records.store import Records
from baloo.records.tables import promotions, tokens

__all__ = ["PREFIX", "SCOPES", "NewToken", "Sender", "Token", "TokenChecker", "Tokens"]

PREFIX = "baloo_"
"""How every token begins, so that a leaked one is recognised."""
SCOPES = {
    "send": "sends events of its system, which count once the system is in production",
    "staging": "sends events that are staging for ever, whatever becomes of the system",
    "live": "sends nothing; it only sees on the live page what its system sends",
}
"""What a token is good for, one each. Every token sees its own system on the live page."""

_HINT = len(PREFIX) + 4  # letters of a token that are kept to tell it from others
_LOOK_AGAIN = 1.0  # seconds between two looks at the table
_NOTE_EVERY = 60.0  # seconds between two notes of the last use
_REMEDY = "Make one with `baloo token create SYSTEM`."
_c = tokens.c
_LISTED = (_c.id, _c.system, _c.hint, _c.made, _c.expires, _c.revoked, _c.last_used, _c.scope)
_CHECKED = (_c.hash, _c.id, _c.system, _c.scope, _c.expires, promotions.c.system.label("promoted"))


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
    scope: str


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; `secret` is shown to its owner and kept nowhere."""

    id: int
    system: str
    secret: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the `system` of a token, None for nobody; with `staging` none of it counts. `tally` has what it sent so far."""

    system: str | None
    staging: bool
    tally: Tally


class Tokens:
    """Makes, lists and revokes tokens."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._engine = records.engine
        self._clock = clock

    def create(self, system: str, *, expires: int | None = None, scope: str = "send") -> NewToken:
        """A new token for a system, of 256 random bits, until `expires` (microseconds since 1970) where that is given.

        Raises UnknownName for a scope that is none of SCOPES.
        """
        if scope not in SCOPES:
            raise UnknownName("scope", scope, SCOPES)
        secret = PREFIX + secrets.token_urlsafe(32)
        row = {
            "system": system, "hash": _hash(secret), "hint": secret[:_HINT], "made": micros(self._clock.now()),
            "expires": expires, "scope": scope,
        }
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


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    scope: str
    expires: int | None
    sender: Sender


class TokenChecker:
    """Says whose a token is, from memory; looks at the table again at most once a second."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._engine = records.engine
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._tallies: dict[int, Tally] = {}  # of each token, by its id
        self._promoted: frozenset[str] = frozenset()
        self._proven: dict[str, Tally] = {}  # of systems without a token
        self._looked = -_LOOK_AGAIN
        self._used: dict[int, int] = {}
        self._noted = -_NOTE_EVERY

    def sender_of(self, token: str) -> Sender:
        """Whom a token lets send. Raises Forbidden for one that is unknown, revoked, expired, or only for looking."""
        known = self._find(token)
        if known.scope == "live":
            raise Forbidden("This token is for the live page: it sends nothing.", remedy=_REMEDY)
        return known.sender

    def system_of(self, token: str) -> str:
        """The system whose events a token lets see. Raises Forbidden for one that is unknown, revoked or expired."""
        return self._find(token).sender.system or ""

    def proven(self, system: str) -> Sender:
        """The sender that a system is whose signature was right, or whose mapping trusts everybody."""
        if time.monotonic() - self._looked >= _LOOK_AGAIN:
            self._look()
        return Sender(system, system not in self._promoted, self._proven.setdefault(system, Tally()))

    def _find(self, token: str) -> _Known:
        if time.monotonic() - self._looked >= _LOOK_AGAIN:
            self._look()
        known = self._known.get(_hash(token))
        now = micros(self._clock.now())
        if known is None or (known.expires is not None and known.expires <= now):
            raise Forbidden("This token is unknown, revoked or expired.", remedy=_REMEDY)
        self._used[known.id] = now
        return known

    def _look(self) -> None:
        query = sa.select(*_CHECKED).outerjoin_from(tokens, promotions, _c.system == promotions.c.system)
        self._known = {
            row.hash: _Known(row.id, row.scope, row.expires, Sender(
                row.system, row.scope != "send" or row.promoted is None, self._tallies.setdefault(row.id, Tally())))
            for row in _rows(self._engine, query.where(_c.revoked.is_(None)))
        }
        self._promoted = frozenset(row.system for row in _rows(self._engine, sa.select(promotions.c.system)))
        self._looked = time.monotonic()

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
