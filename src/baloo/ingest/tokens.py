"""Tokens: what a system shows at the door. Made once, shown once, kept as a hash; one system and one scope each."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from baloo.clock import Clock
from baloo.errors import Forbidden, UnknownName
from baloo.ingest.moment import micros
from baloo.ingest.quota import Limit, Senders, Tally, TooMany
from baloo.records.audit import note
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

_LENGTH = len(PREFIX) + 43  # of a whole token
_HINT = len(PREFIX) + 4  # letters of a token that are kept to tell it from others
_LOOK_AGAIN, _LOOK_AT_LAST = 0.25, 1.0  # seconds between two looks at the table: more where it is long
_SHARE = 200  # looking takes one part in so many of the time
_STRANGE = 20  # unknown tokens that are looked up at once, each second
_NOTE_EVERY = 15.0  # seconds between two notes of the last use
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
    """Makes, lists and revokes tokens; `who` does it, as the audit has it."""

    def __init__(self, records: Records, clock: Clock, who: str = "operator") -> None:
        self._engine = records.engine
        self._clock = clock
        self._who = who

    def create(self, system: str, *, expires: int | None = None, scope: str = "send") -> NewToken:
        """A new token for a system, of 256 random bits, until `expires` (microseconds since 1970) where that is given.

        Raises UnknownName for a scope that is none of SCOPES.
        """
        if scope not in SCOPES:
            raise UnknownName("scope", scope, SCOPES)
        secret = PREFIX + secrets.token_urlsafe(32)
        row: dict[str, Any] = {
            "system": system, "hash": _hash(secret), "hint": secret[:_HINT], "made": micros(self._clock.now()),
            "expires": expires, "scope": scope,
        }
        with self._engine.begin() as connection:
            made = connection.execute(sa.insert(tokens).values(row)).inserted_primary_key
            id_ = int(made[0]) if made else 0
            note(connection, self._who, "token made", f"{id_} of {system}, {scope}", row["made"])
        return NewToken(id_, system, secret)

    def list(self) -> Sequence[Token]:
        """Every token ever made, oldest first."""
        return [Token(*row) for row in _rows(self._engine, sa.select(*_LISTED).order_by(_c.id))]

    def revoke(self, id_: int) -> None:
        """End a token now; the door notices within a second or so. Raises UnknownName where there is none that lives."""
        with self._engine.begin() as connection:
            now = micros(self._clock.now())
            ended = connection.execute(sa.update(tokens).where(_c.id == id_, _c.revoked.is_(None)).values(revoked=now))
            note(connection, self._who, "token revoked", str(id_), now)
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
    """Says whose a token is, from memory; looks at the table again after a quarter of a second, or a second where it is long.

    A token that is not known is looked up at once, so many a second: a flood of wrong ones does not wear out the records. What
    each sender sent today is kept in the file `sent_today`.
    """

    def __init__(self, records: Records, clock: Clock, sent_today: Path | None = None) -> None:
        self._engine = records.engine
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._senders = Senders(records.secret, sent_today)
        self._promoted: frozenset[str] = frozenset()
        self._look_at = 0.0
        self._strangers = Tally()
        self._strange = Limit(_STRANGE // 2, 0)
        self._used: set[int] = set()
        self._strange_news = False
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
        self._keep_up()
        return Sender(system, system not in self._promoted, self._senders.tally(f"system {system}"))

    def stranger(self, address: str) -> Sender:
        """The sender that an address is, where there is no token."""
        self._strange_news = True
        return Sender(None, True, self._senders.stranger(address))

    def _find(self, token: str) -> _Known:
        self._keep_up()
        key = _hash(token)
        known = self._known.get(key) or self._looked_up(token, key)
        if known is None or (known.expires is not None and known.expires <= micros(self._clock.now())):
            raise Forbidden("This token is unknown, revoked or expired.", remedy=_REMEDY)
        self._used.add(known.id)
        return known

    def _keep_up(self) -> None:
        """Look at the table where it is time to."""
        begun = time.monotonic()
        if begun >= self._look_at:
            self._known = self._read(_c.revoked.is_(None))
            self._promoted = frozenset(row.system for row in _rows(self._engine, sa.select(promotions.c.system)))
            now = time.monotonic()
            self._look_at = now + min(_LOOK_AT_LAST, max(_LOOK_AGAIN, (now - begun) * _SHARE))

    def _looked_up(self, token: str, key: str) -> _Known | None:
        """What the table has of a token that was not there at the last look; None where it has not, or is asked too often."""
        if len(token) != _LENGTH or not token.startswith(PREFIX):
            return None
        try:
            self._strange.admit(self._strangers)
        except TooMany:
            return None
        self._known |= self._read(_c.revoked.is_(None) & (_c.hash == key))
        return self._known.get(key)

    def _read(self, which: sa.ColumnElement[bool]) -> dict[str, _Known]:
        query = sa.select(*_CHECKED).outerjoin_from(tokens, promotions, _c.system == promotions.c.system).where(which)
        return {
            row.hash: _Known(row.id, row.scope, row.expires, Sender(
                row.system, row.scope != "send" or row.promoted is None, self._senders.tally(f"token {row.id}")))
            for row in _rows(self._engine, query)
        }

    @property
    def has_news(self) -> bool:
        """Whether it is time to call `note_use`."""
        return (self._strange_news or bool(self._used)) and time.monotonic() - self._noted >= _NOTE_EVERY

    def note_use(self) -> None:
        """Write down when tokens were last used, and what was sent today.

        It may wait for the disk and for others who write: call it in a thread. Raises OSError and errors of the records.
        """
        used, self._used, self._strange_news = self._used, set(), False
        self._noted = time.monotonic()
        self._senders.write()
        if not used:
            return
        with self._engine.begin() as connection:
            connection.execute(sa.update(tokens).where(_c.id.in_(used)).values(last_used=micros(self._clock.now())))

    def close(self) -> None:
        """The door shuts: write down what there is to, as far as that can be done."""
        with suppress(OSError, sa.exc.SQLAlchemyError):
            self.note_use()


@lru_cache(256)
def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _rows(engine: sa.Engine, query: sa.Select[Any]) -> Sequence[Any]:
    with engine.connect().execution_options(writes=False) as connection:
        return connection.execute(query).all()
