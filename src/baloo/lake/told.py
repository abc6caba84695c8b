"""What a load tells whoever watches it: how long its events had waited, what became of them, and the last of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baloo.lake.batch import Batch
    from baloo.lake.dedupe import Verdicts

__all__ = ["HEARTBEAT", "LATEST", "OUTCOMES", "Latest", "Told", "tell"]

HEARTBEAT = "heartbeat"
"""`via` of a request that holds nothing and is followed from the door to the lake."""
OUTCOMES = ("kept", "duplicate", "revised", "not-yours", "suppressed")
_KIND = attrgetter("system", "schema")
LATEST = 50
"""Events whose arrival is remembered."""


@dataclass(frozen=True, slots=True)
class Latest:
    """An event that arrived, without whom it is about and what it says. `received` is microseconds since 1970."""

    received: int
    system: str
    kind: str
    schema: str
    version: str
    environment: str


@dataclass(frozen=True, slots=True)
class Told:
    """What one load tells. Moments are microseconds since 1970; `outcomes` counts by (outcome, system, schema)."""

    oldest: int  # when the first request of the load was received
    heartbeat: int | None = None  # when the last heartbeat in it was
    outcomes: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    latest: tuple[Latest, ...] = ()  # oldest first
    pushed: Mapping[str, int] = field(default_factory=dict)  # system to when its last request that counts was received


def tell(batch: Batch, verdicts: Verdicts) -> Told:
    """What a batch that is in the lake tells."""
    events = batch.events
    received = {seq: request.received for seq, request in batch.rows}
    names = list(map(_KIND, events))
    found: dict[tuple[str, str, str], int] = {}
    for outcome, places in zip(OUTCOMES[1:4], (verdicts.duplicates, verdicts.revised, verdicts.not_yours), strict=True):
        found.update({(outcome, *name): n for name, n in Counter(names[place] for place in places).items()})
    others = Counter(names)
    for (_, *name), n in found.items():
        others[name[0], name[1]] -= n
    found.update({("kept", *name): n for name, n in others.items() if n})
    found.update({("suppressed", *name): n for name, n in Counter((e.system, e.schema) for _, e in batch.suppressed).items()})
    first = max(0, len(events) - LATEST)
    return Told(
        oldest=batch.rows[0][1].received,
        heartbeat=max((request.received for _, request in batch.rows if request.via == HEARTBEAT), default=None),
        outcomes=found,
        latest=tuple(
            Latest(received[seq], event.system, event.kind, event.schema, event.version, event.environment)
            for seq, event in zip(batch.seqs[first:], events[first:], strict=True)
        ),
        pushed={  # what a sender pushes in one request is all of one system and environment
            request.events[0].system: request.received for _, request in batch.rows
            if request.via == "http" and request.sender and request.events and request.events[0].environment == "production"
        },
    )
