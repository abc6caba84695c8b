"""What the door took in last, kept in memory within bounds of number and size.

The door pays for one tuple a request: nothing is read or laid out before somebody looks. Who looks comes by twice a second and
takes what is newer than what they know; nothing is queued for anybody, so that no number of watchers slows the door.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from baloo.ingest.verdict import Verdict

__all__ = ["Kept", "Ring"]

_REQUESTS = 400  # on each shelf
_BYTES = 4 << 20  # of bodies on each shelf


class Kept(NamedTuple):
    """One request: its number since the process started, its verdict, its body and its debug tag."""

    number: int
    verdict: Verdict
    body: bytes
    tag: str | None


class _Shelf:
    """The last requests of one sort, in the order in which they came."""

    __slots__ = ("kept", "size")

    def __init__(self) -> None:
        self.kept: deque[Kept] = deque()
        self.size = 0

    def put(self, request: Kept) -> None:
        """Keep one more, and let go of the oldest that there is no room for."""
        kept = self.kept
        kept.append(request)
        self.size += len(request.body)
        while len(kept) > _REQUESTS or (self.size > _BYTES and len(kept) > 1):
            self.size -= len(kept.popleft().body)


class Ring:
    """The last requests, as a witness of the door. What was tagged and what was refused outlives a flood of other events.

    Bodies are in memory for as long as a request is among the last ones, and nowhere else.
    """

    def __init__(self) -> None:
        self.last = 0
        """The number of the newest request; 0 before the first."""
        self._tagged, self._refused, self._taken = _Shelf(), _Shelf(), _Shelf()

    def saw(self, verdict: Verdict, body: bytes, tag: str | None) -> None:
        """Keep a request that is on disk."""
        self.last += 1
        shelf = self._tagged if tag is not None else self._refused if verdict.refused else self._taken
        shelf.put(Kept(self.last, verdict, body, tag))

    def newest(self, after: int = 0, *, tag: str | None = None, refused: bool = False) -> Iterator[Kept]:
        """The requests with a number above `after`, newest first; only those with a tag, or with something refused, if asked."""
        shelves: Sequence[_Shelf] = (self._tagged, self._refused, self._taken)
        if tag is not None:
            shelves = (self._tagged,)
        elif refused:
            shelves = (self._tagged, self._refused)
        found = heapq.merge(*(_above(shelf.kept, after) for shelf in shelves), key=lambda kept: -kept.number)
        return (kept for kept in found if tag is None or kept.tag == tag)


def _above(kept: Iterable[Kept], after: int) -> list[Kept]:
    """Those above a number, newest first; a copy, so that the door may go on."""
    found = []
    for request in reversed(list(kept)):
        if request.number <= after:
            break
        found.append(request)
    return found
