"""Pages of other origins as senders: what a browser wants to hear before it lets them send, and with each answer."""

from __future__ import annotations

from typing import Final

from baloo.ingest.answer import Answer

__all__ = ["ANY_ORIGIN", "leave"]

ANY_ORIGIN: Final = ((b"access-control-allow-origin", b"*"),)
"""A page of any origin may read the answer."""


def leave(*headers: str) -> Answer:
    """The answer to a browser that asks whether a page of another origin may send a POST with these headers."""
    allowed = ", ".join(headers).encode()
    return Answer(204, headers=(
        *ANY_ORIGIN, (b"access-control-allow-headers", allowed), (b"access-control-allow-methods", b"post")))
