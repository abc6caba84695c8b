"""What came to the records since somebody last looked. Each who looks keeps marks of their own: the last rows that were seen."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from baloo.people.ignored import RULES_SEEN
from baloo.people.names import is_program
from baloo.people.sql import each_row, read_meta, select_in, select_rows, write_meta
from baloo.records.store import Records
from baloo.records.tables import identities, observations

__all__ = ["JOINED", "RULES_EDITION", "SEARCHED", "Marks", "News", "read_marks", "read_news", "waiting"]

RULES_EDITION = 5
"""Grows with each change of how identities are compared: then everything is searched again."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Under which names it is kept up to which identity and which observation somebody has looked."""

    identities: str
    observations: str


JOINED = Marks("people_identities_joined", "people_observations_joined")
"""How far the first rules came (`first.join`)."""

SEARCHED = Marks("people_identities_seen", "people_observations_seen")
"""How far the search came (`find.find`)."""


@dataclass(frozen=True, slots=True)
class News:
    """What came since: identities, they and those with a new observation (`concerned`), the address keys of these, older
    identities that did something for the first time (`awake`), and of the new ones the `programs`, of which only the search is
    told. `last` are the marks then.
    """

    identities: list[int]
    concerned: set[int]
    keys: set[str]
    awake: list[int]
    programs: list[int]
    last: tuple[int, int]

    def seen(self, connection: sa.Connection, marks: Marks) -> None:
        """Move the marks: all of this was looked at."""
        write_meta(connection, marks.identities, self.last[0])
        write_meta(connection, marks.observations, self.last[1])


def read_marks(connection: sa.Connection, marks: Marks) -> tuple[int, int]:
    """The last identity and the last observation that were seen."""
    return read_meta(connection, marks.identities), read_meta(connection, marks.observations)


def read_news(connection: sa.Connection, marks: Marks) -> News:
    """Identities and observations above the marks."""
    of = observations.c
    seen, mark = read_marks(connection, marks)
    fresh = [number for (number,) in select_rows(connection, identities.c.id, where=f"identities.id > {seen}")]
    last = mark
    concerned, keys, programs = set(fresh), set[str](), set[int]()
    columns = (of.id, of.identity_id, of.email_key, of.username, of.name)
    for number, who, key, username, name in each_row(connection, *columns, where=f"observations.id > {mark}"):
        last = max(last, number)
        concerned.add(who)
        if key:
            keys.add(key)
        if marks is SEARCHED and who > seen and (is_program(key) or is_program(username) or is_program(name)):
            programs.add(who)
    older = sorted(identity for identity in concerned if identity <= seen)
    before = {who for number, who in select_in(connection, [of.id, of.identity_id], of.identity_id, older) if number <= mark}
    awake = [who for who in older if who not in before]
    return News(fresh, concerned, keys, awake, sorted(programs), (max(fresh, default=seen), last))


def waiting(records: Records) -> int:
    """How many identities have not been searched; all where the rules have changed since."""
    with records.engine.connect().execution_options(writes=False) as connection:
        seen, mark = 0, 0
        if read_meta(connection, RULES_SEEN) == RULES_EDITION:
            seen, mark = read_marks(connection, SEARCHED)
        new = sa.select(identities.c.id.label("who")).where(identities.c.id > seen)
        called = sa.select(observations.c.identity_id.label("who")).where(observations.c.id > mark)
        return connection.scalar(sa.select(sa.func.count()).select_from(new.union(called).subquery())) or 0
