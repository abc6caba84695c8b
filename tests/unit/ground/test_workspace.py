"""A workspace is one folder: made once, opened where it is, locked by one, written whole."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from baloo.errors import Busy, InputError, WorkspaceError
from baloo.workspace import WORKSPACE_VERSION, Workspace, write_whole

HOLD = """
import sys
from baloo.workspace import Workspace
with Workspace.open(sys.argv[1]).lock("lake", "holding on"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_new_workspace_opens(tmp_path: Path):
    """What `init` makes can be opened, and knows its paths."""
    Workspace.init(tmp_path / "W", settings="public_k = 9\n")

    workspace = Workspace.open(tmp_path / "W")

    assert workspace.settings["public_k"] == 9
    assert workspace.registry == (tmp_path / "W" / "registry").resolve()


def test_a_moved_workspace_opens(tmp_path: Path):
    """The folder may be moved: nothing in it says where it was."""
    Workspace.init(tmp_path / "W")
    (tmp_path / "W").rename(tmp_path / "V")

    assert Workspace.open(tmp_path / "V").root == (tmp_path / "V").resolve()


@pytest.mark.parametrize(
    ("text", "error"), [(None, WorkspaceError), ("workspace = 99", WorkspaceError), ("workspace = [", InputError)]
)
def test_what_is_no_workspace_of_ours_is_refused(tmp_path: Path, text: str | None, error: type[Exception]):
    """A folder without `baloo.toml`, of a newer version, or with a broken one is refused."""
    if text is not None:
        (tmp_path / "baloo.toml").write_text(text)

    with pytest.raises(error):
        Workspace.open(tmp_path)


def test_an_older_workspace_is_brought_up(tmp_path: Path):
    """It gets the folders that it lacks and the present version, and keeps its settings."""
    (tmp_path / "baloo.toml").write_text("max_body = 7\nworkspace = 0\ndemo = true\n")
    opened = Workspace.open(tmp_path)
    text = (tmp_path / "baloo.toml").read_text()

    assert (opened.settings["max_body"], opened.settings["demo"]) == (7, True)
    assert text == f"workspace = {WORKSPACE_VERSION}\nmax_body = 7\ndemo = true\n"
    assert (tmp_path / "data" / "lake").is_dir()


def test_where_no_folder_can_be_made_is_said(tmp_path: Path):
    """A file in the way is an error with its place."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(WorkspaceError, match="No folder can be made here"):
        Workspace.init(tmp_path / "file")


def test_a_second_holder_is_told_who_holds(tmp_path: Path):
    """The lock is between processes; who comes second hears the first one's process id and purpose."""
    workspace = Workspace.init(tmp_path / "W")
    command = [sys.executable, "-c", HOLD, str(workspace.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(Busy) as caught, workspace.lock("lake", "a test"):
            pass
        held = workspace.held("lake")
        holder.communicate("")

    assert str(holder.pid) in str(caught.value)
    assert "holding on" in str(caught.value)
    assert (held, workspace.held("lake")) == (True, False)


def test_who_asks_holds_up_nobody(tmp_path: Path):
    """Neither another who asks, or of two imports at once each took the other for a server, nor who takes the lock meanwhile."""
    workspace = Workspace.init(tmp_path / "W")
    with workspace.lock("serve", "before"), workspace.lock("lake", "before"):
        pass

    def ask(name: str) -> bool:
        return any(workspace.held(name) for _ in range(3_000))

    with ThreadPoolExecutor(3) as asking:
        alone = [asking.submit(ask, "serve") for _ in range(2)]
        beside = asking.submit(ask, "lake")
        while not beside.done():
            with workspace.lock("lake", "a test"):
                pass

    assert [one.result() for one in alone] == [False, False]


def test_a_killed_holder_holds_no_more(tmp_path: Path):
    """`kill -9` frees the lock."""
    workspace = Workspace.init(tmp_path / "W")
    command = [sys.executable, "-c", HOLD, str(workspace.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()

    with workspace.lock("lake", "a test"):
        assert workspace.held("lake")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """When writing fails the old content stands, and no temporary file is left."""
    file = tmp_path / "note"
    write_whole(file, b"old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("baloo.workspace.os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, b"new")

    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]
