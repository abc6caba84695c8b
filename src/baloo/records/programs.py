"""The table of tokens with which programs log for an area: a hash of each, until when it is good, and who made it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table

from baloo.records.tables import metadata

__all__ = ["programs"]

_id = BigInteger().with_variant(Integer, "sqlite")

programs = Table(
    "programs", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("hash", LargeBinary, nullable=False, unique=True),  # SHA-256 of the token; the token itself is shown once
    Column("area", String, nullable=False),
    Column("name", String, nullable=False),  # of the program, as who made the token calls it
    Column("who", String, nullable=False),  # made it, as the audit has it
    Column("made", BigInteger, nullable=False), Column("expires", BigInteger, nullable=False),
    Column("revoked", BigInteger), Column("last_used", BigInteger),
)  # fmt: skip
