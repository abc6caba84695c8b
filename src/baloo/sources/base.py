"""What a source is: something that produces numbered chunks of events, and can go on from where it stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

__all__ = ["CHUNK_EVENTS", "OVERLAP", "Chunk", "Fault", "Source"]

CHUNK_EVENTS = 2_000
"""Events in one chunk: one row of the queue, small enough for the door's fsync beside it."""

OVERLAP = dt.timedelta(minutes=10)
"""How long before the time to which the last run came the next one begins: replicas, and transactions that take a while, show a
change after later ones. What comes again counts once."""


class Fault(NamedTuple):
    """What a source knows better than the door of an event that the door may refuse: at which place, where it stands, and why."""

    pointer: str
    where: str  # file and line
    slug: str
    reason: str  # repeats no value of the event


class Chunk(NamedTuple):
    """Some events of a source, as NDJSON (or as one JSON value), with what a resumed run needs."""

    body: bytes
    done: int  # units (lines, rows, commits) of the source that are behind it when this chunk is kept
    where: str  # file and line of the chunk's first event, for messages
    first_line: int  # line of the source that the first event stands on
    share: float = 0.0  # how much of the source is read, from 0 to 1
    faults: Mapping[int, Fault] = MappingProxyType({})  # by the event's place in the chunk


class Source(Protocol):
    """A producer of events. `key` names this very input: a changed file is another input and starts from its beginning."""

    key: str
    title: str

    def chunks(self, done: int) -> Iterator[Chunk]:
        """The chunks behind the first `done` units.

        Raises InputError where the input cannot be read further; what was produced before it is good.
        """
        ...

    def notes(self) -> list[str]:
        """What a person should know after the run: what was left out, and why."""
        ...

    def finished(self) -> None:
        """Called once when every chunk is durable: remember where the next run begins."""
        ...
