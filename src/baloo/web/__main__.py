"""`python -m baloo.web FOLDER HOST PORT`: the first of the two processes of `baloo serve`: door and pages.

It holds the lock `serve`, starts the worker and starts it again where it dies.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
import threading
from functools import partial

import uvloop

from baloo.clock import clock_from_environment
from baloo.errors import Busy, ExitCode, InputError
from baloo.logs import log, said, set_up
from baloo.web.app import Dispatcher, make_app
from baloo.web.edge import BACKLOG, server_of
from baloo.web.lane import Lane
from baloo.web.supervise import Worker
from baloo.workspace import Workspace

__all__ = ["listen", "main"]


def main(folder: str, host: str, port: str) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    try:
        set_up()
        workspace = Workspace.open(folder)
        set_up(workspace.settings["log"])
        with workspace.lock("serve", f"baloo serve --port {port}"), listen(host, int(port)) as listener:
            leaving = threading.Event()
            app = make_app(workspace, clock=clock_from_environment(), leaving=leaving.is_set)
            try:
                uvloop.run(_serve(workspace, app, listener, leaving))
            finally:
                gc.unfreeze()  # or DuckDB's binding calls them leaked, on stderr
    except Exception as error:  # noqa: BLE001 - what has no words is raised again
        return said(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return ExitCode.OK


async def _serve(workspace: Workspace, app: Dispatcher, listener: socket.socket, leaving: threading.Event) -> None:
    lane = partial(Lane, express=app.door.express)
    server = server_of(app, leaving, head_seconds=workspace.settings["head_seconds"], connection=lane)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    log(f"Baloo serves {workspace.root} on http://{shown}:{port} (Ctrl+C stops it).")
    worker = asyncio.create_task(Worker(workspace.root).keep_running())
    try:
        await server.serve(sockets=[listener])
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections. Raises InputError, and Busy where the port is taken."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body are two writes: else 40 ms between them
        listener.bind((host, port))
        listener.listen(BACKLOG)  # whoever comes before the server is ready waits
    except socket.gaierror as error:
        raise InputError(f"There is no address `{host}` here.", remedy="Use 127.0.0.1, or an address of this machine.") from error
    except OSError as error:
        raise Busy(f"Port {port} cannot be had: {error.strerror}.", remedy="Name another with --port.") from error
    return listener


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.OK))  # told to stop, and did; uvicorn drains first
    sys.exit(main(*sys.argv[1:4]))
