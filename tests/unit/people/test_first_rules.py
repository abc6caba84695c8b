"""The first rules join what is certain before each count; the search for the rest stands beside all others who write."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baloo.people import find as searching
from baloo.people import first
from baloo.people.find import find
from baloo.people.first import join
from baloo.people.lists import import_mailmap
from baloo.people.news import JOINED, read_news, waiting
from baloo.people.reader import Reader
from baloo.people.resolver import Resolver
from baloo.people.suggestions import suggested
from baloo.queue.base import Event
from baloo.records.rights import erasures
from baloo.records.store import Records
from baloo.records.tables import identities

REST: tuple[Any, ...] = (None, "{}", "production", 1)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records without anybody."""
    made = Records.open(tmp_path / "records.sqlite")
    yield made
    made.close()


def see(records: Records, *actors: tuple[str, str, str]) -> list[int]:
    """The identities of actors: system, address, name."""
    events = [Event("i", "event", "1", 10**15, None, system, "k", None, None, *said, *REST) for system, *said in actors]
    return [identity for identity, _ in Resolver(records).resolve(events)]


def persons(records: Records) -> dict[int, int]:
    """Identity to person."""
    return dict(Reader(records).changes(None, ()).members)


def groups(records: Records) -> set[frozenset[int]]:
    """Who is together."""
    found: dict[int, set[int]] = {}
    for identity, person in persons(records).items():
        found.setdefault(person, set()).add(identity)
    return set(map(frozenset, found.values()))


def crowd(number: int, seed: int) -> list[tuple[str, str, str]]:
    """Actors who share addresses, some of them with another's name, some in more ways than one."""
    rng = random.Random(seed)
    first_names, last_names = ("Ama", "Jun", "Tove", "Idris", "Ravi"), ("Mensah", "Tanaka", "Berg", "Okoro", "Nair")
    made = []
    while len(made) < number:
        one, other = rng.choice(first_names), rng.choice(last_names)
        mails = [f"{one}.{other}@example.org", f"{one}{rng.randrange(9)}@gmail.com", f"5+{other}@users.noreply.github.com"]
        for _ in range(rng.randint(1, 3)):
            system = rng.choice(("git", "forum", "wiki", "chat"))
            mail = rng.choice((*mails, "info@example.org")).lower()
            made.append((system, mail, rng.choice((f"{one} {other}", f"{one} {other}", one, "Olu Petrov"))))
    return made[:number]


def test_one_address_joins_and_a_name_waits_for_the_search(records: Records) -> None:
    """Before a count there are those of one address; those of one rare name come together when it was searched."""
    a, b, c = see(records, ("git", "ama@example.org", "Ama Xanthopoulos"), ("wiki", "AMA@example.org ", "Ama X."),
                  ("chat", "ama@example.net", "Ama Xanthopoulos"))  # fmt: skip

    join(records)
    before, left = groups(records), waiting(records)
    find(records)

    assert before == {frozenset((a, b)), frozenset((c,))}
    assert left == 3
    assert groups(records) == {frozenset((a, b, c))}
    assert waiting(records) == 0


def test_an_address_of_several_joins_nobody(records: Records) -> None:
    """Two names that contradict each other, or three strangers, share a mailbox: the first rules leave them apart, too."""
    see(records, ("git", "team@example.org", "Ama Mensah"), ("wiki", "team@example.org", "Jun Tanaka"))

    join(records)

    assert len(groups(records)) == 2


def test_a_name_that_the_domain_spells_is_an_alias(records: Records) -> None:
    """Who writes from a domain of their own under its name is who writes from there under another."""
    see(records, ("git", "tove@brownbear.example", "Tove Berg"), ("wiki", "tove@brownbear.example", "Brown Bear"))
    see(records, ("git", "jun@example.org", "Jun Tanaka"), ("wiki", "jun@example.org", "Brown Bear"))

    join(records)

    assert sorted(map(len, groups(records))) == [1, 1, 2]


