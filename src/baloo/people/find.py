"""Who is who, after each load: evidence for the identities and addresses that are new, and the persons that follow."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from baloo.people.evidence import Sighting, record, same_addresses
from baloo.people.persons import recompute
from baloo.people.sql import read_meta, select_rows, write_meta
from baloo.records.store import Records
from baloo.records.tables import identities, observations

__all__ = ["Found", "find"]

_IDENTITIES, _OBSERVATIONS = "people_identities_seen", "people_observations_seen"


@dataclass(frozen=True, slots=True)
class Found:
    """What a run did: the people version after it, how many identities were new, and how many changed their person."""

    version: int
    new: int = 0
    changed: int = 0


def find(records: Records, *, now: int = 0) -> Found:
    """Look at what is new since the last run, and at nothing else. `now` is microseconds since 1970.

    All of it is one transaction: it is done, or it is not begun and the next run does it.
    """
    secret = records.secret
    with records.engine.begin() as connection:
        fresh, sightings = _new(connection)
        if not fresh and not sightings:
            return Found(read_meta(connection, "people_version"))
        touched = record(connection, same_addresses(connection, sightings, secret), now)
        changed = recompute(connection, touched | set(fresh))
        return Found(read_meta(connection, "people_version"), len(fresh), len(changed))


def _new(connection: sa.Connection) -> tuple[list[int], list[Sighting]]:
    """Identities and observations above the marks; the marks move past them."""
    of = observations.c
    seen = read_meta(connection, _IDENTITIES)
    fresh = [number for (number,) in select_rows(connection, identities.c.id, where=f"identities.id > {seen}")]
    mark = read_meta(connection, _OBSERVATIONS)
    rows = select_rows(connection, of.id, of.identity_id, of.name, of.email_key, where=f"observations.id > {mark}")
    if fresh:
        write_meta(connection, _IDENTITIES, max(fresh))
    if rows:
        write_meta(connection, _OBSERVATIONS, max(row[0] for row in rows))
    return fresh, [(identity, name, key) for _, identity, name, key in rows]
