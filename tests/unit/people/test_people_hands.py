"""Words by hand that cannot be followed, and large numbers at once."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from baloo.errors import InputError
from baloo.people.find import find
from baloo.people.hands import exclude, include, link, unlink
from baloo.people.lists import import_roster
from baloo.people.reader import Reader
from baloo.people.refer import person_of
from baloo.people.resolver import Resolver
from baloo.queue.base import Event
from baloo.records.store import Records
from baloo.records.tables import audit


def seen(records: Records, *emails: str, system: str = "s") -> list[int]:
    """Identities, each on a system of its own, with an address each; persons are found after."""
    rest: tuple[Any, ...] = (None, None, "{}", "production", 1)
    events = [Event("i", "event", "1", 1, None, f"{system}{n}", "k", "a", None, email, *rest) for n, email in enumerate(emails)]
    ids = [identity for identity, _ in Resolver(records).resolve(events)]
    find(records)
    return ids


def test_an_identity_is_not_linked_to_itself(records: Records) -> None:
    """One identity is one person already, and cannot be two."""
    (a,) = seen(records, "ama@example.org")

    for say in (link, unlink):
        with pytest.raises(InputError, match="itself"):
            say(records, [(a, a)], who="tove")


def test_an_unknown_identity_is_an_error_and_changes_nothing(records: Records) -> None:
    """Where one of many pairs names nobody, none is linked."""
    a, b = seen(records, "ama@example.org", "jun@example.org")

    with pytest.raises(InputError, match="no identity 99"):
        link(records, [(a, b), (a, 99)], who="tove")

    assert person_of(records, b) == b
    assert person_of(records, 99) == 99


def test_an_exclusion_says_why(records: Records) -> None:
    """There are two reasons to be in no count; another is refused, and so is somebody unknown."""
    (a,) = seen(records, "ama@example.org")

    with pytest.raises(InputError, match="`bot` or as `opted-out`"):
        exclude(records, [a], why="dislike", who="tove")
    with pytest.raises(InputError, match="no identity 99"):
        exclude(records, [99], why="bot", who="tove")
    assert Reader(records).changes(None, ()).excluded == []


def test_including_who_is_not_out_changes_nothing(records: Records) -> None:
    """The people version stays where nothing was taken back."""
    (a,) = seen(records, "ama@example.org")
    version = Reader(records).version()

    assert include(records, [a], who="tove").version == version


def test_the_audit_has_ids_and_no_names(records: Records) -> None:
    """Everything said by hand is noted with who said it."""
    a, b = seen(records, "ama@example.org", "jun@example.org")
    link(records, [(b, a)], who="tove", now=5)
    unlink(records, [(a, b)], who="idris")
    exclude(records, [a], why="bot", who="tove")
    include(records, [a], who="tove")

    with records.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(sa.select(audit.c.who, audit.c.what, audit.c.detail))]

    assert rows == [
        ("tove", "people linked", "1=2"), ("idris", "people unlinked", "1=2"), ("tove", "people excluded: bot", "1"),
        ("tove", "people included", "1"),
    ]  # fmt: skip


def test_many_at_once_give_what_few_give(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """From some number on whole tables are read; the persons are the same."""
    few = seen(records, *(f"p{n // 2}@example.org" for n in range(40)))
    monkeypatch.setattr("baloo.people.persons._MANY", 3)
    monkeypatch.setattr("baloo.people.evidence._MANY", 3)

    more = seen(records, *(f"q{n % 45}@example.org" for n in range(90)), system="t")
    link(records, [(more[n], few[n]) for n in range(20, 26)], who="tove")

    person = dict(Reader(records).changes(None, ()).members)
    assert all(person[few[n]] == few[n - n % 2] for n in range(40))
    assert all(person[more[n]] == person[more[n % 45]] for n in range(45, 90))


def test_a_resolver_without_a_quarantine_says_so(records: Records) -> None:
    """Refusals are not lost in silence."""
    with pytest.raises(TypeError, match="quarantine"):
        Resolver(records).quarantine(1, 2, "baloo", None, [])


def test_forgetting_changes_no_id(records: Records) -> None:
    """A resolver that forgot finds the same ids again."""
    resolver = Resolver(records)
    event = Event("i", "event", "1", 1, None, "s", "k", "a", None, None, None, None, "{}", "production", 1)
    before = resolver.resolve([event])

    resolver.forget()

    assert resolver.resolve([event]) == before


def test_empty_lines_of_a_roster_are_nothing(records: Records) -> None:
    """A spreadsheet's empty rows and its byte order mark do no harm."""
    text = "\ufeffwho,from,to,organisation\n,,,\n\nama@example.org,,,\n"

    assert import_roster(records, text, "hr.csv", who="idris").lines == 1
