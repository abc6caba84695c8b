"""Erasure in the records: who is meant, the tombstones that hold it, and the end of every row and word of theirs.

The order is what makes it hold whatever happens: the tombstones are laid with the note of the erasure (`begin`), so that nothing
of the person comes in any more; then the lake is cleaned by what the records still know (`subject`); then the records forget
(`delete`); and only when the counts and all files have followed it is `done`. Until then `pending` names it, and it is taken up
again where it was left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from baloo.errors import InputError
from baloo.lake.words import Words, fold
from baloo.people.actor import STAGING, Actor
from baloo.people.keys import email_key
from baloo.people.marks import (
    ERASED,
    actors_of,
    known_by,
    mailbox_marks,
    marks_in,
    marks_of,
    marks_of_actor,
    shared_mailboxes,
    suppress,
)
from baloo.people.persons import bump, recompute
from baloo.people.rules import is_personal
from baloo.people.sql import note, select_in, select_rows
from baloo.records.rights import choices, erasures
from baloo.records.store import Records
from baloo.records.tables import edges, identities, mailmap, metadata, observations, quarantine

__all__ = [
    "BEGUN", "DELETED", "DONE", "Deleted", "Pending", "Subject", "begin", "delete", "finish", "is_erased", "pending", "revive",
    "subject",
]

BEGUN, DELETED, DONE = "begun", "deleted", "done"
_OURS = {"identities", "observations", "mailmap", "meta", "tokens", "quarantine", "suppressed", "used_links", "erasures"}
_EMPTY = '["erased"'  # how the key begins of the row that keeps the highest id from being given twice


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is erased: the identities of the person, those of staging that can be told among them, and what they are called.

    `kept` says what stays because others are called so as well, and how often.
    """

    identities: tuple[int, ...]
    words: Words
    mailmap: tuple[int, ...] = ()
    marks: frozenset[bytes] = frozenset()
    kept: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many rows of the records went, by table, and in how many texts a word was replaced."""

    rows: Mapping[str, int]
    texts: int = 0


class Pending(msgspec.Struct, frozen=True):
    """An erasure that is not done."""

    id: int
    identities: list[int]
    state: str
    report: dict[str, Any]


def subject(connection: sa.Connection, secret: bytes, wanted: Iterable[int]) -> Subject:
    """Who is meant by all identities of a person (see `identities_of`), and what they are called; nothing is changed."""
    own = sorted(set(wanted))
    actors = list(actors_of(connection, own))
    addresses = {key: email for _, actor in actors if is_personal(key := email_key(actor.email)) and (email := actor.email)}
    shared = shared_mailboxes(connection, {key or "" for key in addresses}, set(own))
    mine = {key for key in addresses if key not in shared}
    lines = _mailmap_lines(connection, mine)
    addresses |= {key: email for _, *parts in lines for email in (parts[1], parts[3]) if is_personal(key := email_key(email))}
    shared |= shared_mailboxes(connection, {key or "" for key in addresses}, set(own))
    said = [actor.name for _, actor in actors] + [name for _, *parts in lines for name in (parts[0], parts[2])]
    said += [name for (name,) in select_in(connection, [choices.c.shown_name], choices.c.identity_id, own)]
    names = set(filter(None, said))
    accounts = {(actor.system, text) for _, actor in actors for text in (actor.account, actor.username) if text}
    taken = _taken(connection, set(own), {fold(text) for text in (*names, *(account for _, account in accounts))})
    words = Words.of(
        addresses=[email for key, email in addresses.items() if key not in shared], names=names, accounts=accounts, taken=taken,
        secret=secret,
    )
    marks = marks_of(connection, secret, own) | mailbox_marks(secret, {key or "" for key in addresses} - shared)
    return Subject(
        tuple(sorted({*own, *_in_staging(connection, secret, marks, words)})), words, tuple(number for number, *_ in lines),
        frozenset(marks), {"addresses": len(shared), "names": len(taken)},
    )


def begin(records: Records, theirs: Iterable[int], *, who: str, now: int) -> int:
    """Lay the tombstones of all identities of a person, and note that their erasure is begun; its id.

    Raises InputError where an identity does not exist.
    """
    wanted = sorted(set(theirs))
    with records.engine.begin() as connection:
        known = {number for (number,) in select_in(connection, [identities.c.id], identities.c.id, wanted)}
        if not known or set(wanted) - known:
            raise InputError("There is no such identity.", remedy="See `baloo people export`.")
        found = subject(connection, records.secret, wanted)
        suppress(connection, found.marks, ERASED, now)
        made = connection.execute(sa.insert(erasures).values(
            made=now, who=who, identities=msgspec.json.encode(found.identities).decode(), state=BEGUN,
            report=msgspec.json.encode({"identities": len(found.identities), "kept": found.kept}).decode()))
        note(connection, who, "erasure begun", f"{len(found.identities)} identities", now)
        return int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0


def pending(records: Records) -> list[Pending]:
    """The erasures that are not done, oldest first."""
    of = erasures.c
    with records.engine.connect().execution_options(writes=False) as connection:
        query = sa.select(of.id, of.identities, of.state, of.report).where(of.state != DONE).order_by(of.id)
        rows = connection.execute(query).all()
    decode = msgspec.json.decode
    return [Pending(row.id, decode(row.identities, type=list[int]), row.state, decode(row.report)) for row in rows]


def delete(records: Records, erasure: Pending, report: Mapping[str, Any], *, now: int) -> Deleted:
    """Forget the identities of an erasure and every word of theirs, in one transaction; it is `deleted` then."""
    with records.engine.begin() as connection:
        found = subject(connection, records.secret, erasure.identities)
        suppress(connection, found.marks, ERASED, now)  # of what was loaded since it was begun
        whose = sorted({*erasure.identities, *found.identities})
        beside = {end for a, b in _ends(connection, whose) for end in (a, b)} - set(whose)
        rows = {table.name: count for table in metadata.sorted_tables if (count := _delete_of(connection, table, whose))}
        rows["quarantine"] = _delete_refused(connection, found.words)
        if found.mailmap:
            rows["mailmap"] = connection.execute(sa.delete(mailmap).where(mailmap.c.id.in_(found.mailmap))).rowcount
        rows |= {table.name: count for table in (observations, identities) if (count := _delete_rows(connection, table, whose))}
        deleted = Deleted(rows, _clean_texts(connection, found.words))
        recompute(connection, beside)
        bump(connection)
        _restate(connection, erasure.id, DELETED, {**erasure.report, **report, "records": rows, "record_texts": deleted.texts})
    return deleted


def finish(records: Records, erasure: int, *, who: str, now: int) -> dict[str, Any]:
    """Note that an erasure is done; what it did."""
    with records.engine.begin() as connection:
        report = connection.scalar(sa.select(erasures.c.report).where(erasures.c.id == erasure)) or "{}"
        connection.execute(sa.update(erasures).where(erasures.c.id == erasure).values(state=DONE))
        note(connection, who, "erasure done", f"erasure {erasure}", now)
    return dict(msgspec.json.decode(report))


def revive(records: Records, *, now: int) -> list[int]:
    """Begin an erasure anew of those who are in the records though tombstones say no, as in a backup; their identities."""
    marks = marks_in(records, ERASED)
    with records.engine.connect().execution_options(writes=False) as connection:
        back = known_by(connection, records.secret, marks) if marks else []
    if back:
        begin(records, back, who="tombstones", now=now)
    return back


def is_erased(records: Records, text: str) -> bool:
    """Whether what somebody types, an address or `system:account` or `system:username`, is of a person who was erased."""
    actors = [Actor("", email=text)] if "@" in text else []
    for place in (place for place, letter in enumerate(text) if letter == ":"):
        system, called = text[:place], text[place + 1 :]
        actors += [Actor(system, called), Actor(system, None, called), Actor(system, None, None, called)]
    marks = marks_in(records, ERASED)
    return any(not marks.isdisjoint(marks_of_actor(records.secret, actor)) for actor in actors)


def _mailmap_lines(connection: sa.Connection, keys: set[str | None]) -> list[tuple[Any, ...]]:
    """The lines of mailmaps that have one of the address keys: (id, proper name, proper address, commit name, commit address)."""
    of = mailmap.c
    rows = select_rows(connection, of.id, of.proper_name, of.proper_email, of.commit_name, of.commit_email)
    return [row for row in rows if {email_key(row[2]), email_key(row[4])} & keys]


def _taken(connection: sa.Connection, own: set[int], words: set[str]) -> set[str]:
    """Those of the folded words by which somebody else is called as well, wholly or in part; nobody of staging counts."""
    i, o = identities.c, observations.c
    aside = {n for (n,) in select_rows(connection, i.id, where=f"identities.system LIKE '%{STAGING}'")} | own
    rows = select_rows(connection, i.id, i.account, i.username, i.name)
    rows += select_rows(connection, o.identity_id, o.username, o.name)
    texts = {text for number, *called in rows if number not in aside for text in called if text}
    found = set()
    for text in texts:
        folded = fold(text)
        found |= words & {folded, *folded.split()}
    return found


def _in_staging(connection: sa.Connection, secret: bytes, marks: set[bytes], words: Words) -> set[int]:
    """The identities of staging that say that they are this person."""
    aside = {n for (n,) in select_rows(connection, identities.c.id, where=f"identities.system LIKE '%{STAGING}'")}
    names = {fold(name) for name in words.names}
    return {
        number for number, actor in (actors_of(connection, sorted(aside)) if aside else ())
        if not marks.isdisjoint(marks_of_actor(secret, actor)) or (actor.name and fold(actor.name) in names)
    }


def _ends(connection: sa.Connection, whose: Sequence[int]) -> list[tuple[Any, ...]]:
    columns = [edges.c.a, edges.c.b]
    return select_in(connection, columns, edges.c.a, whose) + select_in(connection, columns, edges.c.b, whose)


def _delete_of(connection: sa.Connection, table: sa.Table, whose: Sequence[int]) -> int:
    """Delete the rows of a table that say something of the identities, whatever table that is; but for the two of names."""
    if table in (identities, observations):
        return 0
    columns = [table.c[name] for name in ("identity_id", "a", "b") if name in table.c]
    return sum(connection.execute(sa.delete(table).where(column.in_(whose))).rowcount for column in columns)


def _delete_rows(connection: sa.Connection, table: sa.Table, whose: Sequence[int]) -> int:
    """Delete the rows of the names. The newest stays, empty, until a newer one is there: no id is given twice."""
    of = table.c.id if table is identities else table.c.identity_id
    highest = connection.scalar(sa.select(sa.func.max(table.c.id))) or 0
    count = connection.execute(sa.delete(table).where(of.in_(whose), table.c.id != highest)).rowcount
    connection.execute(sa.delete(table).where(table.c.key.startswith(_EMPTY), table.c.id != highest))
    empty: dict[str, Any] = {column.name: None for column in table.columns if column.nullable}
    empty |= {"system": "", "created": 0} if table is identities else {"identity_id": 0, "first": 0, "last": 0}
    kept = sa.update(table).where(of.in_(whose), table.c.id == highest)
    return count + connection.execute(kept.values(key=f"{_EMPTY},{highest}]", **empty)).rowcount


def _delete_refused(connection: sa.Connection, words: Words) -> int:
    """Delete the refused events that hold a word: an event that nobody could read cannot be cleaned."""
    of = quarantine.c
    rows = connection.execution_options(yield_per=500).execute(sa.select(of.id, of.system, of.body))
    gone = [row.id for row in rows if words.stands_in(row.body, row.system)]
    for number in gone:
        connection.execute(sa.delete(quarantine).where(of.id == number))
    return len(gone)


def _clean_texts(connection: sa.Connection, words: Words) -> int:
    """Take the words out of what people wrote in the records, such as reasons; in how many texts they stood."""
    count = 0
    for table in metadata.sorted_tables:
        keys = list(table.primary_key.columns)
        for column in () if table.name in _OURS else table.columns:
            if isinstance(column.type, sa.String) and not column.primary_key:
                for *key, text in select_rows(connection, *keys, column, where=f"{table.name}.{column.name} <> ''"):
                    if (clean := words.clean(text)) != text:
                        row = [one == value for one, value in zip(keys, key, strict=True)]
                        connection.execute(sa.update(table).where(*row).values({column.name: clean}))
                        count += 1
    return count


def _restate(connection: sa.Connection, erasure: int, state: str, report: Mapping[str, Any]) -> None:
    values = {"state": state, "report": msgspec.json.encode(report).decode()}
    connection.execute(sa.update(erasures).where(erasures.c.id == erasure).values(values))
