"""Sessions: who is signed in, by a cookie of 256 random bits of which the records keep a hash.

Who came by a link has the role of the link until the session ends. Who came by the provider has what their groups there give, as
the registry says at that moment; groups that are older than four minutes are asked for again, and where that is refused the
session ends. So a right that is taken away at the provider is gone within five minutes.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from baloo.access.roles import Grant, held
from baloo.errors import Forbidden
from baloo.records.audit import note
from baloo.records.store import Records
from baloo.records.tables import sessions

__all__ = ["GROUPS_SECONDS", "NOBODY", "SESSION_SECONDS", "Caller", "Member", "Members", "Sessions"]

SESSION_SECONDS = 8 * 3600
"""For how long a session lasts after it was begun."""
GROUPS_SECONDS = 4 * 60
"""Age of the groups from which they are asked for again."""

_SIGNED_IN = Grant("contributor")
_c = sessions.c


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `who` as the audit has it, what was granted, and the text that forms of this session carry."""

    who: str
    grants: tuple[Grant, ...] = ()
    nonce: str = ""

    def may(self, role: str, *places: str) -> bool:
        """Whether they hold a role; with `places` such as `area:reps`, at one of them."""
        return role == "visitor" or held(self.grants, role, places or None)


NOBODY = Caller("")
"""Who is not signed in."""


@dataclass(frozen=True, slots=True)
class Member:
    """What the provider says of who signed in. `kept` is what it is asked with the next time; it is never shown.

    `address` is one that it verified as theirs, empty where it tells none; it is looked up, and not kept.
    """

    subject: str
    groups: tuple[str, ...]
    kept: str
    address: str = ""


class Members(Protocol):
    """The provider, as sessions need it: `baloo.access.provider.Provider`."""

    issuer: str

    def again(self, member: str) -> Member:
        """Ask anew with what was `kept`. Raises Forbidden where the provider refuses, Busy where it does not answer."""
        ...


