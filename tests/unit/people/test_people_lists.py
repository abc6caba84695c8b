"""Lists of people: `.mailmap` and the roster."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baloo.people.base import StaffSpan
from baloo.people.find import find
from baloo.people.keys import email_key
from baloo.people.lists import import_mailmap, import_roster
from baloo.people.mailmap import Line, Mailmap, parse
from baloo.people.reader import Reader
from baloo.people.resolver import Resolver
from baloo.queue.base import Event
from baloo.records.store import Records


def seen(records: Records, *authors: tuple[str, str]) -> list[int]:
    """Identities of (name, address) in git, without a look for persons."""
    rest = (None, "{}", "production", 1)
    events = [Event("i", "event", "1", 1, None, "git", "k", None, None, email, name, *rest) for name, email in authors]
    return [identity for identity, _ in Resolver(records).resolve(events)]


def people(records: Records) -> dict[int, int]:
    """Each identity to its person."""
    return dict(Reader(records).changes(None, ()).members)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ama Mensah <ama@example.org>", Line("Ama Mensah", "", "", "ama@example.org")),
        ("<ama@example.org> <ama@laptop.example>", Line("", "ama@example.org", "", "ama@laptop.example")),
        ("Ama <ama@example.org>\t<ama@laptop.example> # home", Line("Ama", "ama@example.org", "", "ama@laptop.example")),
        ("Ama <ama@example.org> Amy <a@example.net>", Line("Ama", "ama@example.org", "Amy", "a@example.net")),
        ("  Ama <ama@example.org> <>", Line("Ama", "ama@example.org", "", "")),
    ],
)
def test_a_mailmap_has_four_forms(text: str, line: Line) -> None:
    """Each form of git's is read as git reads it."""
    assert parse(text) == ([line], [])


def test_a_line_without_an_address_is_told_with_its_number() -> None:
    """Comments and empty lines are no problem; what git would leave out is named, and not repeated."""
    lines, problems = parse("# us\n\nJun <jun@example.org>\nnobody at all\n <> <jun@example.net>\nTove <tove@example.org")

    assert len(lines) == 1
    assert [(p.file, p.line, p.severity) for p in problems] == [(".mailmap", n, "warning") for n in (4, 5, 6)]
    assert "nobody at all" not in str(problems)


