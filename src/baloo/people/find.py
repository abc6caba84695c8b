"""Who is who, after each load: evidence for what is new, the persons that follow, and what is to be asked.

Everything is searched where much is new or what was found before cannot be built on; else what is new is compared with those that
share a key with it, which gives the same but for this: how frequent names are counts from the last whole search on.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.people.ask import Contributions, ask
from baloo.people.blocks import small_blocks, small_frequencies
from baloo.people.evidence import agree, doubt, mailmaps, read_profiles
from baloo.people.ignored import RULES_SEEN
from baloo.people.index import Blocks, Index
from baloo.people.matching import RULES_OF, Frequencies, found, shared_by_several
from baloo.people.names import is_program, read_address, read_name
from baloo.people.persons import bump, recompute
from baloo.people.profiles import Profile, keys
from baloo.people.rules import MAILMAP, group_input
from baloo.people.sql import insert_new, note, read_meta, select_in, select_rows, write_meta
from baloo.records.store import Records
from baloo.records.tables import exclusions, identities, observations

__all__ = ["MAILMAP_EDITION", "Found", "find"]

_IDENTITIES, _OBSERVATIONS, _MAILMAP_SEEN = "people_identities_seen", "people_observations_seen", "people_mailmap_seen"
_EDITION, _PARTS, _WHOLE = "people_index_edition", "people_index_parts", "people_whole"
MAILMAP_EDITION = "people_mailmap_edition"
"""Where the number stands that grows with each change of a `.mailmap`."""

RULES_EDITION = 2
"""Grows with each change of how identities are compared: then everything is searched again."""

_LARGE = 5_000  # identities; fewer are always searched whole
_NEW = 20  # one part in so many may be new since the last whole search


@dataclass(frozen=True, slots=True)
class Found:
    """What a run did: the people version after it, how many identities were new, and how many changed their person."""

    version: int
    new: int = 0
    changed: int = 0


def find(
    records: Records, *, now: int = 0, whole: bool = False, contributions: Contributions | None = None
) -> Found:
    """Look at what is new since the last run, or with `whole` at everything. `now` is microseconds since 1970.

    `contributions` tells of identities how many each has; it is asked for those of whom there is something to ask, and what they
    have is the effect of a suggestion. All of it is one transaction: it is done, or it is not begun and the next run does it.
    """
    with records.engine.begin() as connection:
        news = _news(connection)
        edition = read_meta(connection, MAILMAP_EDITION)
        changed = edition != read_meta(connection, _MAILMAP_SEEN)
        whole = whole or _needs_all(connection, records, news)
        if not (whole or changed or news.identities or news.concerned):
            return Found(read_meta(connection, "people_version"))
        said = mailmaps(connection, None if changed else news.keys, records.secret)
        about = None if changed else {end for edge in said for end in (edge.a, edge.b)}
        touched = agree(connection, said, lambda rule, _: changed and rule == MAILMAP, about, now)
        with _in_bulk():
            search = _Search(connection, records, None if whole else news.concerned)
            touched |= search.agree(now)
            touched |= doubt(connection, records.secret, touched, search.profiles, now)
            moved = recompute(connection, touched.union(news.identities), news.awake)
            ask(connection, search.profiles, search.blocks, search.often, search.concerned, now, contributions)
        _exclude(connection, news.bots, now)
        write_meta(connection, _MAILMAP_SEEN, edition)
        return Found(read_meta(connection, "people_version"), len(news.identities), len(moved))


def _exclude(connection: sa.Connection, bots: list[int], now: int) -> None:
    """Take programs out of every count when they are first seen; who is included by hand afterwards stays in."""
    if bots:
        version = bump(connection)
        row = {"why": "bot", "reason": "recognised by its name", "made": now, "version": version}
        insert_new(connection, exclusions, [{"identity_id": bot, **row} for bot in bots])
        note(connection, "baloo", "people excluded: bot", " ".join(map(str, bots))[:10_000], now)


@contextlib.contextmanager
def _in_bulk() -> Iterator[None]:
    """Do not look for garbage in cycles meanwhile: none is made, and to look takes a third of the time.

    What is remembered of names is forgotten at the end: it lies among all that was made, and would hold ten times as much.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        read_name.cache_clear()
        read_address.cache_clear()
        if collects:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _News:
    """What came since the last run: identities, they and those with a new observation (`concerned`), address keys of these, older
    identities that did something for the first time (`awake`), and of the new ones the programs.
    """

    identities: list[int]
    concerned: set[int]
    keys: set[str]
    awake: list[int]
    bots: list[int]


