"""Who is who for other programs: as CSV, as a `.mailmap`, as SortingHat's export, as a SCIM 2.0 list.

All of it is personal data. The last three can be read again (`mailmap`, `directories`), and give the same persons among whomever
they can name: a `.mailmap` and SCIM those who have addresses.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, TextIO

import sqlalchemy as sa

from baloo.people.actor import STAGING
from baloo.people.keys import email_key
from baloo.people.rules import is_personal
from baloo.records.store import Records
from baloo.records.tables import exclusions, identities, members, observations, roster

__all__ = ["COLUMNS", "FORMS", "export"]

COLUMNS = ("system", "account", "username", "email", "name", "person")
"""The columns of the CSV."""

_EVER = ("1900-01-01", "2100-01-01")  # as SortingHat writes what has no beginning and no end
_SCIM = "urn:ietf:params:scim:{}:2.0:{}"


class _Seen(NamedTuple):
    """A line of the CSV, and the identity that it tells of."""

    system: str
    account: str | None
    username: str | None
    email: str | None
    name: str | None
    person: int
    identity: int


class _Span(NamedTuple):
    since: str
    until: str
    organisation: str | None


def export(records: Records, stream: TextIO, form: str = "csv") -> None:
    """Write all persons in one of `FORMS`, in order of person.

    The CSV has one line an observation, as it arrived; an identity without observations (an account that only owns things) has a
    line of its own. The other forms leave out what came to staging.
    """
    FORMS[form](records, stream)


def _csv(records: Records, stream: TextIO) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row[:-1] for row in _rows(records))


def _mailmap(records: Records, stream: TextIO) -> None:
    """A line for each further address of a person; one that several persons use is told apart by the name beside it."""
    persons = [_addressed(rows) for _, rows in _persons(records)]
    users: defaultdict[str, set[int]] = defaultdict(set)
    for number, called in enumerate(persons):
        for key, _ in called:
            users[key].add(number)
    for called in persons:
        own = [key for key, _ in called if len(users[key]) == 1]
        if not own:
            continue
        proper = next((name for _, name in reversed(called) if " " in name), called[-1][1])
        for key, name in called:
            if len(users[key]) > 1 and name:
                stream.write(f"{proper} <{own[0]}> {name} <{key}>\n".lstrip())
            elif len(users[key]) == 1 and key != own[0]:
                stream.write(f"{proper} <{own[0]}> <{key}>\n".lstrip())


def _addressed(rows: list[_Seen]) -> list[tuple[str, str]]:
    """(address key, name) of a person, each pair once; names that would end a line or an address are left out."""
    pairs = ((email_key(row.email), (row.name or "").strip()) for row in rows)
    told = ((key, name if name.isprintable() and not set(name) & set("<>#") else "") for key, name in pairs)
    return list(dict.fromkeys((key, name) for key, name in told if key and is_personal(key) and not set(key) & set("<>")))


def _sortinghat(records: Records, stream: TextIO) -> None:
    """The form of `sortinghat export --identities`, version 0.7: unique identities with profile, identities and enrollments."""
    bots, spans = _bots(records), _spans(records)
    found: dict[str, Any] = {}
    for person, rows in _persons(records):
        uuid = str(person)
        one = {row.identity for row in rows}
        found[uuid] = {
            "uuid": uuid, "profile": {"uuid": uuid, **_called(rows), "is_bot": bool(one & bots)},
            "identities": [
                {"id": f"{row.identity}-{n}", "uuid": uuid, "source": row.system, "email": row.email, "name": row.name,
                 "username": row.account or row.username}
                for n, row in enumerate(rows)
            ],
            "enrollments": [
                {"uuid": uuid, "organization": span.organisation or "unknown", "start": span.since, "end": span.until}
                for identity in sorted(one) for span in spans.get(identity, ())
            ],
        }  # fmt: skip
    _json({"source": "baloo", "uidentities": found, "blacklist": [], "organizations": {}}, stream)


def _scim(records: Records, stream: TextIO) -> None:
    """A list of users as RFC 7643 and 7644 have them; `active` is false for programs."""
    bots = _bots(records)
    found = []
    for person, rows in _persons(records):
        emails = list(dict.fromkeys(key for key, _ in _addressed(rows)))
        found.append({
            "schemas": [_SCIM.format("schemas:core", "User")], "id": str(person), "userName": f"person-{person}",
            "name": {"formatted": _called(rows)["name"] or ""}, "active": not bots & {row.identity for row in rows},
            "emails": [{"value": email, "primary": n == 0} for n, email in enumerate(emails)],
        })  # fmt: skip
    _json({
        "schemas": [_SCIM.format("api:messages", "ListResponse")], "totalResults": len(found), "startIndex": 1,
        "itemsPerPage": len(found), "Resources": found,
    }, stream)  # fmt: skip


FORMS: Mapping[str, Callable[[Records, TextIO], None]] = {
    "csv": _csv, "mailmap": _mailmap, "sortinghat": _sortinghat, "scim": _scim,
}  # fmt: skip
"""The forms in which persons are written."""


def _called(rows: list[_Seen]) -> dict[str, str | None]:
    """The latest name in several words, else the latest; and the first address."""
    names = [row.name for row in rows if row.name]
    emails = [row.email for row in rows if row.email]
    name = next((name for name in reversed(names) if " " in name.strip()), names[-1] if names else None)
    return {"name": name, "email": emails[0] if emails else None}


def _json(data: object, stream: TextIO) -> None:
    json.dump(data, stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def _persons(records: Records) -> Iterator[tuple[int, list[_Seen]]]:
    production = (row for row in _rows(records) if not row.system.endswith(STAGING))
    return ((person, list(rows)) for person, rows in groupby(production, attrgetter("person")))


def _rows(records: Records) -> Iterator[_Seen]:
    i, o = identities.c, observations.c
    person = sa.func.coalesce(members.c.person_id, i.id)
    seen = sa.case((o.id.is_(None), i.username), else_=o.username)
    statement = (
        sa.select(i.system, i.account, seen, o.email, o.name, person, i.id)
        .select_from(identities)
        .outerjoin(observations, o.identity_id == i.id)
        .outerjoin(members, members.c.identity_id == i.id)
        .order_by(person, i.id, o.id)
    )
    with records.engine.connect().execution_options(writes=False) as connection:
        for part in connection.execution_options(yield_per=5_000).execute(statement).partitions():
            yield from (_Seen(*row) for row in part)


def _bots(records: Records) -> set[int]:
    with records.engine.connect().execution_options(writes=False) as connection:
        return set(connection.scalars(sa.select(exclusions.c.identity_id).where(exclusions.c.why == "bot")))


def _spans(records: Records) -> dict[int, list[_Span]]:
    """When identities were staff; who is on the roster as a volunteer was so never."""
    of = roster.c
    found: defaultdict[int, list[_Span]] = defaultdict(list)
    asked = sa.select(of.identity_id, of.since, of.until, of.organisation).order_by(of.since)
    with records.engine.connect().execution_options(writes=False) as connection:
        for identity, since, until, organisation in connection.execute(asked):
            if until is None or since is None or since < until:
                found[identity].append(_Span(since or _EVER[0], until or _EVER[1], organisation))
    return found
