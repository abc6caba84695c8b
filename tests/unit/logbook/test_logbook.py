"""The book: entries that are written down, edited and taken back, as the lake and the counts have them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from baloo.errors import InputError, UnknownName
from baloo.logbook.contributors import chosen, named, search
from baloo.logbook.entry import Entry
from baloo.people.hands import exclude
from baloo.worker.erasing import erase_person
from baloo.worker.work import Work
from byhand import ByHand

DAY = dt.date(2026, 11, 2)
ENTRY = Entry(DAY, "review", "Read the new contract", private=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ByHand]:
    """Marula, where Legal is logged for by hand."""
    house = ByHand(tmp_path / "w")
    yield house
    house.close()


def log(house: ByHand, who: str, entry: Entry = ENTRY) -> str:
    """Write an entry of Legal down; its id."""
    book = house.book
    wanted = book.wanted(house.legal, named(book.records, who), entry)
    book.write(house.legal, [wanted], who="operator tove", how="form")
    return wanted.id


def test_who_is_known_by_a_name_is_one_person_with_their_entry(house: ByHand):
    """Somebody found by their name is counted as the same person, and the entry names nobody: not in the queue either."""
    (found,) = search(house.book.records, "mens")
    wanted = house.book.wanted(house.legal, chosen(house.book.records, found.person), ENTRY)
    house.book.write(house.legal, [wanted], who="operator tove", how="form")
    waiting = b"".join(row.data for row in house._parts.queue.read(0, 100))

    assert b"Mensah" not in waiting
    assert b"ama" not in waiting
    assert house.active("legal") == 1
    assert len(house.persons()) == 2


def test_somebody_new_by_an_address(house: ByHand):
    """Who is not known is taken in with what was typed, and is the same person at the next entry."""
    log(house, "Tove Lind <tove@example.org>")
    log(house, "tove@example.org", replace(ENTRY, text="Read another one"))

    assert house.active("legal") == 1
    assert len(house.persons()) == 3


def test_the_same_thing_again_adds_nothing(house: ByHand):
    """An entry that was written down is passed over, before and after it was loaded, and after it was edited."""
    first, again = log(house, "ama@example.org"), log(house, "ama@example.org")
    house.load()
    house.book.edit(house.legal, house.book.stood(house.legal, first), None, replace(ENTRY, text="Read it twice"),
                    who="operator tove", how="form")
    log(house, "ama@example.org")
    house.load()

    assert first == again
    assert [one.entry.text for one in house.book.shelf().entries(house.legal, limit=9)] == ["Read it twice"]
    assert [(step.what, step.fields) for step in house.book.trail(first)] == [("logged", ""), ("edited", "text")]


def test_an_edit_moves_an_entry_to_another_person(house: ByHand):
    """The last version counts, of whoever it is now; `logged_by` stays who wrote it down first."""
    ident = log(house, "ama@example.org")
    house.load()
    stood = house.book.stood(house.legal, ident)
    house.book.edit(house.legal, stood, named(house.book.records, "forum:jun"), ENTRY, who="member 1", how="form")
    house.load()
    after = house.book.stood(house.legal, ident)

    assert stood.identity != after.identity
    assert (stood.logged_by, after.logged_by) == ("operator tove", "operator tove")
    assert house.active("legal") == 1


def test_what_is_taken_back_counts_no_more(house: ByHand):
    """An entry that was taken back is in no count and in no list, and cannot be edited."""
    ident = log(house, "ama@example.org")
    before = house.active("legal")
    stood = house.book.stood(house.legal, ident)
    house.book.take_back(house.legal, stood, who="operator tove", how="form")

    assert (before, house.active("legal")) == (1, 0)
    assert house.book.shelf().entries(house.legal, limit=9) == []
    with pytest.raises(UnknownName):
        house.book.stood(house.legal, ident)
    with pytest.raises(InputError, match="changed"):
        house.book.edit(house.legal, stood, None, replace(ENTRY, text="Other"), who="operator tove", how="form")


def test_an_entry_on_its_way_is_told(house: ByHand):
    """What the loader has not seen yet is not edited, but said to be on its way."""
    ident = log(house, "ama@example.org")

    with pytest.raises(InputError, match="being taken in"):
        house.book.stood(house.legal, ident)
    assert house.book.on_its_way(house.legal, house.book.shelf()) == 1


def test_what_other_systems_have_is_told(house: ByHand):
    """For an area that a system feeds too, what somebody did there that day is told, and whether it was on the same link."""
    book, answer = house.book, Entry(DAY, "translation", "Answered", "https://forum.example.org/1", more=(("locale", "fr"),))
    other = replace(answer, day=DAY + dt.timedelta(1), link="https://example.org/")
    ama = named(book.records, "ama@example.org")
    found = book.already(house.words, [book.wanted(house.words, ama, one) for one in (answer, other)], who="operator {tove}")

    assert [[(one.system, one.same) for one in some] for some in found] == [[("forum", True)], []]


def test_two_things_of_one_day_are_two(house: ByHand):
    """One person, one day, one link, two sorts of things: two entries."""
    log(house, "ama@example.org", replace(ENTRY, link="https://example.org/"))
    log(house, "ama@example.org", replace(ENTRY, type="advice", link="https://example.org/"))
    house.load()

    assert len(house.book.shelf().entries(house.legal, limit=9)) == 2


def test_the_future_is_refused_in_words(house: ByHand):
    """The door's reason comes with the field that it is about."""
    ama, christmas = named(house.book.records, "ama@example.org"), replace(ENTRY, day=dt.date(2026, 12, 24))
    wanted = house.book.wanted(house.legal, ama, christmas)
    (fault,) = house.book.faults(house.legal, [wanted])

    assert fault is not None
    assert (fault.field, "still to come" in fault.message) == ("date", True)
    with pytest.raises(InputError, match="still to come"):
        house.book.write(house.legal, [wanted], who="operator tove", how="form")


