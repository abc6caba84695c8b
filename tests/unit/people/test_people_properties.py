"""Persons are what the evidence says, whatever the order and the steps in which it came."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from baloo.errors import InputError
from baloo.people.find import find
from baloo.people.hands import link, unlink
from baloo.people.lists import import_mailmap
from baloo.people.reader import Reader
from baloo.people.resolver import Resolver
from baloo.people.rules import ACCEPTED, BY_HAND, MAILMAP, REJECTED, SAME_ADDRESS, Edge, group_input, star, unite
from baloo.queue.base import Event
from baloo.records.store import Records

ACCOUNTS = tuple("abcdefgh")
EMAILS = ("one@example.org", "two@example.org", "three@example.org", "four@example.org")
accounts = st.sampled_from(ACCOUNTS)
pairs = st.tuples(accounts, accounts).filter(lambda pair: pair[0] < pair[1])
steps = st.one_of(
    st.tuples(st.just("seen"), accounts, st.sampled_from(EMAILS)),
    st.tuples(st.just("link"), pairs),
    st.tuples(st.just("unlink"), pairs),
    st.tuples(st.just("mailmap"), st.lists(st.tuples(st.sampled_from(EMAILS), st.sampled_from(EMAILS)), max_size=3)),
    st.tuples(st.just("find")),
)
slow = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def _empty() -> Path:
    """Records without anybody, to copy."""
    folder = Path(tempfile.mkdtemp(prefix="baloo-people-"))
    atexit.register(shutil.rmtree, folder)
    Records.open(folder / "records.sqlite").close()
    return folder / "records.sqlite"


@contextmanager
def workspace() -> Iterator[Records]:
    """Records that are thrown away: the same secret each time, and nothing waits for the disk."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(_empty(), folder)
        records = Records.open(Path(folder) / "records.sqlite")
        sa.event.listen(records.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        records.close()
        try:
            yield records
        finally:
            records.close()


def see(records: Records, *actors: tuple[str, str | None]) -> list[int]:
    """Identities of accounts, each on a system of its own, with an address each."""
    rest: tuple[Any, ...] = (None, None, "{}", "production", 1)
    events = [Event("i", "event", "1", 1, None, account, "k", account, None, email, *rest) for account, email in actors]
    return [identity for identity, _ in Resolver(records).resolve(events)]


def take(records: Records, ids: dict[str, int], step: tuple[Any, ...]) -> None:
    """Do one step; a link that others speak against is refused and changes nothing."""
    if step[0] == "seen":
        see(records, step[1:])
    elif step[0] == "find":
        find(records)
    elif step[0] == "mailmap":
        import_mailmap(records, "".join(f"<{proper}> <{commit}>\n" for proper, commit in step[1]), "repo", who="tove")
    else:
        try:
            (link if step[0] == "link" else unlink)(records, [(ids[step[1][0]], ids[step[1][1]])], who="tove")
        except InputError:
            assert step[0] == "link"


def partition(records: Records, ids: dict[str, int]) -> set[frozenset[str]]:
    """Who is together, by account."""
    person = dict(Reader(records).changes(None, ()).members)
    groups: dict[int, set[str]] = {}
    for account, identity in ids.items():
        groups.setdefault(person[identity], set()).add(account)
    return set(map(frozenset, groups.values()))


@slow
@given(st.lists(steps, max_size=25))
def test_step_by_step_is_the_same_as_all_at_once(script: list[tuple[Any, ...]]) -> None:
    """Whatever happened in whichever steps, persons equal those that all evidence together gives, and so do the changes told."""
    with workspace() as records:
        ids = dict(zip(ACCOUNTS, see(records, *((a, None) for a in ACCOUNTS)), strict=True))
        find(records)
        told = dict(Reader(records).changes(None, ()).members)
        version = Reader(records).version()
        for step in script:
            take(records, ids, step)
            news = Reader(records).changes(version, ())
            assert bool(news.members) == (news.version != version)
            told |= dict(news.members)
            version = news.version
        find(records)
        told |= dict(Reader(records).changes(version, ()).members)

        assert told == dict(Reader(records).changes(None, ()).members) == _from_scratch(records, list(ids.values()))


def _from_scratch(records: Records, identities: list[int]) -> dict[int, int]:
    """A second implementation, from what was seen and said: sets, put together by one piece of evidence after the other."""
    with records.engine.connect() as connection:
        rows = connection.exec_driver_sql
        seen = set(rows("SELECT identity_id, email FROM observations WHERE email IS NOT NULL").fetchall())
        lines = rows("SELECT commit_email, proper_email FROM mailmap ORDER BY id").fetchall()
        said = rows("SELECT a, b, state FROM edges WHERE rule = 'by-hand'").fetchall()
        key = dict(rows("SELECT id, key FROM identities").fetchall())
    apart = {frozenset((a, b)) for a, b, state in said if state == REJECTED}
    proper = dict(lines)
    evidence: list[tuple[Any, set[int]]] = [((0, sorted((key[a], key[b]))), {a, b}) for a, b, state in said if state == ACCEPTED]
    for email in EMAILS:
        author = {who for who, used in seen if proper.get(used, used) == email}
        if email in dict(map(reversed, lines)):
            evidence.append(((1, group_input(records.secret, MAILMAP, "repo", email)), author))
        evidence.append(((2, group_input(records.secret, SAME_ADDRESS, email)), {who for who, used in seen if used == email}))
    persons = [{identity} for identity in identities]
    for _, group in sorted(evidence, key=lambda piece: piece[0]):
        met: list[int] = []
        for member in sorted(group, key=key.__getitem__):
            mine = next(person for person in persons if member in person)
            theirs = [next(person for person in persons if other in person) for other in met]
            for other in theirs if mine not in theirs else []:
                if not any(frozenset((a, b)) in apart for a in mine for b in other):
                    persons.remove(mine)
                    other.update(mine)
                    break
            else:
                met.append(member)
    return {identity: min(person) for person in persons for identity in person}


@slow
@given(st.lists(steps, max_size=14), st.randoms(use_true_random=False))
def test_the_order_of_arrival_says_nothing(script: list[tuple[Any, ...]], shuffle: Any) -> None:
    """The same evidence in another order, of identities that came in another order, gives the same persons."""
    maps = [step for step in script if step[0] == "mailmap"][-1:]
    evidence = [step for step in script if step[0] not in ("link", "mailmap")] + maps
    found = []
    for _ in range(2):
        with workspace() as records:
            order = list(ACCOUNTS)
            shuffle.shuffle(order)
            ids = dict(zip(order, see(records, *((a, None) for a in order)), strict=True))
            for step in evidence:
                take(records, ids, step)
            find(records)
            found.append(partition(records, ids))
        shuffle.shuffle(evidence)

    assert found[0] == found[1]


@slow
@given(st.lists(steps, max_size=15), pairs)
def test_unlinking_what_was_linked_restores_exactly(script: list[tuple[Any, ...]], pair: tuple[str, str]) -> None:
    """Two persons that are linked and unlinked again are the two persons that they were."""
    with workspace() as records:
        ids = dict(zip(ACCOUNTS, see(records, *((a, None) for a in ACCOUNTS)), strict=True))
        for step in [*script, ("find",)]:
            take(records, ids, step)
        before = dict(Reader(records).changes(None, ()).members)
        a, b = ids[pair[0]], ids[pair[1]]
        assume(before[a] != before[b])

        take(records, ids, ("link", pair))
        take(records, ids, ("unlink", pair))

        assert dict(Reader(records).changes(None, ()).members) == before


@slow
@given(st.lists(steps, max_size=20), st.lists(pairs, min_size=1, max_size=4))
def test_who_was_said_to_be_two_is_never_one(script: list[tuple[Any, ...]], rejected: list[tuple[str, str]]) -> None:
    """A rejected pair never joins, whatever comes after."""
    with workspace() as records:
        ids = dict(zip(ACCOUNTS, see(records, *((a, None) for a in ACCOUNTS)), strict=True))
        for pair in rejected:
            take(records, ids, ("unlink", pair))
        for step in [*script, ("find",)]:
            if step[0] != "link" or step[1] not in rejected:
                take(records, ids, step)

        person = dict(Reader(records).changes(None, ()).members)
        assert all(person[ids[a]] != person[ids[b]] for a, b in rejected)


groups = st.lists(st.sets(st.integers(1, 9), min_size=2, max_size=5), max_size=6)


numbered = st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda pair: pair[0] < pair[1])


