"""The edge of the server: requests that mean two things, heads that never end, connections that only wait."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from baloo.web.edge import server_of

HEAD = b"POST /submit/baloo/ HTTP/1.1\r\nHost: x\r\n"
CHUNKS = b"2\r\n{}\r\n0\r\n\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\n{}"


class Plug(NamedTuple):
    """A running server, and the (method, path, body) of the requests that its application has seen."""

    port: int
    seen: list[tuple[str, str, bytes]]

    def connect(self) -> socket.socket:
        """A connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def speak(self, data: bytes, *, end: bool = True) -> bytes:
        """Send bytes as they are; everything that comes back until the server closes. With `end` nothing follows from us."""
        self.seen.clear()
        with self.connect() as plug:
            plug.sendall(data)
            if end:
                plug.shutdown(socket.SHUT_WR)
            return _rest(plug)


def _rest(plug: socket.socket) -> bytes:
    back = b""
    while True:
        try:
            part = plug.recv(65_536)
        except ConnectionError:
            return back
        if not part:
            return back
        back += part


async def _echo(scope: Any, receive: Any, send: Any, seen: list[tuple[str, str, bytes]]) -> None:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    seen.append((scope["method"], scope["path"], body))
    answer = b"x" * int(scope["query_string"] or b"2")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]})
    await send({"type": "http.response.body", "body": answer})


@pytest.fixture(scope="module")
def plug() -> Iterator[Plug]:
    """A server that gives a head one second, before an application that answers everything."""
    seen: list[tuple[str, str, bytes]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await _echo(scope, receive, send, seen)

    server = server_of(app, head_seconds=1)
    listener = socket.create_server(("127.0.0.1", 0), backlog=1_000)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Plug(listener.getsockname()[1], seen)
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("data", [
    HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n" + CHUNKS,
    HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    HEAD + b"Content-Length: 2, 2\r\n\r\n{}",
    HEAD + b"Content-Length: +2\r\n\r\n{}",
    HEAD + b"Content-Length: 0x2\r\n\r\n{}",
    HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNKS,
    HEAD + b"X-A: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS,
    HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKS,
    HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + CHUNKS,
    HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    HEAD + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKS,
    HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + CHUNKS,
    HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n2;a\n{}\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n{}\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}",
    b"POST / HTTP/1.1\r\nHost: x\rContent-Length: 2\r\n\r\n{}",
    HEAD + b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    HEAD + b" X: a\r\nContent-Length: 2\r\n\r\n{}",
    HEAD + b"no colon\r\nContent-Length: 2\r\n\r\n{}",
    HEAD + b": a\r\nContent-Length: 2\r\n\r\n{}",
    b"post / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"NONE / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET x HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"a" * 50,
])  # fmt: skip
def test_what_can_be_read_in_two_ways_is_refused(data: bytes, plug: Plug):
    """A proxy before the server might read it in the other way; nothing behind it is taken for a request, and the end is told."""
    raw = plug.speak(data + b"GET /secret HTTP/1.1\r\nHost: x\r\n\r\n")

    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"connection: close" in head
    assert json.loads(body)["type"] == "not-http"
    assert "/secret" not in [path for _, path, _ in plug.seen]
    assert b"{}" not in [body for _, _, body in plug.seen]


def test_what_follows_is_answered_in_its_order(plug: Plug):
    """Three requests at once are three, though nothing follows; a whole one before what is no HTTP gets its answer."""
    three = plug.speak(WHOLE * 2 + HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}", end=False)
    ended = plug.speak(WHOLE * 3)
    whole = plug.speak(WHOLE + b"garbage\r\n\r\n", end=False)

    assert ended.count(b"HTTP/1.1 200 ") == 3
    assert three.count(b"HTTP/1.1 200 ") == 3
    assert (whole.count(b"HTTP/1.1 "), whole.count(b"HTTP/1.1 200 ")) == (1, 1)


