"""Whatever happens, in whatever order: counted step by step is counted from nothing, and is what the oracle counts.

A history is a seed: loads, late events, the same id again with the same or another body, ids of other systems, natural
duplicates, voids, links, splits, exclusions, rosters, edits of rules, and compactions, through the real queue, loader, people
and refresh.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

import harness
from counts import HISTORIES, seeds
from house import Asked, Called, House
from oracle.arrivals import Arrivals
from oracle.declared import read
from oracle.oracle import Identity, Oracle, People
from property import invent

pytestmark = pytest.mark.slow
STEPS = 4
TODAY = dt.date(2025, 6, 1)


class History:
    """One history, told to the house and kept for the oracle."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = Random(seed)
        self.house = House(folder / "house", TODAY)
        self.edit_rules()
        self.house.open()
        self.arrivals = Arrivals(read(self.house.workspace.registry))
        self.sent: list[dict[str, Any]] = []
        self.number = 0
        self.out: set[Identity] = set()
        self.roster: list[tuple[Identity, dt.date | None, dt.date | None]] = []

    # what may happen

    def send(self) -> None:
        """New events, of whatever days; some requests hold one, some twenty."""
        events = [invent.event(self.random, self._next()) for _ in range(self.random.choice([1, 4, 20]))]
        self._send(events)

    def send_again(self) -> None:
        """The same ids with the same bodies."""
        self._send([self.random.choice(self.sent) for _ in range(3)] if self.sent else [])

    def revise(self) -> None:
        """The same ids with other bodies."""
        old = [self.random.choice(self.sent) for _ in range(3)] if self.sent else []
        self._send([invent.revised(self.random, event, self._next()) for event in old])

    def usurp(self) -> None:
        """An id that belongs to another system."""
        old = self.random.choice(self.sent) if self.sent else None
        new = invent.event(self.random, self._next())
        self._send([{**new, "id": old["id"]}] if old else [])

    def send_under_another_id(self) -> None:
        """What a push and an import say of the same thing."""
        old = self.random.choice(self.sent) if self.sent else None
        self._send([{**old, "id": invent.event(self.random, self._next())["id"]}] if old else [])

    def take_back(self) -> None:
        """A document that its system, or another, takes back."""
        for old in self.random.sample(self.sent, min(2, len(self.sent))):
            system = self.random.choice([old["system"], old["system"], "s"])
            self.house.take_back([old["id"]], system)
            self.arrivals.take_back(system, old["id"])

    def link(self) -> None:
        """Two identities are one person."""
        self._by_hand(self.house.link)

    def split(self) -> None:
        """Two identities are two persons, whatever says otherwise."""
        self._by_hand(self.house.unlink)

    def exclude(self) -> None:
        """Somebody is a bot. Of who opts out nothing more is taken in: that is another history."""
        if known := self._known():
            who = self.random.choice(known)
            self.house.exclude(who, "bot")
            self.out.add(who)

    def include(self) -> None:
        """Everybody is counted again who belongs to somebody that is."""
        if self.out:
            who = self.random.choice(sorted(self.out))
            self.house.include(who)
            people = self.house.people()
            self.out = {other for other in self.out if people[other] != people[who]}

    def enrol(self) -> None:
        """Somebody is on the roster of staff."""
        if known := self._known():
            who = self.random.choice(known)
            self.house.enrol(who, "2024-01-15", "2024-03-15")
            self.roster.append((who, dt.date(2024, 1, 15), dt.date(2024, 3, 15)))

    def edit_rules(self) -> None:
        """Another registry, all at once."""
        folder = self.house.workspace.registry
        for file in folder.glob("areas/*"):
            file.unlink()
        harness.write_registry(folder, invent.registry(self.random))

    def compact(self) -> None:
        """Fewer files in the lake, without what is void."""
        self.house.compact(purge=self.random.random() < 0.5)

    def step(self) -> None:
        """A few things happen, and are counted."""
        things = [
            self.send, self.send, self.send, self.send_again, self.revise, self.take_back, self.usurp, self.send_under_another_id,
            self.link, self.split, self.exclude, self.include, self.enrol, self.edit_rules, self.compact,
        ]
        for _ in range(self.random.randint(1, 4)):
            self.random.choice(things)()
            if self.random.random() < 0.4:
                self.house.load()
        self.house.load()
        self.house.refresh()

    # what it must come to

    def oracle(self) -> Oracle:
        """The oracle, of what is left, by the persons that the records have now."""
        groups: dict[int, list[Identity]] = {}
        for identity, person in self.house.people().items():
            groups.setdefault(person, []).append(identity)
        people = People(tuple(map(tuple, groups.values())), tuple(self.out), tuple(self.roster))
        return Oracle(read(self.house.workspace.registry), self.arrivals.facts(), people)

    def _send(self, events: list[dict[str, Any]]) -> None:
        if events:
            assert self.house.send("\n".join(map(json.dumps, events))) == 0
            for event in events:
                self.arrivals.arrive(event)
            self.sent += events

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _known(self) -> list[Identity]:
        self.house.load()
        return sorted(self.house.people())

    def _by_hand(self, say: Callable[[Identity, Identity], None]) -> None:
        known = self._known()
        if len(known) > 1:
            say(*self.random.sample(known, 2))


@pytest.mark.parametrize("seed", seeds(HISTORIES))
def test_incremental_is_whole(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Intervals and curves are those of a count from nothing, row for row, and sampled answers are the oracle's."""
    if seed % 4:  # in a small community nearly everybody is concerned, and everybody would be counted anew
        monkeypatch.setattr("baloo.metrics.refresh._AFFECTED", 2.0)
    history = History(seed, tmp_path)
    house = history.house
    for step in range(1, STEPS + 1):
        history.step()
        if step in (STEPS // 2, STEPS):
            rebuilt = tmp_path / f"rebuilt-{step}"
            house.refresh(whole=True, derived=rebuilt)

            assert house.rows() == house.rows(rebuilt), step
            assert house.curves() == house.curves(rebuilt), step

    oracle, asked = history.oracle(), Asked(house)
    everybody = _whole(history, oracle.everybody)  # a roster names others too
    for day in (dt.date(2024, 2, 9), dt.date(2024, 2, 29), dt.date(2024, 4, 30)):
        for scope in oracle.scopes():
            for measure in oracle.measures(scope):
                expected = _whole(history, oracle.people(scope, measure, day))
                assert asked.people(scope, measure, day) & everybody == expected, (scope, measure, day)
    house.close()


def _whole(history: History, people: frozenset[Identity]) -> set[Called]:
    """The oracle's persons by all that they are called."""
    ids, persons = history.house.people(), history.house.persons()
    return {persons[ids[person]] for person in people}
