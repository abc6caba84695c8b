"""`kill -9` of the whole server under load, again and again: what got a 201 is counted once, and nothing twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import uuid
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from tests.functional.conftest import REGISTRY

from baloo.lake.store import Lake
from baloo.workspace import Workspace

CYCLES = 60 if os.environ.get("BALOO_SOAK") else 12
CLIENTS = 8

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(1800)]


def _baloo(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "baloo", "-w", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _workspace(root: Path) -> str:
    """A workspace and a token of its system `code`."""
    _baloo(root, "init", str(root))
    for name, text in REGISTRY.items():
        (root / "registry" / name).write_text(text, "utf-8")
    return _baloo(root, "token", "create", "code")


async def _client(port: int, token: str, ledger: list[str], rng: random.Random) -> None:
    """Send one event after the other; each id is noted once its 201 has arrived. Ends when the connection breaks."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            name = str(uuid.UUID(int=rng.getrandbits(128), version=4))
            body = json.dumps({
                "id": name, "schema": "contribution", "version": 1, "at": f"2024-0{rng.randint(1, 9)}-01T10:00:00Z",
                "system": "code", "kind": "git.commit", "actor": {"account": f"person-{rng.randint(1, 40)}"},
            }).encode()  # fmt: skip
            head = f"POST /submit/baloo/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            writer.write(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 201"), answer
            await reader.readexactly(36)
            ledger.append(name)


def _read(server: subprocess.Popen[str], word: str) -> str:
    """The next line of the server's log with this word in it; empty where the log ends before."""
    assert server.stderr is not None
    return next((line for line in server.stderr if word in line), "")


async def _cycle(root: Path, token: str, ledger: list[str], rng: random.Random) -> None:
    """Start the server, load it, kill its whole process group at a random moment, mostly while it loads and counts."""
    command = [sys.executable, "-m", "baloo", "-w", str(root), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as server:
        clients = []
        try:
            port = int(_read(server, "serves").split(" on http://127.0.0.1:")[1].split()[0])
            clients = [asyncio.create_task(_client(port, token, ledger, random.Random(rng.random()))) for _ in range(CLIENTS)]
            if rng.random() < 0.8:
                await asyncio.to_thread(_read, server, "refreshed")
            await asyncio.sleep(rng.uniform(0.0, 1.0))
        finally:
            os.killpg(server.pid, signal.SIGKILL)
        await asyncio.gather(*clients)


def test_nothing_that_got_a_201_is_lost_or_doubled(tmp_path: Path):
    """After many kills at random moments the lake has each acknowledged id exactly once."""
    root = tmp_path / "W"
    token = _workspace(root)
    ledger: list[str] = []
    rng = random.Random(20261122)
    for _ in range(CYCLES):
        asyncio.run(_cycle(root, token, ledger, rng))
    _baloo(root, "refresh")

    lake = Lake.open(Workspace.open(root).lake, write=False).snapshot()
    found = Counter(row[0] for row in duckdb.execute("SELECT id FROM read_parquet(?)", [list(lake.events)]).fetchall())
    assert lake.version > CYCLES  # the worker was killed between loads, too
    assert len(ledger) > CYCLES * 20
    assert [name for name in ledger if found[name] != 1] == []
    assert {name: times for name, times in found.items() if times > 1} == {}
