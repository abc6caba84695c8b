"""`python -m baloo.worker serve|drain|search|fetch FOLDER [SYSTEM]`: the worker beside a server or an import, or a helper of it.

It holds the lock `lake`. Beside a server it runs until its stdin closes or it is told to stop; beside an import it empties
the queue when its stdin closes, prints what it loaded as JSON, and ends.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import asdict

from baloo.clock import clock_from_environment
from baloo.errors import ExitCode
from baloo.logs import said, set_up
from baloo.worker.control import Orders
from baloo.worker.loop import run
from baloo.worker.parts import Parts
from baloo.worker.search import search
from baloo.worker.work import Work
from baloo.workspace import Workspace

__all__: list[str] = []

_BEHIND = 5  # steps of niceness: the door and the pages go first
_RARELY = 50_000  # objects more before the collector looks: a load makes a million, and hardly a cycle


def main(mode: str, folder: str, system: str = "") -> int:
    """Run one worker, one search for who is who, or one run of a system's source; returns the exit code."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupted terminal tells the parent, which closes our stdin
    if mode not in ("search", "fetch"):
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        set_up()
        workspace = Workspace.open(folder)
        set_up(workspace.settings["log"])
        if mode == "search":
            search(workspace, int(clock_from_environment().now().timestamp() * 1_000_000))
        elif mode == "fetch":
            from baloo.worker.runs import fetch  # noqa: PLC0415 - it asks over HTTP, which nobody else here does

            fetch(workspace, system)
        else:
            _work(workspace, mode, stop)
    except Exception as error:  # noqa: BLE001 - what has no words is raised again
        return said(error)
    return ExitCode.OK


def _work(workspace: Workspace, mode: str, stop: threading.Event) -> None:
    if mode == "serve":
        os.nice(_BEHIND)
    closed = threading.Event()
    threading.Thread(target=_watch, args=(closed,), daemon=True).start()
    orders = Orders(workspace)
    with workspace.lock("lake", f"baloo worker, {mode}"), orders.listening():
        parts = Parts(workspace, clock_from_environment())
        gc.freeze()
        gc.set_threshold(_RARELY)
        work = Work(parts)
        try:
            run(work, orders, stop=stop, closed=closed, refreshing=mode == "serve")
            if mode == "drain" and not stop.is_set():
                work.drain()
                work.join()
                with suppress(BrokenPipeError):  # who asked was killed; what it sent is loaded all the same
                    os.write(1, json.dumps(asdict(work.totals)).encode() + b"\n")  # without a buffer to flush at the end
        finally:
            work.search.stop()
            work.schedule.stop()
            work.reporter.write(now=True)
            parts.close()
            gc.unfreeze()  # or DuckDB's binding calls them leaked, on stderr


def _watch(closed: threading.Event) -> None:
    while os.read(0, 1 << 16):  # not through sys.stdin, whose lock a daemon thread would hold at the end
        pass
    closed.set()


if __name__ == "__main__":
    code = main(*sys.argv[1:4])
    if code != ExitCode.OK:  # what was begun is let go of where it stood, and DuckDB's binding would call it leaked, on stderr
        os._exit(code)
    sys.exit(code)
