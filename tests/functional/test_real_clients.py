"""Clients that others wrote, as they come from PyPI, with the address of a running door as their server."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from baloo.clock import SystemClock
from baloo.errors import Forbidden, StorageFull
from baloo.ingest.http import make_door
from baloo.ingest.quota import Tally
from baloo.ingest.tokens import Sender
from baloo.queue.base import Event, Refusal, Request, decode
from baloo.registry import load
from baloo.settings import SETTINGS, Settings
from baloo.workspace import Workspace

HERE = Path(__file__).parent
REGISTRY = load(HERE.parent / "conformance" / "wire" / "registry")


class Behind:
    """What is behind the door: no tokens, every system in production, a queue in memory on a disk that can be full."""

    has_news = False

    def __init__(self) -> None:
        self.rows: list[Request] = []
        self.full = False
        self.url = ""

    def sender_of(self, token: str) -> Sender:
        """There are no tokens."""
        raise Forbidden("This token is unknown, revoked or expired.")

    def proven(self, system: str) -> Sender:
        """Every system is in production."""
        return Sender(system, False, Tally())

    def stranger(self, address: str) -> Sender:
        """Nobody, from anywhere."""
        return Sender(None, True, Tally(stranger=True))

    def note_use(self) -> None:
        """Nothing is noted."""

    async def append(self, row: bytes) -> int:
        """Keep a row, where there is room."""
        if self.full:
            raise StorageFull("There is no room on the disk.")
        self.rows.append(decode(row))
        return len(self.rows)

    @property
    def events(self) -> list[Event]:
        """What was accepted."""
        return [event for row in self.rows for event in row.events]

    @property
    def refusals(self) -> list[Refusal]:
        """What was refused."""
        return [refusal for row in self.rows for refusal in row.refusals]


@pytest.fixture
def behind() -> Iterator[Behind]:
    """A door on a port of its own."""
    found = Behind()
    settings = Settings({s.name: s.default for s in SETTINGS})
    app: Any = make_door(Workspace(Path("nowhere"), settings), lambda: REGISTRY, found, found, SystemClock())
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    found.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    yield found
    server.should_exit = True
    thread.join()


@pytest.fixture
def use_glean(behind: Behind, tmp_path: Path) -> Callable[..., None]:
    """Run a program that measures itself with glean-sdk and sends a ping; its data stay from one run to the next."""
    pytest.importorskip("glean", reason="glean-sdk has no wheel for this platform")

    def _use(application: str = "org-example-lookout", **environment: str) -> None:
        command = [sys.executable, str(HERE / "glean" / "use_glean.py"), behind.url, str(tmp_path / "data"), application]
        subprocess.run(command, check=True, timeout=120, env={**os.environ, **environment}, capture_output=True)

    return _use


def test_glean_sdk_sends_its_pings(behind: Behind, use_glean: Callable[..., None]):
    """The ping becomes a contribution of its client; Glean's own health ping, which no rule takes, waits in quarantine."""
    use_glean()

    (event,) = behind.events
    assert (event.system, event.kind, event.environment) == ("lookout", "lookout.used", "production")
    assert json.loads(event.extra) == {"app": "reality", "channel": "release"}
    assert event.account
    assert {refusal.slug for refusal in behind.refusals} == {"not-mapped"}


def test_debug_pings_of_glean_sdk_are_staging(behind: Behind, use_glean: Callable[..., None]):
    """What is tagged for debugging, or comes from automation, is never counted."""
    use_glean(GLEAN_DEBUG_VIEW_TAG="lookout-test", GLEAN_SOURCE_TAGS="automation")

    assert [event.environment for event in behind.events] == ["staging"]


def test_pings_of_an_unknown_application_are_kept(behind: Behind, use_glean: Callable[..., None], tmp_path: Path):
    """Its client is told that all is well, and has nothing left to send; the pings wait for a mapping."""
    use_glean("org-example-nobody")

    assert behind.events == []
    assert {refusal.slug for refusal in behind.refusals} == {"no-mapping"}
    assert list((tmp_path / "data" / "pending_pings").iterdir()) == []


def test_glean_sdk_keeps_its_pings_while_the_disk_is_full(behind: Behind, use_glean: Callable[..., None], tmp_path: Path):
    """507 deletes no ping at the client: the next run sends both."""
    behind.full = True
    use_glean()
    waiting = list((tmp_path / "data" / "pending_pings").iterdir())
    behind.full = False
    use_glean()

    assert waiting
    assert [event.kind for event in behind.events] == ["lookout.used", "lookout.used"]
    assert len({event.id for event in behind.events}) == 2
