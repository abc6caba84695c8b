"""The table of what was written down by hand: who logged, edited or took back which entry, and when; nothing of what it says."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from baloo.records.tables import metadata

__all__ = ["trail"]

_id = BigInteger().with_variant(Integer, "sqlite")

trail = Table(  # one row a step; the last of an entry says whether it stands
    "trail", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("entry", String, nullable=False),  # the id of its event
    Column("area", String, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("who", String, nullable=False),  # as the audit has it
    Column("what", String, nullable=False),  # logged, edited, taken back
    Column("how", String, nullable=False),  # form, file, command, api
    Column("seq", BigInteger, nullable=False),  # the queue's row; the lake has it when it has come so far
    Column("fields", String, nullable=False, default=""),  # the names of those that an edit changed, parted by blanks
    Index("trail_entry", "entry"), Index("trail_area", "area"),
)
