"""A server where others misbehave: clients that never finish, ten times as many as usual, `kill -9` and SIGTERM under load.

What must survive all that is held against a ledger in `tests/fault`; here is how long it takes and what it costs.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.door import prepare
from bench.door_load import requests
from bench.harness import BALOO, Line, pss, tree
from bench.serving import served

_PATH = "/v1/contributions"
_SLOW = 500
_USUAL, _BURST = (64, 500), (640, 5_000)  # connections, and requests a second
_KILLS, _STOPS = 10, 5
_UNDER_LOAD = 2.0  # seconds


def measure(folder: Path) -> list[Line]:
    """All of it, on a workspace of its own."""
    workspace, token = prepare(folder / "breaking")
    with served(workspace) as (pid, port):
        lines = [_beside_slow(port, token), _burst(pid, port, token)]
    return [*lines, _killed(workspace, token), _stopped(workspace, token)]


def _beside_slow(port: int, token: str) -> Line:
    """What a sender who behaves waits for, alone and beside many who never finish a head or a body."""
    alone = _load(port, token, 4, 10.0, rate=200)["p99"]
    with _slow(port, token):
        beside = _load(port, token, 4, 10.0, rate=200)["p99"]
    what = f"a healthy sender beside {_SLOW} slow ones, p99"
    return Line(what, f"{beside:.1f} ms", "≤ twice alone", f"alone: {alone:.1f} ms", ok=beside <= 2 * alone)


def _burst(pid: int, port: int, token: str) -> Line:
    """The memory of all processes while ten times as many senders send ten times as much."""
    most = [0.0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            most[0] = max(most[0], pss(tree(pid)))

    watching = threading.Thread(target=watch)
    watching.start()
    usual, burst = (_load(port, token, connections, 8.0, rate) for connections, rate in (_USUAL, _BURST))
    done.set()
    watching.join()
    said = f"{burst['requests'] / burst['seconds']:,.0f} requests/s, all 201, p99 {burst['p99']:.1f} ms, up to {most[0]:.0f} MB"
    floor = f"usual: {usual['requests'] / usual['seconds']:,.0f} requests/s, p99 {usual['p99']:.1f} ms"
    return Line("a burst of ten times the senders and requests", said, "≤ 512 MB", floor, ok=most[0] <= 512)


def _killed(workspace: Path, token: str) -> Line:
    """How long after a `kill -9` of all processes under load the next server gives its first 201."""
    readiness = list[float]()
    for _ in range(_KILLS + 1):
        process, port, ready = _start(workspace, token)
        readiness.append(ready)
        with _under_load(port, token):
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    first, *again = readiness
    said = f"{max(again):.1f} s at the most, {sorted(again)[_KILLS // 2]:.1f} s in the middle of {_KILLS}"
    return Line("first 201 after kill -9 under load", said, "≤ 5 s", f"first start: {first:.1f} s", ok=max(again) <= 5)


def _stopped(workspace: Path, token: str) -> Line:
    """How long a server takes to end when it is told to under load."""
    taken = list[float]()
    for _ in range(_STOPS):
        process, port, _ = _start(workspace, token)
        with _under_load(port, token):
            begun = time.perf_counter()
            process.terminate()
            process.communicate()
            taken.append(time.perf_counter() - begun)
        if process.returncode:
            raise SystemExit(f"A server that was told to stop ended with {process.returncode}.")
    return Line(f"ended after SIGTERM under load, slowest of {_STOPS}", f"{max(taken):.1f} s", "≤ 10 s", ok=max(taken) <= 10)


def _start(workspace: Path, token: str) -> tuple[subprocess.Popen[str], int, float]:
    """A server in a group of its own, its port, and after how many seconds it gave its first 201."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [*BALOO, "-w", str(workspace), "serve", "--port", "0"], stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stderr is not None
    found = next(filter(None, (re.search(r" on http://127\.0\.0\.1:(\d+)", line) for line in process.stderr)))
    port = int(found.group(1))
    with socket.create_connection(("127.0.0.1", port)) as plug:
        plug.sendall(next(requests(token, 1, time.time_ns() // 1_000_000 % (1 << 31), _PATH)))
        answer = plug.recv(1 << 16)
    if answer[9:12] != b"201":
        raise SystemExit(f"A server that has just begun answered {answer!r}.")
    return process, port, time.perf_counter() - begun


@contextmanager
def _under_load(port: int, token: str) -> Iterator[None]:
    """A block that begins when a server has been under load for a while, with the load still on it."""
    command = [sys.executable, "-m", "bench.door_load", str(port), token, "--rate", "1000"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as load:
        try:
            time.sleep(_UNDER_LOAD)
            yield
        finally:
            load.kill()


def _load(port: int, token: str, connections: int, seconds: float, rate: float = 0.0) -> dict[str, float]:
    """What a load saw, each of whose requests was answered 201."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.door_load", str(port), token, "--connections", str(connections), "--seconds", str(seconds),
         "--rate", str(rate)], capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = json.loads(told)
    if found.pop("failed"):
        raise SystemExit(f"The door refused what was in order: {told}")
    return found  # type: ignore[no-any-return]


@contextmanager
def _slow(port: int, token: str) -> Iterator[None]:
    """Clients of which each says a byte now and then, of a head or of a body, and comes again when the server hangs up."""
    head = f"POST {_PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    begins = [f"{head}X-Slow: ".encode(), f"{head}Content-Length: 900\r\n\r\n".encode()]
    done = threading.Event()

    def come(number: int) -> socket.socket:
        plug = socket.create_connection(("127.0.0.1", port))
        plug.sendall(begins[number % 2])
        return plug

    def talk() -> None:
        plugs = [come(number) for number in range(_SLOW)]
        while not done.wait(0.5):
            for number, plug in enumerate(plugs):
                with suppress(OSError):
                    plug.sendall(b"x")
                    continue
                plug.close()
                plugs[number] = come(number)
        for plug in plugs:
            plug.close()

    talking = threading.Thread(target=talk)
    talking.start()
    time.sleep(_UNDER_LOAD)
    try:
        yield
    finally:
        done.set()
        talking.join()
