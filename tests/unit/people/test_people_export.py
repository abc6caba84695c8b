"""Who is who in the forms of other programs: what is written can be read again, and says the same."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baloo.people.export import export
from baloo.people.hands import exclude, link
from baloo.people.joining import import_directory
from baloo.people.lists import import_mailmap, import_roster
from baloo.people.reader import Reader
from baloo.people.resolver import Resolver
from baloo.queue.base import Event
from baloo.records.store import Records

PEOPLE = (
    ("git", None, None, "ama@example.org", "Ama Mensah"),
    ("git", None, None, "mensah@example.net", "A. Mensah"),
    ("forum", "7", "ama-m", "ama@example.com", "Ama"),
    ("git", None, None, "jun@example.org", "Jun Tanaka"),
    ("wiki", "9", "junt", "jun.t@example.net", "Jun"),
    ("git", None, None, "team@example.org", "Ama Mensah"),
    ("git", None, None, "team@example.org", "Jun Tanaka"),
    ("git", None, None, "tove@example.org", "Tove <Berg> #1"),
    ("forum", "8", "weaver", "weaver@example.org", "weaver[bot]"),
)
TOGETHER = ((0, 1, 2, 5), (3, 4, 6))


def seen(folder: Path) -> tuple[Records, list[int]]:
    """Records of their own with all of them, joined by nobody."""
    records = Records.open(folder / "records.sqlite")
    rest: tuple[Any, ...] = (None, "{}", "production", 1)
    events = [Event("i", "event", "1", 10**15, None, who[0], "k", *who[1:], *rest) for who in PEOPLE]
    return records, [identity for identity, _ in Resolver(records).resolve(events)]


@pytest.fixture
def exported(tmp_path: Path) -> Callable[[str], str]:
    """What is written of people whom somebody joined by hand, in a form."""
    records, ids = seen(tmp_path / "from")
    for group in TOGETHER:
        link(records, [(ids[group[0]], ids[n]) for n in group[1:]], who="tove")
    exclude(records, [ids[8]], why="bot", who="tove")
    import_roster(records, "who,from,to,organisation\njun@example.org,2013-01-01,2015-01-01,Example\n", "roster.csv", who="tove")

    def written(form: str) -> str:
        stream = io.StringIO()
        export(records, stream, form)
        return stream.getvalue()

    return written


def groups(records: Records, ids: list[int]) -> list[tuple[int, ...]]:
    """Which of `PEOPLE` are together with others."""
    person = dict(Reader(records).changes(None, ()).members)
    found: dict[int, list[int]] = {}
    for number, identity in enumerate(ids):
        found.setdefault(person[identity], []).append(number)
    return [tuple(several) for several in found.values() if len(several) > 1]


def test_a_mailmap_that_is_read_again_gives_the_same_people(exported: Callable[[str], str], tmp_path: Path) -> None:
    """Those with addresses are together elsewhere, and an address that two use tells them apart by their names."""
    records, ids = seen(tmp_path / "to")

    done = import_mailmap(records, exported("mailmap"), "baloo", who="tove")

    assert done.problems == []
    assert groups(records, ids) == list(TOGETHER)


def test_sortinghat_s_form_that_is_read_again_gives_the_same_people(exported: Callable[[str], str], tmp_path: Path) -> None:
    """Addresses and accounts are together elsewhere, all but what two share."""
    records, ids = seen(tmp_path / "to")

    import_directory(records, exported("sortinghat"), "people.json", "hat", who="tove")

    assert groups(records, ids) == [(0, 1, 2), (3, 4)]


def test_a_scim_list_that_is_read_again_gives_the_same_people(exported: Callable[[str], str], tmp_path: Path) -> None:
    """Addresses are together elsewhere, all but what two share."""
    records, ids = seen(tmp_path / "to")

    import_directory(records, exported("scim"), "people.json", "scim", who="tove")

    assert groups(records, ids) == [(0, 1, 2), (3, 4)]


def test_sortinghat_s_form_tells_of_programs_and_of_staff(exported: Callable[[str], str]) -> None:
    """A program is one in the profile, and who is on the roster is enrolled."""
    found = json.loads(exported("sortinghat"))["uidentities"].values()
    bots = [one["profile"]["name"] for one in found if one["profile"]["is_bot"]]
    staff = [(one["profile"]["name"], one["enrollments"]) for one in found if one["enrollments"]]

    assert bots == ["weaver[bot]"]
    assert [(name, [(e["organization"], e["start"], e["end"]) for e in several]) for name, several in staff] == [
        ("Jun Tanaka", [("Example", "2013-01-01", "2015-01-01")])
    ]


def test_csv_has_a_line_for_each_way_of_being_called(exported: Callable[[str], str]) -> None:
    """Everything as it arrived, with the person at the end."""
    rows = list(csv.DictReader(io.StringIO(exported("csv"))))
    persons = {row["email"]: row["person"] for row in rows}

    assert [(row["system"], row["name"]) for row in rows if row["email"] == "team@example.org"] == [
        ("git", "Ama Mensah"), ("git", "Jun Tanaka")
    ]  # fmt: skip
    assert persons["ama@example.org"] == persons["mensah@example.net"] == persons["ama@example.com"]
