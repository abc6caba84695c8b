"""`baloo login` on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from baloo.cli.app import run
from baloo.errors import ExitCode
from baloo.registry.init import write_empty
from baloo.workspace import Workspace

Login = Callable[..., tuple[int, str, str]]


@pytest.fixture
def login(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Login:
    """Ask for a link in a workspace with one system; exit code, stdout and stderr."""
    workspace = Workspace.init(tmp_path / "w")
    write_empty(workspace.registry, "town", "Town")
    (workspace.registry / "systems" / "forum.yaml").write_text("system: forum\nkinds: {forum.post: Wrote a post}\n", "utf-8")

    def ask(*arguments: str) -> tuple[int, str, str]:
        code = run(["-w", str(workspace.root), "login", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ask


def test_a_place_that_nobody_declared_is_refused(login: Login):
    """An owner's link for a system that is there is made; for another one the nearest is named, and no link is."""
    good, wrong = login("--role", "owner", "--system", "forum"), login("--role", "owner", "--system", "forun")

    assert (good[0], good[1].startswith("/sign-in?")) == (ExitCode.OK, True)
    assert wrong[:2] == (ExitCode.INPUT, "")
    assert "Did you mean `forum`?" in wrong[2]


def test_a_link_has_the_address_that_is_set(login: Login, monkeypatch: pytest.MonkeyPatch):
    """Where the settings name the server's address, the link is whole, and nothing is to be put before it."""
    plain = login()
    monkeypatch.setenv("BALOO_ADDRESS", "https://baloo.example.org/")
    whole = login()

    assert (plain[1].startswith("/sign-in?"), "before it" in plain[2]) == (True, True)
    assert (whole[1].startswith("https://baloo.example.org/sign-in?"), "before it" in whole[2]) == (True, False)


@pytest.mark.parametrize(("arguments", "says"), [
    (("--role", "stewart"), "Did you mean `steward`?"), (("--role", "logger"), "one area"),
    (("--role", "steward", "--area", "reps"), "no area"), (("--to", "people"), "--to"), (("--to", "https://x.example"), "--to"),
    (("--name", "ama@example.org"), "no address"), (("--name", "x" * 61), "60 characters"), (("--name", "a\nb"), "one line"),
])
def test_what_makes_no_link_is_said(login: Login, arguments: tuple[str, ...], says: str):
    """A role, a place, a page or a name that is none is refused in words, with the exit code for what cannot be used."""
    code, out, err = login(*arguments)

    assert (code, out, says in err) == (ExitCode.INPUT, "", True)
