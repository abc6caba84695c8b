"""The short lane of the server: a usual request to the door that comes whole goes straight to it, past uvicorn's cycle and ASGI.

They cost more than the door itself. They stay the way for everything else: for pages, for requests in pieces, for whatever the
express counter does not take, and for a request on a connection whose last answer is still to come.

A client's heads are the same again and again. One that has led through the short lane is remembered with what it asked for, byte
for byte, and is not parsed again where it comes with exactly as much as it says, on a connection that rests. Such a request is
offered to the counter, which looks at those of many connections at once when the loop has read them all; whatever else happens to
a connection before is seen to after.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from baloo.ingest.answer import Answer
from baloo.ingest.express import Express, Ticket
from baloo.web.edge import Edge

__all__ = ["Lane"]


class _Waiter:
    """Nobody waits for parts of a body that is whole."""

    def set(self) -> None:
        """Nothing to wake."""


_NOBODY = _Waiter()
_END = b"\r\n\r\n"
_MOST, _LONGEST = 1_000, 2_048  # heads that are remembered, and bytes of one


class _Cycle:
    """A request of the short lane and its answer, as far as uvicorn looks at them. `data` are its bytes, while it is offered."""

    __slots__ = ("_lane", "data", "disconnected", "keep_alive", "response_complete", "scope")
    more_body = False
    message_event = _NOBODY

    def __init__(self, lane: Lane, scope: Any, data: bytes = b"") -> None:  # noqa: ANN401 - uvicorn's
        self._lane = lane
        self.scope = scope
        self.data = data
        self.keep_alive = True
        self.disconnected = False
        self.response_complete = False

    def answer(self, answer: Answer) -> None:
        """Answer it."""
        self._lane.answer(self, answer)

    def unusual(self) -> None:
        """Send it the long way."""
        self._lane.go_long(self)

    def failed(self, error: Exception) -> None:
        """Answer that the server failed."""
        if not self.disconnected:
            self._lane.failed(error)


class Lane(Edge):
    """One connection. `express` takes what is usual at the door."""

    def __init__(self, *given: Any, express: Express, **named: Any) -> None:  # noqa: ANN401 - what uvicorn gives
        super().__init__(*given, **named)
        self._express = express
        self._heads = express.heads
        self._whole = b""  # what comes at once on a connection that rested, while it is taken in
        self._parts: list[bytes] | None = None  # of the body of a request for the short lane

    def data_received(self, data: bytes) -> None:
        """Take bytes in; a request that is not whole now goes the long way."""
        if self.scope is not None:
            self._express.judge()  # what came before goes first
        rests = self.scope is None and not self._head and not self.transport.is_closing()
        if rests:
            size = data.find(_END) + len(_END)
            known = self._heads.get(data[:size])
            if known is not None and len(data) - size == known[1]:
                scope: Any = {"method": "POST"}  # as far as anybody looks at it
                self.scope = scope
                self.cycle = cycle = _Cycle(self, scope, data)  # type: ignore[assignment] # the same
                self._unset_keepalive_if_required()
                self._express.offer(known[0], data[size:], cycle)
                return
        self._feed(data, alone=rests)

    def eof_received(self) -> bool:  # type: ignore[override] # as the edge
        """Whoever sends nothing more."""
        self._express.judge()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        super().connection_lost(exc)
        self.cycle = None  # it knows the connection: neither holds the other

    def shutdown(self) -> None:
        """End the connection as soon as what came is answered."""
        self._express.judge()
        super().shutdown()

    def go_long(self, cycle: _Cycle) -> None:
        """Take a request that was offered, and is not usual, for one that comes now."""
        cycle.response_complete = True
        self.scope = None
        if not (cycle.disconnected or self.transport.is_closing()):
            self._feed(cycle.data, alone=True)

    def _feed(self, data: bytes, *, alone: bool) -> None:
        """Have bytes parsed; `alone` says that the connection rested."""
        self._whole = data if alone else b""
        super().data_received(data)
        self._whole = b""
        if self._parts is not None:
            parts, self._parts = self._parts, None
            if not self.transport.is_closing():
                self._go_round(parts)

    def on_headers_complete(self) -> None:
        """Choose the lane."""
        if self._long:
            self.measure()
        cycle, parser = self.cycle, self.parser
        if (
            (cycle is None or cycle.response_complete) and self._express.leads(self.url) and parser.get_method() == b"POST"
            and parser.should_keep_alive() and not parser.should_upgrade() and parser.get_http_version() == "1.1"
        ):
            self._parts = []
            self.scope["method"] = "POST"  # type: ignore[index] # it was begun; its head is whole
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        if self._parts is None:
            super().on_body(body)
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        parts, self._parts = self._parts, None
        if parts is None:
            super().on_message_complete()
            return
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        ticket = self._express.ticket(self.url, self.headers)
        cycle = _Cycle(self, self.scope)
        if ticket is not None and self._express.take(ticket, body, cycle.answer):
            self.cycle = cycle  # type: ignore[assignment] # as far as anybody looks at it
            self._remember(ticket, len(body))
        else:
            self._go_round(parts)
            super().on_message_complete()

    def _remember(self, ticket: Ticket, length: int) -> None:
        """Remember the head of the request that just came, where it came alone and whole."""
        size = self._whole.find(_END) + len(_END)
        if len(_END) <= size <= _LONGEST and len(self._whole) - size == length:
            if len(self._heads) >= _MOST:
                self._heads.clear()
            self._heads[self._whole[:size]] = ticket, length

    def _go_round(self, parts: list[bytes]) -> None:
        """Give a request to uvicorn's cycle."""
        super().on_headers_complete()
        for part in parts:
            super().on_body(part)

    def answer(self, cycle: _Cycle, answer: Answer) -> None:
        """Answer a request of the short lane."""
        if cycle.disconnected:
            return
        keep_alive = cycle.keep_alive and not answer.close
        head = answer.head(self.server_state.default_headers, keep_alive=keep_alive)
        self.transport.write(STATUS_LINE[answer.status] + head + answer.body)
        cycle.response_complete, cycle.data = True, b""  # a connection that rests holds nothing
        if not keep_alive:
            self.transport.close()
        if self.pipeline:
            self.on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        if self.scope is cycle.scope:
            self.scope = None  # it rests: `look` ends it after a while, without a timer for each request