def test_one_name_at_the_address_of_a_role_is_one_person(records: Records) -> None:
    """Several use the address, and those who are called the same there are one; after the search, too."""
    a, b, _ = see(records, ("git", "info@example.org", "Ama Mensah"), ("wiki", "info@example.org", "Mensah, Ama"),
                  ("chat", "info@example.org", "Jun Tanaka"))  # fmt: skip

    join(records)
    before = groups(records)
    find(records)

    assert frozenset((a, b)) in before
    assert len(before) == 2
    assert groups(records) == before


@pytest.mark.parametrize("seed", range(8))
def test_many_at_once_are_joined_as_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """The way for many compares nobody of whom there is nothing to compare; it joins whom the other way joins."""
    results = []
    for many in (0, 20_000):
        monkeypatch.setattr(first, "_MANY", many)
        records = Records.open(tmp_path / str(many) / "records.sqlite")
        see(records, *crowd(60, seed))
        join(records)
        results.append(groups(records))
        records.close()

    assert len(results[0]) < 60
    assert results[0] == results[1]


@pytest.mark.parametrize("many", [0, 20_000])
def test_what_speaks_against_is_seen_either_way(records: Records, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """Two accounts of one system, two who go by several names, and two whom only a third joins are not one person each."""
    monkeypatch.setattr(first, "_MANY", many)
    said = (
        ("forum", "1", "a@example.org", "Ama Mensah"), ("forum", "2", "a@example.org", "Ama Mensah"),
        ("wiki", "3", "b@example.org", "Jun Tanaka"), ("wiki", "3", "c@example.org", "Jun T"),
        ("chat", "4", "b@example.org", "Ravi Nair"), ("chat", "4", "d@example.org", "Ravi N"),
        ("forum", "5", "x@example.org", "Olu Okoro"), ("wiki", "6", "x@example.org", None), ("wiki", "6", "y@example.org", None),
        ("chat", "7", "y@example.org", "Petra Berg"),
    )  # fmt: skip
    events = [Event("i", "event", "1", 10**15, None, one[0], "k", one[1], None, *one[2:], *REST) for one in said]
    ids = [identity for identity, _ in Resolver(records).resolve(events)]

    join(records)

    person = persons(records)
    assert person[ids[0]] != person[ids[1]]
    assert person[ids[2]] != person[ids[4]]
    assert person[ids[6]] != person[ids[9]]


@pytest.mark.parametrize("many", [0, 20_000])
def test_whom_a_mailmap_names_is_compared_either_way(records: Records, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """Who is new and in a `.mailmap` is joined with somebody already: a mailbox that they share brings no second account in."""
    monkeypatch.setattr(first, "_MANY", many)
    import_mailmap(records, "Olu Okoro <olu@example.org> Olu <o@example.net>\n", "code", who="tove")
    said = (
        ("forum", "5", "olu@example.org", "Olu Okoro"), ("git", None, "o@example.net", "Olu"),
        ("forum", "7", "o@example.net", None),
    )  # fmt: skip
    events = [Event("i", "event", "1", 10**15, None, one[0], "k", one[1], None, *one[2:], *REST) for one in said]
    ids = [identity for identity, _ in Resolver(records).resolve(events)]

    join(records)

    assert groups(records) == {frozenset(ids[:2]), frozenset(ids[2:])}


@pytest.mark.parametrize("seed", range(4))
def test_what_was_joined_first_changes_nothing_of_what_is_found(tmp_path: Path, seed: int) -> None:
    """Loads with a join each and one search at the end give the persons of a search alone."""
    results = []
    for steps in (1, 6):
        records = Records.open(tmp_path / str(steps) / "records.sqlite")
        actors = crowd(60, seed)
        for start in range(0, 60, 60 // steps):
            see(records, *actors[start : start + 60 // steps])
            join(records)
        find(records, whole=True)
        results.append(groups(records))
        records.close()

    assert results[0] == results[1]


def test_a_mailmap_holds_at_the_next_join(records: Records) -> None:
    """What a `.mailmap` says is no search: it joins when it is imported, and parts when it says so no more."""
    see(records, ("git", "old@example.org", "Ravi"), ("git", "new@example.net", "R. Nair"))
    import_mailmap(records, "Ravi Nair <new@example.net> <old@example.org>\n", "code", who="tove")
    joined = len(groups(records))

    import_mailmap(records, "", "code", who="tove")

    assert (joined, len(groups(records))) == (1, 2)


def test_what_speaks_against_falls_with_what_it_spoke_against(records: Records) -> None:
    """Two names contradict each other as long as something joins their owners; then nothing is held against them."""
    see(records, ("git", "old@example.org", "Ravi Nair"), ("git", "new@example.net", "Tove Berg"))
    standing = []
    for text in ("Ravi Nair <new@example.net> <old@example.org>\n", ""):
        import_mailmap(records, text, "code", who="tove")
        with records.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT rule FROM edges WHERE inputs <> '' ORDER BY rule").fetchall()
        standing.append([rule for (rule,) in rows])

    assert standing == [["different-names", "mailmap"], []]


def test_others_write_while_it_is_searched(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """The records are not held while names are compared: somebody else is loaded meanwhile, and is left for the next search."""
    see(records, ("git", "ama@example.org", "Ama Xanthopoulos"), ("wiki", "ama@example.net", "Ama Xanthopoulos"))
    other = Records.open(Path(str(records.engine.url.database)))
    found = searching.found

    def slowly(*given: Any) -> Any:
        monkeypatch.setattr(searching, "found", found)
        see(other, ("chat", "ama@one.example", "Ama Xanthopoulos"))
        return found(*given)

    monkeypatch.setattr(searching, "found", slowly)
    find(records)

    assert waiting(records) == 1
    find(records)
    assert len(set(persons(records).values())) == 1
    other.close()


def test_what_was_searched_needs_no_joining(records: Records) -> None:
    """A search of everything finds what the first rules would, and says so."""
    see(records, ("git", "ama@example.org", "Ama Mensah"), ("wiki", "ama@example.org", "Ama Mensah"))

    find(records)

    with records.engine.connect().execution_options(writes=False) as connection:
        assert read_news(connection, JOINED).concerned == set()


@pytest.mark.parametrize("step", ["found", "effects"])
def test_a_search_begins_anew_when_somebody_is_erased_below_it(records: Records, monkeypatch: pytest.MonkeyPatch, step: str):
    """What it knew of them is not written: neither evidence nor suggestion names an identity that is no more."""
    gone, *_ = see(records, ("git", "ama@example.org", "Ama Xanthopoulos"), ("wiki", "ama@example.net", "Ama Xanthopoulos"),
                   ("chat", "ama@one.example", "Ama Xanthopoulo"))  # fmt: skip
    times: list[int] = []
    done = getattr(searching, step)

    def erased_meanwhile(*given: Any) -> Any:
        times.append(1)
        if len(times) == 1:
            with records.engine.begin() as connection:
                for table in ("members", "observations"):
                    connection.exec_driver_sql(f"DELETE FROM {table} WHERE identity_id = {gone}")
                connection.exec_driver_sql(f"DELETE FROM edges WHERE a = {gone} OR b = {gone}")
                connection.execute(identities.delete().where(identities.c.id == gone))
                row = {"made": 1, "who": "tove", "identities": "[]", "state": "deleted", "report": "{}"}
                connection.execute(erasures.insert().values(**row))
        return done(*given)

    monkeypatch.setattr(searching, step, erased_meanwhile)
    find(records)

    assert len(times) == 2
    assert not [one for one in suggested(records) if gone in one.pair]
    with records.engine.connect() as connection:
        assert not connection.exec_driver_sql(f"SELECT * FROM edges WHERE a = {gone} OR b = {gone}").fetchall()
