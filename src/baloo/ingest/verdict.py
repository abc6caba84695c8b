"""What the door says of a request: what to queue, and the outcome of each event in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from baloo.ingest.lean import Seen
from baloo.ingest.refusals import remedy_for
from baloo.queue.base import Refusal, Request, encode

__all__ = ["NOBODY", "Outcome", "Verdict"]

NOBODY: Final[Mapping[tuple[str, str], int]] = MappingProxyType({})
"""What is suppressed where nothing is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event: accepted with its id, or refused with pointer, slug, reason and remedy."""

    index: int
    accepted: bool
    id: str | None
    slug: str | None = None
    pointer: str | None = None
    reason: str | None = None
    remedy: str | None = None


class Verdict:
    """The request to queue, which `row` has as bytes; nothing of it is kept before the queue says so.

    `ids` are those of the events that were accepted, in order; `kinds` says how many of them there are of each (system, kind,
    schema, version). `suppressed` says how many events of each (system, schema) the door dropped because whose they are opted out
    or was erased: their sender hears that they were accepted, so that `ids` has theirs too, and `kinds` has them not. What nobody
    asks for is not laid out: most requests are known by their body alone.
    """

    __slots__ = ("_request", "accepted", "ids", "kinds", "suppressed")

    def __init__(
        self, request: Request, seen: Seen | None = None, suppressed: Mapping[tuple[str, str], int] = NOBODY,
        ids: Sequence[str] | None = None,
    ) -> None:
        self._request = request
        self.suppressed = suppressed
        told = seen.ids if seen is not None else ids
        self.ids = told if told is not None else [event.id for event in request.events]
        self.kinds: Mapping[tuple[str, str, str, str], int] = (
            seen.kinds if seen is not None else Counter((e.system, e.kind, e.schema, e.version) for e in request.events)
        )
        self.accepted = len(self.ids)

    @property
    def request(self) -> Request:
        """The request with its events, normalised."""
        self._request = self._request.whole()
        return self._request

    @property
    def row(self) -> bytes:
        """The row for the queue."""
        return encode(self._request)

    @property
    def sender(self) -> str | None:
        """The system whose token it came with."""
        return self._request.sender

    @property
    def namespace(self) -> str:
        """The namespace that it came to."""
        return self._request.namespace

    @property
    def refused(self) -> int:
        """How many events were refused."""
        return len(self._request.refusals)

    @property
    def refusals(self) -> Sequence[Refusal]:
        """What was refused, in the order of the body."""
        return self._request.refusals

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcome of each event, in the order of the body."""
        return list(self._outcomes())

    def _outcomes(self) -> Iterator[Outcome]:
        refusals = {refusal.index: refusal for refusal in self.refusals}
        ids = iter(self.ids)
        for index in range(self.accepted + self.refused):
            bad = refusals.get(index)
            if bad is None:
                yield Outcome(index, True, next(ids))
            else:
                yield Outcome(index, False, bad.id, bad.slug, bad.pointer, bad.reason, remedy_for(bad.slug))
