"""Requests of every sort at the door's ASGI application: each gets an answer below 500, or none where the client left."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from baloo.clock import SystemClock
from baloo.errors import Forbidden
from baloo.ingest.http import is_door_path, make_door
from baloo.ingest.quota import Tally
from baloo.ingest.tokens import Sender
from baloo.ingest.wire.glean import Glean
from baloo.registry import load
from baloo.settings import SETTINGS, Settings
from baloo.workspace import Workspace

REGISTRY = load(Path(__file__).parents[1] / "conformance" / "wire" / "registry")


class _Nobody:
    """Knows no token, and keeps nothing."""

    has_news = False

    def sender_of(self, token: str) -> Sender:
        """Whatever it is, it is wrong."""
        raise Forbidden(f"{len(token)} letters are no token.")

    def proven(self, system: str) -> Sender:
        """A system tries out."""
        return Sender(system, True, Tally())

    def stranger(self, address: str) -> Sender:
        """Nobody, from anywhere."""
        return Sender(None, True, Tally(stranger=True))

    def note_use(self) -> None:
        """Nothing was used."""

    async def append(self, row: bytes) -> int:
        """It is kept, in a way."""
        return len(row)


DOOR = make_door(
    Workspace(Path("nowhere"), Settings({s.name: s.default for s in SETTINGS} | {"max_body": 200, "body_seconds": 5})),
    lambda: REGISTRY, _Nobody(), _Nobody(), SystemClock(),
)  # fmt: skip
names = st.sampled_from([
    b"content-length", b"transfer-encoding", b"content-encoding", b"authorization", b"x-baloo-token", b"x-obsolete-document",
    b"accept", b"expect", b"content-type", b"host", b"x-debug-id", b"x-source-tags", b"x-github-event", b"x-hub-signature-256",
])  # fmt: skip
texts = st.binary(max_size=12) | st.sampled_from(
    [b"gzip", b"chunked", b"Bearer x", b"5", b"6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10", b"application/json", b"100-continue",
     b"push", b"application/x-www-form-urlencoded", b"sha256=00"])
paths = st.builds(
    lambda root, rest: root + "/".join(rest),
    st.sampled_from(["/submit/", "/submit/baloo/", "/1.0/submit/", "/1/submit/baloo/", "/v1/contributions", "/submit",
                     "/v1/events", "/submit/org-example-lookout/usage/1/", "/beacon/event", "/event.gif", "/hooks/",
                     "/hooks/workshop-form", "/hooks/github/code"]),
    st.lists(st.text(max_size=6) | st.sampled_from(["baloo", "..", "6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10"]), max_size=3),
).filter(is_door_path)
bodies = st.lists(st.binary(max_size=120) | st.sampled_from([b'{"a": 1}', b"[1, 2]", b"\x1f\x8b\x08"]), min_size=1, max_size=3)


@settings(max_examples=400)
@given(
    st.sampled_from(["POST", "PUT", "DELETE", "GET", "HEAD", "PATCH", "BREW"]), paths, st.binary(max_size=20),
    st.lists(st.tuples(names, texts), max_size=4), bodies, st.booleans(),
)  # fmt: skip
def test_every_request_is_answered(
    method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]], parts: list[bytes], leaves: bool,
):
    """No header, path or body makes the door fail."""
    left: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": part, "more_body": leaves or n < len(parts) - 1} for n, part in enumerate(parts)]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": headers}
    asyncio.run(DOOR(scope, receive, send))

    assert [message["type"] for message in sent] in ([], ["http.response.start", "http.response.body"])
    again = {503} if Glean.claims(path) else set()  # its clients are asked to send again what they would else delete
    assert not sent or 200 <= sent[0]["status"] < 500 or sent[0]["status"] in again
    assert sent or leaves
