"""The search for who is who: what names, logins and addresses say of identities that are new, and what is to be asked.

Everything is searched where much is new or what was found before cannot be built on; else what is new is compared with those that
share a key with it, which gives the same but for this: how frequent names are counts from the last whole search on. Who was there
before is asked about anew only where something new parted them, though by now their name or login may be another's, too.

A search takes its time, and others load, decide and erase meanwhile. So it looks at one state of the records, and writes what it
found in two short transactions, the evidence and then what is to be asked; its marks move with the second. Where the ground has
moved below it (another search, an erasure, a term that is ignored from now on) it starts over.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from typing import NamedTuple

import sqlalchemy as sa

from baloo.memory import give_back
from baloo.people.ask import Contributions, asked, effects, record
from baloo.people.blocks import small_blocks, small_frequencies
from baloo.people.bulk import in_bulk
from baloo.people.evidence import agree, doubt, naming, read_profiles
from baloo.people.first import join, obey_mailmaps
from baloo.people.ignored import RULES_SEEN
from baloo.people.index import Blocks, Index
from baloo.people.matching import RULES_OF, Frequencies, found, shared_by_several
from baloo.people.news import JOINED, RULES_EDITION, SEARCHED, News, read_marks, read_news
from baloo.people.persons import bump, recompute
from baloo.people.profiles import Profile, keys
from baloo.people.rules import Edge
from baloo.people.sql import insert_new, note, read_meta, write_meta
from baloo.records.rights import erasures
from baloo.records.store import Records
from baloo.records.tables import exclusions

__all__ = ["find"]

_EDITION, _PARTS, _WHOLE = "people_index_edition", "people_index_parts", "people_whole"
_LARGE = 5_000  # identities; fewer are always searched whole
_NEW = 20  # one part in so many may be new since the last whole search


def find(
    records: Records, *, now: int = 0, whole: bool = False, contributions: Contributions | None = None
) -> None:
    """Join by the first rules and search what is new since the last search, or with `whole` everything.

    `now` is microseconds since 1970. `contributions` tells of identities how many each has; it is asked for those of whom there
    is something to ask, and what they have is the effect of a suggestion. A search that is stopped is done by the next one.
    """
    with in_bulk():
        while not _search(records, now, contributions, whole=whole):
            pass


def _search(records: Records, now: int, contributions: Contributions | None, *, whole: bool) -> bool:
    """One search; False where it came to nothing, because the ground moved."""
    with _reading(records) as connection:
        ground = _ground(connection)
        news = read_news(connection, SEARCHED)
        whole = whole or _needs_all(connection, records, news)
        marks = read_marks(connection, JOINED)
        unjoined = None if not whole else news if marks == ground[:2] else read_news(connection, JOINED)
    if unjoined is None:
        join(records, now=now)
        if not news.concerned:
            return True
    with _reading(records) as connection:
        if _ground(connection) != ground:
            return False
        search = _Search(connection, records, ground, None if whole else news.concerned)
    with contextlib.closing(search):
        edges, scope = search.edges(), search.scope()
        with records.engine.begin() as connection:
            if _ground(connection) != ground:
                return False
            touched = agree(connection, edges, *scope, now)
            if unjoined is not None and read_marks(connection, JOINED) == marks:  # all that the first rules would join is found
                touched |= obey_mailmaps(connection, records.secret, unjoined, now)[1].union(unjoined.identities)
                unjoined.seen(connection, JOINED)
            touched |= doubt(connection, records.secret, touched, search.profiles, now)
            recompute(connection, touched, unjoined.awake if unjoined is not None else ())
            _exclude(connection, news, now)
        edges.clear()
        with _reading(records) as connection:
            pairs = asked(connection, search.profiles, search.blocks, search.often, search.about)
        done = effects(pairs, contributions)
        with records.engine.begin() as connection:
            if _ground(connection) != ground:
                return False
            record(connection, pairs, search.about, now, done)
            news.seen(connection, SEARCHED)
            search.keep(connection)
    return True


def _reading(records: Records) -> sa.Connection:
    """One state of the records, while others write."""
    return records.engine.connect().execution_options(writes=False)


class _Ground(NamedTuple):
    """What a search rests on: where it stands when it begins and when it writes."""

    identities: int
    observations: int
    rules: int
    edition: int
    parts: int
    known: int  # identities at the last whole search
    erased: int


def _ground(connection: sa.Connection) -> _Ground:
    names = (SEARCHED.identities, SEARCHED.observations, RULES_SEEN, _EDITION, _PARTS, _WHOLE)
    gone = sa.select(sa.func.count()).where(erasures.c.state != "begun")
    return _Ground._make([*(read_meta(connection, name) for name in names), connection.scalar(gone) or 0])


def _exclude(connection: sa.Connection, news: News, now: int) -> None:
    """Take programs out of every count when they are first seen; who is included by hand afterwards stays in."""
    if news.programs:
        version = bump(connection)
        row = {"why": "bot", "reason": "recognised by its name", "made": now, "version": version}
        insert_new(connection, exclusions, [{"identity_id": bot, **row} for bot in news.programs])
        note(connection, "baloo", "people excluded: bot", " ".join(map(str, news.programs))[:10_000], now)


def _needs_all(connection: sa.Connection, records: Records, news: News) -> bool:
    """Whether what was found before cannot be built on: it is too little, too old, of other rules, or its index is gone."""
    ground = _ground(connection)
    if ground.rules != RULES_EDITION:
        return True
    if not news.concerned:
        return False
    since = news.last[0] - ground.known
    files = Index.files(records, ground.edition, ground.parts)
    return ground.known < _LARGE or since * _NEW > ground.known or len(news.concerned) * _NEW > ground.known or files is None


class _Search:
    """What is found among identities: all of them, or those concerned and whoever shares a key with them."""

    def __init__(self, connection: sa.Connection, records: Records, ground: _Ground, concerned: set[int] | None) -> None:
        self._connection, self._records = connection, records
        self._edition, self._parts = ground.edition, ground.parts
        self.concerned = concerned
        self.profiles: dict[int, Profile] = {} if concerned is not None else read_profiles(connection, records.secret)
        self.about: set[int] | None = None
        self._index: Index | None = None
        self.blocks: Blocks = {}
        self.often = Frequencies()
        if concerned is None and len(self.profiles) < _LARGE:
            self.blocks, self.often = small_blocks(self.profiles.values()), small_frequencies(self.profiles.values())
            self._edition, self._parts = self._edition + 1, 0
        else:
            self._index = Index(records.secret)
            self._by_index(self._index)

    def close(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.close()

    def _by_index(self, index: Index) -> None:
        """Compare by the keys in the index, and write what is new into it for the next run."""
        if self.concerned is None:
            index.add(self.profiles.values())
            self._edition, self._parts = self._edition + 1, 0
            index.write(self._records, self._edition, self._parts, None)
            self.often = index.frequencies()
            self.blocks = index.blocks()
        else:
            index.read(Index.files(self._records, self._edition, self._parts) or [])
            self.blocks = self._around(index, self.concerned)
            shared = [users for users in self.blocks["mailbox"].values() if shared_by_several(self.profiles, users)]
            self.about = self.concerned.union(*shared)
            if self.about != self.concerned:  # what others found by a mailbox falls with it
                self.blocks = self._around(index, self.about)
            index.write(self._records, self._edition, self._parts, self.concerned)
            self.often = index.frequencies()
        index.release()
        give_back()
        self._parts += 1

    def keep(self, connection: sa.Connection) -> None:
        """Let the next search build on what was written."""
        if self._index is not None:
            self._index.keep()
        write_meta(connection, _EDITION, self._edition)
        write_meta(connection, _PARTS, self._parts)
        if self.concerned is None:
            write_meta(connection, _WHOLE, read_meta(connection, SEARCHED.identities))
            write_meta(connection, RULES_SEEN, RULES_EDITION)

    def _around(self, index: Index, whom: Collection[int]) -> Blocks:
        self._load(index, whom)
        self._load(index, index.met_by(whom))
        return index.blocks(whom)

    def _load(self, index: Index, whom: Collection[int]) -> None:
        fresh = read_profiles(self._connection, self._records.secret, set(whom) - self.profiles.keys())
        self.profiles |= fresh
        index.add(fresh.values())

    def edges(self) -> list[Edge]:
        """What the rules of the automatic tier find."""
        return found(self.profiles, self.blocks, self.often, naming(self._records.secret))

    def scope(self) -> tuple[Callable[[str, str], bool], Collection[int] | None]:
        """What `agree` has to know: whether an edge of a rule and a group was looked at, and among whom such edges may be."""
        if self.about is None:
            rules = {rule for several in RULES_OF.values() for rule in several}
            return lambda rule, _: rule in rules, None
        name = naming(self._records.secret)
        looked_at = {
            name(rule, key, "").partition(".")[0]
            for known in map(self.profiles.get, self.about) if known is not None
            for kind, key in keys(known) for rule in RULES_OF.get(kind, ())
        }  # fmt: skip
        about = {member for of in self.blocks.values() for members in of.values() for member in members} | self.about
        return lambda _, group: group.partition(".")[0] in looked_at, about
