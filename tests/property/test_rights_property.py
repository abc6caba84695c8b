"""A person's rights, in histories made up at random: an erased person might never have been there, and what is joined and split
again counts as before."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.scanner import Scanner

import harness
from baloo.people.download import contributions
from baloo.people.marks import identities_of
from baloo.people.own import own
from baloo.worker.work import Work
from counts import RIGHTS, seeds
from house import House
from property import invent

TODAY = dt.date(2025, 6, 1)


def house_of(folder: Path, registry: dict[str, Any], events: list[dict[str, Any]], random: Random | None = None) -> House:
    """A house that took these events in, in some order, and counted them; some of them before the others."""
    house = House(folder, TODAY)
    harness.write_registry(house.workspace.registry, registry)
    house.open()
    parts = [events] if random is None else [events[: len(events) // 2], events[len(events) // 2 :]]
    for part in parts:
        house.send("\n".join(map(json.dumps, part)))
        house.load()
        house.refresh()
    return house


def told(house: House) -> tuple[Any, ...]:
    """Every curve of numbers, and the persons behind each interval by number alone."""
    rows = Counter((scope, measure, start, stop) for scope, measure, _, start, stop in house.rows())
    return house.curves(), rows


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(RIGHTS))
def test_an_erased_person_might_never_have_been_there(seed: int, tmp_path: Path) -> None:
    """The counts are those of a community that never had them, also when all of it is sent again; their words are nowhere."""
    random = Random(seed)
    registry, events = invent.registry(random), [invent.event(random, n) for n in range(80)]
    house = house_of(tmp_path / "house", registry, events, random)
    parts = house.parts
    assert parts is not None
    whom = random.choice(sorted(house.people().values()))
    theirs = {one["id"] for one in contributions(parts.records, parts.workspace.lake, whom)}
    called = own(parts.records, whom)
    words = {*called.addresses, *(one.account for one in called.identities if one.account and "@" not in one.account)}
    others = own_words(house, whom)

    Work(parts).erase([whom], "tests")
    house.send("\n".join(map(json.dumps, events)))
    house.load()
    Work(parts).refresh()
    never = house_of(tmp_path / "never", registry, [one for one in events if one["id"] not in theirs])

    assert told(house) == told(never)
    alone = words - {word for word in words if any(Scanner([word]).within(other) for other in others)}
    assert Scanner(alone).scan(house.workspace.root / "data") == {}
    house.close()
    never.close()


def own_words(house: House, whom: int) -> set[str]:
    """What anybody else is called."""
    assert house.parts is not None
    records = house.parts.records
    with records.engine.connect() as connection:
        mine = set(identities_of(connection, [whom]))
    people = {person for person in house.people().values() if person not in mine}
    known = [one for person in people for one in own(records, person).identities]
    return {text for one in known for text in (one.account, *one.usernames, *one.addresses, *one.names) if text}


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(RIGHTS))
def test_what_is_joined_and_split_again_counts_as_before(seed: int, tmp_path: Path) -> None:
    """Whatever two persons are joined by hand, taking it back restores every count and every person."""
    random = Random(seed + 1000)
    events = [invent.event(random, n) for n in range(60)]
    house = house_of(tmp_path / "house", invent.registry(random), events)
    before = told(house), house.persons()
    one, other = random.sample(sorted(house.people()), 2)

    house.link(one, other)
    house.refresh()
    house.unlink(one, other)
    house.refresh()

    if before[1] == house.persons():
        assert told(house) == before[0]
    else:  # evidence had joined them before: then they are two now, and that is what was said
        assert house.people()[one] != house.people()[other]
    house.close()
