"""The lake: append-only tables of what arrived, in an open format (Delta), written with fsync by one process at a time.

Tables and their columns are part of the contract; the engine reads the data files directly with DuckDB.

`events`, one row an accepted revision of a document, partitioned by `received_month`:

| column | type | |
|---|---|---|
| seq | BIGINT | the queue row it came in; grows with time of arrival |
| received_month | VARCHAR | `2026-11` |
| received | TIMESTAMPTZ | |
| namespace, environment, id | VARCHAR | together the document |
| doc | BIGINT | 64-bit hash of the document's name |
| body | BIGINT | 64-bit hash of what it says |
| natural | BIGINT | 64-bit hash of the natural key, NULL where there is none |
| schema, version, system, kind | VARCHAR | |
| at | TIMESTAMPTZ | when it was done |
| at_offset | SMALLINT | minutes east of UTC as written |
| day | DATE | the UTC date of `at` |
| identity_id, observation_id | BIGINT | who, in the records |
| object | VARCHAR | canonical URL, NULL where there is none |
| extra | VARCHAR | JSON text |

`voids`, one row a document taken back or revised: `seq` BIGINT, `doc` BIGINT, `namespace`, `environment`, `id`, `why` VARCHAR,
`received_month`. Rows of `events` with the same `doc` and a lower `seq` are void. A revision is a void (`why` = `revised`) and a
new row with the same `seq` or a higher one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from baloo.lake.told import Told
from baloo.queue.base import Event

__all__ = ["EVENTS", "VOIDS", "Identities", "LakeSnapshot", "Loaded"]

EVENTS = "events"
VOIDS = "voids"
_COUNTS = ("accepted", "duplicates", "revised", "voided", "refused", "staging", "suppressed")


@dataclass(frozen=True, slots=True)
class LakeSnapshot:
    """One consistent view: the data files of each table that are live, and the last seq that they hold.

    `min_seq` of a file lets an incremental read skip it.
    """

    version: int
    seq: int
    events: tuple[str, ...]
    voids: tuple[str, ...]
    max_seq: tuple[int, ...] = ()  # of each file of `events`, in the same order


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one load did, or several: `first + second` is both."""

    through: int = 0  # seq; nothing is loaded before the first
    accepted: int = 0
    duplicates: int = 0
    revised: int = 0
    voided: int = 0
    refused: int = 0
    staging: int = 0
    suppressed: int = 0  # of people who opted out or were erased: not written
    by_via: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # the same for each `via` of a request but `http`
    told: Told | None = None  # of one load, for whoever watches

    def __add__(self, later: Loaded) -> Loaded:
        """This and what was loaded after it."""
        vias = {via: (self.by_via.get(via, {}), later.by_via.get(via, {})) for via in {**self.by_via, **later.by_via}}
        return Loaded(
            through=later.through,
            **{name: getattr(self, name) + getattr(later, name) for name in _COUNTS},
            by_via={via: {name: a.get(name, 0) + b.get(name, 0) for name in _COUNTS} for via, (a, b) in vias.items()},
        )


class Identities(Protocol):
    """What the loader needs of people: ids for actors. Implemented by `baloo.people`."""

    def suppressing(self) -> Callable[[Event], bool] | None:
        """Says of an event whether it is not to be kept, as of now; None where every event is."""
        ...

    def resolve(
        self, events: Sequence[Event], spans: Sequence[tuple[int, int]], owners: Sequence[tuple[str, str]]
    ) -> list[tuple[int, int]]:
        """(identity_id, observation_id) of each event's actor, made where they are new, and durable when this returns.

        An event stands for all of its actor; `spans` has the first and the last `at` of these. `owners` are (system, account) for
        which an identity has to stand too, so that it can be linked; no facts needed.
        """
        ...

    def erased(self, accounts: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        """Those of the accounts (system, account) whose owner was erased, as of the last `suppressing`."""
        ...

    def quarantine(self, seq: int, received: int, namespace: str, sender: str | None, refusals: Sequence[object]) -> None:
        """Keep refusals, once for each (seq, index)."""
        ...
