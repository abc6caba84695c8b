"""A workspace with a server that comes and goes, as the tests of senders use it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb
from tests.functional.conftest import REGISTRY

from baloo.lake.store import Lake
from baloo.workspace import Workspace
from ports import free_port


class World:
    """A workspace, a port of its own, and a server that comes and goes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.baloo("init", str(root))
        for name, text in REGISTRY.items():
            (root / "registry" / name).write_text(text, "utf-8")
        self.token = self.baloo("token", "create", "code")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = root.with_name(f"{root.name}.log")
        self._server: subprocess.Popen[bytes] | None = None

    def baloo(self, *arguments: str) -> str:
        """Run a command; its stdout."""
        command = [sys.executable, "-m", "baloo", "-w", str(self.root), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self) -> None:
        """Start the server, and go on when it listens."""
        command = [sys.executable, "-m", "baloo", "-w", str(self.root), "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(command, stderr=log, start_new_session=True)
        give_up = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert time.monotonic() < give_up, "the server does not come"
            time.sleep(0.02)

    def kill(self) -> None:
        """`kill -9` of all its processes."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def found(self) -> Counter[str]:
        """How often each id stands in the lake, when everything is loaded."""
        self.kill()
        self.baloo("refresh")
        lake = Lake.open(Workspace.open(self.root).lake, write=False).snapshot()
        return Counter(row[0] for row in duckdb.execute("SELECT id FROM read_parquet(?)", [list(lake.events)]).fetchall())
