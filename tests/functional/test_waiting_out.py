"""What stands in the way for a while is waited out, and told meanwhile: a broken registry, another import, a held lake."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.functional.conftest import TODAY, Baloo, event

from baloo.worker import importing
from baloo.workspace import Workspace
from served import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A running server."""
    found = World(tmp_path / "W")
    found.start()
    yield found
    found.kill()


def _get(world: World, path: str) -> Any:
    try:
        with urllib.request.urlopen(world.url + path, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)


def _until(told: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 90
    while not told():
        assert time.monotonic() < give_up, "it did not come to pass"
        time.sleep(0.1)


def _worker(root: Path) -> int:
    """The process of the workspace's worker; 0 where there is none."""
    done = subprocess.run(["pgrep", "-f", f"baloo.worker serve {root}$"], capture_output=True, text=True, check=False)
    return int(done.stdout.split()[0]) if done.stdout else 0


@pytest.mark.slow
def test_a_worker_that_begins_with_a_broken_registry_goes_on_when_it_is_put_right(world: World):
    """It stays, and says what is wrong where health is asked for; put right, what waited is loaded without a restart."""
    file = world.root / "registry" / "systems" / "code.yaml"
    good = file.read_text("utf-8")
    _until(lambda: _worker(world.root) > 0 and _get(world, "/health/ready")["ready"])
    file.write_text(good.replace("kinds:", "kindz:"), "utf-8")
    os.kill(_worker(world.root), signal.SIGKILL)
    body = json.dumps({"test": "hello"}).encode()
    with urllib.request.urlopen(world.url + "/submit/baloo/", body, timeout=30) as answer:
        status = answer.status
    _until(lambda: not _get(world, "/health/ready")["ready"])
    ready, health, worker = _get(world, "/health/ready"), _get(world, "/health"), _worker(world.root)
    file.write_text(good, "utf-8")
    _until(lambda: _get(world, "/health/ready")["queue_rows"] == 0 and _get(world, "/health")["status"] == "alive")

    assert status == 201
    assert "Loading stands still" in ready["problems"][0]
    assert "Run `baloo check`." in ready["problems"][0]
    assert (health["status"], health["problems"][0]) == ("degraded", ready["problems"][0])
    assert _worker(world.root) == worker


@pytest.mark.slow
def test_two_imports_at_once_are_both_loaded_and_reported_whole(tmp_path: Path):
    """Without a server the second waits for the first: together they find each event once, and nothing is left in the queue."""
    world = World(tmp_path / "W")
    files = [tmp_path / "one.ndjson", tmp_path / "two.ndjson"]
    for file in files:
        file.write_text("".join(json.dumps(event("git.commit", "2024-06-01", f"p{n}")) + "\n" for n in range(3_000)), "utf-8")
    command = [sys.executable, "-m", "baloo", "-w", str(world.root), "import", "events", "--json"]
    running = [subprocess.Popen([*command, str(file)], stdout=subprocess.PIPE, text=True) for file in files]
    reports = [json.loads(process.communicate(timeout=120)[0]) for process in running]

    assert [process.returncode for process in running] == [0, 0]
    assert sorted(report["read"] for report in reports) == [3_000, 3_000]
    assert sum(report["accepted"] for report in reports) == sum(report["duplicates"] for report in reports) == 3_000
    assert set(world.found().values()) == {1}


def test_a_lake_that_is_never_free_is_busy(baloo: Baloo, write: Callable[..., str], monkeypatch: pytest.MonkeyPatch):
    """The import ends with the exit code of what kept it, and its events are in the queue."""
    monkeypatch.setattr(importing, "_PATIENCE", 0.2)
    file = write([event("git.commit", "2024-06-01", "ama")])
    with Workspace.open(baloo.root).lock("lake", "a test"):
        said = baloo.run("import", "events", file, code=6)
    baloo("refresh")

    assert "The events are safe in the queue" in said.stderr
    assert baloo.count(area="coding") == 1


def test_an_import_whose_worker_is_told_to_stop_says_so(baloo: Baloo, write: Callable[..., str], monkeypatch: pytest.MonkeyPatch):
    """It ends as interrupted, and what waits is loaded by the next command."""
    class Stopped(subprocess.Popen[bytes]):
        """A worker that gets SIGTERM when it works."""

        def communicate(self, *_: Any, **__: Any) -> tuple[bytes, bytes]:
            while self.poll() is None and not Workspace.open(baloo.root).held("lake"):
                time.sleep(0.01)
            self.terminate()
            return super().communicate()

    file = write([event("git.commit", "2024-06-01", "ama")])
    monkeypatch.setattr(subprocess, "Popen", Stopped)
    said = baloo.run("import", "events", file, code=130)
    monkeypatch.undo()
    monkeypatch.setenv("BALOO_TODAY", TODAY)
    baloo("refresh")

    assert "The events are safe in the queue" in said.stderr
    assert baloo.count(area="coding") == 1
