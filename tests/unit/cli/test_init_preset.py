"""A workspace that begins with a preset."""

from __future__ import annotations

from pathlib import Path

import pytest

from baloo.cli.app import run

EXAMPLE = Path(__file__).parents[3] / "examples" / "mozilla"


def test_a_preset_is_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `init --preset` makes passes `check` without a warning, and so does the example; one line names its drafts."""
    made = run(["init", "--preset", "mozilla", str(tmp_path / "mozilla")])
    codes = [run(["-w", str(folder), "check"]) for folder in (tmp_path / "mozilla", EXAMPLE)]

    said = capsys.readouterr().err
    assert (made, codes) == (0, [0, 0])
    assert said.count("The registry is in order.") == 2
    assert said.count("11 areas with rules that nobody has agreed on yet (`draft: true`): ammo, creative, ") == 2


def test_an_unknown_preset_makes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A preset that is not there is an error with the nearest name, and leaves no folder behind."""
    code = run(["init", "--preset", "mozila", str(tmp_path / "new")])

    assert code == 4
    assert "Did you mean `mozilla`?" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
