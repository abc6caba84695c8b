"""The tables of the records. Names and addresses of people stand in `identities`, `observations`, `mailmap` and `quarantine`
only, and the name that somebody chose to be shown by in `choices` (see `rights`).

Times are microseconds since 1970 in UTC, dates are ISO texts; both compare as they sort.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

__all__ = [
    "RECORDS_VERSION",
    "audit",
    "decisions",
    "edges",
    "exclusions",
    "identities",
    "ignored",
    "mailmap",
    "members",
    "meta",
    "metadata",
    "observations",
    "promotions",
    "quarantine",
    "roster",
    "sessions",
    "suggestions",
    "tokens",
]

RECORDS_VERSION = 9
metadata = MetaData()
_id = BigInteger().with_variant(Integer, "sqlite")  # SQLite makes ids of INTEGER PRIMARY KEY only

meta = Table(
    "meta", metadata,
    Column("name", String, primary_key=True),  # version, people_version, secret (hex; keys the hash of addresses)
    Column("value", String, nullable=False),
)

identities = Table(
    "identities", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),  # JSON list: [system, "account"|"username"|"address", values...], NFC
    Column("system", String, nullable=False),
    Column("account", String), Column("username", String), Column("email", String), Column("name", String),  # as first seen
    Column("email_key", String),  # trimmed, case-folded
    Column("owner_key", BigInteger),  # hash of (system, account or username), as the engine computes it for owner fields
    Column("created", BigInteger, nullable=False),
    Index("identities_owner", "owner_key"),
)

observations = Table(  # every other username, address or name seen with an identity's key, and the first one too
    "observations", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("identity_id", _id, nullable=False),
    Column("key", String, nullable=False, unique=True),  # JSON list: [identity_id, username, email, name]
    Column("username", String), Column("email", String), Column("name", String),
    Column("email_key", String),
    Column("first", BigInteger, nullable=False), Column("last", BigInteger, nullable=False),  # of `at`
    Index("observations_identity", "identity_id"), Index("observations_email", "email_key"),
)

mailmap = Table(  # lines of .mailmap files, as evidence for identities that are here or still to come
    "mailmap", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),  # the file or repository that it came from
    Column("proper_name", String), Column("proper_email", String, nullable=False),
    Column("commit_name", String), Column("commit_email", String, nullable=False),
    UniqueConstraint("source", "proper_name", "proper_email", "commit_name", "commit_email"),
)

edges = Table(  # evidence: a and b are (or are not) the same person; rows are added and their state changes, none is deleted
    "edges", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("a", _id, nullable=False), Column("b", _id, nullable=False),  # identities, a < b
    Column("rule", String, nullable=False),  # same-address, mailmap, by-hand
    Column("inputs", String, nullable=False, default=""),  # what it rests on, without personal data
    Column("weight", Integer, nullable=False),
    Column("rule_version", Integer, nullable=False, default=1),
    Column("state", String, nullable=False),  # automatic, accepted, rejected, split, undone
    Column("who", String, nullable=False, default=""), Column("reason", String, nullable=False, default=""),
    Column("made", BigInteger, nullable=False),
    UniqueConstraint("a", "b", "rule"), Index("edges_b", "b"),
)

suggestions = Table(  # pairs that may be the same person and that no rule joins by itself; derived, so they can be found again
    "suggestions", metadata,
    Column("a", _id, primary_key=True), Column("b", _id, primary_key=True),  # identities, a < b
    Column("score", Float, nullable=False),  # from 0 to 1
    Column("rules", String, nullable=False),  # what speaks for it, strongest first, separated by spaces
    Column("against", String, nullable=False, default=""),  # what speaks against it, likewise
    Column("effect", BigInteger, nullable=False, default=0),  # contributions of the one that has fewer
    Column("made", BigInteger, nullable=False),
    Column("later", BigInteger),  # put off until then
    Index("suggestions_b", "b"), Index("suggestions_score", "score"),
)

decisions = Table(  # what people said of pairs, one row a pair; a batch was one transaction and is undone as one
    "decisions", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("batch", BigInteger, nullable=False),  # the id of its first decision
    Column("made", BigInteger, nullable=False),
    Column("who", String, nullable=False), Column("what", String, nullable=False),  # accepted, rejected, later
    Column("a", _id, nullable=False), Column("b", _id, nullable=False),  # identities, a < b
    Column("before", String, nullable=False, default=""),  # what had been said of the pair: accepted, rejected or nothing
    Column("score", Float), Column("rules", String, nullable=False, default=""),  # of the suggestion, where there was one
    Column("reason", String, nullable=False, default=""),
    Column("undone", BigInteger), Column("undone_by", String, nullable=False, default=""),
    Index("decisions_batch", "batch"), Index("decisions_a", "a"), Index("decisions_b", "b"),
)

members = Table(  # recomputed from live edges: which person an identity is, and in which people version that last changed
    "members", metadata,
    Column("identity_id", _id, primary_key=True),
    Column("person_id", _id, nullable=False),  # the id of the person's oldest identity
    Column("version", Integer, nullable=False),
    Index("members_person", "person_id"), Index("members_version", "version"),
)

exclusions = Table(  # in no count: bots, and people who opted out; any identity of a person excludes the person
    "exclusions", metadata,
    Column("identity_id", _id, primary_key=True),
    Column("why", String, nullable=False),  # bot or opted-out
    Column("reason", String, nullable=False, default=""), Column("made", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
)

ignored = Table(  # terms by which nobody is found
    "ignored", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("term", String, nullable=False, unique=True),  # keyed hash of an address, login or name: see `baloo.people.ignored`
    Column("reason", String, nullable=False), Column("made", BigInteger, nullable=False), Column("who", String, nullable=False),
)

roster = Table(  # staff, with dates, [from, until)
    "roster", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("identity_id", _id, nullable=False),
    Column("since", String), Column("until", String),
    Column("organisation", String), Column("version", Integer, nullable=False),
    Index("roster_identity", "identity_id"),
)

tokens = Table(
    "tokens", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("system", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),  # SHA-256 of the token; the token itself is shown once
    Column("hint", String, nullable=False),  # its first letters
    Column("made", BigInteger, nullable=False), Column("expires", BigInteger), Column("revoked", BigInteger),
    Column("last_used", BigInteger),
    Column("scope", String, nullable=False, server_default="send"),  # send, staging or live
)

sessions = Table(  # who is signed in; the cookie itself stands nowhere
    "sessions", metadata,
    Column("hash", String, primary_key=True),  # SHA-256 of the cookie
    Column("who", String, nullable=False),  # an operator, or a member by a keyed hash of issuer and subject
    Column("made", BigInteger, nullable=False), Column("expires", BigInteger, nullable=False),
    Column("grants", String, nullable=False),  # JSON: [[role, place], ...] of a link; [] for a member
    Column("groups", String),  # JSON list of a member's groups at the provider; NULL for who came by a link
    Column("checked", BigInteger, nullable=False, default=0),  # when the provider last told the groups
    Column("sealed", String),  # subject and tokens of a member, encrypted with the cookie
)

promotions = Table(  # systems in production: what their tokens send counts
    "promotions", metadata,
    Column("system", String, primary_key=True),
    Column("made", BigInteger, nullable=False), Column("who", String, nullable=False),
)

quarantine = Table(
    "quarantine", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("seq", BigInteger, nullable=False), Column("index", Integer, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("namespace", String, nullable=False), Column("sender", String),
    Column("event_id", String), Column("system", String), Column("schema", String),
    Column("pointer", String, nullable=False), Column("slug", String, nullable=False), Column("reason", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String, nullable=False, default="waiting"),  # waiting, replayed
    Column("authenticated", Boolean, nullable=False, default=False),
    UniqueConstraint("seq", "index"), Index("quarantine_state", "state", "slug"), Index("quarantine_event", "event_id"),
)

audit = Table(
    "audit", metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("made", BigInteger, nullable=False),
    Column("who", String, nullable=False), Column("what", String, nullable=False),
    Column("detail", String, nullable=False, default=""),
)