def _news(connection: sa.Connection) -> _News:
    """Identities and observations above the marks; the marks move."""
    of = observations.c
    seen, mark = read_meta(connection, _IDENTITIES), read_meta(connection, _OBSERVATIONS)
    fresh = [number for (number,) in select_rows(connection, identities.c.id, where=f"identities.id > {seen}")]
    columns = (of.id, of.identity_id, of.email_key, of.username, of.name)
    rows = select_rows(connection, *columns, where=f"observations.id > {mark}")
    older = sorted({identity for _, identity, *_ in rows if identity <= seen})
    before = {who for number, who in select_in(connection, [of.id, of.identity_id], of.identity_id, older) if number <= mark}
    if fresh:
        write_meta(connection, _IDENTITIES, max(fresh))
    if rows:
        write_meta(connection, _OBSERVATIONS, max(row[0] for row in rows))
    keys = {row[2] for row in rows if row[2]}
    bots = sorted({row[1] for row in rows if row[1] > seen and any(map(is_program, row[2:]))})
    return _News(fresh, {row[1] for row in rows}.union(fresh), keys, [who for who in older if who not in before], bots)


def _needs_all(connection: sa.Connection, records: Records, news: _News) -> bool:
    """Whether what was found before cannot be built on: it is too little, too old, of other rules, or its index is gone."""
    if read_meta(connection, RULES_SEEN) != RULES_EDITION:
        return True
    known, since = read_meta(connection, _WHOLE), read_meta(connection, _IDENTITIES)
    if not news.concerned:
        return False
    files = Index.files(records, read_meta(connection, _EDITION), read_meta(connection, _PARTS))
    return known < _LARGE or (since - known) * _NEW > known or len(news.concerned) * _NEW > known or files is None


class _Search:
    """What is found among identities: all of them, or those concerned and whoever shares a key with them."""

    def __init__(self, connection: sa.Connection, records: Records, concerned: set[int] | None) -> None:
        self._connection, self._records = connection, records
        self._edition, self._parts = read_meta(connection, _EDITION), read_meta(connection, _PARTS)
        self.concerned = concerned
        self.profiles: dict[int, Profile] = {} if concerned is not None else read_profiles(connection, records.secret)
        self._about: set[int] = set()
        self.blocks: Blocks = {}
        self.often = Frequencies()
        if concerned is None and len(self.profiles) < _LARGE:
            self.blocks, self.often = small_blocks(self.profiles.values()), small_frequencies(self.profiles.values())
            self._searched_whole()
        elif concerned is None or concerned:
            with contextlib.closing(Index(records.secret)) as index:
                self._by_index(index)

    def _by_index(self, index: Index) -> None:
        """Compare by the keys in the index, and keep it with what is new for the next run."""
        if self.concerned is None:
            index.add(self.profiles.values())
            self._searched_whole()
            index.write(self._records, self._edition, self._parts, None)
            self.blocks = index.blocks()
        else:
            index.read(Index.files(self._records, self._edition, self._parts) or [])
            self.blocks = self._around(index, self.concerned)
            shared = [users for users in self.blocks["mailbox"].values() if shared_by_several(self.profiles, users)]
            self._about = self.concerned.union(*shared)
            if self._about != self.concerned:  # what others found by a mailbox falls with it
                self.blocks = self._around(index, self._about)
            index.write(self._records, self._edition, self._parts, self.concerned)
        self.often = index.frequencies()
        write_meta(self._connection, _EDITION, self._edition)
        write_meta(self._connection, _PARTS, self._parts + 1)

    def _searched_whole(self) -> None:
        self._edition, self._parts = self._edition + 1, 0
        write_meta(self._connection, _WHOLE, read_meta(self._connection, _IDENTITIES))
        write_meta(self._connection, RULES_SEEN, RULES_EDITION)

    def _around(self, index: Index, whom: Collection[int]) -> Blocks:
        self._load(index, whom)
        self._load(index, index.met_by(whom))
        return index.blocks(whom)

    def _load(self, index: Index, whom: Collection[int]) -> None:
        fresh = read_profiles(self._connection, self._records.secret, set(whom) - self.profiles.keys())
        self.profiles |= fresh
        index.add(fresh.values())

    def agree(self, now: int) -> set[int]:
        """Bring the evidence on record up to date; return whom a change concerns."""
        secret = self._records.secret

        def name(rule: str, key: str, special: str = "") -> str:
            return f"{group_input(secret, rule, key)}.{group_input(secret, special)[:6]}"

        edges = found(self.profiles, self.blocks, self.often, name)
        if self.concerned is None:
            rules = {rule for several in RULES_OF.values() for rule in several}
            return agree(self._connection, edges, lambda rule, _: rule in rules, None, now)
        looked_at = {
            name(rule, key).partition(".")[0]
            for known in map(self.profiles.get, self._about) if known is not None
            for kind, key in keys(known) for rule in RULES_OF.get(kind, ())
        }  # fmt: skip
        about = {member for of in self.blocks.values() for members in of.values() for member in members} | self._about
        return agree(self._connection, edges, lambda _, group: group.partition(".")[0] in looked_at, about, now)
