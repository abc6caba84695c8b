"""Orders for the running worker, over a socket that only this user can open: one JSON line there, one JSON line back.

The socket stands outside the workspace, for a workspace may be copied, and its path may be longer than a socket's name can be.
Where it stands depends on the environment of who listens, so a file in the workspace says it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import socket
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec

from baloo.errors import BalooError, ExitCode, WorkspaceError, in_words
from baloo.workspace import Workspace

__all__ = ["Orders", "RemoteError", "ask"]

Order = dict[str, Any]
_NAP = 0.1  # seconds between two looks for a worker that is about to be there


class RemoteError(BalooError):
    """What the worker answered with an error: its own words, slug and exit code."""

    def __init__(self, told: Order) -> None:
        super().__init__(str(told.get("message")), where=told.get("where"), remedy=told.get("remedy"))
        self.slug = str(told.get("slug", "error"))
        self.exit_code = ExitCode(told.get("exit_code", ExitCode.FAILED))


class Orders:
    """The worker's end: listens in a thread, hands each order to the loop, which carries them out one at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._path, self._note = _address(workspace), workspace.control
        self._waiting: queue.Queue[tuple[Order, Future[Order]]] = queue.Queue()
        self.arrived = threading.Event()

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Take orders while the block runs. The caller holds the lake's lock, so a socket left behind is nobody's."""
        self._path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.bind(str(self._path))
            self._path.chmod(0o600)
            server.listen(16)
            self._note.write_text(str(self._path), "utf-8")
            thread = threading.Thread(target=self._serve, args=(server,), name="orders", daemon=True)
            thread.start()
            try:
                yield
            finally:
                with contextlib.suppress(OSError):
                    server.shutdown(socket.SHUT_RDWR)
                for file in (self._path, self._note):
                    file.unlink(missing_ok=True)
                self._refuse_rest()

    def carry_out(self, do: Callable[[Order], Order]) -> int:
        """Carry out what waits, in order of arrival; returns how many orders there were."""
        self.arrived.clear()
        count = 0
        while True:
            try:
                order, answer = self._waiting.get_nowait()
            except queue.Empty:
                return count
            count += 1
            try:
                answer.set_result(do(order))
            except BalooError as error:
                answer.set_result({"error": _told(error)})
            except BaseException as error:
                known = in_words(error)
                if known is not None:
                    answer.set_result({"error": _told(known)})
                    continue
                answer.set_result(
                    {"error": {"message": "The worker failed; its log says why.", "exit_code": int(ExitCode.FAILED)}}
                )
                raise

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return  # the block has ended
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream, contextlib.suppress(OSError, msgspec.DecodeError):
            order = msgspec.json.decode(stream.readline(), type=dict[str, Any])
            answer: Future[Order] = Future()
            self._waiting.put((order, answer))
            self.arrived.set()
            stream.write(msgspec.json.encode(answer.result()) + b"\n")

    def _refuse_rest(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()[1].set_result(
                    {"error": {"message": "The worker has stopped.", "remedy": "Try again.", "exit_code": int(ExitCode.BUSY)}}
                )


def ask(workspace: Workspace, order: Order, *, patience: float = 15.0) -> Order | None:
    """The running worker's answer, or None where no worker runs for this workspace.

    A server without a worker is about to have one: it is waited for, `patience` seconds at most.
    Raises RemoteError with what the worker could not do.
    """
    connection = _connected(workspace, time.monotonic() + patience)
    if connection is None:
        return None
    with connection, connection.makefile("rwb") as stream:
        stream.write(msgspec.json.encode(order) + b"\n")
        stream.flush()
        line = stream.readline()
    if not line:
        raise RemoteError(
            {"message": "The worker stopped while it was asked.", "remedy": "Try again.", "exit_code": int(ExitCode.BUSY)}
        )
    answer: Order = msgspec.json.decode(line, type=dict[str, Any])
    if "error" in answer:
        raise RemoteError(answer["error"])
    return answer


def _connected(workspace: Workspace, deadline: float) -> socket.socket | None:
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(_noted(workspace) or _address(workspace)))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > deadline or not workspace.held("serve"):
                return None
            time.sleep(_NAP)
        except BaseException:
            connection.close()
            raise
        else:
            return connection


def _noted(workspace: Workspace) -> Path | None:
    """Where the worker says that it listens; None where that is said of another workspace, of which this one is a copy."""
    with contextlib.suppress(FileNotFoundError):
        noted = Path(workspace.control.read_text("utf-8"))
        return noted if noted.name == _name(workspace) else None
    return None


def _told(error: BalooError) -> Order:
    told: Order = {"slug": error.slug, "message": error.message, "where": error.where, "remedy": error.remedy}
    return told | {"exit_code": int(error.exit_code)}


def _address(workspace: Workspace) -> Path:
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"baloo-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    known = folder.lstat()
    if not stat.S_ISDIR(known.st_mode) or known.st_uid != os.getuid() or known.st_mode & 0o077:
        raise WorkspaceError("This folder must be yours alone.", where=str(folder), remedy="Remove it, or set XDG_RUNTIME_DIR.")
    return folder / _name(workspace)


def _name(workspace: Workspace) -> str:
    return f"{hashlib.sha256(str(workspace.root).encode()).hexdigest()[:24]}.sock"
