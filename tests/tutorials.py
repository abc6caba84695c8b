"""The commands of a tutorial, run as they are written: the blocks called `console`, in their order, each in the same shell."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

_PATIENCE = 120.0  # seconds after which something is taken not to come
_BLOCK = re.compile(r"(<!-- test: server -->\n)?```console\n(.*?)```", re.DOTALL)


@contextlib.contextmanager
def followed(page: Path, folder: Path, port: str, environment: Mapping[str, str]) -> Iterator[list[str]]:
    """What each command block of a page says, run in a folder, while its servers go on; each block must succeed.

    A block behind `<!-- test: server -->` is left running. The page's port 8000 is `port` here.
    """
    state = folder / "state"
    state.write_text(f"cd {folder}\n")
    servers: list[subprocess.Popen[str]] = []
    said: list[str] = []
    try:
        for is_server, script in _blocks(page):
            script = script.replace("8000", port)  # noqa: PLW2901 - it may be taken here
            if is_server:
                command = ["bash", "-ec", f". {state}\n{script}"]
                servers.append(subprocess.Popen(
                    command, env=dict(environment), stderr=subprocess.DEVNULL, text=True, start_new_session=True))
                _wait_for(port)
                continue
            names = "declare -p PATH; for name in TOKEN; do [ -z \"${!name-}\" ] || declare -p $name; done"
            command = ["bash", "-ec", f'. {state}\n{script}\n{{ echo "cd $PWD"; {names}; }} > {state}']
            done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False, timeout=_PATIENCE)
            assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
            said.append(done.stdout)
        yield said
    finally:
        for server in servers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(_PATIENCE)


def _blocks(page: Path) -> list[tuple[bool, str]]:
    """(is the server, shell script) of each block: the lines behind `$ ` and those that continue them."""
    return [
        (bool(server), "".join(line.removeprefix("$ ") + "\n" for line in text.splitlines()))
        for server, text in _BLOCK.findall(page.read_text("utf-8"))
    ]


def _wait_for(port: str) -> None:
    give_up = time.monotonic() + _PATIENCE
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), 1):
            return
        assert time.monotonic() < give_up, "the server does not come"
        time.sleep(0.1)
