"""Everything that is known of who is who, as CSV."""

from __future__ import annotations

import csv
from typing import TextIO

import sqlalchemy as sa

from baloo.records.store import Records
from baloo.records.tables import identities, members, observations

__all__ = ["COLUMNS", "export"]

COLUMNS = ("system", "account", "username", "email", "name", "person")


def export(records: Records, stream: TextIO) -> int:
    """Write one line an observation, as it arrived, in order of person; return the number of lines.

    An identity without observations (an account that only owns things) has a line of its own.
    """
    i, o = identities.c, observations.c
    person = sa.func.coalesce(members.c.person_id, i.id)
    seen = sa.case((o.id.is_(None), i.username), else_=o.username)
    columns = (i.system, i.account, seen, o.email, o.name, person)
    statement = (
        sa.select(*columns)
        .select_from(identities)
        .outerjoin(observations, o.identity_id == i.id)
        .outerjoin(members, members.c.identity_id == i.id)
        .order_by(person, i.id, o.id)
    )
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    lines = 0
    with records.engine.connect().execution_options(writes=False) as connection:
        for part in connection.execution_options(yield_per=5_000).execute(statement).partitions():
            writer.writerows(part)
            lines += len(part)
    return lines
