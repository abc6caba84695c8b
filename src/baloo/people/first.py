"""The first rules of who is who: one account, one personal address, what a `.mailmap` says; fast enough to go before every count.

One account on a system is one identity to begin with. Names, logins and what only suggests are for the search (`find`), which
withdraws, too, what does not stand any more; here evidence is only added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from baloo.people.bulk import in_bulk
from baloo.people.evidence import agree, doubt, mailmaps, naming, read_profiles
from baloo.people.matching import Frequencies, Naming, found
from baloo.people.names import read_address
from baloo.people.news import JOINED, News, read_news
from baloo.people.persons import recompute
from baloo.people.profiles import Profile, keys_of_user
from baloo.people.rules import MAILMAP, NAME_AND_PLACE, SAME_ADDRESS, Edge, star
from baloo.people.sql import each_row, read_meta, select_in, select_rows, write_meta
from baloo.records.store import Records
from baloo.records.tables import identities, observations

__all__ = ["MAILMAP_EDITION", "join", "obey_mailmaps"]

MAILMAP_EDITION = "people_mailmap_edition"
"""Where the number stands that grows with each change of a `.mailmap`."""

_MAILMAP_SEEN = "people_mailmap_seen"
_MANY = 20_000  # address keys from which on it pays to tell those of whom nothing needs to be compared


def join(records: Records, *, now: int = 0) -> None:
    """Bring the persons up to date with what was loaded since, by the first rules. `now` is microseconds since 1970.

    All of it is one transaction: it is done, or it is not begun and the next run does it.
    """
    with in_bulk(), records.engine.begin() as connection:
        news = read_news(connection, JOINED)
        if not (news.concerned or read_meta(connection, MAILMAP_EDITION) != read_meta(connection, _MAILMAP_SEEN)):
            return
        said, touched = obey_mailmaps(connection, records.secret, news, now)
        users = _users(connection, news.keys, set(news.identities) - said)
        profiles = read_profiles(connection, records.secret, users.several)
        name = naming(records.secret)
        edges = found(profiles, _blocks(profiles), Frequencies(), name) + _by_role(profiles, name)
        plain = [
            edge for mailbox, whom in users.plain.items() for edge in star(SAME_ADDRESS, name(SAME_ADDRESS, mailbox, ""), whom)
        ]
        touched |= agree(connection, edges, lambda *_: False, {end for edge in edges for end in edge[:2]}, now)
        touched |= doubt(connection, records.secret, touched, profiles, now)
        touched |= agree(connection, plain, lambda *_: False, (), now)
        recompute(connection, touched.union(news.identities), news.awake)
        news.seen(connection, JOINED)


def obey_mailmaps(connection: sa.Connection, secret: bytes, news: News, now: int) -> tuple[set[int], set[int]]:
    """Bring the evidence of every `.mailmap` up to date; of whom they tell, and whom a change concerns."""
    edition = read_meta(connection, MAILMAP_EDITION)
    changed = edition != read_meta(connection, _MAILMAP_SEEN)
    said = mailmaps(connection, None if changed else news.keys, secret)
    ends = {end for edge in said for end in (edge.a, edge.b)}
    touched = agree(connection, said, lambda rule, _: changed and rule == MAILMAP, None if changed else ends, now)
    write_meta(connection, _MAILMAP_SEEN, edition)
    return ends, touched


class _Users(NamedTuple):
    """Those who share an address with somebody: to be compared, or plainly one person by their mailbox."""

    several: set[int]
    plain: dict[str, list[int]]


def _users(connection: sa.Connection, keys: Collection[str], strangers: Collection[int]) -> _Users:
    """Who used one of these addresses, where several did. Of `strangers` nothing is on record yet."""
    of = observations.c
    users: defaultdict[str, set[int]] = defaultdict(set)
    if len(keys) <= _MANY:
        for key, identity in select_in(connection, [of.email_key, of.identity_id], of.email_key, sorted(keys)):
            users[key].add(identity)
        return _Users({identity for several in users.values() if len(several) > 1 for identity in several}, {})
    called: dict[int, str | None] = {}  # by one name, with one address; None by or with several
    for key, identity, name in each_row(connection, of.email_key, of.identity_id, of.name):
        called[identity] = None if identity in called or identity not in strangers else (name or "").casefold()
        if key is not None:
            users[key].add(identity)
    systems = dict(select_rows(connection, identities.c.id, identities.c.system))
    plain: dict[str, list[int]] = {}
    compared: set[int] = set()
    for key in users.keys() & keys:
        several, mailbox = users[key], read_address(key).mailbox
        names = {called[one] for one in several} - {""}
        if len(several) < 2:
            continue
        if mailbox == key and len(names) <= 1 and None not in names and len({systems[one] for one in several}) == len(several):
            plain[mailbox] = sorted(several)
        else:
            compared |= several
    return _Users(compared, plain)


def _by_role(profiles: dict[int, Profile], name: Naming) -> list[Edge]:
    """Several may use the address of a role; those of them who have one full name are one person."""
    users: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for identity, known in sorted(profiles.items()):
        for key in {one.key for one in known.full() if one.spaced}:
            for role in known.roles:
                users[key, role].append(identity)
    return [edge for (key, role), whom in users.items() for edge in star(NAME_AND_PLACE, name(NAME_AND_PLACE, key, role), whom)]


def _blocks(profiles: dict[int, Profile]) -> dict[str, dict[str, list[int]]]:
    """Who shares a mailbox, and who an account: some addresses are those that a host gives to an account."""
    blocks: dict[str, dict[str, list[int]]] = {"mailbox": defaultdict(list), "login": defaultdict(list)}
    for identity in sorted(profiles):
        for kind, key in keys_of_user(profiles[identity]):
            blocks[kind][key].append(identity)
    return blocks
