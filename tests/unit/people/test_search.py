"""What is found step by step is what is found at once, whoever came first."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from baloo.people.find import find
from baloo.people.reader import Reader
from baloo.people.resolver import Resolver
from baloo.people.suggestions import accept, reject, suggested, undo
from baloo.queue.base import Event
from baloo.records.store import Records
from baloo.records.tables import members, suggestions

SYLLABLES = ("ba", "de", "fi", "go", "ku", "lan", "mor", "ten", "vis", "zul")


def crowd(number: int, seed: int = 1) -> list[Event]:
    """Events of so many identities of invented people, who meet by names, addresses and logins, and contradict each other."""
    rng = random.Random(seed)

    def word() -> str:
        return "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))).capitalize()

    made = []
    while len(made) < number:
        one, other = word(), word()
        mails = [f"{one}.{other}@{word()}.example", f"{one[0]}{other}@mail.example", f"{one}@{rng.choice('xy')}.example"]
        for _ in range(rng.randint(1, 4)):
            system = rng.choice(("git", "forum"))
            account = str(len(made)) if system == "forum" else None
            name = rng.choice((f"{one} {other}", f"{other}, {one}", one, f"{one[0]}. {other}"))
            rest: tuple[Any, ...] = (None, None, rng.choice(mails).lower(), name, None, "{}", "production", 1)
            at = rng.randrange(10**9, 11 * 10**8) * 1_000_000
            made.append(Event("i", "event", "1", at, None, system, "k", account, *rest[1:]))
    return made[:number]


def persons(records: Records) -> set[frozenset[str]]:
    """Who is together, by what the identities are called."""
    with records.engine.connect() as connection:
        keys = dict(connection.exec_driver_sql("SELECT id, key FROM identities").fetchall())
    groups: dict[int, set[str]] = {}
    for identity, person in Reader(records).changes(None, ()).members:
        groups.setdefault(person, set()).add(keys[identity])
    return set(map(frozenset, groups.values()))


def pairs(records: Records) -> set[frozenset[str]]:
    """The suggestions, by what the oldest identities of the persons would be if age went by the alphabet."""
    with records.engine.connect() as connection:
        keys = dict(connection.exec_driver_sql("SELECT id, key FROM identities").fetchall())
    called: dict[int, str] = {}
    for identity, person in Reader(records).changes(None, ()).members:
        called[person] = min(keys[identity], called.get(person, keys[identity]))
    return {frozenset((called[one.stays], called[one.joins])) for one in suggested(records)}


def test_the_order_of_arrival_changes_nothing(tmp_path: Path) -> None:
    """The same events in three orders, found at once and in five steps, give the same persons and suggestions."""
    events = crowd(300)
    results = []
    for turn, steps in enumerate((1, 5, 5)):
        records = Records.open(tmp_path / str(turn) / "records.sqlite")
        random.Random(turn).shuffle(events)
        for start in range(0, 300, 300 // steps):
            Resolver(records).resolve(events[start : start + 300 // steps])
            find(records)
        results.append((persons(records), pairs(records)))
        records.close()

    assert len(results[0][0]) < 280
    assert results[0][1]
    assert results[0] == results[1] == results[2]


def test_the_index_finds_what_a_whole_search_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are many, what is new is compared by the index alone; a whole search after it changes nobody's person.

    What is new here has no new name, for how frequent names are counts from a whole search on.
    """
    monkeypatch.setattr("baloo.people.find._LARGE", 50)
    monkeypatch.setattr("baloo.people.find._NEW", 3)
    events = crowd(500)
    names = [event.name for event in events]
    more = [event for number, event in enumerate(events) if event.name in names[:number]][:90]
    records = Records.open(tmp_path / "records.sqlite")
    Resolver(records).resolve([event for event in events if event not in more])
    find(records)
    before = persons(records)
    for start in (0, 30, 60):
        Resolver(records).resolve(more[start : start + 30])
        find(records)
    step_by_step = persons(records)
    assert len(list(tmp_path.glob("people-keys-1-*-words.parquet"))) == 4
    assert sum(not group <= old for group in step_by_step for old in before if group & old) > 30

    find(records, whole=True)

    assert persons(records) == step_by_step
    records.close()


def _asked(records: Records) -> dict[tuple[int, int], tuple[str, str]]:
    with records.engine.connect() as connection:
        rows = connection.execute(sa.select(suggestions.c.a, suggestions.c.b, suggestions.c.rules, suggestions.c.against)).all()
    return {(a, b): (rules, against) for a, b, rules, against in rows}


