"""The port between the door and the lake: a durable log of requests with their verdicts.

A row is one request: the events that were accepted, normalised; the ones that were refused, whole; the voids. Where the door
accepted every event of a body as it stands, the row holds the body, and whoever reads it normalises: the door has better to do.
The door appends, the loader alone reads and drops. `seq` grows for ever and is never used twice: it is the loader's
transaction id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from baloo.queue.event import Draft, Event, Texts, decode_any, event_of, moment

__all__ = ["Depth", "Event", "Queue", "Refusal", "Request", "Stored", "Void", "Written", "decode", "encode", "received"]


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


class Written(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A body all of whose events were accepted as they stand, each of version 1 and with a moment that needs no second look.

    `doc_id` is the id that the path gave; with `staging` every event is staging, whatever it says.
    """

    body: bytes
    doc_id: str | None = None
    staging: bool = False

    def events(self) -> tuple[Event, ...]:
        """Its events, normalised."""
        return tuple(
            event_of(draft, decode_any(draft.extra), *moment(draft.at), doc_id=self.doc_id, staging=self.staging)
            for draft in _drafts.read(self.body)
        )


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
    written: Written | None = None

    def whole(self) -> Request:
        """The same with the events of `written` in `events`."""
        if self.written is None:
            return self
        return msgspec.structs.replace(self, events=self.written.events(), written=None)


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

    def begin_anew(self) -> None:
        """See to it that nothing of what is here now is left on the disk once it is dropped, whatever is appended meanwhile."""
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


_drafts = Texts(Draft)
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Request)


def encode(request: Request) -> bytes:
    """The bytes of a queue row."""
    return _encoder.encode(request)


def decode(data: bytes) -> Request:
    """The request that a queue row holds, its events normalised."""
    return _decoder.decode(data).whole()


def received(data: bytes) -> int:
    """When the request that a queue row holds was received, in microseconds since 1970."""
    return _decoder.decode(data).received
