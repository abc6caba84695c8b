"""The tables of requested integrations: what was asked for, and who voted for it, of whom nothing is known."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from baloo.records.tables import metadata

__all__ = ["requests", "votes"]

_id = BigInteger().with_variant(Integer, "sqlite")

requests = Table(  # systems that people ask for; each is shown once a steward has said yes
    "requests", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("made", BigInteger, nullable=False),
    Column("title", String, nullable=False), Column("url", String, nullable=False, default=""),
    Column("goal", String, nullable=False),  # what people do there, and what should be seen of it
    Column("volume", String, nullable=False),  # few, some, many
    Column("state", String, nullable=False, default="waiting"),  # waiting, accepted, declined
    Index("requests_made", "made"),
)

votes = Table(  # one a request and browser
    "votes", metadata,
    Column("request_id", _id, primary_key=True),
    Column("voter", String, primary_key=True),  # keyed hash of the random text in a cookie
    Column("made", BigInteger, nullable=False),
    Index("votes_made", "made"),
)
