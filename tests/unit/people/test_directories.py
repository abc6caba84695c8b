"""Directories in the shapes that others write, rosters that contradict themselves, and maps that lead in a circle."""

from __future__ import annotations

import json
from typing import Any

import pytest

from baloo.people.directories import read_directory
from baloo.people.joining import import_directory
from baloo.people.lists import import_mailmap, import_roster
from baloo.people.reader import Reader
from baloo.people.refer import resolve_reference
from baloo.people.resolver import Resolver
from baloo.queue.base import Event
from baloo.records.store import Records

SCIM = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SORTINGHAT = {
    "uidentities": {
        "f1": {
            "profile": {"is_bot": False},
            "identities": [
                {"source": "git", "name": "Ama Kwarteng", "email": "ama@example.org", "username": None},
                {"source": "forum", "name": "Ama", "email": None, "username": "ama-k"},
            ],
        },
        "f2": {"profile": {"is_bot": True}, "identities": [{"source": "forum", "username": "weaver", "email": None}]},
    }
}
MOZILLIANS = {
    "results": [
        {
            "username": "ama", "full_name": {"value": "Ama Kwarteng", "privacy": "Public"},
            "email": {"value": "ama@example.org", "privacy": "Mozillians"},
            "alternate_emails": [{"email": "kwarteng@example.net", "privacy": "Private"}],
            "external_accounts": [{"type": "forum", "identifier": "ama-k", "privacy": "Public"}],
        }
    ]
}  # fmt: skip
PEOPLE = {
    "schemas": [SCIM],
    "Resources": [
        {"id": "7", "userName": "ama@example.org", "name": {"givenName": "Ama"}, "emails": [{"value": "kwarteng@example.net"}]}
    ],
}


def seen(records: Records) -> None:
    """Ama by two addresses and an account, and a program."""
    who: list[tuple[str, str | None, str | None, str | None]]
    who = [("git", None, None, "ama@example.org"), ("git", None, None, "kwarteng@example.net")]
    who += [("forum", "7", "ama-k", None), ("forum", "8", "weaver", None)]
    rest: tuple[Any, ...] = (None, None, "{}", "production", 1)
    Resolver(records).resolve([Event("i", "event", "1", 1, None, s, "k", a, u, e, *rest) for s, a, u, e in who])


def one_person(records: Records, *called: str) -> bool:
    """Whether all these are one person."""
    person = dict(Reader(records).changes(None, ()).members)
    return len({person[resolve_reference(records, one)[0]] for one in called}) == 1


def take(records: Records, data: Any) -> list[str]:
    """Import a directory; what it says to it."""
    text = data if isinstance(data, str) else json.dumps(data)
    return [str(problem) for problem in import_directory(records, text, "people.json", "phonebook", who="tove").problems]


def test_sortinghat_s_export_is_read(records: Records) -> None:
    """Addresses and accounts of one unique identity are one person, and a program is out of the counts."""
    seen(records)

    assert take(records, SORTINGHAT) == []

    assert one_person(records, "ama@example.org", "forum:ama-k")
    assert not one_person(records, "kwarteng@example.net", "forum:ama-k")
    assert len(Reader(records).changes(None, ()).excluded) == 1


BOTH = ("ama@example.org", "kwarteng@example.net")


@pytest.mark.parametrize(("data", "together"), [(MOZILLIANS, (*BOTH, "forum:ama-k")), (PEOPLE, BOTH)])
def test_directories_are_read(records: Records, data: Any, together: tuple[str, ...]) -> None:
    """Alternate addresses and external accounts of a user are one person."""
    seen(records)

    assert take(records, data) == []

    assert one_person(records, *together)


def test_an_account_that_is_gone_from_a_directory_is_joined_no_more(records: Records) -> None:
    """The evidence of a directory is what its file says now."""
    seen(records)
    take(records, MOZILLIANS)
    user = {**MOZILLIANS["results"][0], "external_accounts": []}

    take(records, {"results": [user]})

    assert not one_person(records, "ama@example.org", "forum:ama-k")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "null", '{"results": 7}', '{"uidentities": []}', "[" * 100_000, '{"Resources": []}']
)
def test_what_is_no_directory_is_told(text: str) -> None:
    """Anything else than the three shapes is one error, and no entry."""
    entries, problems = read_directory(text, "people.json")

    assert entries == []
    assert [problem.severity for problem in problems] == ["error"]


@pytest.mark.parametrize(
    "entry", [7, None, [], {}, {"username": 7}, {"username": "ama"}, {"username": "ama", "email": {"value": ["x"]}, "groups": 7}]
)
def test_an_entry_of_nothing_is_left_out(entry: Any) -> None:
    """An entry without id, or without anything to find somebody by, is told by its number; the others are taken."""
    entries, problems = read_directory(json.dumps({"results": [entry, *MOZILLIANS["results"]]}), "people.json")

    assert len(entries) == 1
    assert [problem.message for problem in problems] == ["Entry 1 has no id, or neither address nor account."]


def test_an_address_of_two_entries_joins_nobody(records: Records) -> None:
    """What two claim tells of neither; it is told without repeating it."""
    seen(records)
    users = [{"username": name, "email": "ama@example.org", "alternate_emails": [{"email": other}]} for name, other in
             (("ama", "a@example.net"), ("jun", "kwarteng@example.net"))]  # fmt: skip

    told = take(records, {"results": users})

    assert len(told) == 2
    assert not any("@" in line for line in told)
    assert not one_person(records, "ama@example.org", "kwarteng@example.net")


def test_one_id_twice_changes_nothing(records: Records) -> None:
    """A directory that has somebody twice is not taken."""
    done = import_directory(records, json.dumps({"results": MOZILLIANS["results"] * 2}), "people.json", "phonebook", who="tove")

    assert done.lines == 0
    assert Reader(records).changes(None, ()).members == []


def test_a_roster_says_one_thing_at_a_time(records: Records) -> None:
    """Staff in 2013 and a volunteer in 2015 is no conflict; both at once is, it names both lines, and nothing is changed."""
    head = "who,from,to,organisation,kind\n"
    fine = "ama@example.org,2013-01-01,2014-01-01,Foundation,staff\nama@example.org,2015-01-01,,,volunteer\n"
    assert import_roster(records, head + fine, "roster.csv", who="tove").problems == []
    before = Reader(records).changes(None, ()).staff
    assert [str(span.until) for span in before] == ["0001-01-01", "2014-01-01"]

    done = import_roster(records, head + fine + "AMA@example.org,2013-06-01,,Corporation,staff\n", "roster.csv", who="tove")

    assert [str(problem) for problem in done.problems] == [
        f"roster.csv:4: error: Line {line} says something else of the same person at the same time." for line in (2, 3)
    ]
    assert Reader(records).changes(None, ()).staff == before


def test_a_map_that_leads_in_a_circle_joins_nobody(records: Records) -> None:
    """Each line of the circle is told, the others are taken."""
    seen(records)
    circle = "<ama@example.org> <kwarteng@example.net>\n<kwarteng@example.net> <ama@example.org>\n"
    text = circle + "<jun@example.org> <j@example.org>\n"

    done = import_mailmap(records, text, "code", who="tove")

    assert (done.lines, [problem.line for problem in done.problems]) == (1, [1, 2])
    assert not one_person(records, "ama@example.org", "kwarteng@example.net")
