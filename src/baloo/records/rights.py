"""The tables of people's own rights: who was erased, what they chose, which of their links were used.

A tombstone is a keyed hash: it tells nothing of the person to whoever has not the workspace's secret, and no name to anybody.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String, Table

from baloo.records.tables import metadata

__all__ = ["choices", "erasures", "suppressed", "used_links"]

_id = BigInteger().with_variant(Integer, "sqlite")

suppressed = Table(  # by what somebody is known whose events are not taken in; of an erased person it is the tombstone
    "suppressed", metadata,
    Column("mark", LargeBinary, primary_key=True),  # see `baloo.people.marks`
    Column("why", String, primary_key=True),  # erased or opted-out
    Column("made", BigInteger, nullable=False),
)

erasures = Table(  # what was erased, and how far it came; a person's own words or names stand nowhere here
    "erasures", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("made", BigInteger, nullable=False), Column("who", String, nullable=False),
    Column("identities", String, nullable=False),  # JSON list of ids that are no more
    Column("state", String, nullable=False),  # begun, deleted, done
    Column("report", String, nullable=False, default="{}"),  # JSON: how many files and rows
)

choices = Table(  # what somebody chose for themselves, by the identity that they showed; it holds for the whole person
    "choices", metadata,
    Column("identity_id", _id, primary_key=True),
    Column("shown_name", String),  # instead of what systems call them
    Column("hidden", Boolean, nullable=False, default=False),  # in no public view
    Column("made", BigInteger, nullable=False),
)

used_links = Table(  # signed links are good for one visit
    "used_links", metadata,
    Column("nonce", String, primary_key=True),
    Column("expires", BigInteger, nullable=False),
)
