"""The edge of the server: what a connection may do before a request is whole, and how long it may take.

uvicorn closes a connection that rests between two requests, and no other: heads that come byte by byte, heads without an end and
answers that nobody reads are ended here. Connections are looked at once a second; a request that comes whole costs nothing.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import httptools
import msgspec
import uvicorn
from uvicorn._types import HTTPScope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

__all__ = ["BACKLOG", "HEAD_SECONDS", "KEEP_ALIVE", "Edge", "server_of"]

BACKLOG = 4096
"""Connections that may wait to be taken."""
HEAD_SECONDS = 20.0
"""Seconds that a head may take, where nobody says otherwise."""
KEEP_ALIVE = 75
"""Seconds for which a connection without a request is kept."""

_log = logging.getLogger("baloo.web")
_END = b"\r\n\r\n"
_HEAD = 64 << 10  # bytes that a head may have
_READ = 120.0  # seconds in which somebody must read a part of an answer
_LOOK_EVERY = 10  # ticks of uvicorn, which are a tenth of a second


class _LongHead(httptools.HttpParserError):
    """A head is whole, and too long."""


class Edge(HttpToolsProtocol):
    """One connection. `seconds` is how long a head may take."""

    scope: HTTPScope | None  # type: ignore[assignment] # of the request that came last; it has a method when its head is whole
    cycle: RequestResponseCycle | None  # type: ignore[assignment] # its answer

    def __init__(self, *given: Any, seconds: float = HEAD_SECONDS, **named: Any) -> None:  # noqa: ANN401 - what uvicorn gives
        super().__init__(*given, **named)
        self.seconds = seconds
        self._head = 0  # bytes of a head that is not whole
        self._long = False  # whether so much came at once that a whole head is to be measured
        self._state: object = None
        self._since = 0.0

    def data_received(self, data: bytes) -> None:
        """Take bytes in, and refuse a head that is too long."""
        if self._head + len(data) > _HEAD:
            self._long = True
            if self._begins_too_long(data):
                self._refuse_head()
                return
        before, rested = self.scope, self.scope is None
        super().data_received(data)
        if self.scope is not None and "method" in self.scope:
            self._head = 0
        elif self.scope is not before and (not rested or _END in data):
            self._head, self._long = 0, True  # something ended in these bytes: how many are of this head is not known
        else:
            self._head += len(data)
            if self._head > _HEAD and not self.transport.is_closing():
                self._refuse_head()

    def on_headers_complete(self) -> None:
        """A head is whole."""
        if self._long:
            self.measure()
        super().on_headers_complete()

    def measure(self) -> None:
        """End the parser's work where the head that is whole now is too long."""
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > _HEAD:
            raise _LongHead

    def _begins_too_long(self, data: bytes) -> bool:
        """Whether these bytes are of a head that they do not end within its bounds, and not of a body."""
        if self.scope is not None and "method" in self.scope and (self.cycle is None or self.cycle.more_body):
            return False
        end = data.find(_END)
        return end < 0 or self._head + end > _HEAD

    def _refuse_head(self) -> None:
        if self._others_first():
            return
        self.refuse(431, "head-too-large", "The head of the request is too long.", "Send fewer or shorter headers.")

    def _others_first(self) -> bool:
        """Whether an answer to a whole request is still to come: it goes out, and then the connection ends."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete or cycle.more_body:
            return False
        cycle.keep_alive = False
        self.flow.pause_reading()
        return True

    def eof_received(self) -> bool:  # type: ignore[override] # True keeps the way out open
        """Whoever sends nothing more still gets the answer to a whole request, and then the end."""
        cycle = self.cycle
        if cycle is None or cycle.more_body or cycle.response_complete or getattr(cycle, "response_started", False):
            return False
        cycle.keep_alive = False
        return True

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the words are ours
        """Refuse what is no HTTP. An answer that is still to come for a whole request before it goes out first."""
        error = sys.exc_info()[1]
        within = error.__context__ if isinstance(error, httptools.HttpParserCallbackError) else None
        if within is not None and not isinstance(within, httptools.HttpParserError):  # raised by us, while the parser called
            self.failed(within)
        elif isinstance(within, _LongHead):
            self._refuse_head()
        elif not self._others_first():
            self.refuse(400, "not-http", "This is not HTTP, or it is ambiguous.", "Send one request of HTTP/1.1.")

    def _unsupported_upgrade_warning(self) -> None:
        """Answer a request that wants another protocol in this one, and nothing after it; refuse one whose body is lost by it.

        The parser takes what follows the head for the other protocol: as the next request it would be somebody else's words.
        """
        cycle = self.cycle
        if cycle is not None:
            cycle.keep_alive = False
            self.flow.pause_reading()
            if any(name in (b"content-length", b"transfer-encoding") for name, _ in cycle.scope["headers"]):
                detail = "A request with a body cannot change the protocol here."
                self.refuse(400, "upgrade", detail, "Send it without the header `Upgrade`.")

    def failed(self, error: BaseException | None) -> None:
        """Write down a fault of ours, and answer that it is one: whoever sent the request may send it again."""
        _log.error("A request failed", exc_info=error)
        self.refuse(500, "error", "The server failed.", "Send it again; its log says why.")

    def refuse(self, status: int, slug: str, detail: str, remedy: str) -> None:
        """Say what is wrong and close."""
        title = STATUS_LINE[status].split(None, 2)[2].strip().decode()
        body = msgspec.json.encode({"type": slug, "title": title, "status": status, "detail": detail, "remedy": remedy})
        head = b"content-type: application/problem+json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()

    def look(self, now: float) -> None:
        """End the connection where it has stood still, or has been without a whole head, for too long."""
        state, seconds, end = self._standing()
        if state is None or state != self._state:
            self._state, self._since = state, now
        elif now - self._since > seconds:
            end()

    def _standing(self) -> tuple[object, float, Callable[[], None]]:
        """What is waited for, None where others see to it; for how many seconds at most; what is done then."""
        cycle = self.cycle
        unread = self.transport.get_write_buffer_size()
        if unread:
            return (cycle, unread), _READ, self.transport.abort
        if self.timeout_keep_alive_task is not None or (cycle is not None and not cycle.response_complete):
            return None, 0.0, self.transport.close
        if self.scope is None and not self._head:
            return (cycle,), KEEP_ALIVE, self.transport.close
        return (cycle,), self.seconds, self._too_slow

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self.refuse(408, "too-slow", f"The head took longer than {self.seconds:g} seconds.", "Send it faster.")


class _Server(uvicorn.Server):
    """uvicorn's server, which looks at its connections, and tells streams when it is to stop: it need not wait for them then."""

    def __init__(self, leaving: threading.Event, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._leaving = leaving

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second; whether the server is to stop."""
        if counter % _LOOK_EVERY == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Edge):
                    connection.look(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what goes on, and stop."""
        self._leaving.set()
        await super().shutdown(sockets)


def server_of(
    app: object, leaving: threading.Event | None = None, *, head_seconds: float = HEAD_SECONDS,
    connection: Callable[..., Edge] = Edge,
) -> uvicorn.Server:
    """The HTTP server for an ASGI application; `leaving` is set when it is told to stop, `connection` is made for each."""
    return _Server(leaving or threading.Event(), uvicorn.Config(
        app,  # type: ignore[arg-type] # an ASGI application
        loop="uvloop", http=partial(connection, seconds=head_seconds),  # type: ignore[arg-type] # called with what uvicorn gives
        ws="none", log_config=None, log_level="error", access_log=False, server_header=False, backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE, timeout_graceful_shutdown=5,
    ))  # fmt: skip
