"""What the door says of a request: what to queue, and the outcome of each event in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from baloo.ingest.refusals import remedy_for
from baloo.queue.base import Request

__all__ = ["Outcome", "Verdict"]


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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The `request` to queue; nothing of it is kept before the queue says so."""

    request: Request

    @property
    def accepted(self) -> int:
        """How many events were accepted."""
        return len(self.request.events)

    @property
    def refused(self) -> int:
        """How many events were refused."""
        return len(self.request.refusals)

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcome of each event, in the order of the body."""
        return list(self._outcomes())

    def _outcomes(self) -> Iterator[Outcome]:
        refusals = {refusal.index: refusal for refusal in self.request.refusals}
        events = iter(self.request.events)
        for index in range(self.accepted + self.refused):
            bad = refusals.get(index)
            if bad is None:
                yield Outcome(index, True, next(events).id)
            else:
                yield Outcome(index, False, bad.id, bad.slug, bad.pointer, bad.reason, remedy_for(bad.slug))
