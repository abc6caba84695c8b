"""A door on loopback, as `baloo serve` has it, and what it kept of what hostile senders sent."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from baloo.clock import SystemClock
from baloo.ingest.http import is_door_path, make_door
from baloo.ingest.tokens import TokenChecker, Tokens
from baloo.queue.base import Request, decode
from baloo.queue.group import GroupCommit
from baloo.queue.log import LogQueue
from baloo.records import Records
from baloo.registry.model import Community, Kind, Registry, Schema, System
from baloo.settings import Settings
from baloo.web.edge import server_of
from baloo.web.lane import Lane
from baloo.workspace import Workspace

__all__ = ["HostileDoor", "event", "open_door"]

_ANY = Schema("any", "1", "Anything", {}, {"type": "object"}, "schemas/any.yaml")
_REGISTRY = Registry(
    Community("test", "Test", "?"), {"git": System("git", "Git", {"git.commit": Kind("git.commit", "Wrote")})}, {},
    {("any", "1"): _ANY}, "hash")
_connected: list[object] = []  # by whoever connects in this process, our own clients left out
_ours: set[int] = set()  # ports of doors; there is no way to take a hook away again


@dataclass
class HostileDoor:
    """A running door; `kept` tells what it has in its queue on disk."""

    client: httpx.Client
    queue: LogQueue
    token: str
    folder: Path
    taken: list[object]
    """What the short lane took."""
    _plug: socket.socket | None = None

    def send(
        self, body: bytes, path: str = "/v1/contributions", method: str = "POST", *, whole: bool = True, **headers: str,
    ) -> httpx.Response:
        """Send a body with the token of git: head and body at once, which the short lane takes where it can, or in two pieces.

        Whatever it is, the answer is no 5xx.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {"authorization": f"Bearer {self.token}", **named}
        request = self.client.build_request(method, path, content=body, headers=named)
        answer = self._at_once(request) if whole else self.client.send(request)

        assert answer.status_code < 500, answer.text
        return answer

    def _at_once(self, request: httpx.Request) -> httpx.Response:
        head = b"%s %s HTTP/1.1\r\n" % (request.method.encode(), request.url.raw_path)
        head += b"".join(b"%s: %s\r\n" % pair for pair in request.headers.raw)
        for again in (False, True):  # a connection that was refused something before is closed
            if self._plug is None:
                self._plug = socket.create_connection(("127.0.0.1", self.client.base_url.port), timeout=60)
            try:
                self._plug.sendall(head + b"\r\n" + request.read())
                told = http.client.HTTPResponse(self._plug, method=request.method)
                told.begin()
                break
            except (ConnectionError, http.client.BadStatusLine):
                self.unplug()
                if again:
                    raise
        found = httpx.Response(told.status, headers=told.getheaders(), content=told.read())
        if told.will_close:
            self.unplug()
        return found

    def unplug(self) -> None:
        """Close the connection of what is sent at once."""
        plug, self._plug = self._plug, None
        if plug is not None:
            plug.close()

    @contextmanager
    def watched(self) -> Iterator[list[Request]]:
        """The requests that the block brings into the queue, in the list when it ends; nothing else may have been touched."""
        before, files, found = self.queue.last(), sorted(self.folder.rglob("*")), list[Request]()
        del _connected[:]
        yield found
        found += [decode(row.data) for row in self.queue.read(before, 100_000, 1 << 30)]

        assert sorted(self.folder.rglob("*")) == files
        assert _connected == [], "somebody was called"


def event(**more: Any) -> dict[str, Any]:
    """An event that is in order."""
    return {
        "schema": "contribution", "version": 1, "at": "2024-06-01T12:00:00Z", "system": "git", "kind": "git.commit",
        "actor": {"account": "ama"}, **more,
    }  # fmt: skip


@contextmanager
def open_door(folder: Path) -> Iterator[HostileDoor]:
    """A door with a workspace of its own; it takes 1 MiB, as the default is."""
    workspace = Workspace.init(folder)
    workspace = replace(workspace, settings=Settings({**workspace.settings.values, "namespaces": ["baloo", "test_*"]}))
    records, clock, queue = Records.open(workspace.records), SystemClock(), LogQueue(workspace.queue)
    token = Tokens(records, clock).create("git").secret
    with GroupCommit(queue) as group:
        door = make_door(workspace, lambda: _REGISTRY, TokenChecker(records, clock), group, clock)
        pages = Litestar(openapi_config=None, logging_config=None)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await (door if is_door_path(scope.get("path", "")) else pages)(scope, receive, send)

        taken, take = list[object](), door.express.take
        door.express.take = lambda *given: take(*given) and not taken.append(given)  # type: ignore[method-assign]
        server = server_of(app, connection=partial(Lane, express=door.express))
        listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = listener.getsockname()[1]
        _watch(port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
            opened = HostileDoor(client, queue, token, folder, taken)
            yield opened
            opened.unplug()
        server.should_exit = True
        thread.join()
    queue.close()
    records.close()


def _watch(port: int) -> None:
    """Note each connection from now on but those to a door."""
    if not _ours:
        sys.addaudithook(_note)
    _ours.add(port)


def _note(name: str, given: tuple[Any, ...]) -> None:
    if name in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        with suppress(Exception):
            place = given[1] if name == "socket.connect" else given
            if place[0] != "127.0.0.1" or place[1] not in _ours:
                _connected.append(place)


def same(one: object, other: object) -> bool:
    """Whether two JSON values are the same, numbers by their type too."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