@given(groups, st.lists(numbered, max_size=3), st.permutations(range(1, 10)))
def test_no_numbering_of_identities_changes_who_is_together(
    shared: list[set[int]], apart: list[tuple[int, int]], numbers: list[int]
) -> None:
    """The pure rule gives the same sets of people under any ids, and only pairs that some evidence connects."""

    def together(number: dict[int, int]) -> set[frozenset[int]]:
        rules = (MAILMAP, SAME_ADDRESS)
        edges = [edge for n, g in enumerate(shared) for edge in star(rules[n % 2], f"g{n}", (number[i] for i in g))]
        edges += [Edge(*sorted((number[a], number[b])), BY_HAND, "", REJECTED) for a, b in apart]
        back = {new: old for old, new in number.items()}
        person = unite(edges, lambda asked: {n: f"key {back[n]}" for n in asked})
        assert all(person[p] == p <= n for n, p in person.items())
        sets: dict[int, set[int]] = {}
        for n, p in person.items():
            sets.setdefault(p, set()).add(back[n])
        return set(map(frozenset, sets.values()))

    plain = together({n: n for n in range(1, 10)})

    assert together(dict(zip(range(1, 10), numbers, strict=True))) == plain
    assert not any(set(pair) <= person for pair in apart for person in plain)
    if not apart:
        assert all(any(g <= person for person in plain) for g in shared)
    for person in plain:
        for a, b in combinations(person, 2):
            assert _connected(a, b, shared)


def _connected(a: int, b: int, shared: list[set[int]]) -> bool:
    reached = {a}
    while any(reached & g and not g <= reached for g in shared):
        reached = reached.union(*(g for g in shared if reached & g))
    return b in reached