class Sessions:
    """The sessions of a workspace. `members` gives the provider, where there is one; `grants_of` what groups give."""

    def __init__(
        self, records: Records, members: Callable[[], Members | None] = lambda: None,
        grants_of: Callable[[Sequence[str]], Iterable[Grant]] = lambda _: (),
    ) -> None:
        self.records = records
        self._members = members
        self._grants_of = grants_of
        self._asking = [threading.Lock() for _ in range(32)]  # one asks for a session, the others wait for the answer

    def begin(
        self, who: str, grants: Iterable[Grant], *, how: str, now: int, member: Member | None = None, before: str = "",
    ) -> str:
        """The cookie of a new session. The one of the cookie `before` ends: nobody goes on with a cookie given to them."""
        cookie = secrets.token_urlsafe(32)
        given = sorted(grants)
        row: dict[str, Any] = {
            "hash": _hash(cookie), "who": who, "made": now, "expires": now + SESSION_SECONDS * 1_000_000,
            "grants": json.dumps([[one.role, one.place] for one in given]),
        }
        if member is not None:
            given = sorted(self._grants_of(member.groups))
            row |= {"groups": json.dumps(member.groups), "checked": now, "sealed": _seal(cookie, member.kept)}
        with self.records.engine.begin() as connection:
            connection.execute(sa.delete(sessions).where((_c.expires < now) | (_c.hash == _hash(before))))
            connection.execute(sa.insert(sessions).values(row))
            note(connection, who, "signed in", f"by {how}: {_said(given)}", now)
        return cookie

    def caller(self, cookie: str, *, now: int) -> Caller:
        """Who comes with a cookie; NOBODY where there is no such session.

        Raises Forbidden where the provider took the membership back, Busy where it cannot be asked.
        """
        row = self._row(cookie, now) if cookie else None
        if row is None:
            return NOBODY
        if row.groups is None:
            granted = [Grant(*pair) for pair in json.loads(row.grants)]
        else:
            if now - row.checked >= GROUPS_SECONDS * 1_000_000:
                row = self._asked_again(cookie, now)
            granted = list(self._grants_of(json.loads(row.groups)))
        return Caller(row.who, (_SIGNED_IN, *granted), _nonce(cookie))

    def end(self, cookie: str, *, now: int, everywhere: bool = False) -> None:
        """End a session before its time; `everywhere`: all of those who are called as this one is."""
        with self.records.engine.begin() as connection:
            row = connection.execute(sa.select(_c.who).where(_c.hash == _hash(cookie))).one_or_none()
            if row is not None:
                these = _c.who == row.who if everywhere else _c.hash == _hash(cookie)
                ended = connection.execute(sa.delete(sessions).where(these)).rowcount
                note(connection, row.who, "signed out", f"everywhere, {ended} sessions" if everywhere else "", now)

    def end_all(self, why: str, *, now: int) -> None:
        """End every session: of those that a backup brings back, some were ended since."""
        with self.records.engine.begin() as connection:
            ended = connection.execute(sa.delete(sessions)).rowcount
            note(connection, "baloo", why, f"{ended} sessions ended", now)

    def _row(self, cookie: str, now: int) -> Any:  # noqa: ANN401 - a row of the table
        with self.records.engine.connect().execution_options(writes=False) as connection:
            return connection.execute(sa.select(sessions).where(_c.hash == _hash(cookie), _c.expires > now)).one_or_none()

    def _asked_again(self, cookie: str, now: int) -> Any:  # noqa: ANN401 - a row of the table
        """The session's row with groups that the provider told just now."""
        key = _hash(cookie)
        with self._asking[int(key[:8], 16) % len(self._asking)]:
            row = self._row(cookie, now)
            if row is None:  # it ended meanwhile
                raise Forbidden("This session is over.", remedy="Sign in again.")
            if now - row.checked < GROUPS_SECONDS * 1_000_000:
                return row
            member = self._vouched(cookie, row, now)
            self._renew(cookie, row, member, now)
            return self._row(cookie, now)

    def _vouched(self, cookie: str, row: Any, now: int) -> Member:  # noqa: ANN401 - a row of the table
        """What the provider says now; where it refuses, the session ends. Raises Forbidden, and Busy where it does not answer."""
        members, why = self._members(), None
        if members is not None:
            try:
                return members.again(_open(cookie, row.sealed))
            except Forbidden as error:
                why = error
        with self.records.engine.begin() as connection:
            connection.execute(sa.delete(sessions).where(_c.hash == row.hash))
            note(connection, row.who, "rights ended", "the provider refused", now)
        raise Forbidden("This session is over: the provider does not vouch for it any more.", remedy="Sign in again.") from why

    def _renew(self, cookie: str, row: Any, member: Member, now: int) -> None:  # noqa: ANN401 - a row of the table
        before, after = self._grants_of(json.loads(row.groups)), self._grants_of(member.groups)
        with self.records.engine.begin() as connection:
            connection.execute(sa.update(sessions).where(_c.hash == row.hash).values(
                groups=json.dumps(member.groups), checked=now, sealed=_seal(cookie, member.kept)))
            if set(before) != set(after):
                note(connection, row.who, "rights changed", _said(sorted(after)), now)


def _said(grants: Sequence[Grant]) -> str:
    return ", ".join(map(str, grants)) or "no role"


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _nonce(cookie: str) -> str:
    """What forms of a session carry; it tells nothing of the cookie."""
    return hashlib.sha256(b"form\x1f" + cookie.encode()).hexdigest()[:32]


def _key(cookie: str) -> Any:  # noqa: ANN401 - a key of joserfc
    from joserfc.jwk import OctKey  # noqa: PLC0415 - who has no provider does not pay for it

    return OctKey.import_key(hashlib.sha256(b"seal\x1f" + cookie.encode()).digest())


def _seal(cookie: str, text: str) -> str:
    """`text`, so that only who has the cookie reads it: a copy of the records asks the provider nothing."""
    from joserfc.jwe import encrypt_compact  # noqa: PLC0415 - who has no provider does not pay for it

    return encrypt_compact({"alg": "dir", "enc": "A256GCM"}, text.encode(), _key(cookie))


def _open(cookie: str, sealed: str) -> str:
    from joserfc.jwe import decrypt_compact  # noqa: PLC0415 - who has no provider does not pay for it

    return (decrypt_compact(sealed, _key(cookie)).plaintext or b"").decode()
