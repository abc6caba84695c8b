"""Sessions that whoever runs the server sees, and ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from baloo.access.opened import end_sessions, opened
from baloo.access.roles import Grant
from baloo.access.sessions import NOBODY, SESSION_SECONDS, Member, Sessions
from baloo.cli.app import run
from baloo.errors import ExitCode, UnknownName
from baloo.records import Records
from baloo.records.audit import noted
from baloo.workspace import Workspace


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Empty ones."""
    found = Records.open(tmp_path / "records.sqlite")
    yield found
    found.close()


def test_what_is_open_is_listed(records: Records) -> None:
    """The latest first, with what a link gave; not what is over, and nothing of a cookie."""
    sessions = Sessions(records)
    old = sessions.begin("operator tove", [Grant("admin")], how="link", now=0)
    mine = sessions.begin("operator idris", [Grant("logger", "area:reps"), Grant("analyst")], how="link", now=5)
    sessions.begin("member 1", [], how="provider", now=6, member=Member("u-1", ("reps",), "kept"))
    found = opened(records, now=SESSION_SECONDS * 1_000_000)

    assert [(one.who, one.roles, one.made) for one in found] == [
        ("member 1", "by provider", 6), ("operator idris", "analyst, logger area:reps", 5)]
    assert not any(one.id in cookie or cookie in one.id for one in found for cookie in (old, mine))


def test_sessions_are_ended_by_id_by_name_and_all(records: Records) -> None:
    """Those that are named are over at once, the others go on; a name of none ends none; the audit has who ended whose."""
    sessions, whose = Sessions(records), ("operator tove", "operator tove", "operator idris", "operator ravi", "operator ama")
    cookies = [sessions.begin(who, [Grant("admin")], how="link", now=n) for n, who in enumerate(whose)]

    def over() -> list[bool]:
        return [sessions.caller(cookie, now=9) == NOBODY for cookie in cookies]

    with pytest.raises(UnknownName):
        end_sessions(records, ["operator tove", "nobody"], who="operator olu", now=9)
    before = over()
    idris = next(one.id for one in opened(records, now=9) if one.who == "operator idris")
    ended = end_sessions(records, [idris, "operator tove"], who="operator olu", now=9)
    some, told = over(), [(one.who, one.what, one.detail) for one in noted(records, limit=3)]
    end_sessions(records, None, who="operator olu", now=9)

    assert before == [False] * 5
    assert [one.who for one in ended] == ["operator idris", "operator tove", "operator tove"]
    assert some == [True, True, True, False, False]
    assert sorted(told) == sorted(("operator olu", "session ended", one.who) for one in ended)
    assert over() == [True] * 5


def test_signing_out_everywhere_ends_all_of_ones_own(records: Records) -> None:
    """Every session of who is so called is over, those of others are not; the audit says how many."""
    sessions, whose = Sessions(records), ("operator tove", "operator tove", "operator ama")
    first, second, other = (sessions.begin(who, [], how="link", now=1) for who in whose)
    sessions.end(second, now=2, everywhere=True)

    assert [sessions.caller(one, now=3) == NOBODY for one in (first, second, other)] == [True, True, False]
    assert noted(records, limit=1)[0].detail == "everywhere, 2 sessions"


def test_the_command_lists_and_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`baloo sessions` tells who is signed in as data, `--end` ends; a name of none has the code of what cannot be used."""
    workspace = Workspace.init(tmp_path / "w")
    records = Records.open(workspace.records)
    now = 4_000_000_000_000_000  # far ahead of any clock here: it is not over when the command asks
    Sessions(records).begin("operator tove", [Grant("steward")], how="link", now=now)
    records.close()

    def command(*arguments: str) -> tuple[int, list[str]]:
        code = run(["-w", str(workspace.root), "sessions", "--json", *arguments])
        said = capsys.readouterr().out
        return code, [one["who"] for one in json.loads(said)] if code == ExitCode.OK else []

    asked = [command(), command("--end", "operator ama"), command("--end", "operator tove"), command(), command("--end-all")]

    assert asked == [
        (ExitCode.OK, ["operator tove"]), (ExitCode.INPUT, []), (ExitCode.OK, ["operator tove"]), (ExitCode.OK, []),
        (ExitCode.OK, []),
    ]
