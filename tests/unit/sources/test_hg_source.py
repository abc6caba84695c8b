"""A Mercurial repository, by what `hg` wrote once, and by `hg` itself where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from baloo.errors import InputError
from baloo.sources.hg.repository import HgSource
from baloo.sources.journal import Journal

HG = shutil.which("hg", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
needs_hg = pytest.mark.skipif(HG is None, reason="Mercurial (hg) is not installed: `pip install mercurial`")
A, B, NONE = "a" * 40, "b" * 40, "0" * 40
RECORDED = [  # as Mercurial 7.2 wrote it for the template
    {"date": "1717228800 -7200", "desc": "Weave r=tove", "node": A, "parents": f"{NONE} {NONE}",
     "user": "Ama Mensah <ama@example.org>"},
    {"date": "1717232400 0", "desc": "Knot — r?idris", "node": B, "parents": f"{A} {NONE}", "user": "jun"},
]
PLAYED = """#!/bin/sh
case "$*" in
  *none*) echo "abort: repository none not found!" >&2; exit 255 ;;
  *"-r tip "*) printf '%s' "$(cat "$HERE/tip")" ;;
  *"-r 0:1 "*|*"-r 1:1 "*) cat "$HERE/log"; test ! -e "$HERE/fails" || { echo 'abort: data is damaged!' >&2; exit 255; } ;;
  *"-r 0 "*) printf '%s' "$(cat "$HERE/first")" ;;
  *) echo 'abort: nobody asked this' >&2; exit 255 ;;
esac
"""


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that plays what `hg` wrote of a repository with two changes; its folder."""
    folder = tmp_path / "played"
    folder.mkdir()
    (folder / "hg").write_text(PLAYED, "utf-8")
    (folder / "hg").chmod(0o755)
    (folder / "log").write_text("".join(f"{json.dumps(change)}\n" for change in RECORDED), "utf-8")
    (folder / "tip").write_text(f"1 {B}", "utf-8")
    (folder / "first").write_text(A, "utf-8")
    monkeypatch.setenv("HERE", str(folder))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def _source(path: Path, journal: Journal | None = None, url: str = "https://hg.example.org/looms") -> HgSource:
    return HgSource(path, mapping="hg of looms", addresses=(url,), journal=journal)


def _read(source: HgSource) -> list[dict[str, Any]]:
    lines = [line for chunk in source.chunks(0) for line in chunk.body.splitlines()]
    return [json.loads(line)["payload"] for line in lines]


def test_what_hg_wrote_is_read(played: Path, tmp_path: Path) -> None:
    """B23: authors with name and address or with either alone, and who reviewed; a review that is asked for is none."""
    found = [(one["type"], one["who"], one["at"], one["tree"]) for one in _read(_source(tmp_path))]

    assert found == [
        ("git.commit", {"name": "Ama Mensah", "email": "ama@example.org"}, "2024-06-01T08:00:00+00:00", "looms"),
        ("git.review", {"username": "tove"}, "2024-06-01T08:00:00+00:00", "looms"),
        ("git.commit", {"name": "jun"}, "2024-06-01T09:00:00+00:00", "looms"),
    ]


def test_without_an_address_the_folder_names_the_tree(played: Path, tmp_path: Path) -> None:
    """Then a change stands nowhere."""
    (tmp_path / "yarns").mkdir()

    assert {(one["tree"], one["url"]) for one in _read(_source(tmp_path / "yarns", url=""))} == {("yarns", None)}


@pytest.mark.parametrize(("last", "tip", "begins"), [(0, A, 1), (0, B, 0), (7, A, 0)], ids=["goes-on", "stripped", "shorter"])
def test_the_next_run_begins_behind_the_last_revision(last: int, tip: str, begins: int, played: Path, tmp_path: Path) -> None:
    """Unless that is another one now, or gone: then all is read."""
    journal = Journal(tmp_path / "journal")
    source = _source(tmp_path, journal)
    source._last, source._tip = last, tip
    source.finished()

    assert f":{begins}..{B}" in _source(tmp_path, journal).key


def test_nothing_is_asked_for_where_nothing_came(played: Path, tmp_path: Path) -> None:
    """A second run on the same tip reads no change."""
    journal = Journal(tmp_path / "journal")
    (played / "tip").write_text(f"0 {A}", "utf-8")
    _source(tmp_path, journal).finished()

    assert _read(_source(tmp_path, journal)) == []


def test_an_hg_that_stops_says_so_and_what_came_before_is_kept(played: Path, tmp_path: Path) -> None:
    """The error names what hg said; it comes behind the changes that were read."""
    (played / "fails").touch()

    with pytest.raises(InputError, match="data is damaged"):
        _read(_source(tmp_path))


def test_an_hg_that_is_older_says_so(played: Path, tmp_path: Path) -> None:
    """A template that it does not know gives no JSON."""
    (played / "log").write_text("{dict}\n", "utf-8")

    with pytest.raises(InputError, match="no JSON"):
        _read(_source(tmp_path))


def test_an_empty_repository_is_one(played: Path, tmp_path: Path) -> None:
    """Its tip is the revision before the first."""
    (played / "tip").write_text(f"-1 {NONE}", "utf-8")

    with pytest.raises(InputError, match="no changes"):
        _source(tmp_path)


def test_what_is_no_repository_is_refused(played: Path, tmp_path: Path) -> None:
    """The error has what hg says of it."""
    with pytest.raises(InputError, match=r"not a Mercurial repository.*abort: repository none not found"):
        _source(tmp_path / "none")


def test_without_mercurial_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No trace, but a sentence."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(InputError, match="not installed"):
        _source(tmp_path)


@needs_hg
def test_a_real_repository_is_read_and_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What hg is asked is what hg answers: encodings, settings that would run a program, and the revisions since."""
    assert HG is not None
    monkeypatch.setenv("PATH", f"{Path(HG).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HGRCPATH", "")
    looms = tmp_path / "looms"

    def hg(*words: str) -> None:
        subprocess.run([HG, "--cwd", str(looms), "--encoding", "UTF-8", *words], check=True, capture_output=True)

    def commit(text: str, user: str) -> None:
        (looms / text.split(maxsplit=1)[0]).write_text(text, "utf-8")
        hg("commit", "--addremove", "-m", text, "-u", user, "-d", "1717228800 -7200")

    looms.mkdir()
    hg("init")
    commit("Knots — r=tove", "Töve Lind <tove@example.org>")
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()", "utf-8")
    (looms / ".hg" / "hgrc").write_text(f"[extensions]\nevil = {tmp_path / 'evil.py'}\n", "utf-8")
    journal = Journal(tmp_path / "journal")
    first = _source(looms, journal)
    before = _read(first)
    first.finished()
    (looms / ".hg" / "hgrc").unlink()
    commit("Loops", "Jun <jun@example.org>")

    after = _read(_source(looms, journal))
    assert [(one["type"], one["who"]) for one in before] == [
        ("git.commit", {"name": "Töve Lind", "email": "tove@example.org"}), ("git.review", {"username": "tove"})]
    assert [one["who"] for one in after] == [{"name": "Jun", "email": "jun@example.org"}]
    assert not (tmp_path / "ran").exists()