def _step_by_step(folder: Path, known: list[Event], new: list[Event]) -> tuple[Any, Any]:
    """What is asked when the new are compared with those known, and when everything is searched."""
    records = Records.open(folder / "records.sqlite")
    Resolver(records).resolve(known)
    find(records)
    Resolver(records).resolve(new)
    find(records)
    step_by_step = _asked(records)
    assert len(list(folder.glob("people-keys-1-*-words.parquet"))) == 2
    find(records, whole=True)
    whole = _asked(records)
    records.close()
    return step_by_step, whole


def _who(system: str, account: str, email: str, name: str | None = None) -> Event:
    return Event("i", "event", "1", 10**15, None, system, "k", account, None, email, name, None, "{}", "production", 1)


def test_a_domain_that_many_have_is_small_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the few of them that the new one meets otherwise are all that it is compared with."""
    monkeypatch.setattr("baloo.people.find._LARGE", 5)
    monkeypatch.setattr("baloo.people.find._NEW", 1)
    many = [_who("forum", word, f"{word}kin{word}@marula.example") for word in (*SYLLABLES, *map(str.upper, "abcdef"))]
    known = [*many, _who("forum", "x", "marigold77@marula.example"), *crowd(40)]

    step_by_step, whole = _step_by_step(tmp_path, known, [_who("git", "y", "marigold7@marula.example")])
    assert ("login-but-digits same-organisation", "") in whole.values()
    assert step_by_step == whole


def test_those_whom_something_new_parts_are_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address joins two until a third with another name has it, too: then they may be one person still."""
    monkeypatch.setattr("baloo.people.find._LARGE", 5)
    monkeypatch.setattr("baloo.people.find._NEW", 1)
    home = "baobab@garden.example"
    known = [_who("forum", "a", home, "Tove"), _who("git", "b", home, "Tove Marigold"), *crowd(40)]
    new = [_who("wiki", "c", home, "Idris Quillfeather"), _who("chat", "d", home, "Jun Zinnober")]

    step_by_step, whole = _step_by_step(tmp_path, known, new)
    assert (1, 2) in whole
    assert set(step_by_step) == set(whole)


def test_without_the_index_everything_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are gone cost a whole search, and nothing else."""
    monkeypatch.setattr("baloo.people.find._LARGE", 50)
    events = crowd(201)
    records = Records.open(tmp_path / "records.sqlite")
    Resolver(records).resolve(events[:200])
    find(records)
    for file in tmp_path.glob("people-keys*"):
        file.unlink()

    Resolver(records).resolve(events)
    find(records)

    assert len(persons(records)) < 200
    assert list(tmp_path.glob("people-keys-2-0.parquet"))
    records.close()


def test_the_index_tells_nobody_s_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files beside the records hold no name, login or address, nor their hashes without the workspace's secret."""
    monkeypatch.setattr("baloo.people.find._LARGE", 1)
    records = Records.open(tmp_path / "records.sqlite")
    events = crowd(60)
    Resolver(records).resolve(events)
    find(records)
    records.close()
    words = {word.lower() for event in events for word in str(event.name).split() if len(word) > 5}

    kept = b"".join(file.read_bytes() for file in tmp_path.glob("people-keys*"))

    assert kept
    assert not any(word.encode() in kept.lower() for word in words)
    assert b"example" not in kept


def test_merging_all_and_undoing_it_restores_everything(records: Records) -> None:
    """Accepting every suggestion in one batch and taking it back gives the same persons and the same suggestions."""
    Resolver(records).resolve(crowd(200))
    find(records)
    before = persons(records), suggested(records)
    done = accept(records, [one.pair for one in before[1]], who="tove")
    assert persons(records) != before[0]

    undo(records, done.batch, who="tove")

    assert (persons(records), suggested(records)) == before


def test_a_rejected_pair_is_not_joined_by_a_later_search(records: Records) -> None:
    """Whatever is found later, two that were said to be different are not one person."""
    events = crowd(200)
    Resolver(records).resolve(events[:100])
    find(records)
    with records.engine.connect() as connection:
        asked = sa.select(members.c.identity_id, members.c.person_id).where(members.c.identity_id != members.c.person_id)
        joined = connection.execute(asked).all()
    reject(records, [(a, b) for a, b in joined], who="tove")

    Resolver(records).resolve(events)
    find(records, whole=True)

    person = dict(Reader(records).changes(None, ()).members)
    assert joined
    assert all(person[a] != person[b] for a, b in joined)


def test_the_effect_is_what_the_smaller_one_did(records: Records) -> None:
    """A suggestion tells how many contributions would change their person."""
    Resolver(records).resolve(crowd(200))

    find(records, contributions=lambda whom: {identity: identity * 10 for identity in whom})

    find(records, whole=True)  # where nobody counts, it stays

    found = suggested(records)
    assert found
    assert all(one.effect == one.a * 10 for one in found)
