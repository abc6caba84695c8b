"""The quarantine: refused events as they arrived, each with its reason, to be looked at, replayed and, in time, forgotten.

Lists and groups show reasons and pointers; what an event says is given by `show` alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from baloo.errors import UnknownName
from baloo.ingest.accept import HTTP, Door
from baloo.ingest.judge import uuid_of
from baloo.ingest.refusals import remedy_for
from baloo.people.sql import chunks, insert_new, run_many, select_in
from baloo.queue.base import Refusal, Request, encode
from baloo.records.audit import note
from baloo.records.store import Records
from baloo.records.tables import quarantine

__all__ = ["Group", "Kept", "Quarantine", "Replayed", "Whole"]

REPLAY = "replay"
"""`via` of a request that replays what a known sender sent."""

_AT_ONCE = 200  # events replayed in one transaction of the queue
_FINAL = "not-yours"  # refused by the loader, which would refuse it again
_c = quarantine.c
_LISTED = (
    _c.id, _c.received, _c.namespace, _c.sender, _c.event_id, _c.system, _c.schema, _c.pointer, _c.slug, _c.reason, _c.state,
    _c.authenticated,
)


@dataclass(frozen=True, slots=True)
class Group:
    """How many events wait with the same slug, pointer and system; `first` and `last` are microseconds since 1970."""

    slug: str
    pointer: str
    system: str | None
    count: int
    first: int
    last: int
    reason: str  # of the newest
    remedy: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One refused event, without what it says. `received` is microseconds since 1970.

    `authenticated` says that its sender is known and in production: replayed, it may count.
    """

    id: int
    received: int
    namespace: str
    sender: str | None
    event_id: str | None
    system: str | None
    schema: str | None
    pointer: str
    slug: str
    reason: str
    state: str
    authenticated: bool

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return remedy_for(self.slug)


@dataclass(frozen=True, slots=True)
class Whole:
    """One refused event with its body, which may hold personal data."""

    kept: Kept
    body: bytes


@dataclass(slots=True)
class Replayed:
    """What a replay did: how many were tried, how many the door now took, how many it refused again, where and why."""

    tried: int = 0
    accepted: int = 0
    refused: int = 0
    again: Counter[tuple[str, str]] = field(default_factory=Counter, compare=False)  # (pointer, reason)


