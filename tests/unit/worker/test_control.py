"""Orders reach the worker over its socket, and what goes wrong comes back in its own words."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from baloo.errors import ExitCode, InputError
from baloo.worker.control import Orders, RemoteError, ask
from baloo.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace under a very long path, whose socket stands in a folder of its own: the path of a socket is short."""
    with tempfile.TemporaryDirectory(prefix="baloo-") as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield Workspace.init(tmp_path / ("long" * 30))


def _do(order: dict[str, Any]) -> dict[str, Any]:
    if order.get("do") == "fill":
        raise OSError(errno.ENOSPC, "No space left on device")
    if order.get("do") == "fail":
        raise InputError("It cannot be done.", where="here", remedy="Ask for something else.")
    return {"did": order["do"]}


@contextmanager
def _worker(workspace: Workspace) -> Iterator[None]:
    orders, stop = Orders(workspace), threading.Event()

    def loop() -> None:
        while not stop.is_set():
            orders.arrived.wait(0.05)
            orders.carry_out(_do)

    thread = threading.Thread(target=loop)
    with orders.listening():
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def test_nobody_answers_where_no_worker_runs(workspace: Workspace):
    """Without a worker there is no answer, and no error."""
    assert ask(workspace, {"do": "anything"}) is None


def test_an_order_is_carried_out(workspace: Workspace):
    """The answer of the loop comes back."""
    with _worker(workspace):
        assert ask(workspace, {"do": "refresh"}) == {"did": "refresh"}


def test_an_error_comes_back_with_its_words(workspace: Workspace):
    """Message, place, remedy, slug and exit code are those of the worker's error."""
    with _worker(workspace), pytest.raises(RemoteError) as caught:
        ask(workspace, {"do": "fail"})

    told = caught.value
    assert (told.message, told.where, told.remedy) == ("It cannot be done.", "here", "Ask for something else.")
    assert (told.slug, told.exit_code) == ("input", ExitCode.INPUT)


def test_a_full_disk_ends_one_order_and_no_worker(workspace: Workspace):
    """Who asked hears that there is no room; the next order is carried out."""
    with _worker(workspace):
        with pytest.raises(RemoteError) as caught:
            ask(workspace, {"do": "fill"})

        assert caught.value.exit_code is ExitCode.STORAGE
        assert ask(workspace, {"do": "refresh"}) == {"did": "refresh"}


def test_a_socket_left_behind_is_nobody(workspace: Workspace):
    """After a worker has gone, or was killed, there is no answer; the next worker listens again."""
    with _worker(workspace):
        pass
    gone = ask(workspace, {"do": "refresh"})

    with _worker(workspace):
        assert (gone, ask(workspace, {"do": "refresh"})) == (None, {"did": "refresh"})


def test_a_worker_is_found_from_another_session(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A service has another folder for sockets than a terminal; and a copy of the workspace does not find its original's."""
    with _worker(workspace), tempfile.TemporaryDirectory(prefix="baloo-") as other:
        monkeypatch.setenv("XDG_RUNTIME_DIR", other)
        answer = ask(workspace, {"do": "refresh"})
        copy = Workspace.open(shutil.copytree(workspace.root, tmp_path / "copy"))

        assert (answer, ask(copy, {"do": "refresh"})) == ({"did": "refresh"}, None)


def test_only_the_owner_may_open_the_socket(workspace: Workspace):
    """The socket and its folder are closed to other users."""
    with _worker(workspace):
        (socket,) = Path(os.environ["XDG_RUNTIME_DIR"]).rglob("*.sock")

        assert socket.stat().st_mode & 0o077 == 0
        assert socket.parent.stat().st_mode & 0o077 == 0


def test_a_server_without_a_worker_is_about_to_have_one(workspace: Workspace):
    """While a server holds the workspace an order waits for its worker; without patience there is no answer."""
    with workspace.lock("serve", "a test"):
        assert ask(workspace, {"do": "refresh"}, patience=0) is None
        with ThreadPoolExecutor(1) as beside:
            answer = beside.submit(ask, workspace, {"do": "refresh"})
            with _worker(workspace):
                assert answer.result() == {"did": "refresh"}