def test_who_opted_out_is_not_found_and_not_kept(house: ByHand):
    """Nobody finds somebody who opted out; an entry by their address is answered as ever, and kept nowhere."""
    records = house.book.records
    exclude(records, [search(records, "Ama")[0].person], why="opted-out", who="tests")
    ident = log(house, "ama@example.org")
    house.load()

    assert search(records, "Ama") == []
    assert house.book.trail(ident)[0].what == "logged"
    assert house.book.shelf().entries(house.legal, limit=9) == []


@pytest.mark.parametrize("text", ["forum:nobody", ""])
def test_an_account_that_nobody_has_is_refused(house: ByHand, text: str):
    """`system:account` must be known, for it says nothing else of somebody."""
    with pytest.raises(InputError):
        named(house.book.records, text)


def test_what_a_program_pushed_is_an_entry_too(house: ByHand):
    """B19: an entry that came by a token is listed with its `logged_by`, which an edit and a change of person keep."""
    pushed = {
        "id": "0b5a4c1e-8a52-4a9e-9f55-0f4d0c6f7a11", "schema": "adhoc", "version": 1, "at": "2026-11-02T15:30:00Z",
        "system": "adhoc", "kind": "adhoc.contribution", "actor": {"email": "petra@example.org"},
        "extra": {"area": "legal", "type": "review", "description": "Earned a badge", "logged_by": "badgekit-api",
                  "locale": "el"},
    }
    assert house.send(json.dumps(pushed), "adhoc") == 0
    house.load()
    stood = house.book.stood(house.legal, pushed["id"])
    house.book.edit(house.legal, stood, None, replace(stood.entry, type="advice"), who="operator tove", how="form")
    house.load()
    (after,) = house.book.shelf().entries(house.legal, limit=9)

    assert (stood.logged_by, stood.entry.text) == ("badgekit-api", "Earned a badge")
    assert (after.logged_by, after.entry.type, after.actor) == ("badgekit-api", "advice", {"email": "petra@example.org"})
    assert after.extra["locale"] == "el"
    assert house.active("legal") == 1


def test_who_is_erased_is_gone_from_the_book(house: ByHand):
    """After a person was erased nothing of what was written down of them stands, and their entry is not taken in again."""
    records = house.book.records
    ident = log(house, "ama@example.org")
    house.load()
    whom = house.book.stood(house.legal, ident).identity
    erase_person(Work(house._parts), [whom], who="tests")

    assert search(records, "Ama") == []
    assert house.book.shelf().entries(house.legal, limit=9) == []
