"""Persons after a load, and what the engine is told of them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa

from baloo.errors import InputError
from baloo.people.base import StaffSpan
from baloo.people.explain import explain
from baloo.people.export import export
from baloo.people.find import find
from baloo.people.hands import exclude, include, link, unlink
from baloo.people.keys import owner_key
from baloo.people.reader import Reader
from baloo.people.refer import resolve_reference
from baloo.people.resolver import Resolver
from baloo.people.rules import SAME_ADDRESS
from baloo.queue.base import Event
from baloo.records.store import Records
from baloo.records.tables import edges, roster


def seen(records: Records, *actors: str) -> list[int]:
    """Identities of actors written `system account address`, with `-` for an absent one; persons are found after."""
    events = []
    for actor in actors:
        system, account, email = (None if part == "-" else part for part in actor.split())
        who: dict[str, Any] = {"account": account, "username": account and f"{account}-login", "email": email, "name": None}
        rest: dict[str, Any] = {"object": None, "extra": "{}", "environment": "production", "body": 1}
        events.append(Event("id", "event", "1", 1, None, system or "", "k", **who, **rest))
    ids = [identity for identity, _ in Resolver(records).resolve(events)]
    find(records)
    return ids


def people(records: Records) -> dict[int, int]:
    """Each identity to its person."""
    return dict(Reader(records).changes(None, ()).members)


def test_one_address_on_two_systems_is_one_person(records: Records) -> None:
    """Addresses that differ in case and in blanks around them join identities across systems."""
    a, b, c = seen(records, "sumo ama Ama@Example.org", "git - ama@example.org", "git - jun@example.org")

    assert people(records) == {a: a, b: a, c: c}


@pytest.mark.parametrize(
    "address", ["root@localhost", "unknown", "<>", "noreply@example.org", "?@?", "@example.org", "a@b@example.org"]
)
def test_an_address_that_is_nobodys_joins_nobody(records: Records, address: str) -> None:
    """What stands for no mailbox of one person is not evidence."""
    a, b = seen(records, f"sumo ama {address}", f"sumo jun {address}")

    assert people(records) == {a: a, b: b}


def test_a_later_address_joins_older_identities(records: Records) -> None:
    """An observation that comes later is evidence too, and is looked at once."""
    a, b = seen(records, "sumo ama -", "git - ama@example.org")
    assert people(records) == {a: a, b: b}

    seen(records, "sumo ama ama@example.org")

    assert people(records) == {a: a, b: a}


def test_a_version_is_given_only_where_a_person_changed(records: Records) -> None:
    """A run that finds nothing, or only another name, keeps the people version; changes lists what moved since."""
    a, b = seen(records, "sumo ama ama@example.org", "sumo jun -")
    one = Reader(records).changes(None, ())
    seen(records, "sumo ama ama@example.net")
    assert Reader(records).version() == one.version

    (c,) = seen(records, "pontoon jun ama@example.org")

    two = Reader(records).changes(one.version, ())
    assert (two.version, two.whole, two.members) == (one.version + 1, False, [(c, a)])
    assert two.owners == [(owner_key("pontoon", "jun"), c)]
    assert Reader(records).changes(two.version, ()).members == []
    assert sorted(Reader(records).changes(two.version + 1, ()).members) == [(a, a), (b, b), (c, a)]


def test_links_join_and_unlinks_hold_against_every_later_run(records: Records) -> None:
    """What was said by hand goes before what the rules find, for ever, until it is taken back."""
    a, b, c = seen(records, "sumo ama ama@example.org", "git - ama@example.org", "sumo jun -")
    assert link(records, [(c, a)], who="tove").identities == (c,)
    assert people(records) == {a: a, b: a, c: a}

    unlink(records, [(a, b)], who="tove")
    (d,) = seen(records, "pontoon jun ama@example.org")

    found = people(records)
    assert found[a] != found[b]
    assert found[d] in (found[a], found[b])
    link(records, [(a, b)], who="tove")
    assert set(people(records).values()) == {a}


def test_a_link_against_an_unlink_is_refused_whole(records: Records) -> None:
    """Where others of the two persons were said to be different, nothing is written and the remedy is named."""
    a, b, c, d = seen(records, "s a -", "s b -", "s c -", "s d -")
    link(records, [(a, b)], who="tove")
    unlink(records, [(b, c)], who="tove")
    before = Reader(records).changes(None, ())

    with pytest.raises(InputError, match="different people"):
        link(records, [(c, d), (a, c)], who="tove")

    assert Reader(records).changes(None, ()) == before


def test_an_owner_key_means_the_account_before_a_username(records: Records) -> None:
    """Where an account and a username are the same text, the account owns."""
    Resolver(records).resolve([
        Event("i", "event", "1", 1, None, "sumo", "k", None, "jun", None, None, None, "{}", "production", 1),
        Event("i", "event", "1", 1, None, "sumo", "k", "jun", None, None, None, None, "{}", "production", 1),
    ])  # fmt: skip
    find(records)

    assert Reader(records).changes(None, ()).owners == [(owner_key("sumo", "jun"), 2)]


def test_an_account_that_only_owned_is_told_when_it_does_something(records: Records) -> None:
    """An account made for its things gives way to a username that acts, until the account itself acts."""
    key = owner_key("sumo", "jun")
    Resolver(records).ensure_accounts([("sumo", "jun")])
    find(records)
    assert Reader(records).changes(None, ()).owners == [(key, 1)]
    rest = (None, None, None, "{}", "production", 1)
    Resolver(records).resolve([Event("i", "event", "1", 1, None, "sumo", "k", None, "jun", *rest)])
    find(records)
    version = Reader(records).version()
    assert Reader(records).changes(version - 1, ()).owners == [(key, 2)]

    Resolver(records).resolve([Event("i", "event", "1", 1, None, "sumo", "k", "jun", None, *rest)])
    find(records)

    told = Reader(records).changes(version, ())
    assert (told.members, told.owners) == ([(1, 1)], [(key, 1)])
    assert told.owners == Reader(records).changes(None, ()).owners


def test_a_pair_with_two_addresses_rests_on_both(records: Records) -> None:
    """A pair's row names every group that it stands for, so that each group is known whole."""
    seen(records, "sumo ama ama@example.org", "git ama ama@example.org")
    seen(records, "sumo ama ama@example.net", "git ama ama@example.net", "pontoon ama ama@example.net")

    with records.engine.connect() as connection:
        found = sa.select(edges.c.b, edges.c.inputs).where(edges.c.rule == SAME_ADDRESS)
        inputs = dict(tuple(row) for row in connection.execute(found))

    assert [len(inputs[identity].split()) for identity in (2, 3)] == [2, 1]
    assert set(inputs[3].split()) < set(inputs[2].split())


