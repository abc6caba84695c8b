"""Watching a real server: the stream, the metrics and the heartbeat, across a restart and at its end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.functional.conftest import Baloo, event

_HELLO = b'{"test":"hello"}'


class Served:
    """A running `baloo serve`."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url
        self.said = ""

    def send(self, body: bytes, **headers: str) -> int:
        """The status of a POST to the door."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{self.url}/submit/baloo/", body, named, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)

    def read(self, path: str) -> str:
        """The text of an address."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return str(answer.read().decode())

    @contextmanager
    def watching(self, path: str = "/live/events", **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
        """The events of a stream that is open when this begins."""
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as stream:
            next(line for line in stream if line.startswith(b"retry"))
            yield (json.loads(line[6:]) for line in stream if line.startswith(b"data: {"))


@contextmanager
def _serving(baloo: Baloo, *, kill: bool = False) -> Iterator[Served]:
    command = [sys.executable, "-m", "baloo", "-w", str(baloo.root), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "serves" in line)
        served = Served(process, "http://127.0.0.1:" + line.split("http://127.0.0.1:")[1].split()[0])
        try:
            yield served
        finally:
            process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            served.said = process.communicate(timeout=60)[1]


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat each second."""
    monkeypatch.setenv("BALOO_HEARTBEAT_SECONDS", "1")


def _until_said(served: Served, path: str, wanted: str) -> str:
    give_up = time.monotonic() + 60
    while wanted not in (text := served.read(path)):
        assert time.monotonic() < give_up, text
        time.sleep(0.2)
    return text


def test_the_curl_line_is_answered_and_explained(baloo: Baloo) -> None:
    """The seeds' line gets 201, and who watches is told what was wrong and what to do; so does who comes after a kill -9."""
    with _serving(baloo, kill=True) as served:
        with served.watching() as stream:
            status = served.send(_HELLO)
            seen = next(stream)
        _until_said(served, "/metrics", 'reason="unknown-form"')
    with _serving(baloo) as served:
        page = served.read("/live")

    assert status == 201
    assert (seen["verdict"], seen["type"], seen["environment"]) == ("refused", "unknown-form", "staging")
    assert seen["remedy"].startswith("Send `schema`")
    assert "own" not in seen
    assert "No key of this object is one of an event." in page
    assert "Nothing has arrived yet." not in page


def test_a_sender_sees_their_own_and_nobody_elses(baloo: Baloo) -> None:
    """By token in the header, or by tag: the body, the columns and the command; for everybody else nobody is named."""
    tokens = {system: baloo("token", "create", system).strip() for system in ("forum", "code")}
    body = json.dumps(event("forum.answer", "2024-06-01", {"name": "Ama", "email": "ama@example.org"})).encode()
    with _serving(baloo) as served:
        headers = {system: f"Bearer {token}" for system, token in tokens.items()}
        with (
            served.watching(Authorization=headers["forum"]) as mine, served.watching(Authorization=headers["code"]) as theirs,
            served.watching("/live/events?tag=ama-7f3k") as tagged, served.watching() as everybody,
        ):
            served.send(body, Authorization=headers["forum"], X_Debug_ID="ama-7f3k")
            seen = [next(stream) for stream in (mine, tagged, theirs, everybody)]

    assert [one.pop("own", None) is not None for one in seen] == [True, True, False, False]
    assert [one["system"] for one in seen] == ["forum"] * 4
    assert not [one for one in seen if "ama" in json.dumps(one).lower()]


def test_a_heartbeat_goes_from_the_door_to_the_lake(baloo: Baloo) -> None:
    """It is loaded, its age is told, and nothing of it is an event anywhere."""
    with _serving(baloo) as served:
        metrics = _until_said(served, "/metrics", "baloo_load_timestamp_seconds")
        health = json.loads(served.read("/health"))
        waiting = served.read("/live")

    assert "\nbaloo_heartbeat_age_seconds " in metrics
    assert "\nbaloo_events_received_total 0.0" in metrics
    assert "baloo_events_loaded_total{" not in metrics
    assert health["status"] == "alive"
    assert "Nothing has arrived yet." in waiting
    assert baloo.json("quarantine", "list") == []
    assert not list((baloo.root / "data" / "lake" / "events").rglob("*/*.parquet"))


def test_who_watches_does_not_hold_up_the_end(baloo: Baloo) -> None:
    """Told to stop, a server with open streams ends them, and stops without having to cancel anything."""
    with _serving(baloo) as served:
        watching = threading.Thread(target=_watch_to_the_end, args=(served,))
        watching.start()
        _until_said(served, "/metrics", "baloo_live_watchers 1.0")
    watching.join(30)

    assert not watching.is_alive()
    assert served.process.returncode == 0
    assert "Cancel" not in served.said


def _watch_to_the_end(served: Served) -> None:
    with served.watching() as stream:
        for _ in stream:
            pass
