"""The tutorial's commands, as they are written, lead a new user from a clone to the first number."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "docs" / "tutorials" / "first-number.md"
BLOCK = re.compile(r"(<!-- test: server -->\n)?```console\n(.*?)```", re.DOTALL)
URL = "https://github.com/baloo-community/baloo"


def _blocks() -> list[tuple[bool, str]]:
    """(is the server, shell script) of each console block: the lines behind `$ ` and those that continue them."""
    found = []
    for server, text in BLOCK.findall(PAGE.read_text("utf-8")):
        found.append((bool(server), "".join(line.removeprefix("$ ") + "\n" for line in text.splitlines())))
    return found


def _free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def _write_stand_ins(folder: Path) -> None:
    """`git clone` of our address clones this checkout, and `make install` uses the environment that runs the tests."""
    folder.mkdir()
    clone = f'[ "$2" = {URL} ] && exec "$REAL_GIT" clone -q {HOUSE} baloo'
    (folder / "git").write_text(f'#!/bin/sh\n{clone}\nexec "$REAL_GIT" "$@"\n')
    (folder / "make").write_text(f"#!/bin/sh\nmkdir -p .venv && ln -s {Path(sys.executable).parent} .venv/bin\n")
    for file in folder.iterdir():
        file.chmod(0o755)


@contextlib.contextmanager
def _running(processes: list[subprocess.Popen[str]]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _wait_for(port: str) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), 1):
            return
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.skipif(not (HOUSE / ".git").exists(), reason="the tutorial clones the checkout, and this is none")
def test_the_tutorial_leads_to_a_number(tmp_path: Path):
    """Every command succeeds, and the last count has one person more than the first."""
    stand_ins, port = tmp_path / "bin", _free_port()
    _write_stand_ins(stand_ins)
    git = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    environment = {**os.environ, "PATH": f"{stand_ins}:{os.environ['PATH']}", "REAL_GIT": git}
    environment.pop("BALOO_WORKSPACE", None)
    state = tmp_path / "state"
    state.write_text(f"cd {tmp_path}\n")
    servers: list[subprocess.Popen[str]] = []
    said = []
    with _running(servers):
        for is_server, script in _blocks():
            script = script.replace("8000", port)  # noqa: PLW2901 - the tutorial's port may be taken here
            if is_server:
                command = ["bash", "-ec", f". {state}\n{script}"]
                options = {"env": environment, "stderr": subprocess.DEVNULL, "text": True, "start_new_session": True}
                servers.append(subprocess.Popen(command, **options))
                _wait_for(port)
                continue
            keep = f'\n{{ echo "cd $PWD"; declare -p PATH; [ -z "${{TOKEN-}}" ] || declare -p TOKEN; }} > {state}'
            command = ["bash", "-ec", f". {state}\n{script}{keep}"]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
            assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
            said.append(done.stdout)

    text = "\n".join(said)
    assert re.search(r"\d+ read: \d+ would be accepted", text)
    assert "0 read: 0 accepted" in text
    (first,) = re.findall(r'"active": (\d+)', text)
    assert said[-2].split() == [str(int(first) + 1)]
    assert "unknown" in said[-1] or "unrecognised" in said[-1] or "missing" in said[-1]
