"""Marks: keyed hashes of what somebody is called, by which events of theirs are known without a name being kept.

An event has up to three: of its account (else username, else address and name together) on its system, of its address whatever
the system, and of the username beside an account. A person has those of all their identities. What others use as well, such as a
shared mailbox or a name that passed to somebody else, is no mark of a person.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import sqlalchemy as sa

from baloo.people.actor import STAGING, Actor
from baloo.people.keys import email_key
from baloo.people.rules import is_personal
from baloo.people.sql import insert_new, read_meta, select_in, select_rows, write_meta
from baloo.records.rights import suppressed
from baloo.records.store import Records
from baloo.records.tables import exclusions, identities, members, observations

__all__ = [
    "ERASED", "OPTED_OUT", "Suppressed", "actors_of", "erased_by", "identities_of", "known_by", "mailbox_marks", "marks_in",
    "marks_of", "marks_of_actor", "renew_opted_out", "shared_mailboxes", "suppress",
]

ERASED, OPTED_OUT = "erased", "opted-out"
_EDITION = "suppressed_edition"  # where the number stands that grows with each change of the marks
_LOOK_AGAIN = 1.0  # seconds between two looks at the records
_REMEMBERED = 100_000  # actors whose answer is kept in memory
_TEXT = re.compile(r'"[^"\\]{1,200}"|[^\s"<>(),;:\\]{1,200}@[^\s"<>(),;:\\]{1,200}')  # texts of JSON, and addresses anywhere
_Raw: TypeAlias = "tuple[str, str | None, str | None, str | None, str | None]"


def marks_of_actor(secret: bytes, actor: Actor) -> set[bytes]:
    """The marks that an event of this actor has."""
    system, account, username, email, name = actor.tidy()
    marks = set()
    if account is not None:
        marks.add(_mark(secret, "account", system, account))
        if username is not None:
            marks.add(_mark(secret, "login", system, username))
    elif username is not None:
        marks.add(_mark(secret, "username", system, username))
    else:
        marks.add(_mark(secret, "address", system, email or "", name or ""))
    key = email_key(email)
    if is_personal(key):
        marks.add(_mark(secret, "mailbox", key or ""))
    return marks


def marks_of(connection: sa.Connection, secret: bytes, whose: Sequence[int]) -> set[bytes]:
    """The marks of the persons that these identities are; give all identities of each."""
    i, o = identities.c, observations.c
    own = set(whose)
    actors = {n: Actor(system.removesuffix(STAGING), *rest) for n, system, *rest in select_in(
        connection, [i.id, i.system, i.account, i.username, i.email, i.name], i.id, sorted(own))}
    seen = select_in(connection, [o.identity_id, o.username, o.email, o.name], o.identity_id, sorted(own))
    marks, mailboxes, names = set(), set(), set()
    for number, username, email, name in [*((n, a.username, a.email, a.name) for n, a in actors.items()), *seen]:
        system, account, first_username, *_ = actors[number]
        if account is not None:
            marks.add(_mark(secret, "account", system, account))
        elif first_username is None:
            marks.add(_mark(secret, "address", system, email or "", name or ""))
        if username is not None:
            names.add((system, username, account is None))
        if is_personal(key := email_key(email)):
            mailboxes.add(key or "")
    marks |= mailbox_marks(secret, mailboxes - shared_mailboxes(connection, mailboxes, own))
    taken = _shared_names(connection, {username for _, username, _ in names}, own)
    for system, username, alone in names:
        if (system, username) not in taken:
            marks.update(_mark(secret, kind, system, username) for kind in (("username", "login") if alone else ("username",)))
    return marks


def mailbox_marks(secret: bytes, keys: Iterable[str]) -> set[bytes]:
    """The marks of address keys."""
    return {_mark(secret, "mailbox", key) for key in keys}


def identities_of(connection: sa.Connection, whose: Iterable[int]) -> list[int]:
    """All identities of the persons that these identities belong to."""
    of, wanted = members.c, sorted(set(whose))
    persons = sorted({person for (person,) in select_in(connection, [of.person_id], of.identity_id, wanted)})
    return sorted({*wanted, *(n for (n,) in select_in(connection, [of.identity_id], of.person_id, persons))})


def suppress(connection: sa.Connection, marks: Iterable[bytes], why: str, now: int) -> int:
    """Suppress events with these marks from now on; how many marks are new."""
    known = set(connection.scalars(sa.select(suppressed.c.mark).where(suppressed.c.why == why)))
    new = sorted(set(marks) - known)
    if new:
        insert_new(connection, suppressed, [{"mark": mark, "why": why, "made": now} for mark in new])
        write_meta(connection, _EDITION, read_meta(connection, _EDITION) + 1)
    return len(new)


def marks_in(records: Records, why: str) -> set[bytes]:
    """The marks that are laid now for a reason."""
    with records.engine.connect().execution_options(writes=False) as connection:
        return set(connection.scalars(sa.select(suppressed.c.mark).where(suppressed.c.why == why)))


def known_by(connection: sa.Connection, secret: bytes, marks: set[bytes]) -> list[int]:
    """The identities that have one of the marks, in whichever way they were seen."""
    return sorted({n for n, actor in actors_of(connection, None) if not marks.isdisjoint(marks_of_actor(secret, actor))})


def actors_of(connection: sa.Connection, wanted: Sequence[int] | None) -> Iterator[tuple[int, Actor]]:
    """Each identity (of some, or all) with each way in which it was seen, those of staging under their system."""
    i, o = identities.c, observations.c
    first, seen = [i.id, i.system, i.account, i.username, i.email, i.name], [o.identity_id, o.username, o.email, o.name]
    rows = select_rows(connection, *first) if wanted is None else select_in(connection, first, i.id, wanted)
    others = select_rows(connection, *seen) if wanted is None else select_in(connection, seen, o.identity_id, wanted)
    known = {number: Actor(system.removesuffix(STAGING), *rest) for number, system, *rest in rows}
    yield from known.items()
    for number, username, email, name in others:
        if number in known:
            actor = known[number]
            yield number, Actor(actor.system, actor.account, username if actor.account else actor.username, email, name)


def renew_opted_out(connection: sa.Connection, secret: bytes, now: int) -> None:
    """Make the marks of people who opted out what their identities say now."""
    out = connection.scalars(sa.select(exclusions.c.identity_id).where(exclusions.c.why == OPTED_OUT)).all()
    wanted = marks_of(connection, secret, identities_of(connection, out)) if out else set()
    of = suppressed.c
    gone = set(connection.scalars(sa.select(of.mark).where(of.why == OPTED_OUT))) - wanted
    if gone:
        connection.execute(sa.delete(suppressed).where(of.why == OPTED_OUT, of.mark.in_(gone)))
        write_meta(connection, _EDITION, read_meta(connection, _EDITION) + 1)
    suppress(connection, wanted, OPTED_OUT, now)


class Suppressed:
    """Whose events are suppressed: those of people who opted out, and of erased ones. Safe for one thread at a time.

    The records are looked at again at most once a second, or when `renew` is called; `changed` is told when it is somebody else.
    """

    def __init__(self, records: Records, changed: Callable[[], None] = lambda: None) -> None:
        self._records = records
        self._changed = changed
        self._edition = -1
        self._looked = -_LOOK_AGAIN
        self._marks: frozenset[bytes] = frozenset()
        self._erased: frozenset[bytes] = frozenset()
        self._known: dict[_Raw, bool] = {}

    @property
    def nobody(self) -> bool:
        """Whether nobody is suppressed now."""
        if time.monotonic() - self._looked >= _LOOK_AGAIN:
            self.renew()
        return not self._marks

    def renew(self) -> None:
        """Look at the records now."""
        with self._records.engine.connect().execution_options(writes=False) as connection:
            edition = read_meta(connection, _EDITION)
            if edition != self._edition:
                rows = connection.execute(sa.select(suppressed.c.mark, suppressed.c.why)).all()
                self._marks = frozenset(mark for mark, _ in rows)
                self._erased = frozenset(mark for mark, why in rows if why == ERASED)
                if self._edition >= 0:
                    self._changed()
                self._edition = edition
                self._known.clear()
        self._looked = time.monotonic()

    def covers(self, system: str, account: str | None, username: str | None, email: str | None, name: str | None) -> bool:
        """Whether an event of this actor is suppressed, as far as was known when `nobody` or `renew` was last asked."""
        if not self._marks:
            return False
        actor = (system, account, username, email, name)
        known = self._known.get(actor)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[actor] = not self._marks.isdisjoint(marks_of_actor(self._records.secret, Actor(*actor)))
        return known


    def erased(self, actor: Actor) -> bool:
        """Whether somebody was erased, as far as was known when `nobody` or `renew` was last asked."""
        return bool(self._erased) and not self._erased.isdisjoint(marks_of_actor(self._records.secret, actor))

    def names_erased(self, body: bytes, system: str | None) -> bool:
        """Whether a text of a body, whatever it is, is an address, an account or a username of somebody who was erased."""
        if not self._erased:
            return False
        for token in _TEXT.findall(body.decode("utf-8", "replace")):
            text = token.strip("\"<>")
            actors = [Actor("", email=text)] if "@" in text else []
            actors += [Actor(system, text), Actor(system, None, text)] if system and token[0] == '"' else []
            if any(map(self.erased, actors)):
                return True
        return False


def erased_by(records: Records) -> Callable[[Actor], bool]:
    """Says of an actor whether it is somebody who was erased before now."""
    known = Suppressed(records)
    known.renew()
    return known.erased


def shared_mailboxes(connection: sa.Connection, keys: set[str], own: set[int]) -> set[str]:
    """Those of the address keys that an identity of somebody else has used, too."""
    o = observations.c
    rows = select_in(connection, [o.email_key, o.identity_id], o.email_key, sorted(keys))
    return {key for key, number in rows if number not in own}


def _shared_names(connection: sa.Connection, usernames: set[str], own: set[int]) -> set[tuple[str, str]]:
    """(system, username) that an identity of somebody else has, too."""
    i, o = identities.c, observations.c
    rows = select_in(connection, [i.username, i.id], i.username, sorted(usernames))
    rows += select_in(connection, [o.username, o.identity_id], o.username, sorted(usernames))
    others = {(name, number) for name, number in rows if number not in own}
    systems = dict(select_in(connection, [i.id, i.system], i.id, sorted({number for _, number in others})))
    return {(systems[number].removesuffix(STAGING), name) for name, number in others}


def _mark(secret: bytes, *what: str) -> bytes:
    return hashlib.blake2b("\x1f".join(what).encode(), key=secret, digest_size=16, person=b"baloo tombstone").digest()
