"""People as the engine reads them, in bulk: who is who, who is out, who is staff."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from baloo.people.base import PeopleChanges, StaffSpan
from baloo.people.sql import read_meta, select_in, select_rows
from baloo.records.store import Records
from baloo.records.tables import exclusions, identities, members, observations, roster

__all__ = ["Reader"]


class Reader:
    """`people.base.PeopleReader` over the records."""

    def __init__(self, records: Records) -> None:
        self._engine = records.engine

    def version(self) -> int:
        """The present people version."""
        with self._reading() as connection:
            return read_meta(connection, "people_version")

    def changes(self, since: int | None, staff_domains: tuple[str, ...]) -> PeopleChanges:
        """Everything (since None, or of other records than these), or what changed after people version `since`."""
        with self._reading() as connection:
            version = read_meta(connection, "people_version")
            whole = since is None or since > version
            of = members.c
            changed = "" if whole else f"members.version > {int(since or 0)}"
            rows = [] if since == version else select_rows(connection, of.identity_id, of.person_id, where=changed)
            return PeopleChanges(
                version=version,
                whole=whole,
                members=rows,
                owners=_owners(connection, None if whole else [identity for identity, _ in rows]),
                excluded=_excluded(connection),
                staff=_staff(connection),
                staff_observations=_staff_observations(connection, staff_domains),
            )

    def _reading(self) -> sa.Connection:
        return self._engine.connect().execution_options(writes=False)


def _owners(connection: sa.Connection, changed: list[int] | None) -> list[tuple[int, int]]:
    """(owner_key, identity) of the identities that changed, or of all; one identity a key.

    Where an account and a username on a system are the same text, those who did something go first, then the account.
    """
    of = identities.c
    columns = [of.owner_key, of.account, of.id]
    if changed is None:
        rows = select_rows(connection, *columns, where="identities.owner_key IS NOT NULL")
    else:
        keys = {key for (key,) in select_in(connection, [of.owner_key], of.id, changed) if key is not None}
        rows = select_in(connection, columns, of.owner_key, list(keys))
    owners = {key: identity for key, _, identity in rows}
    if len(owners) < len(rows):
        times = Counter(key for key, _, _ in rows)
        claims = [row for row in rows if times[row[0]] > 1]
        asked = [identity for _, _, identity in claims]
        seen = {who for (who,) in select_in(connection, [observations.c.identity_id], observations.c.identity_id, asked)}
        claims.sort(key=lambda row: (row[2] in seen, row[1] is not None, -row[2]))  # the best comes last, and stays
        owners |= {key: identity for key, _, identity in claims}
    return list(owners.items())


def _excluded(connection: sa.Connection) -> list[int]:
    joined = sa.select(members.c.person_id).join(exclusions, exclusions.c.identity_id == members.c.identity_id)
    return sorted(set(connection.scalars(joined)))


def _staff(connection: sa.Connection) -> list[StaffSpan]:
    joined = sa.select(members.c.person_id, roster.c.since, roster.c.until).join(
        roster, roster.c.identity_id == members.c.identity_id
    )
    spans = {(person, _date(since), _date(until)) for person, since, until in connection.execute(joined)}
    return sorted((StaffSpan(*span) for span in spans), key=lambda s: (s.person_id, s.since or dt.date.min))


def _staff_observations(connection: sa.Connection, domains: Iterable[str]) -> list[int]:
    """Observations whose address is of exactly one of the domains."""
    tests = [observations.c.email_key.endswith(f"@{domain.casefold()}", autoescape=True) for domain in domains]
    return list(connection.scalars(sa.select(observations.c.id).where(sa.or_(*tests)))) if tests else []


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
