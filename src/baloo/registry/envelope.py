"""The envelope in which what another program sent goes to the door: it names the mapping by which it is read."""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = ["START", "wrap"]

START: Final = b'{"mapping":'
"""How every envelope begins."""

_encode = msgspec.json.Encoder().encode


def wrap(protocol: str, name: str, payload: bytes, broken: str | None = None) -> bytes:
    """The envelope of a payload, which is JSON; `broken` is the slug of what keeps it from being read at all."""
    fault = b',"broken":%b' % _encode(broken) if broken else b""
    return b'%b%b%b,"payload":%b}' % (START, _encode(f"{protocol}:{name}"), fault, payload)
