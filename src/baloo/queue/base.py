"""The port between the door and the lake: a durable log of requests with their verdicts.

A row is one request: the events that were accepted, normalised; the ones that were refused, whole; the voids. The door appends,
the loader alone reads and drops. `seq` grows for ever and is never used twice: it is the loader's transaction id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

__all__ = ["Depth", "Event", "Queue", "Refusal", "Request", "Stored", "Void", "decode", "encode"]


class Event(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One accepted event, normalised. Personal data stands in `account`, `username`, `email` and `name` only.

    `at` is microseconds since 1970 in UTC; `offset` the minutes east of UTC as written, None where the event gave UTC as `Z`.
    `extra` is the JSON text of the event's `extra`, as it arrived. `body` is a 64-bit hash of the event's canonical JSON.
    """

    id: str
    schema: str
    version: str
    at: int
    offset: int | None
    system: str
    kind: str
    account: str | None
    username: str | None
    email: str | None
    name: str | None
    object: str | None
    extra: str
    environment: str  # production or staging
    body: int


class Refusal(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One event that was refused: the JSON pointer and the reason, and the event as it arrived."""

    index: int  # its place in the request
    id: str | None
    system: str | None
    schema: str | None
    pointer: str
    slug: str
    reason: str  # for people; never repeats a value of the event
    body: bytes
    staging: bool = False  # whether its sender only tries out: replayed, it is staging


class Void(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An event that its sender takes back."""

    id: str
    environment: str
    why: str  # deleted or obsolete


class Request(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One request at the door, or one chunk of an import.

    `sender` is the id of the system that sent it (by its token, or by the operator's word for an import), None without a token.
    `received` is microseconds since 1970 in UTC.
    """

    namespace: str
    sender: str | None
    received: int
    via: str  # http or import
    events: tuple[Event, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    voids: tuple[Void, ...] = ()


class Stored(NamedTuple):
    """A row of the queue."""

    seq: int
    data: bytes  # an encoded Request


class Depth(NamedTuple):
    """How much waits."""

    rows: int
    oldest: dt.datetime | None  # when the oldest waiting row was received


class Queue(Protocol):
    """A durable, ordered log. Many appenders, in many processes; one reader."""

    def append(self, rows: Sequence[bytes]) -> list[int]:
        """Append encoded Requests, all or none, and return their seqs when they are on disk.

        Raises StorageFull where there is no room; then none of them was kept.
        """
        ...

    def read(self, after: int, limit: int, max_bytes: int = 64 << 20) -> list[Stored]:
        """Up to `limit` rows, and about `max_bytes` of data, with seq > after, in order; at least one where one waits."""
        ...

    def drop(self, through: int) -> None:
        """Forget the rows with seq <= through: they are in the lake."""
        ...

    def last(self) -> int:
        """The highest seq ever given, 0 for none; it outlives `drop`."""
        ...

    def depth(self) -> Depth:
        """How many rows wait, and since when."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Request)


def encode(request: Request) -> bytes:
    """The bytes of a queue row."""
    return _encoder.encode(request)


def decode(data: bytes) -> Request:
    """The request that a queue row holds."""
    return _decoder.decode(data)
