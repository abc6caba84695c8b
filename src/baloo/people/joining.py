"""A directory of people as evidence: it is a system whose accounts have all the addresses and names that an entry says.

Addresses join an entry with whoever used them, by the rules and under their vetoes; accounts that it names are joined with it as
the directory says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from baloo.people.directories import Entry, read_directory
from baloo.people.evidence import agree
from baloo.people.first import join
from baloo.people.hands import exclude
from baloo.people.lists import Imported
from baloo.people.marks import erased_by
from baloo.people.persons import recompute
from baloo.people.resolver import Actor, Resolver
from baloo.people.rules import DIRECTORY, Edge, group_input, star
from baloo.people.sql import note
from baloo.queue.base import Event
from baloo.records.store import Records

__all__ = ["import_directory"]


def import_directory(records: Records, text: str, file: str, source: str, *, who: str, now: int = 0) -> Imported:
    """Make the evidence of a directory what its file says now, and find the persons that follow.

    `source` names the directory. Accounts that are gone from it are joined no more; programs in it are taken out of the counts.
    Where two entries have one id nothing is changed. People who were erased are left out.
    """
    entries, problems = read_directory(text, file)
    if any(problem.severity == "error" for problem in problems):
        return Imported(0, problems)
    gone = erased_by(records)
    entries = [entry for entry in entries if not any(gone(actor) for actor in _actors(entry, source))]
    identities = _identities(records, entries, source, now)
    accounts = _accounts(records, {account for entry in entries for account in entry.accounts}, now)
    group = group_input(records.secret, DIRECTORY, source)
    edges: list[Edge] = []
    for entry in entries:
        members = {identities[entry.key], *(identity for account in entry.accounts for identity in accounts[account])}
        edges += star(DIRECTORY, f"{group}.{group_input(records.secret, entry.key)}", members)
    with records.engine.begin() as connection:
        changed = agree(connection, edges, lambda rule, given: rule == DIRECTORY and given.startswith(group), None, now)
        recompute(connection, changed)
        note(connection, who, "directory imported", f"{len(entries)} entries", now)
    join(records, now=now)
    bots = [identities[entry.key] for entry in entries if entry.bot]
    if bots:
        exclude(records, bots, why="bot", who=who, reason=f"directory {source}", now=now)
    return Imported(len(entries), problems)


def _actors(entry: Entry, source: str) -> list[Actor]:
    """What an entry is called, one actor for each address, and one for each name beyond these."""
    emails = entry.emails or [""]
    names = entry.names or [""]
    pairs = [(email, names[min(n, len(names) - 1)]) for n, email in enumerate(emails)]
    pairs += [(emails[0], name) for name in names[len(emails) :]]
    mine = [Actor(source, entry.key, entry.username, email, name).tidy() for email, name in pairs]
    return mine + [Actor(system, account).tidy() for system, account in entry.accounts]


def _identities(records: Records, entries: Sequence[Entry], source: str, now: int) -> dict[str, int]:
    """The identity of each entry in the system that the directory is."""
    rest: dict[str, Any] = {"object": None, "extra": "{}", "environment": "production", "body": 0}
    actors = [(entry.key, actor) for entry in entries for actor in _actors(entry, source) if actor.account == entry.key]
    events = [Event("", "", "", now, None, source, "", *actor[1:], **rest) for _, actor in actors]
    found = Resolver(records, now=lambda: now).resolve(events)
    return {key: identity for (key, _), (identity, _) in zip(actors, found, strict=True)}


def _accounts(records: Records, wanted: set[tuple[str, str]], now: int) -> dict[tuple[str, str], set[int]]:
    """The identities of accounts, by account or by username; made where there is none yet."""
    known = _called(records, wanted)
    missing = sorted(wanted - known.keys())
    if missing:
        Resolver(records, now=lambda: now).ensure_accounts(missing)
        known |= _called(records, set(missing))
    return defaultdict(set, known)


def _called(records: Records, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], set[int]]:
    found: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    with records.engine.connect().execution_options(writes=False) as connection:
        rows: Any = connection.exec_driver_sql(
            "SELECT i.id, i.system, i.account, i.username, o.username"
            " FROM identities i LEFT JOIN observations o ON o.identity_id = i.id"
        ).cursor
        for identity, system, *names in rows:
            for name in names:
                if (system, name) in wanted:
                    found[system, name].add(identity)
    return dict(found)