def test_nobody_changes_the_protocol(plug: Plug):
    """A request that wants to is answered as it is, and nothing behind its head is another request; with a body it is refused."""
    ask = b"Connection: upgrade\r\nUpgrade: h2c\r\n"
    secret = b"GET /secret HTTP/1.1\r\nHost: x\r\n\r\n"
    without = plug.speak(b"GET / HTTP/1.1\r\nHost: x\r\n" + ask + b"\r\n" + secret, end=False)
    seen = list(plug.seen)
    within = plug.speak(HEAD + ask + b"Content-Length: %d\r\n\r\n" % len(secret) + secret, end=False)

    assert without.startswith(b"HTTP/1.1 200 ")
    assert seen == [("GET", "/", b"")]
    assert within.startswith(b"HTTP/1.1 400 ")
    assert "/secret" not in [path for _, path, _ in plug.seen]


@pytest.mark.parametrize("data", [
    b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000, b"GET /" + b"a" * 100_000, b"\r\n" * 50_000,
    b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 15_000, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
], ids=["a long header", "a long path", "no head at all", "many headers", "a whole one"])  # fmt: skip
def test_a_head_has_an_end(data: bytes, plug: Plug):
    """Whatever is long in it."""
    assert plug.speak(data, end=False).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(("data", "more"), [
    (b"GET / HTTP/1.1\r\nX: ", b"a"), (b"GE", b""), (b"\r\n", b"\r\n"), (WHOLE, b"\r\n"),
    (WHOLE + b"GET / HTTP/1.1\r\n", b"X: a\r\n"), (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\nPOST", b" "),
], ids=["a header", "nothing more", "empty lines", "lines after a request", "a second head", "a second method"])  # fmt: skip
def test_a_head_has_a_deadline(data: bytes, more: bytes, plug: Plug):
    """However often a byte comes, the connection is closed."""
    with plug.connect() as slow:
        slow.sendall(data)
        back, give_up = b"", time.monotonic() + 30
        slow.settimeout(0.1)
        while time.monotonic() < give_up:
            try:
                part = slow.recv(65_536)
            except TimeoutError:
                slow.sendall(more)
                continue
            except ConnectionError:
                break
            if not part:
                break
            back += part

    assert time.monotonic() < give_up
    assert b"HTTP/1.1 408 " in back


def test_many_slow_heads_do_not_hold_up_others(plug: Plug):
    """Beside 500 of them whoever sends a whole request is answered, and in the end they are all gone."""
    slow = [plug.connect() for _ in range(500)]
    for each in slow:
        each.sendall(b"POST /submit/baloo/ HTTP/1.1\r\nX: ")
    answered = [plug.speak(WHOLE)[:12] for _ in range(20)]
    ended = 0
    for each in slow:
        each.settimeout(30)
        ended += each.recv(12) == b"HTTP/1.1 408"
        each.close()

    assert answered == [b"HTTP/1.1 200"] * 20
    assert ended == 500


def test_a_connection_may_rest(plug: Plug):
    """Longer than a head may take, before its first request and between two."""
    with plug.connect() as resting:
        time.sleep(2.5)
        resting.sendall(WHOLE)
        time.sleep(2.5)
        resting.sendall(HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
        both = _rest(resting)

    assert both.count(b"HTTP/1.1 200 ") == 2


def test_an_answer_that_nobody_reads_ends(plug: Plug, monkeypatch: pytest.MonkeyPatch):
    """A reader that makes no progress for long is cut off, and a slow one is not."""
    monkeypatch.setattr("baloo.web.edge._READ", 1.0)
    size = 30_000_000
    with plug.connect() as still, plug.connect() as slow:
        for each in (still, slow):
            each.sendall(b"GET /?%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % size)
        read = 0
        while part := slow.recv(100_000):
            read += len(part)
            time.sleep(0.01)
        time.sleep(1)
        rest = len(_rest(still))

    assert read > size
    assert rest < size
