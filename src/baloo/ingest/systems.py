"""Which systems are in production: what their tokens send counts. All others are in staging, and only try out.

A system is let into production once one of its events was accepted: in staging, or from an import, by which the operator speaks
for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.clock import Clock
from baloo.errors import InputError
from baloo.ingest.moment import micros
from baloo.people.resolver import STAGING
from baloo.queue.base import Queue, decode
from baloo.records.audit import note
from baloo.records.store import Records
from baloo.records.tables import identities, promotions

__all__ = ["NotTried", "State", "Systems"]

_AT_ONCE = 1_000  # rows of the queue


class NotTried(InputError):
    """A system of which nothing was accepted yet."""

    slug = "not-tried"


@dataclass(frozen=True, slots=True)
class State:
    """Where a system stands: in production since a moment (microseconds since 1970) or, where that is None, in staging.

    `tried` says that an event of staging was accepted, `counted` that one of production was.
    """

    system: str
    promoted: int | None
    tried: bool
    counted: bool


class Systems:
    """Lets systems into production, and takes them back."""

    def __init__(self, records: Records, queue: Queue, clock: Clock) -> None:
        self._engine = records.engine
        self._queue = queue
        self._clock = clock

    def states(self, systems: Iterable[str]) -> Sequence[State]:
        """Where each of the systems stands."""
        waiting = self._waiting()  # looked at first: what leaves the queue meanwhile is among the identities
        with self._engine.connect().execution_options(writes=False) as connection:
            promoted = {row.system: row.made for row in connection.execute(sa.select(promotions.c.system, promotions.c.made))}
            known = set(connection.scalars(sa.select(identities.c.system).distinct())) | waiting
        return [State(name, promoted.get(name), name + STAGING in known, name in known) for name in systems]

    @staticmethod
    def promoted(records: Records, system: str) -> bool:
        """Whether what the system's tokens send counts."""
        with records.engine.connect().execution_options(writes=False) as connection:
            return connection.scalar(sa.select(promotions.c.made).where(promotions.c.system == system)) is not None

    def promote(self, system: str, who: str) -> bool:
        """Let a system into production; False where it is there already. Raises NotTried."""
        (state,) = self.states([system])
        if state.promoted is not None:
            return False
        if not state.tried and not state.counted:
            raise NotTried(
                f"No event of `{system}` was accepted yet, so nobody knows whether what it sends is right.",
                remedy="Send one with its token, see what becomes of it, and run this again.",
            )
        with self._engine.begin() as connection:
            now = micros(self._clock.now())
            connection.execute(sa.insert(promotions).values(system=system, made=now, who=who))
            note(connection, who, "system promoted", system, now)
        return True

    def demote(self, system: str, who: str = "operator") -> bool:
        """Put a system back into staging; False where it is there already. What it sent in production stays."""
        with self._engine.begin() as connection:
            fresh = bool(connection.execute(sa.delete(promotions).where(promotions.c.system == system)).rowcount)
            if fresh:
                note(connection, who, "system demoted", system, micros(self._clock.now()))
        return fresh

    def _waiting(self) -> set[str]:
        """Systems with accepted events in the queue, those of staging under the name that their identities get."""
        found: set[str] = set()
        after = 0
        while rows := self._queue.read(after, _AT_ONCE):
            after = rows[-1].seq
            for row in rows:
                found |= {e.system if e.environment == "production" else e.system + STAGING for e in decode(row.data).events}
        return found
