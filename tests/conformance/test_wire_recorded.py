"""Requests of real clients, as they come over the wire, against every protocol of the door: one file a request in `wire/`.

A file has the request, then after `=== answer` what the door says, and after `=== kept` what it put into the queue, events and
refusals. A body with `Content-Encoding: gzip` stands in its file unpacked. `BALOO_WRITE_GOLDEN=1` writes answers and what is
kept, to be read before they are committed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import json
import os
import secrets
import socket
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from baloo.clock import FixedClock
from baloo.errors import Forbidden
from baloo.ingest.http import is_door_path, make_door
from baloo.ingest.quota import Senders, Tally
from baloo.ingest.tokens import Sender
from baloo.queue.base import Request, decode
from baloo.registry import load
from baloo.settings import SETTINGS, Settings
from baloo.workspace import Workspace

HERE = Path(__file__).parent / "wire"
REGISTRY = load(HERE / "registry")
CASES = sorted(HERE.glob("*/*.http"))
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SECRET = "an open secret"


class Behind:
    """What is behind the door: tokens that are named for their system, and a queue in memory."""

    has_news = False

    def __init__(self) -> None:
        self.rows: list[Request] = []
        self._senders = Senders(b"a key")

    def sender_of(self, token: str) -> Sender:
        """`token-of-forum` is the forum's."""
        if not token.startswith("token-of-"):
            raise Forbidden("This token is unknown, revoked or expired.")
        return Sender(token.removeprefix("token-of-"), False, Tally())

    def proven(self, system: str) -> Sender:
        """Every system is in production."""
        return Sender(system, False, Tally())

    def stranger(self, address: str) -> Sender:
        """Nobody, told apart by address."""
        return Sender(None, True, self._senders.stranger(address))

    def note_use(self) -> None:
        """Nothing is noted."""

    async def append(self, row: bytes) -> int:
        """Keep a row."""
        self.rows.append(decode(row))
        return len(self.rows)


def ask(behind: Behind, head: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
    """The door's answer to a request: status, headers, body."""
    first, *lines = head.strip("\n").split("\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = [(name.lower().encode(), value.strip().encode()) for name, _, value in (line.partition(":") for line in lines)]
    if (b"content-encoding", b"gzip") in headers and not body.startswith(b"(damaged)"):
        body = gzip.compress(body, mtime=0)
    scope: dict[str, Any] = {
        "type": "http", "method": method, "path": unquote(path), "query_string": query.encode(), "headers": headers,
        "client": ("192.0.2.7", 5000),
    }  # fmt: skip
    said: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    assert is_door_path(scope["path"])
    settings = Settings({s.name: s.default for s in SETTINGS} | {"max_body": 4_000})
    door = make_door(Workspace(Path("nowhere"), settings), lambda: REGISTRY, behind, behind, FixedClock(NOW))
    asyncio.run(door(scope, receive, send))
    start, content = said
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, content["body"]


def _told(status: int, headers: dict[str, str], body: bytes) -> str:
    shown = {name: value for name, value in headers.items() if name != "content-length" and (body or name != "content-type")}
    lines = [str(status), *(f"{name}: {value}" for name, value in sorted(shown.items()))]
    if body:
        lines.append(json.dumps(json.loads(body), indent=1) if "json" in headers["content-type"] else body.decode())
    return "\n".join(lines)


def _kept(rows: list[Request]) -> str:
    lines = []
    for row in rows:
        lines.append(f"from {row.sender or 'nobody'} into {row.namespace}")
        for e in row.events:
            who = {"account": e.account, "username": e.username, "email": e.email, "name": e.name}
            at = dt.datetime.fromtimestamp(e.at / 1_000_000, dt.UTC).isoformat()
            lines += [
                f"event {e.id} {e.schema} {e.version} {e.environment}",
                f"  {at} {e.system} {e.kind} {json.dumps({k: v for k, v in who.items() if v})} {e.object}", f"  {e.extra}",
            ]  # fmt: skip
        lines += [f"taken back {void.id} {void.environment} {void.why}" for void in row.voids]
        for r in row.refusals:
            lines += [f"refused {r.id} {r.system} {r.slug} {r.pointer or '(whole)'} {r.reason}", f"  {r.body.decode()}"]
    return "\n".join(lines)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}/{case.stem}" for case in CASES])
def test_a_recorded_request_is_answered_and_kept(case: Path, monkeypatch: pytest.MonkeyPatch):
    """Status, body and what is kept are those of the file."""
    monkeypatch.setattr(socket, "gethostname", lambda: "door.example.org")
    monkeypatch.setattr(secrets, "randbelow", lambda _most: 7)
    monkeypatch.setenv("BALOO_HOOK_SECRET_HELD_SIGNED", SECRET)
    monkeypatch.setenv("BALOO_HOOK_SECRET_GITHUB_CODE", SECRET)
    request, _, golden = case.read_text("utf-8").partition("=== answer\n")
    head, _, body = request.partition("\n\n")
    behind = Behind()

    answer = f"{_told(*ask(behind, head, body.rstrip(chr(10)).encode()))}\n=== kept\n{_kept(behind.rows)}\n"

    if os.environ.get("BALOO_WRITE_GOLDEN"):
        case.write_text(f"{request.rstrip(chr(10))}\n\n=== answer\n{answer}", "utf-8")
    else:
        assert golden == answer
