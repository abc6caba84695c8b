"""Commands beside a running server: they ask its worker, and a second server says who holds the workspace."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from tests.functional.conftest import Baloo, event

Write = Callable[..., str]


class Server(NamedTuple):
    """A running `baloo serve`."""

    process: subprocess.Popen[str]
    url: str

    def post(self, path: str, data: Any, token: str | None = None) -> tuple[int, str]:
        """Status and body of a POST."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(self.url + path, json.dumps(data).encode(), headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()

    def get(self, path: str) -> Any:
        """The JSON of an address."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)


@pytest.fixture
def server(baloo: Baloo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on a free port that tells numbers of any size."""
    monkeypatch.setenv("BALOO_PUBLIC_K", "1")
    command = [sys.executable, "-m", "baloo", "-w", str(baloo.root), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "serves" in line)
        yield Server(process, "http://127.0.0.1:" + line.split("http://127.0.0.1:")[1].split()[0])
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)

    assert process.returncode == 0, "told to stop, and did"


def _until(told: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not told():
        assert time.monotonic() < give_up, "it did not come to pass"
        time.sleep(0.2)


def _worker_is_up(baloo: Baloo) -> None:
    _until((baloo.root / "data" / "derived" / "manifest.json").exists)


def test_import_refresh_and_link_work_beside_the_server(baloo: Baloo, server: Server, write: Write):
    """An import is loaded by the server's worker and reported whole; linking and counting follow."""
    _worker_is_up(baloo)
    file = write([event("git.commit", "2024-06-01", who) for who in ("ama", "ama-m", "jun")])
    first, second = baloo.json("import", "events", file), baloo.json("import", "events", file)
    baloo("refresh")
    before = baloo.count(area="coding")
    baloo("people", "link", "code:ama", "code:ama-m")
    baloo("refresh")

    assert (first["accepted"], second["duplicates"]) == (3, 3)
    assert (before, baloo.count(area="coding")) == (3, 2)


def test_a_pushed_event_is_counted_by_itself_and_its_import_adds_nothing(baloo: Baloo, server: Server, write: Write):
    """A commit pushed into production is counted without a command; imported later under another id it counts once."""
    token = baloo("token", "create", "code").strip()
    server.post("/submit/baloo/", event("git.commit", "2024-06-01", "jun"), token)
    baloo("system", "promote", "code")
    commit = event(
        "git.commit", "2024-06-01T12:00:00+02:00", {"name": "Ama Mensah", "email": "ama@example.org"},
        object="https://git.example.org/marula/commit/1f0c",
    )  # fmt: skip
    status, _ = server.post("/submit/baloo/", commit, token)
    _until(lambda: server.get("/health")["status"] == "alive" and _active(server) == 1)
    later = {**commit, "at": "2024-06-01T10:00:00Z", "id": "6f1f6e0e-7d7c-4c1b-9a43-0a4d8f3d2a10"}
    done = baloo.json("import", "events", write([later]))

    assert status == 201
    assert (done["accepted"], done["duplicates"]) == (0, 1)


def test_the_server_searches_who_is_who_by_itself(baloo: Baloo, server: Server, write: Write):
    """Two of one name are two until their load was searched, and one in the counts after, without a command."""
    people = [{"name": "Ama Mensah", "email": f"ama.m@example.{end}"} for end in ("org", "net")]
    baloo("import", "events", write([event("git.commit", "2024-06-01", who) for who in people]))

    _until(lambda: _active(server) == 2)
    _until(lambda: _active(server) == 1)


def _active(server: Server) -> int:
    try:
        return int(server.get("/api/v1/active?area=coding")["active"])
    except urllib.error.HTTPError as error:
        error.close()
        return -1


def test_without_a_token_nothing_is_counted(baloo: Baloo, server: Server):
    """The seeds' line gets 201 and is shown as refused; an event without a token is staging and in no count."""
    hello, _ = server.post("/submit/baloo/", {"test": "hello"})
    staging, _ = server.post("/submit/baloo/", event("git.commit", "2024-06-01", "ama"))
    _worker_is_up(baloo)
    baloo("refresh")

    assert (hello, staging) == (201, 201)
    assert sum(group["count"] for group in baloo.json("quarantine", "list")) == 1
    assert baloo.count(area="coding") == 0


def test_a_system_tries_out_before_it_counts(baloo: Baloo, server: Server):
    """Its token's events are staging until its owner lets it in, which wants one that was accepted; and again when put back."""
    _worker_is_up(baloo)
    token = baloo("token", "create", "code").strip()
    early = baloo.run("system", "promote", "code", code=4).stderr
    server.post("/submit/baloo/", event("git.commit", "2024-06-01", "ama"), token)
    tried = _state(baloo)
    baloo("system", "promote", "code")
    counted = _state(baloo)
    server.post("/submit/baloo/", event("git.commit", "2024-06-02", "jun"), token)
    baloo("refresh")
    baloo("system", "demote", "code")

    assert "No event of `code` was accepted yet" in early
    assert [tried, counted] == [("staging", True, False), ("production", True, False)]
    assert baloo.count(area="coding") == 1
    assert _state(baloo) == ("staging", True, True)


def _state(baloo: Baloo) -> tuple[str, bool, bool]:
    (code,) = [state for state in baloo.json("system", "list") if state["system"] == "code"]
    return code["environment"], code["tried"], code["counted"]


def test_a_second_server_says_who_holds_the_workspace(baloo: Baloo, server: Server):
    """It ends at once with the exit code for busy, and names the process."""
    command = [sys.executable, "-m", "baloo", "-w", str(baloo.root), "serve", "--port", "0"]
    second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert second.returncode == 6
    assert str(server.process.pid) in second.stderr


def test_a_port_that_is_taken_is_said(baloo: Baloo, server: Server, tmp_path: Any):
    """Another workspace on the same port ends with what to do."""
    other = Baloo(tmp_path / "other")
    other("init", str(other.root))
    port = server.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "baloo", "-w", str(other.root), "serve", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 6
    assert "--port" in done.stderr


def test_a_worker_that_dies_is_started_again(baloo: Baloo, server: Server, write: Write):
    """After `kill -9` of the worker alone the door stays open and the next worker loads what waits."""
    _worker_is_up(baloo)
    baloo("import", "events", write([event("git.commit", "2024-06-01", "ama")], "one.ndjson"))
    subprocess.run(["pkill", "-9", "-P", str(server.process.pid), "-f", "baloo.worker"], check=True)
    token = baloo("token", "create", "code").strip()
    status, _ = server.post("/submit/baloo/", event("git.commit", "2024-06-02", "jun"), token)
    _until(lambda: _active(server) == 2)

    assert status == 201
