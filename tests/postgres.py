"""A PostgreSQL of one's own on this machine, for as long as a block runs: programs of Debian's package, or those on the PATH."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from ports import free_port

PASSWORD = "sesame-of-the-reader"


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; None where there is none."""
    known = shutil.which("initdb")
    found = [Path(known).parent] if known else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The address of an empty database with its password, by the driver psycopg; the server ends with the block."""
    folder = programs()
    assert folder is not None
    user = _unprivileged() if os.getuid() == 0 else None  # PostgreSQL does not run as root
    with tempfile.TemporaryDirectory(prefix="baloo-pg-") as made:
        root, port = Path(made), free_port()
        (root / "password").write_text(PASSWORD, "utf-8")
        if user:
            for path in (root, root / "password"):
                shutil.chown(path, user)
        _do([folder / "initdb", "--pgdata", root / "data", "--username", "reader", "--auth", "scram-sha-256",
             "--pwfile", root / "password", "--no-sync", "--encoding", "UTF8", "--no-locale"], root, user)
        listening = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-c", f"unix_socket_directories={root}"]
        with (root / "log").open("wb") as log, subprocess.Popen(
            [folder / "postgres", "-D", root / "data", "-F", *listening], stdout=log, stderr=log, user=user, cwd=root,
        ) as server:  # fmt: skip
            try:
                url = f"postgresql+psycopg://reader:{PASSWORD}@127.0.0.1:{port}/postgres"
                _wait(url, server, root / "log")
                yield url
            finally:
                server.send_signal(2)  # ends whoever is connected
                server.wait()


def _unprivileged() -> str:
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _do(command: list[object], cwd: Path, user: str | None) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, user=user, cwd=cwd)
    assert done.returncode == 0, done.stderr


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    engine, give_up = sa.create_engine(url, poolclass=sa.NullPool), time.monotonic() + 120
    while True:
        with contextlib.suppress(sa.exc.OperationalError), engine.connect():
            return
        assert server.poll() is None, log.read_text("utf-8", "replace")
        assert time.monotonic() < give_up, "PostgreSQL does not come"
        time.sleep(0.05)
