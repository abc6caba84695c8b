"""`baloo runs` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from baloo.cli.app import run
from baloo.errors import ExitCode
from baloo.registry.init import write_empty
from baloo.workspace import Workspace


def test_runs_of_an_unknown_system_are_not_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who mistypes a system is told so, and not that it was never read."""
    workspace = Workspace.init(tmp_path / "w")
    write_empty(workspace.registry, "town", "Town")
    codes = [run(["-w", str(workspace.root), "runs", *more]) for more in ([], ["--system", "forun"])]
    said = capsys.readouterr()

    assert codes == [ExitCode.OK, ExitCode.INPUT]
    assert "No source was read yet." in said.out
    assert "There is no system `forun`." in said.err
