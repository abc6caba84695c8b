"""`python -m bench.door_server FOLDER CORE door|control [MILLISECONDS]`: the first process of `baloo serve` alone, on one core.

`control` answers 201 to whatever comes and does nothing. Each sync takes so many milliseconds longer where that is asked for, as
on a slow disk. Its port is on stdout.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from typing import Any

import uvloop

from baloo.web.__main__ import listen
from baloo.web.app import make_app
from baloo.web.edge import server_of
from baloo.web.lane import Lane
from baloo.workspace import Workspace


async def control(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
    """Read a request to its end and answer 201."""
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


def slow_down(milliseconds: float) -> None:
    """Make each sync so much slower."""
    sync = os.fdatasync

    def slowly(handle: int) -> None:
        time.sleep(milliseconds / 1000)
        sync(handle)

    if milliseconds:
        os.fdatasync = slowly


def main(folder: str, core: str, what: str, milliseconds: str = "0") -> None:
    """Serve until told to stop."""
    os.sched_setaffinity(0, {int(core)})
    slow_down(float(milliseconds))
    app = make_app(Workspace.open(folder))
    server = server_of(control) if what == "control" else server_of(app, connection=partial(Lane, express=app.door.express))
    with listen("127.0.0.1", 0) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        uvloop.run(server.serve(sockets=[listener]))


if __name__ == "__main__":
    main(*sys.argv[1:5])
