"""Who is who, after each load: evidence for the identities and addresses that are new, and the persons that follow."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from baloo.people.evidence import Sighting, mailmaps, record, same_addresses, withdraw
from baloo.people.persons import recompute
from baloo.people.rules import MAILMAP
from baloo.people.sql import read_meta, select_in, select_rows, write_meta
from baloo.records.store import Records
from baloo.records.tables import identities, observations

__all__ = ["MAILMAP_EDITION", "Found", "find"]

_IDENTITIES, _OBSERVATIONS, _MAILMAP_SEEN = "people_identities_seen", "people_observations_seen", "people_mailmap_seen"
MAILMAP_EDITION = "people_mailmap_edition"
"""Where the number stands that grows with each change of a `.mailmap`."""


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
        fresh, sightings, awake = _new(connection)
        edition = read_meta(connection, MAILMAP_EDITION)
        changed = edition != read_meta(connection, _MAILMAP_SEEN)
        said = mailmaps(connection, sightings, secret, whole=changed)
        touched = withdraw(connection, MAILMAP, said) if changed else set()
        touched |= record(connection, said + same_addresses(connection, sightings, secret), now)
        moved = recompute(connection, touched.union(fresh), awake)
        if changed:
            write_meta(connection, _MAILMAP_SEEN, edition)
        return Found(read_meta(connection, "people_version"), len(fresh), len(moved))


def _new(connection: sa.Connection) -> tuple[list[int], list[Sighting], list[int]]:
    """Identities and observations above the marks, and older identities that did something for the first time; the marks move."""
    of = observations.c
    seen, mark = read_meta(connection, _IDENTITIES), read_meta(connection, _OBSERVATIONS)
    fresh = [number for (number,) in select_rows(connection, identities.c.id, where=f"identities.id > {seen}")]
    rows = select_rows(connection, of.id, of.identity_id, of.name, of.email_key, where=f"observations.id > {mark}")
    older = sorted({identity for _, identity, *_ in rows if identity <= seen})
    before = {who for number, who in select_in(connection, [of.id, of.identity_id], of.identity_id, older) if number <= mark}
    if fresh:
        write_meta(connection, _IDENTITIES, max(fresh))
    if rows:
        write_meta(connection, _OBSERVATIONS, max(row[0] for row in rows))
    sightings = [(identity, name, key) for _, identity, name, key in rows]
    return fresh, sightings, [identity for identity in older if identity not in before]
