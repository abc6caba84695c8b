"""Bodies that pages and API read, gathered before a framework looks at a request: within a time, and from somebody who stays."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from baloo.ingest.answer import problem
from baloo.ingest.body import Slow

__all__ = ["gathered"]

_HELD = 2 << 20  # bytes that are gathered of one body; what comes behind them is read by whoever wants it


def gathered(app: ASGIApp, seconds: float) -> ASGIApp:
    """`app`, whose requests have their bodies within so many seconds: who is slower gets 408, who hangs up is not answered."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] in ("GET", "HEAD"):
            await app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(seconds):
                parts = await _parts(receive)
        except TimeoutError:
            slow = Slow(f"The body took longer than {seconds} seconds.", remedy="Send it faster, or less at once.")
            await problem(slow, close=True).send(send)  # type: ignore[arg-type] # the same, by other names
            return
        if parts[-1]["type"] == "http.disconnect":
            return
        left: Iterator[HTTPReceiveMessage] = iter(parts)

        async def again() -> HTTPReceiveMessage:
            return next(left, None) or await receive()  # type: ignore[return-value] # nothing else comes in a request

        await app(scope, again, send)

    return answer


async def _parts(receive: Receive) -> list[HTTPReceiveMessage]:
    """The messages of a body up to its end, or up to so many bytes."""
    found: list[HTTPReceiveMessage] = []
    size = 0
    while size <= _HELD:
        message = await receive()
        found.append(message)  # type: ignore[arg-type] # as above
        size += len(message.get("body", b""))  # type: ignore[arg-type] # bytes
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            break
    return found
