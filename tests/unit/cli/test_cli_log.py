"""`baloo log` as somebody types it: words, exit codes, and what stands in the lake afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from baloo.cli.app import run
from baloo.errors import ExitCode
from byhand import ByHand

Said = tuple[int, str, str]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ByHand]:
    """Marula, where Legal and Words are logged for by hand."""
    house = ByHand(tmp_path / "w")
    yield house
    house.close()


@pytest.fixture
def baloo(house: ByHand, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run a command; its exit code, stdout and stderr."""
    monkeypatch.setenv("BALOO_TODAY", "2026-11-22")

    def do(*words: str) -> Said:
        code = run(["-w", str(house.workspace.root), "log", *words])
        return (code, *capsys.readouterr())

    return do


def test_from_writing_down_to_taking_back(house: ByHand, baloo: Callable[..., Said]):
    """D01: written down, listed, edited, taken back, with a trail; the same again is told."""
    entry = ("add", "legal", "--who", "Petra Ek <petra@example.org>", "--type", "review", "--text", "Read it", "--public")
    code, out, _ = baloo(*entry)
    ident = out.strip()
    again = json.loads(baloo(*entry, "--json")[1])
    house.load()
    listed = json.loads(baloo("list", "legal", "--json")[1])
    edited = baloo("edit", "legal", ident, "--text", "Read it twice", "--date", "2026-11-01")
    house.load()
    changed = baloo("list", "legal")[1]
    void = baloo("void", "legal", ident)
    trail = json.loads(baloo("trail", "legal", ident, "--json")[1])

    assert (code, again, edited[0], void[0]) == (0, {"id": ident, "new": False}, 0, 0)
    assert [(one["id"], one["name"], one["day"], one["private"]) for one in listed] == [(ident, "Petra Ek", "2026-11-22", False)]
    assert "2026-11-01  review  Petra Ek  Read it twice" in changed
    assert [(one["what"], one["how"], one["fields"]) for one in trail] == [
        ("logged", "command", ""), ("edited", "command", "date text"), ("taken back", "command", "")]


def test_what_is_wrong_is_said_by_option(baloo: Callable[..., Said]):
    """Each fault names its option and what to do; nothing is kept."""
    code, out, said = baloo("add", "legal", "--who", "forum:jun", "--type", "reviw")

    assert (code, out) == (ExitCode.INPUT, "")
    assert "--type: This is not on the area's list." in said
    assert "Did you mean `review`?" in said
    assert "--text: It does not say what was done." in said


@pytest.mark.parametrize("words", [
    ("add", "words", "--who", "forum:jun", "--type", "translation", "--text", "x", "--set", "study=1"),
    ("add", "wrds", "--who", "forum:jun"), ("edit", "legal", "no-such-entry"), ("trail", "legal", "no-such-entry"),
    ("csv", "legal", "no-such-file.csv"), ("add", "legal", "--type", "review", "--text", "x"),
])
def test_names_that_are_none_are_refused(baloo: Callable[..., Said], words: tuple[str, ...]):
    """A field, an area, an entry or a file that is not there ends with the exit code of wrong input."""
    assert baloo(*words)[0] == ExitCode.INPUT


def test_a_hint_of_a_system_needs_a_word(baloo: Callable[..., Said]):
    """D10: where a system has something of theirs that day, it is written down with `--sure` alone."""
    entry = ("add", "words", "--who", "forum:ama", "--date", "2026-11-02", "--type", "translation", "--text", "Answered",
             "--link", "https://forum.example.org/1", "--set", "locale=fr")
    refused, sure = baloo(*entry), baloo(*entry, "--sure")

    assert (refused[0], sure[0]) == (ExitCode.INPUT, 0)
    assert "from forum" in refused[2]


def test_a_table_is_written_when_all_of_it_is_right(house: ByHand, baloo: Callable[..., Said], tmp_path: Path):
    """D05: faults are told by file and line and keep everything out; a good table is written once."""
    table = tmp_path / "table.csv"
    good = "who,date,type,text\nforum:ama,2026-11-02,review,Read it\nJun Ito,2026-11-03,advice,Told them\n"
    table.write_text(good + "forum:nobody,2026-11-31,advice,\n", "utf-8")
    bad = baloo("csv", "legal", str(table))
    table.write_text(good, "utf-8")
    dry, kept, again = (baloo("csv", "legal", str(table), *more) for more in (["--dry-run"], [], []))

    assert (bad[0], dry[0], kept[0], again[0]) == (ExitCode.PROBLEMS, 0, 0, 0)
    assert f"{table}:4: date: This is no day of the calendar." in bad[2]
    assert bad[1] == "3 lines: 2 would be written down, 0 there before, 1 faulty.\n"
    assert kept[1] == "2 lines: 2 written down, 0 there before, 0 faulty.\n"
    assert again[1] == "2 lines: 0 written down, 2 there before, 0 faulty.\n"
    house.load()
    assert len(house.book.shelf().entries(house.legal, limit=9)) == 2


def test_areas_that_are_logged_for(baloo: Callable[..., Said]):
    """The areas with their lists and needs, for people and for programs."""
    found = json.loads(baloo("areas", "--json")[1])

    assert [(one["area"], one["needs"], one["private"]) for one in found] == [
        ("legal", [], True), ("words", ["locale", "link"], False)]


def test_tokens_of_programs(house: ByHand, baloo: Callable[..., Said]):
    """A token is made for an area that is logged for, listed without its secret, renewed under its number, and ended."""
    code, secret, said = baloo("token", "create", "legal", "front-desk", "--days", "7")
    unknown, name = baloo("token", "create", "forum", "front-desk")[0], baloo("token", "create", "legal", "Front desk")[0]
    renewed = json.loads(baloo("token", "renew", "1", "--days", "9", "--json")[1])
    listed = baloo("token", "list")[1]
    ended, again = baloo("token", "revoke", "1")[0], baloo("token", "revoke", "1")[0]
    (kept,) = json.loads(baloo("token", "list", "--json")[1])

    assert (code, unknown, name, ended, again) == (0, ExitCode.INPUT, ExitCode.INPUT, 0, ExitCode.INPUT)
    assert re.fullmatch(r"baloo_log_[\w-]{43}", secret.strip())
    assert "good until 2026-11-29" in said
    assert (renewed["id"], renewed["token"] == secret.strip(), renewed["good_until"]) == (1, False, "2026-12-01")
    assert ("front-desk" in listed, secret.strip() in listed, renewed["token"] in listed) == (True, False, False)
    assert (kept["area"], kept["name"], kept["revoked"] is not None) == ("legal", "front-desk", True)