_NAMES = st.sampled_from(["", "Ama", "AMA", "Jun", "Tove"])
_EMAILS = st.sampled_from(["", "ama@example.org", "Ama@Example.org", "jun@example.org", "tove@example.org", "t@example.net"])


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_authors_are_those_that_git_finds(tmp_path: Path) -> None:
    """For each contact, the author that a map gives is the one that `git check-mailmap` prints."""
    maps = [
        "Ama Mensah <ama@example.org>\n",
        "Ama <ama@example.org> <T@example.net>\nJun <jun@example.org> tove <t@example.net>\n",
        "<jun@example.org> <t@example.net>\nTove <tove@example.org> <t@example.net>\nTove2 <t@example.net>\n",
        "Ama <ama@example.org> <jun@example.org>\nJun <jun@example.org> <ama@example.org>\n",
        "Ama <ama@example.org> Ama <t@example.net>\nAma <ama@example.org> <ama@example.org>\n",
    ]
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    emails = ("ama@Example.org", "jun@example.org", "t@example.net")
    contacts = [(name, email) for name in ("Ama", "TOVE", "Jun") for email in emails]
    for text in maps:
        (tmp_path / ".mailmap").write_text(text)
        ask = ["git", "check-mailmap", *(f"{name} <{email}>" for name, email in contacts)]
        printed = subprocess.run(ask, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
        said = Mailmap(parse(text)[0])

        for (name, email), line in zip(contacts, printed.splitlines(), strict=True):
            author = said.author(name, email_key(email) or "")
            proper = email_key(line.rpartition("<")[2].rstrip(">"))
            assert (author[0] if author else email_key(email)) == proper, (text, name, email, line)


@given(st.lists(st.tuples(_NAMES, _EMAILS, _NAMES, _EMAILS).map(lambda parts: Line(*parts))))
def test_any_map_gives_groups_and_what_must_be_looked_at_together(lines: list[Line]) -> None:
    """Loops and contradictions are no error; the identities of one author are all among the related addresses."""
    said = Mailmap(lines)
    sightings = [(n, name, email_key(email)) for n, (name, email) in enumerate([(a, b) for a in ("Ama", "Jun") for b in (
        "ama@example.org", "jun@example.org", "tove@example.org", "t@example.net")])]  # fmt: skip

    for group in said.groups(sightings).values():
        keys = {key for identity, _, key in sightings if identity in group and key}
        for key in keys:
            assert keys <= said.related([key])


def test_a_mailmap_joins_who_is_here_and_who_is_still_to_come(records: Records) -> None:
    """Lines are evidence for identities that were there before and for those that come later."""
    a, b = seen(records, ("Ama", "ama@example.org"), ("Amy", "a@laptop.example"))
    text = "Ama <ama@example.org> <a@laptop.example>\nAma <ama@example.org> <a@desk.example>\nx"
    done = import_mailmap(records, text, "repo", who="tove")
    assert (done.lines, len(done.problems)) == (2, 1)
    assert people(records) == {a: a, b: a}

    (c,) = seen(records, ("A.", "A@Desk.example"))
    find(records)

    assert people(records) == {a: a, b: a, c: a}


def test_a_line_that_is_gone_from_a_mailmap_joins_nobody(records: Records) -> None:
    """The evidence of a repository is what its file says now; other repositories keep theirs."""
    a, b, c = seen(records, ("Ama", "ama@example.org"), ("Amy", "a@laptop.example"), ("Ama", "a@desk.example"))
    import_mailmap(records, "<ama@example.org> <a@laptop.example>\n<ama@example.org> <a@desk.example>", "repo", who="tove")
    import_mailmap(records, "<ama@example.org> <a@desk.example>", "other", who="tove")
    version = Reader(records).version()

    import_mailmap(records, "Ama <ama@example.org>", "repo", who="tove")

    assert people(records) == {a: a, b: b, c: a}
    assert Reader(records).changes(version, ()).members == [(b, b)]
    import_mailmap(records, "Ama <ama@example.org>", "repo", who="tove")
    assert Reader(records).version() == version + 1


def test_a_shared_address_in_a_mailmap_joins_by_name(records: Records) -> None:
    """Where names tell apart who used an address, the address alone joins nobody."""
    text = "Ama <ama@example.org> Ama <team@example.org>\nJun <jun@example.org> Jun <root@localhost>\n"
    a, b, c, d, e = seen(
        records, ("Ama", "ama@example.org"), ("jun", "root@localhost"), ("Jun", "jun@example.org"), ("Tove", "root@localhost"),
        ("Idris", "idris@example.org"),
    )  # fmt: skip

    import_mailmap(records, text, "repo", who="tove")

    assert people(records) == {a: a, b: b, c: b, d: d, e: e}


def test_a_proper_address_of_two_people_joins_each_by_name(records: Records) -> None:
    """Two authors with one proper address stay two, as they are in git."""
    text = "Ama <team@example.org> <ama@example.org>\nJun <team@example.org> <jun@example.org>\n"
    a, b = seen(records, ("Ama", "ama@example.org"), ("Jun", "jun@example.org"))

    import_mailmap(records, text, "repo", who="tove")

    assert people(records) == {a: a, b: b}


def test_a_roster_makes_staff_of_who_is_here_and_who_is_to_come(records: Records) -> None:
    """Dates are those of the file; addresses and accounts join the people they belong to."""
    (a,) = seen(records, ("Ama", "ama@example.org"))
    text = "who,from,to,organisation\nAMA@example.org,2013-01-01,2015-01-01,MoCo\nsumo:jun,,,\ntove@example.org,2014-02-28,,\n"
    assert import_roster(records, text, "hr.csv", who="idris").lines == 3

    staff = Reader(records).changes(None, ()).staff

    assert staff[0] == StaffSpan(a, dt.date(2013, 1, 1), dt.date(2015, 1, 1))
    assert {(span.since, span.until) for span in staff[1:]} == {(None, None), (dt.date(2014, 2, 28), None)}
    (t,) = seen(records, ("Tove", "tove@example.org"))
    import_roster(records, "who,from,to,organisation\ntove@example.org,,,\n", "hr.csv", who="idris")
    found = Reader(records).changes(None, ())
    assert found.staff == [StaffSpan(dict(found.members)[t], None, None)]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "columns"),
        ("name,from,to,organisation\n", 1, "columns"),
        ("who,from,to,organisation\nama@example.org,2013-02-31,,\n", 2, "`from` is not a date"),
        ("who,from,to,organisation\nama@example.org,,soon,\n", 2, "`to` is not a date"),
        ("who,from,to,organisation\nama@example.org,2014-01-01,2014-01-01,\n", 2, "not before"),
        ("who,from,to,organisation\nama,,,\n", 2, "`who`"),
        ("who,from,to,organisation\nama@example.org\n", 2, "4 columns"),
        ('who,from,to,organisation\n"ama@example.org,,,\n', 2, "not CSV"),
    ],
)
def test_a_wrong_roster_changes_nothing_and_tells_the_line(records: Records, text: str, line: int, words: str) -> None:
    """Each line that cannot be used is named by number, without what it says of a person."""
    import_roster(records, "who,from,to,organisation\nama@example.org,,,\n", "hr.csv", who="idris")
    before = Reader(records).changes(None, ())

    done = import_roster(records, text, "hr.csv", who="idris")

    assert done.lines == 0
    assert [(p.file, p.line) for p in done.problems] == [("hr.csv", line)]
    assert words in done.problems[0].message
    assert "ama" not in str(done.problems)
    assert Reader(records).changes(None, ()) == before
