"""The resolver: actors to identities and observations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from baloo.people.find import find
from baloo.people.keys import owner_key
from baloo.people.resolver import Resolver
from baloo.queue.base import Event
from baloo.records.store import Records
from baloo.records.tables import identities, members, observations


def event(at: int = 1, system: str = "sumo", environment: str = "production", **actor: str | None) -> Event:
    """An event of somebody on a system; what is not said is absent."""
    who: dict[str, Any] = {"account": None, "username": None, "email": None, "name": None} | actor
    rest = {"object": None, "extra": "{}", "environment": environment, "body": 1}
    return Event("id", "event", "1", at, None, system, "sumo.answer", **who, **rest)


def rows(records: Records, *columns: sa.Column[Any]) -> list[tuple[Any, ...]]:
    """What a table says in these columns, in order of id."""
    with records.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(columns[0].table.c.id))]


def test_the_account_is_the_key_whatever_else_changes(records: Records) -> None:
    """One account under two addresses is one identity with two observations."""
    first = event(account="7", email="ama@example.org")
    second = event(account="7", email="ama@example.net", username="ama")

    found = Resolver(records).resolve([first, second])

    assert found[0][0] == found[1][0]
    assert found[0][1] != found[1][1]
    assert rows(records, observations.c.username, observations.c.email) == [
        (None, "ama@example.org"), ("ama", "ama@example.net"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"username": "jun"}, {"username": "jun", "email": "jun@example.org"}, True),
        ({"account": "jun"}, {"username": "jun"}, False),
        ({"email": "jun@example.org", "name": "Jun"}, {"email": "jun@example.org", "name": "Jun"}, True),
        ({"email": "jun@example.org", "name": "Jun"}, {"email": "Jun@example.org", "name": "Jun"}, False),
        ({"email": "jun@example.org", "name": "Jun"}, {"email": "jun@example.org", "name": "J."}, False),
        ({"account": "1", "username": ""}, {"account": "1"}, True),
        ({"account": "", "username": "jun"}, {"username": "jun"}, True),
        ({"name": "Zo\u00eb"}, {"name": "Zoe\u0308"}, True),
        ({"account": "1"}, {"account": "1", "system": "pontoon"}, False),
    ],
)
def test_the_key_is_account_else_username_else_address_and_name(
    records: Records, one: dict[str, str], other: dict[str, str], same: bool
) -> None:
    """Identities are told apart by (system, account), else (system, username), else (system, email, name), in NFC."""
    found = Resolver(records).resolve([event(**one), event(**other)])

    assert (found[0][0] == found[1][0]) is same


def test_an_observation_spans_its_first_and_last_day(records: Records) -> None:
    """Dates of an observation widen with earlier and later events, across calls and processes, and never narrow."""
    Resolver(records).resolve([event(at=50, account="7"), event(at=40, account="7")])
    stale = Resolver(records)
    stale.resolve([event(at=45, account="7")])
    Resolver(records).resolve([event(at=10, account="7"), event(at=90, account="7")])

    stale.resolve([event(at=60, account="7"), event(at=45, account="7")])

    assert rows(records, observations.c.first, observations.c.last) == [(10, 90)]


def test_spellings_of_one_text_widen_one_observation(records: Records) -> None:
    """Two spellings of one name in one load widen the same observation, whichever comes last."""
    Resolver(records).resolve([event(at=5, name="Zo\u00eb"), event(at=1, name="Zoe\u0308"), event(at=9, name="Zo\u00eb")])

    assert rows(records, observations.c.first, observations.c.last) == [(1, 9)]


def test_ids_are_durable_and_the_same_in_another_process(tmp_path: Path) -> None:
    """What was resolved is found again after the records were closed."""
    one = Records.open(tmp_path / "records.sqlite")
    before = Resolver(one).resolve([event(account="7"), event(account="8")])
    one.close()

    other = Records.open(tmp_path / "records.sqlite")
    after = Resolver(other).resolve([event(account="8"), event(account="7")])
    other.close()

    assert before == after[::-1]


def test_a_failed_load_leaves_nothing_behind(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids that never reached the disk are not given out later."""
    resolver = Resolver(records)
    with monkeypatch.context() as patch:
        patch.setattr("baloo.people.resolver._widen", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            resolver.resolve([event(account="7")])

    found = resolver.resolve([event(account="8"), event(account="7")])

    assert rows(records, identities.c.account, identities.c.id) == [("8", found[0][0]), ("7", found[1][0])]


def test_accounts_without_facts_get_an_identity_once(records: Records) -> None:
    """An owner's account can be linked before it did anything; a username of that text is not doubled."""
    resolver = Resolver(records)
    resolver.resolve([event(username="jun")])

    resolver.ensure_accounts([("sumo", "jun"), ("sumo", "tove"), ("sumo", "tove"), ("sumo", "")])
    resolver.ensure_accounts([("sumo", "tove")])

    assert rows(records, identities.c.account, identities.c.username, identities.c.owner_key) == [
        (None, "jun", owner_key("sumo", "jun")), ("tove", None, owner_key("sumo", "tove")),
    ]  # fmt: skip


def test_an_event_may_stand_for_many(records: Records) -> None:
    """What it is given a span for is observed from the first to the last of them, and owners have an identity after it."""
    Resolver(records).resolve([event(at=5, account="7")], [(2, 9)], [("sumo", "tove")])

    assert rows(records, observations.c.first, observations.c.last) == [(2, 9)]
    assert rows(records, identities.c.account) == [("7",), ("tove",)]


def test_refusals_go_where_they_are_told(records: Records) -> None:
    """The resolver hands refusals to the quarantine that it was made with."""
    kept: list[tuple[object, ...]] = []
    resolver = Resolver(records, lambda *given: kept.append(given))

    resolver.quarantine(1, 2, "baloo", None, ["x"])

    assert kept == [(1, 2, "baloo", None, ["x"])]


def test_a_small_memory_changes_no_answer(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """Actors that were forgotten are found again with the same ids."""
    monkeypatch.setattr("baloo.people.resolver.CACHE", 2)
    resolver = Resolver(records)
    events = [event(account=str(n)) for n in range(10)]

    assert resolver.resolve(events) == resolver.resolve(events)


def test_another_process_may_be_quicker(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """An identity that somebody else made a moment ago is found, and not made twice."""
    before = Resolver(records).resolve([event(account="7")])
    monkeypatch.setattr("baloo.people.resolver._ids", lambda *_: {})
    monkeypatch.setattr("baloo.people.resolver._observed", lambda *_: {})

    after = Resolver(records).resolve([event(account="8"), event(account="7")])

    assert after[1:] == before
    assert len(rows(records, identities.c.id)) == len(rows(records, observations.c.id)) == 2


def test_what_staging_says_of_who_is_who_is_no_evidence(records: Records) -> None:
    """Anybody may send events of staging: an address in one of them joins nobody, and neither does one of its accounts."""
    resolver = Resolver(records)
    real = [event(account="jun", email="jun@example.org"), event(account="ama", email="ama@example.org")]
    claims = [
        event(account=account, email=email, environment="staging")
        for account in ("jun", "bridge") for email in ("jun@example.org", "ama@example.org")
    ]  # fmt: skip

    ids = resolver.resolve([*claims, *real, *claims])
    find(records)

    with records.engine.connect() as connection:
        persons = {row.identity_id: row.person_id for row in connection.execute(sa.select(members))}
    assert ids[:4] == ids[6:]
    assert len({persons[identity] for identity, _ in ids}) == len({identity for identity, _ in ids}) == 4
