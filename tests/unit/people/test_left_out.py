"""Programs that are seen to be programs, and terms by which nobody is found."""

from __future__ import annotations

from typing import Any

import pytest

from baloo.people.find import find
from baloo.people.hands import include
from baloo.people.ignored import ignore, ignored_terms, unignore
from baloo.people.reader import Reader
from baloo.people.refer import person_of
from baloo.people.resolver import Resolver
from baloo.queue.base import Event
from baloo.records.store import Records


def seen(records: Records, *actors: tuple[str, str | None, str | None]) -> list[int]:
    """Identities of (system, address, name), after a search."""
    rest: tuple[Any, ...] = (None, "{}", "production", 1)
    events = [Event("i", "event", "1", 1, None, system, "k", None, None, email, name, *rest) for system, email, name in actors]
    ids = [identity for identity, _ in Resolver(records).resolve(events)]
    find(records)
    return ids


HIDDEN = "1+weaver[bot]@users.noreply.github.com"


@pytest.mark.parametrize(
    ("email", "name"), [(None, "weaver[bot]"), (HIDDEN, "w"), ("renovate-bot@example.org", None), (None, "Dependabot")]
)
def test_a_program_that_says_so_is_in_no_count(records: Records, email: str | None, name: str | None) -> None:
    """It is excluded when it is first seen, and included by hand it stays in."""
    bot, ama = seen(records, ("git", email, name), ("git", "talbot@example.org", "Ama Talbot"))
    assert Reader(records).changes(None, ()).excluded == [bot]

    include(records, [bot], who="tove")
    find(records, whole=True)

    assert Reader(records).changes(None, ()).excluded == []
    assert ama != bot


@pytest.mark.parametrize("term", ["Depot@Example.org", "weaving party"])
def test_nobody_is_found_by_an_ignored_term(records: Records, term: str) -> None:
    """What an address or a name joined falls apart, and is joined again when the term is off the list."""
    others = [("wiki", None, f"Given{letter} Sur{letter}") for letter in "abcdefghijklmnopqrstuvwxyz"]
    both = [(system, "depot@example.org", "Weaving Party") for system in ("git", "forum")]
    a, b, *_ = seen(records, *both, *others)
    other = "weaving party" if "@" in term else "depot@example.org"
    ignore(records, other, reason="a part of it", who="tove", now=7)
    find(records)
    assert person_of(records, b) == a

    ignore(records, term, reason="a list", who="tove", now=8)
    find(records)

    assert person_of(records, b) == b
    assert [(one.reason, one.made) for one in ignored_terms(records)] == [("a part of it", 7), ("a list", 8)]
    assert unignore(records, term, who="tove")
    find(records)
    assert person_of(records, b) == a


def test_an_ignored_term_stands_nowhere(records: Records) -> None:
    """The list has hashes."""
    ignore(records, "ama@example.org", reason="a list", who="tove")

    with records.engine.connect() as connection:
        rows = [connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall() for table in ("ignored", "audit")]

    assert all(rows)
    assert "example" not in str(rows)
