"""Lists that a community has of its people: the `.mailmap` of a repository, and the roster of who is paid from when to when."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from baloo.errors import Problem
from baloo.people.first import MAILMAP_EDITION, join
from baloo.people.keys import email_key, owner_key
from baloo.people.mailmap import parse
from baloo.people.marks import erased_by
from baloo.people.persons import bump
from baloo.people.resolver import Actor, Resolver
from baloo.people.rules import is_personal
from baloo.people.sql import insert_new, note, read_meta, select_in, write_meta
from baloo.queue.base import Event
from baloo.records.store import Records
from baloo.records.tables import identities, mailmap, roster

__all__ = ["Imported", "import_mailmap", "import_roster"]

ROSTER = "roster"
"""The system of identities that only the roster names; the address joins them to the person."""

_COLUMNS = ("who", "from", "to", "organisation")
_KIND = "kind"  # a column that may be left out: staff or volunteer
_NEVER = "0001-01-01"  # a volunteer is on the roster, and staff from never to never


@dataclass(frozen=True, slots=True)
class Imported:
    """How many lines were taken, and what is wrong with others."""

    lines: int
    problems: list[Problem] = field(default_factory=list)


class _Entry(NamedTuple):
    actor: Actor
    since: str | None
    until: str | None
    organisation: str | None
    kind: str = "staff"


def import_mailmap(records: Records, text: str, source: str, *, who: str, now: int = 0) -> Imported:
    """Make the evidence of a source what its `.mailmap` says now, and find the persons that follow.

    `source` names the repository. What is gone from the file joins nobody any more. People who were erased are left out.
    """
    parsed, problems = parse(text, source, as_git=False)
    lines = list(dict.fromkeys(reversed(parsed)))[::-1]  # of two that are the same the later one counts
    gone = erased_by(records)
    lines = [line for line in lines if not any(gone(Actor("", email=email)) for email in (line.proper_email, line.commit_email))]
    of = mailmap.c
    kept = sa.select(of.proper_name, of.proper_email, of.commit_name, of.commit_email).where(of.source == source).order_by(of.id)
    with records.engine.begin() as connection:
        if lines != [tuple(row) for row in connection.execute(kept)]:
            connection.execute(sa.delete(mailmap).where(of.source == source))
            insert_new(connection, mailmap, [{"source": source, **line._asdict()} for line in lines])
            write_meta(connection, MAILMAP_EDITION, read_meta(connection, MAILMAP_EDITION) + 1)
            note(connection, who, "mailmap imported", f"{len(lines)} lines", now)
    join(records, now=now)
    return Imported(len(lines), problems)


def import_roster(records: Records, text: str, file: str, *, who: str, now: int = 0) -> Imported:
    """Make the roster what a CSV file says: `who,from,to,organisation`, days in [from, to), either of which may be empty.

    `who` is an address or `system:account`; a column `kind` may say `staff` or `volunteer`. Where a line is wrong, or two say
    different things of somebody at one time, nothing is changed, and each wrong line is told. People who
    were erased are left out.
    """
    entries, problems = _read(text, file)
    if problems:
        return Imported(0, problems)
    gone = erased_by(records)
    entries = [one for one in entries if not gone(one.actor) and not gone(Actor(one.actor.system, None, one.actor.account))]
    known = _known(records, entries, now)
    with records.engine.begin() as connection:
        version = bump(connection)
        rows = [
            {
                "identity_id": known[one.actor], "since": one.since if one.kind == "staff" else _NEVER,
                "until": one.until if one.kind == "staff" else _NEVER, "organisation": one.organisation, "version": version,
            }
            for one in entries
        ]
        connection.execute(sa.delete(roster))
        insert_new(connection, roster, rows)
        note(connection, who, "roster imported", f"{len(rows)} lines", now)
    join(records, now=now)
    return Imported(len(entries))


def _known(records: Records, entries: Sequence[_Entry], now: int) -> dict[Actor, int]:
    """The identity of each address and account on the roster, made where there is none yet."""
    resolver = Resolver(records, now=lambda: now)
    accounts = {(e.actor.system, e.actor.account) for e in entries if e.actor.account}
    resolver.ensure_accounts(sorted(accounts))
    addresses = [entry.actor for entry in entries if not entry.actor.account]
    rest: dict[str, Any] = {"object": None, "extra": "{}", "environment": "production", "body": 0}
    found = resolver.resolve([Event("", "", "", now, None, ROSTER, "", *actor[1:], **rest) for actor in addresses])
    known = {actor: identity for actor, (identity, _) in zip(addresses, found, strict=True)}
    keys = {owner_key(system, account): Actor(system, account) for system, account in accounts}
    with records.engine.connect().execution_options(writes=False) as connection:
        of = identities.c
        for key, identity in sorted(select_in(connection, [of.owner_key, of.id], of.owner_key, list(keys))):
            known.setdefault(keys[key], identity)
    return known


def _read(text: str, file: str) -> tuple[list[_Entry], list[Problem]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    entries: list[_Entry] = []
    problems: list[Problem] = []
    before: defaultdict[Actor, list[tuple[int, _Entry]]] = defaultdict(list)
    try:
        head = [name.strip().casefold() for name in next(reader, [])]
        if sorted({*head, _KIND}) != sorted({*_COLUMNS, _KIND}) or len(set(head)) != len(head):
            return [], [Problem(file, 1, "", f"The first line must name the columns {','.join(_COLUMNS)}.", slug="roster")]
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            entry = _entry(dict(zip(head, (cell.strip() for cell in cells), strict=False)), len(cells) == len(head))
            if isinstance(entry, str):
                problems.append(Problem(file, reader.line_num, "", entry, slug="roster"))
            else:
                entries.append(entry)
                same = before[entry.actor._replace(email=email_key(entry.actor.email))]
                problems += _conflict(entry, reader.line_num, same, file)
                same.append((reader.line_num, entry))
    except csv.Error as error:
        problems.append(Problem(file, reader.line_num, "", f"This is not CSV: {error}.", slug="roster"))
    return entries, problems


def _entry(cells: dict[str, str], whole: bool) -> _Entry | str:
    """One line, or what is wrong with it; never with what it says of a person."""
    if not whole:
        return f"A line has {len(_COLUMNS)} columns."
    actor = _actor(cells["who"])
    if actor is None:
        return "`who` must be an address, or an account written `system:account`."
    days = []
    for name in ("from", "to"):
        try:
            days.append(dt.date.fromisoformat(cells[name]).isoformat() if cells[name] else None)
        except ValueError:
            return f"`{name}` is not a date such as 2013-01-31."
    since, until = days
    if since and until and since >= until:
        return "`from` is not before `to`."
    kind = cells.get(_KIND, "").casefold() or "staff"
    if kind not in ("staff", "volunteer"):
        return "`kind` is `staff` or `volunteer`."
    return _Entry(actor, since, until, cells["organisation"] or None, kind)


def _conflict(entry: _Entry, line: int, before: list[tuple[int, _Entry]], file: str) -> list[Problem]:
    """Earlier lines that say something else of the same person at the same time."""
    return [
        Problem(file, line, "", f"Line {number} says something else of the same person at the same time.", slug="roster")
        for number, other in before
        if (other.kind, other.organisation) != (entry.kind, entry.organisation)
        and (not entry.until or (other.since or "") < entry.until)
        and (not other.until or (entry.since or "") < other.until)
    ]  # fmt: skip


def _actor(text: str) -> Actor | None:
    system, colon, account = text.partition(":")
    if colon and system and account:
        return Actor(system, account).tidy()
    return Actor(ROSTER, email=text).tidy() if is_personal(email_key(text)) else None
