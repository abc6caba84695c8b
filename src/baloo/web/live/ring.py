"""What the door took in last, kept in memory within bounds of number and size.

The door pays for one tuple a request: nothing is read or laid out before somebody looks. Who looks comes by twice a second and
takes what is newer than what they know; nothing is queued for anybody, so that no number of watchers slows the door.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from baloo.ingest.verdict import Verdict

__all__ = ["Kept", "Ring"]

_REQUESTS = 400  # on each shelf
_SMALL = 10 << 10  # bytes of a body: 400 of these are no more than what large ones may have together
_LARGE = 4 << 20  # bytes of all large bodies


class Kept(NamedTuple):
    """One request: its number since the process started, its verdict, its body and its debug tag."""

    number: int
    verdict: Verdict
    body: bytes
    tag: str | None


_Row: TypeAlias = tuple[int, Verdict, bytes, str | None]  # of a Kept


class Ring:
    """The last requests, as a witness of the door. What was tagged and what was refused outlives a flood of other events.

    Bodies are in memory for as long as a request is among the last ones, and nowhere else: at most 16 MiB of them.
    """

    def __init__(self) -> None:
        self.last = 0
        """The number of the newest request; 0 before the first."""
        self._tagged: deque[_Row] = deque(maxlen=_REQUESTS)
        self._refused: deque[_Row] = deque(maxlen=_REQUESTS)
        self._taken: deque[_Row] = deque(maxlen=_REQUESTS)
        self._large: deque[_Row] = deque()
        self._size = 0  # of the large ones

    def saw(self, verdict: Verdict, body: bytes, tag: str | None) -> None:
        """Keep a request that is on disk, unless it says something of somebody who opted out."""
        if verdict.suppressed:
            return
        self.last = number = self.last + 1
        if len(body) > _SMALL:
            self._keep_large((number, verdict, body, tag))
        elif tag is not None:
            self._tagged.append((number, verdict, body, tag))
        elif verdict.refusals:
            self._refused.append((number, verdict, body, None))
        else:
            self._taken.append((number, verdict, body, None))

    def _keep_large(self, row: _Row) -> None:
        large = self._large
        large.append(row)
        self._size += len(row[2])
        while len(large) > _REQUESTS or (self._size > _LARGE and len(large) > 1):
            self._size -= len(large.popleft()[2])

    def forget(self) -> None:
        """Forget every request. Its number goes on, so that whoever looks again looks anew."""
        self.last += 1
        for shelf in (self._tagged, self._refused, self._taken, self._large):
            shelf.clear()
        self._size = 0

    def newest(self, after: int = 0, *, tag: str | None = None, refused: bool = False) -> Iterator[Kept]:
        """The requests with a number above `after`, newest first; only those with a tag, or with something refused, if asked."""
        shelves = [self._large, self._tagged]
        if tag is None:
            shelves += [self._refused] if refused else [self._refused, self._taken]
        found = heapq.merge(*(_above(shelf, after) for shelf in shelves), key=lambda row: -row[0])
        return (Kept._make(row) for row in found if tag is None or row[3] == tag)


def _above(shelf: deque[_Row], after: int) -> list[_Row]:
    """Those above a number, newest first; a copy, so that the door may go on."""
    found = []
    for row in reversed(list(shelf)):
        if row[0] <= after:
            break
        found.append(row)
    return found
