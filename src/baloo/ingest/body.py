"""The head and the body of one HTTP request, read within limits of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

from baloo.errors import Busy, InputError
from baloo.ingest.unpack import TooLarge, gunzip

__all__ = ["Ambiguous", "Bodies", "Gone", "Headers", "Incoming", "Receive", "Scope", "Send", "Slow"]

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_HELD = 64 << 20  # bytes of bodies that may be in memory at once
_DRAIN = 16 << 20  # bytes of a refused body that are read to their end
_DRAIN_SECONDS = 5.0


class Gone(Exception):
    """The client went away before its body was whole."""


class Slow(InputError):
    """The body took too long."""

    slug = "too-slow"
    status = 408


class Ambiguous(InputError):
    """The head can be read in two ways, so that nobody knows where the next request begins."""


class _Encoding(InputError):
    slug = "unknown-encoding"
    status = 415


class Headers:
    """The headers of a request, by lower-case name; of one that is there twice, the last. `client` is whose address it is."""

    __slots__ = ("_values", "client")

    def __init__(self, raw: Iterable[tuple[bytes, bytes]], client: tuple[str, int] | None = None) -> None:
        self._values = dict(raw)
        self.client = client[0] if client else ""

    def get(self, name: bytes) -> str | None:
        """The value of a header, trimmed; None where it is absent."""
        value = self._values.get(name)
        return None if value is None else value.decode("latin-1").strip()


class Incoming:
    """One request that comes in: its headers, and its body part by part. `whole` says that nothing more comes."""

    __slots__ = ("_receive", "headers", "whole")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.headers = Headers(scope["headers"], scope.get("client"))
        self.whole = False
        self._receive = receive

    async def part(self) -> bytes:
        """The next part of the body. Raises Gone."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Gone
        self.whole = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body


class Bodies:
    """Reads bodies: at most `longest` bytes each, before and after unpacking, each within `seconds`."""

    def __init__(self, longest: int, seconds: float) -> None:
        self._longest = longest
        self._seconds = seconds
        self._held = 0

    async def read(self, incoming: Incoming) -> bytes:
        """The body, unpacked. Raises what `read_packed` and `unpacked` raise."""
        return self.unpacked(incoming.headers, await self.read_packed(incoming))

    async def read_packed(self, incoming: Incoming) -> bytes:
        """The body as it is sent.

        Raises TooLarge, Slow, InputError for what is wrong with it, Busy where too many bodies are being read, and Gone.
        """
        self._check_length(incoming.headers)
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._seconds):
                while not incoming.whole:
                    part = await incoming.part()
                    size += len(part)
                    self._held += len(part)
                    self._check_room(size)
                    parts.append(part)
        except TimeoutError:
            raise Slow(f"The body took longer than {self._seconds} seconds.", remedy="Send it faster, or less at once.") from None
        finally:
            self._held -= size
        return b"".join(parts)

    async def drain(self, incoming: Incoming) -> bool:
        """Pass over the rest of a body that is refused, within limits; whether its end was seen.

        A connection that is closed on a client who still sends loses the answer on the way. A client who waits for leave to send
        (`Expect: 100-continue`) is not given it.
        """
        passed = 0
        try:
            async with asyncio.timeout(min(self._seconds, _DRAIN_SECONDS)):
                while not incoming.whole and passed <= _DRAIN and incoming.headers.get(b"expect") is None:
                    passed += len(await incoming.part())
        except TimeoutError:
            return False
        return incoming.whole

    def _check_length(self, headers: Headers) -> None:
        length = headers.get(b"content-length")
        coding = headers.get(b"transfer-encoding")
        if coding is not None and coding.lower() != "chunked":
            raise Ambiguous("This transfer encoding is not known here.", remedy="Send `chunked`, or the length of the body.")
        if length is None:
            return
        if coding is not None:
            raise Ambiguous("Content-Length and Transfer-Encoding contradict each other.", remedy="Send one of them.")
        if not (length.isascii() and length.isdigit()):
            raise Ambiguous("Content-Length is not a number.", remedy="Send the length of the body in bytes.")
        if int(length[:19]) > self._longest:
            raise self._too_large()

    def _check_room(self, size: int) -> None:
        if size > self._longest:
            raise self._too_large()
        if self._held > _HELD:
            raise Busy("Too many bodies arrive at once.", remedy="Send it again in a moment.")

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is longer than {self._longest:,} bytes.", remedy="Send less at once.")

    def unpacked(self, headers: Headers, body: bytes) -> bytes:
        """What a body holds, by its content encoding. Raises TooLarge, and InputError where it is damaged or packed otherwise."""
        encoding = (headers.get(b"content-encoding") or "identity").lower()
        if encoding == "identity":
            return body
        if encoding in ("gzip", "x-gzip"):
            return gunzip(body, self._longest)
        raise _Encoding("This content encoding is not known here.", remedy="Send the body as it is, or packed with gzip.")