def test_whoever_is_out_is_out_with_all_identities(records: Records) -> None:
    """An exclusion is of the person, and is taken back from any of their identities."""
    a, b, _ = seen(records, "sumo ama ama@example.org", "git - ama@example.org", "sumo jun -")
    out = exclude(records, [b], why="opted-out", who="tove")
    assert Reader(records).changes(None, ()).excluded == [a]
    assert exclude(records, [b], why="opted-out", who="tove").version == out.version

    back = include(records, [a], who="tove")

    assert Reader(records).changes(None, ()).excluded == []
    assert back.version == out.version + 1


def test_staff_by_roster_and_by_domain(records: Records) -> None:
    """Roster entries are spans of a person; addresses of exactly a staff domain mark their observations."""
    a, b = seen(records, "sumo ama ama@example.org", "git - ama@example.org")
    seen(records, "sumo jun jun@Example.org", "sumo tove tove@mail.example.org", "sumo idris idris@an-example.org")
    with records.engine.begin() as connection:
        connection.execute(sa.insert(roster).values(identity_id=b, since="2013-01-01", until=None, version=1))

    found = Reader(records).changes(None, ("EXAMPLE.org",))

    assert found.staff == [StaffSpan(a, dt.date(2013, 1, 1), None)]
    assert found.staff_observations == [1, 2, 3]


@pytest.mark.parametrize("text", ["1", "sumo:ama", "sumo:ama-login", " AMA@example.org ", "sumo:ama@example.org"])
def test_a_reference_is_an_id_an_account_a_username_or_an_address(records: Records, text: str) -> None:
    """What a person types is found in each of its forms."""
    seen(records, "sumo ama ama@example.org", "sumo jun jun@example.org")

    assert resolve_reference(records, text) == [1]


def test_an_ambiguous_reference_lists_the_persons(records: Records) -> None:
    """Where a reference means several persons, the error has their ids and not the address."""
    a, b = seen(records, "sumo ama ama@example.org", "git - ama@example.org")
    unlink(records, [(a, b)], who="tove")

    with pytest.raises(InputError, match="2 persons: 1, 2") as raised:
        resolve_reference(records, "ama@example.org")

    assert "ama" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "99", "sumo:nobody", "nobody@example.org", "ama", ":", "9" * 40])
def test_an_unknown_reference_is_an_error(records: Records, text: str) -> None:
    """Nobody is found where nobody is meant."""
    seen(records, "sumo ama ama@example.org")

    with pytest.raises(InputError, match="Nobody"):
        resolve_reference(records, text)


def test_evidence_is_explained_step_by_step(records: Records) -> None:
    """The chain leads from the one to the other, and what was said against it is named."""
    a, b, c = seen(records, "sumo ama ama@example.org", "git - ama@example.org", "sumo jun -")
    link(records, [(b, c)], who="tove", reason="told me")

    joined = explain(records, a, c)
    unlink(records, [(b, c)], who="idris", reason="did not")

    assert (joined.same, [(s.a, s.b, s.rule) for s in joined.chain]) == (True, [(a, b, "same-address"), (b, c, "by-hand")])
    apart = explain(records, a, c)
    assert (apart.same, apart.chain) == (False, ())
    assert [(s.a, s.b, s.who, s.reason) for s in apart.against] == [(b, c, "idris", "did not")]


def test_the_export_has_a_line_an_observation(records: Records) -> None:
    """Values stand as they arrived, beside the person."""
    seen(records, "sumo ama Ama@Example.org", "git - ama@example.org", "sumo ama -")
    Resolver(records).ensure_accounts([("sumo", "tove")])
    stream = io.StringIO()

    export(records, stream)

    assert len(stream.getvalue().splitlines()) == 5
    assert stream.getvalue().splitlines() == [
        "system,account,username,email,name,person",
        "sumo,ama,ama-login,Ama@Example.org,,1",
        "sumo,ama,ama-login,,,1",
        "git,,,ama@example.org,,1",
        "sumo,tove,,,,3",
    ]