class Quarantine:
    """The refused events of one workspace."""

    def __init__(self, records: Records) -> None:
        self._engine = records.engine

    def keep(self, seq: int, received: int, namespace: str, sender: str | None, refusals: Sequence[object]) -> None:
        """Keep the refusals of one row of the queue, each once however often this is called for it.

        What waits already, word for word from the same sender, is not kept a second time; its time begins anew.
        """
        rows = [
            {
                "seq": seq, "index": refusal.index, "received": received, "namespace": namespace, "sender": sender,
                "event_id": refusal.id, "system": refusal.system, "schema": refusal.schema, "pointer": refusal.pointer,
                "slug": refusal.slug, "reason": refusal.reason, "body": refusal.body, "state": "waiting",
                "authenticated": sender is not None and not refusal.staging,
            }
            for refusal in refusals if isinstance(refusal, Refusal)
        ]
        with self._engine.begin() as connection:
            waiting = _waiting(connection, namespace, sender, rows)
            told = [waiting[key] for row in rows if (key := (row["event_id"], row["body"])) in waiting]
            fresh = {key: row for row in rows if (key := (row["event_id"], row["body"])) not in waiting}
            insert_new(connection, quarantine, list(fresh.values()))
            again = sa.update(quarantine).where(_c.id == sa.bindparam("kept")).values(received=received)
            run_many(connection, again, [{"kept": id_} for id_ in told])

    def groups(self, *, state: str = "waiting") -> Sequence[Group]:
        """What waits, by slug, pointer and system, the most frequent first."""
        newest = sa.func.max(_c.id).label("newest")
        grouped = (
            sa.select(
                _c.slug, _c.pointer, _c.system, newest, sa.func.count().label("n"),
                sa.func.min(_c.received).label("first"), sa.func.max(_c.received).label("last"))
            .where(_c.state == state).group_by(_c.slug, _c.pointer, _c.system).subquery()
        )
        g = grouped.c
        query = (
            sa.select(g.slug, g.pointer, g.system, g.n, g.first, g.last, _c.reason)
            .join_from(grouped, quarantine, _c.id == g.newest)
            .order_by(g.n.desc(), g.slug, g.pointer, g.system)
        )
        return [
            Group(slug, pointer, system, count, first, last, reason, remedy_for(slug))
            for slug, pointer, system, count, first, last, reason in self._rows(query)
        ]

    def list(
        self, *, slug: str | None = None, system: str | None = None, state: str | None = "waiting",
        after: int = 0, limit: int = 50,
    ) -> Sequence[Kept]:
        """Refused events with id > `after`, oldest first, without what they say."""
        query = sa.select(*_LISTED).where(_c.id > after).order_by(_c.id).limit(limit)
        for column, wanted in ((_c.slug, slug), (_c.system, system), (_c.state, state)):
            if wanted is not None:
                query = query.where(column == wanted)
        return [Kept(*row) for row in self._rows(query)]

    def newest(self, limit: int) -> Sequence[Kept]:
        """The refused events that came last, newest first, without what they say."""
        return [Kept(*row) for row in self._rows(sa.select(*_LISTED).order_by(_c.received.desc(), _c.id.desc()).limit(limit))]

    def show(self, id_: int) -> Whole:
        """One refused event with what it says. Raises UnknownName where there is none of this id."""
        for row in self._rows(sa.select(*_LISTED, _c.body).where(_c.id == id_)):
            return Whole(Kept(*row[:-1]), row[-1])
        raise UnknownName("refused event", str(id_), [])

    def waiting(self, *, slug: str | None = None, system: str | None = None) -> Sequence[int]:
        """The ids of events that a replay may bring in, oldest first."""
        query = sa.select(_c.id).where(_c.state == "waiting", _c.slug != _FINAL).order_by(_c.id)
        for column, wanted in ((_c.slug, slug), (_c.system, system)):
            if wanted is not None:
                query = query.where(column == wanted)
        return [row.id for row in self._rows(query)]

    def replay(
        self, door: Door, append: Callable[[Sequence[bytes]], object] | None, ids: Sequence[int] | Literal["all"],
        who: str = "operator",
    ) -> Replayed:
        """Send waiting events through the door again, with the registry of now; `who` does it, as the audit has it.

        `append` gives rows to the queue; an event counts as replayed only when it has returned. An event that is refused again
        stays, with its new reason. Sent twice, after a crash between, it is the same document and counts once. Without `append`
        they are judged, and everything stays as it is.
        """
        report = Replayed()
        for batch in self._waiting(ids):
            rows, done, again = [], [], []
            for whole in batch:
                request = _retry(door, whole)
                if request.events or not request.refusals:  # a mapping may ignore by now what it refused
                    rows.append(encode(request))
                    done.append(whole.kept.id)
                else:
                    again.append((whole.kept.id, request.refusals[0]))
            if append is not None:
                if rows:
                    append(rows)
                self._note(done, again, who, request.received)
            report.tried += len(batch)
            report.accepted += len(done)
            report.refused += len(again)
            report.again.update((refusal.pointer, refusal.reason) for _, refusal in again)
        return report

    def _note(self, done: Sequence[int], again: Sequence[tuple[int, Refusal]], who: str, now: int) -> None:
        """Write down what the door said to a replay."""
        with self._engine.begin() as connection:
            note(connection, who, "quarantine replayed", f"{len(done)} accepted, {len(again)} refused again", now)
            connection.execute(sa.update(quarantine).where(_c.id.in_(done)).values(state="replayed"))
            for id_, refusal in again:
                connection.execute(sa.update(quarantine).where(_c.id == id_).values(
                    slug=refusal.slug, pointer=refusal.pointer, reason=refusal.reason, system=refusal.system,
                    schema=refusal.schema))

    def purge(self, older_than: int) -> int:
        """Forget what was received before `older_than` (microseconds since 1970), replayed or not; how many there were."""
        with self._engine.begin() as connection:
            return connection.execute(sa.delete(quarantine).where(_c.received < older_than)).rowcount

    def _waiting(self, ids: Sequence[int] | Literal["all"]) -> Iterator[Sequence[Whole]]:
        """Waiting events with their bodies, in batches, oldest first."""
        known = self.waiting()
        wanted = known if ids == "all" else sorted(set(known).intersection(ids))
        for some in chunks(wanted, _AT_ONCE):
            query = sa.select(*_LISTED, _c.body).where(_c.id.in_(some)).order_by(_c.id)
            yield [Whole(Kept(*row[:-1]), row[-1]) for row in self._rows(query)]

    def _rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        with self._engine.connect().execution_options(writes=False) as connection:
            return connection.execute(query).all()


def _waiting(
    connection: sa.Connection, namespace: str, sender: str | None, rows: Sequence[Mapping[str, Any]],
) -> dict[tuple[str | None, bytes], int]:
    """Those of the rows that wait already: (id of the event, body) to the id under which it is kept."""
    columns = (_c.event_id, _c.body, _c.id, _c.namespace, _c.sender, _c.state)
    found = select_in(connection, columns, _c.event_id, sorted({row["event_id"] for row in rows if row["event_id"]}))
    return {(event, body): id_ for event, body, id_, *rest in found if rest == [namespace, sender, "waiting"]}


def _retry(door: Door, whole: Whole) -> Request:
    """What the door says today. What was tried out stays staging, and an id that was made of the bytes is made anew."""
    kept = whole.kept
    made = kept.event_id is None or kept.event_id == uuid_of(whole.body)
    verdict = door.accept(
        whole.body, namespace=kept.namespace, sender=kept.sender, via=REPLAY if kept.authenticated else HTTP,
        doc_id=None if made else kept.event_id, single=True, patient=True, staging=not kept.authenticated,
    )
    return verdict.request
