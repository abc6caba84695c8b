"""The client before a real server that is not there yet, is killed, or whose answers are lost: each event is there once."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from baloo.client import Client
from counts import HANGS, KILLS_OF_CLIENT
from disks import small_disk
from served import World
from siege import PATIENCE

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(HANGS)]

HOST = """
import os, sys, time
from baloo.client import Client
url, token, spool, first, count = sys.argv[1:]
client = Client(url, token=token, system="code", spool=spool)
for n in range(int(first), int(first) + int(count)):
    event = {"at": "2024-06-01", "kind": "git.commit", "actor": {"account": "ama"}}
    id_ = client.send(event | {"id": f"00000000-0000-4000-8000-{n:012}"})
    os.write(1, (id_ + "\\n").encode())
    time.sleep(0.001)
sys.exit(0 if client.flush(600) else 1)
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """No server yet."""
    found = World(tmp_path / "W")
    yield found
    found.kill()


def _event(n: int) -> dict[str, object]:
    return {"at": "2024-06-01", "kind": "git.commit", "actor": {"account": f"person-{n % 7}"}}


def _host(world: World, spool: Path, first: int, count: int, url: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOST, url or world.url, world.token, str(spool), str(first), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_server_that_comes_later_and_is_killed_has_everything_once(world: World, tmp_path: Path):
    """Sent before the server is there and while it is killed again and again, by several processes with one spool."""
    spool = tmp_path / "spool"
    with Client(world.url, token=world.token, system="code", spool=spool) as client:
        ids = [client.send(_event(n)) for n in range(200)]
        assert not client.flush(0.5)
        hosts = [_host(world, spool, first, 1_500) for first in (10_000, 20_000)]
        for _ in range(KILLS_OF_CLIENT):
            world.start()
            time.sleep(0.4)
            world.kill()
        world.start()
        said = [host.communicate(timeout=900)[0].split() for host in hosts]
        assert client.flush(PATIENCE)
    left = list(spool.glob("*.ndjson"))

    assert [host.returncode for host in hosts] == [0, 0]
    assert world.found() == Counter(dict.fromkeys([*ids, *said[0], *said[1]], 1))
    assert left == []


def test_answers_that_are_lost_double_nothing(world: World, tmp_path: Path):
    """The server keeps a request and its answer never arrives: it is sent again, and is a duplicate there."""
    world.start()
    with _lossy(world.port) as (url, lost), Client(url, token=world.token, system="code", spool=tmp_path / "spool") as client:
        ids = []
        for n in range(400):
            ids.append(client.send(_event(n)))
            if n % 100 == 99:
                assert client.flush(PATIENCE)

    assert len(lost) > 3
    assert world.found() == Counter(dict.fromkeys(ids, 1))


def test_a_host_that_is_killed_loses_at_most_its_last_words(world: World, tmp_path: Path):
    """After `kill -9` of the host the next process delivers its spool: what it said first is there, in one piece, once."""
    spool = tmp_path / "spool"
    host = _host(world, spool, 0, 100_000)
    assert host.stdout is not None
    said = [next(host.stdout).strip() for _ in range(1_000)]
    host.kill()
    said += host.stdout.read().split()
    host.wait()
    host.stdout.close()
    world.start()
    with Client(world.url, token=world.token, spool=spool):
        give_up = time.monotonic() + PATIENCE
        while list(spool.glob("*.ndjson")) and time.monotonic() < give_up:
            time.sleep(0.1)

    found = world.found()
    assert found == Counter(said[:len(found)])
    assert len(found) >= 900


def test_a_disk_that_is_full_for_the_spool_loses_nothing_while_the_server_answers(world: World, small: Path):
    """No file can be written: events go from memory; when there is room again they go through the spool."""
    ballast = small / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(b"\0" * 65_536)
    world.start()
    with Client(world.url, token=world.token, system="code", spool=small / "spool") as client:
        ids = [client.send(_event(n)) for n in range(500)]
        assert client.flush(PATIENCE)
        ballast.unlink()
        world.kill()
        ids += [client.send(_event(n)) for n in range(500)]
        assert not client.flush(2.5)
        kept = sum(len(file.read_text().splitlines()) for file in (small / "spool").glob("[0-9]*.ndjson"))
        world.start()
        assert client.flush(PATIENCE)

    assert client.stats.dropped == 0
    assert kept == 500
    assert world.found() == Counter(dict.fromkeys(ids, 1))


@pytest.fixture
def small() -> Iterator[Path]:
    """A file system of 1 MiB."""
    with small_disk("1m") as disk:
        yield disk


@contextlib.contextmanager
def _lossy(port: int) -> Iterator[tuple[str, list[int]]]:
    """A proxy that hands every request on, and loses two of three answers on their way; `lost` grows by each."""
    lost: list[int] = []
    seen = iter(range(1_000_000))

    def pass_on(near: socket.socket) -> None:
        with near, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as far:
            near.settimeout(0.3)
            with contextlib.suppress(TimeoutError):
                while part := near.recv(65_536):
                    far.sendall(part)
            answer = far.recv(65_536)
            if next(seen) % 3 == 2:
                near.sendall(answer)
            else:
                lost.append(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=pass_on, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", lost
        listener.shutdown(socket.SHUT_RDWR)
