"""An erasure beside a running server that takes events in, those of the person too."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.functional.conftest import event
from tests.scanner import Scanner
from tests.served import World

AMA = {"account": "a-1042", "email": "ama@example.org", "name": "Ama Owusu"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A server in production."""
    found = World(tmp_path / "W")
    found.start()
    yield found
    found.kill()


def test_an_erasure_beside_a_server_that_takes_events_in(world: World, tmp_path: Path) -> None:
    """The door answers 201 before, meanwhile and after; the person is nowhere after, and everybody else's events are there."""
    stop, sent = threading.Event(), []
    commits = iter(range(10**6))

    def send() -> None:
        while not stop.is_set():
            n = next(commits)
            events = [event("git.commit", "2024-05-01", who, object=f"https://git.example.org/{n}")
                      for who in (AMA, {"account": "j-7", "name": "Jun Sato"})]
            head = {"Authorization": f"Bearer {world.token}"}
            with urllib.request.urlopen(
                urllib.request.Request(f"{world.url}/submit/baloo/", json.dumps(events).encode(), head, method="POST"), timeout=60
            ) as answer:
                sent.append((n, answer.status, len(answer.read().split())))
            time.sleep(0.01)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        while len(sent) < 20:
            time.sleep(0.02)
        world.baloo("refresh")
        world.baloo("system", "promote", "code")
        time.sleep(1.5)  # the door looks once a second who is in production
        world.baloo("refresh")
        (done,) = json.loads(world.baloo("people", "erase", "ama@example.org", "--json"))["erasures"]
        so_far = len(sent)
        while len(sent) < so_far + 150:  # more than a second: the door looks once in a second who is suppressed
            time.sleep(0.02)
    finally:
        stop.set()
        sender.join()
    world.baloo("refresh")
    scanner = Scanner(AMA.values())
    left = scanner.scan(tmp_path)  # with the server's own log

    assert left == {}
    assert (tmp_path / "W.log").stat().st_size > 0
    assert not scanner.within(world.baloo("people", "export"))
    for path in ("/", "/live", "/status", "/metrics", "/data/contributor/all.json"):
        with urllib.request.urlopen(world.url + path, timeout=60) as answer:
            assert not scanner.within(answer.read().decode())
    assert done["lake"]["rows"] > 0
    assert {(status, ids) for _, status, ids in sent} == {(201, 2)}
    with urllib.request.urlopen(f"{world.url}/metrics", timeout=60) as answer:
        metrics = answer.read().decode()
    assert any(float(line.split()[-1]) > 0 for line in metrics.splitlines() if line.startswith("baloo_events_suppressed_total{"))
    assert sum(world.found().values()) == len(sent)
