"""Terms by which nobody is found: addresses, logins and names that somebody wrote down with a reason, such as a mailing list's.

A term stands on record as a keyed hash, for it may be somebody's address; the reason says what it is.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.people.sql import insert_new, note, write_meta
from baloo.records.store import Records
from baloo.records.tables import ignored

__all__ = ["RULES_SEEN", "Ignored", "ignore", "ignored_terms", "unignore", "when_ignored"]

RULES_SEEN = "people_rules"
"""Where the edition of the rules stands by which everything was searched; 0 asks for a search of everything."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A term on the list, without the term: its number, why it is there, since when (microseconds since 1970), and by whom."""

    number: int
    reason: str
    made: int
    who: str


def ignore(records: Records, term: str, *, reason: str, who: str, now: int = 0) -> None:
    """Find nobody by this address, login or name any more; what it joined falls apart at the next search."""
    with records.engine.begin() as connection:
        insert_new(connection, ignored, [{"term": _hash(records.secret, term), "reason": reason, "made": now, "who": who}])
        write_meta(connection, RULES_SEEN, 0)
        note(connection, who, "term ignored", reason, now)


def unignore(records: Records, term: str, *, who: str, now: int = 0) -> bool:
    """Find people by this term again; whether it was on the list."""
    with records.engine.begin() as connection:
        gone = connection.execute(sa.delete(ignored).where(ignored.c.term == _hash(records.secret, term)))
        write_meta(connection, RULES_SEEN, 0)
        note(connection, who, "term ignored no more", "", now)
        return bool(gone.rowcount)


def ignored_terms(records: Records) -> list[Ignored]:
    """The list, oldest first."""
    of = ignored.c
    with records.engine.connect().execution_options(writes=False) as connection:
        return [Ignored(*row) for row in connection.execute(sa.select(of.id, of.reason, of.made, of.who).order_by(of.id))]


def when_ignored(connection: sa.Connection, secret: bytes) -> Callable[[str | None], bool] | None:
    """Whether a text is on the list; None where the list is empty."""
    terms = set(connection.scalars(sa.select(ignored.c.term)))
    return (lambda text: bool(text) and _hash(secret, text or "") in terms) if terms else None


def _hash(secret: bytes, term: str) -> str:
    text = unicodedata.normalize("NFC", term).strip().casefold()
    return hashlib.blake2b(text.encode(), key=secret, digest_size=16, person=b"ignored").hexdigest()
