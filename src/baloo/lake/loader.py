"""The loader: rows of the queue into the lake, exactly once.

The order makes it so. Identities and quarantine are durable first; then the voids are committed, then the events, each with
the seq of the last row as the transaction's version; only then are the rows dropped. After a crash between the two commits the
same rows are loaded again: the voids are there already, and the events are judged against the lake as it was before both.
"""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from arro3.core import Array, DataType, Table

from baloo.errors import StorageBroken
from baloo.lake.base import VOIDS, Identities, Loaded
from baloo.lake.batch import Batch, lay_out, read_batch
from baloo.lake.dedupe import Verdicts, judge
from baloo.lake.files import DataFile, blaming, quoted, write
from baloo.lake.keys import Keys
from baloo.lake.owners import hide_owners, owners
from baloo.lake.store import Lake
from baloo.lake.tables import MONTH
from baloo.lake.tally import tally
from baloo.memory import give_back
from baloo.queue.base import Event, Queue, Refusal, Request, Stored
from baloo.registry.model import Registry

__all__ = ["Loader"]

_MAX_ROWS = 50_000
_REST = 10.0  # seconds without a load after which the next is not soon
_MAX_BYTES = 32 << 20  # about 50,000 events of bodies, 100,000 of imports
_ACTORS = """
    CREATE OR REPLACE TEMP TABLE actors AS
    SELECT min(n) AS actor, min(epoch_us("at")) AS first, max(epoch_us("at")) AS last, list(n) AS places
    FROM batch GROUP BY environment, system, account, username, email, name
"""
_WHO = """
    CREATE OR REPLACE TEMP TABLE who AS
    SELECT unnest(places) AS n, identity_id, observation_id FROM actors JOIN resolved USING (actor)
"""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Loader:
    """Moves what waits in the queue into the lake. Its caller holds `lake.lock`.

    `registry_provider` gives the registry in force; `secret` (of the records) keys the natural keys.
    """

    def __init__(
        self,
        queue: Queue,
        lake: Lake,
        identities: Identities,
        registry_provider: Callable[[], Registry],
        secret: bytes,
    ) -> None:
        self._queue = queue
        self._lake = lake
        self._identities = identities
        self._registry = registry_provider
        self._secret = secret
        self._keys = Keys(lake)
        self._dropped = -1
        self._loaded = 0.0  # the moment of the last load

    def load_once(self, limit_rows: int = _MAX_ROWS, max_bytes: int = _MAX_BYTES) -> Loaded | None:
        """Load one batch and say what became of it; None where nothing waits.

        Raises StorageFull or StorageBroken where it cannot be written: the rows stay in the queue, and the next call begins
        again.
        """
        self._lake.refresh()
        before, begun = self._lake.events.through, self._lake.voids.through
        if self._dropped != before:  # a crash came between a commit and the drop
            if self._queue.last() < before:
                raise StorageBroken(
                    "The queue is younger than the lake: what it holds would be taken for loaded.",
                    where=str(self._lake.folder),
                    remedy="Restore queue and lake from the same backup.",
                )
            self._queue.drop(before)
        batch = self._read(before, begun, limit_rows, max_bytes)
        return None if batch is None else self._load(batch, before, voids_done=begun > before)

    def get_ready(self) -> None:
        """For when nothing waits: do some of what a later load would have to do first, and then hold no memory for it."""
        if not self._keys.get_ready() and time.monotonic() - self._loaded > _REST:
            self._loaded = math.inf  # until the next load there is no more to give back
            self._lake.close()
            give_back()

    def _read(self, before: int, begun: int, limit_rows: int, max_bytes: int) -> Batch | None:
        """The next batch; after a crash between the two commits, exactly the rows of the load that was begun."""
        if begun <= before:
            stored: Sequence[Stored] = self._queue.read(before, limit_rows, max_bytes)
            return self._decoded(stored) if stored else None
        stored = [row for row in self._queue.read(before, begun - before, 1 << 40) if row.seq <= begun]
        if not stored or stored[-1].seq != begun:
            raise StorageBroken(
                "The queue lacks rows of a load that was begun.", where=str(self._lake.folder / VOIDS),
                remedy="Restore queue and lake from the same backup.",
            )
        return self._decoded(stored)

    def _decoded(self, stored: Sequence[Stored]) -> Batch:
        return read_batch(stored, self._identities.suppressing())

    def _load(self, batch: Batch, before: int, *, voids_done: bool) -> Loaded:
        lake = self._lake
        lake.duckdb.execute("SET allocator_background_threads = true")  # gives memory back; a refresh that ends turns it off
        lay_out(lake.duckdb, batch, self._registry(), self._secret)
        voids = [str(lake.voids.folder / f.path) for f in lake.voids.files() if f.min_seq <= before]
        files = self._keys.narrow(lake.duckdb, lake.events.files())
        with blaming([*files, *voids]):
            verdicts = judge(lake.duckdb, batch, files, voids, before)
        if verdicts.gone:
            lake.duckdb.execute("DELETE FROM batch WHERE n IN (SELECT unnest($1))", [sorted(verdicts.gone)])
        self._resolve(batch)
        self._quarantine(batch, verdicts)
        if verdicts.voids and not voids_done:
            lake.voids.commit(self._void_files(batch, verdicts), through=batch.through)
        lake.events.commit(self._event_files(batch), through=batch.through)
        self._queue.drop(batch.through)
        self._dropped = batch.through
        self._loaded = time.monotonic()
        return tally(batch, verdicts)

    def _resolve(self, batch: Batch) -> None:
        """Find or make the identities of the events of the table `batch`, as the table `who`, and those of owners they name."""
        connection = self._lake.duckdb
        connection.execute(_ACTORS)
        found = connection.execute("SELECT actor, first, last FROM actors ORDER BY actor").fetchall()
        named = owners(connection, self._registry())
        if gone := self._identities.erased(named):
            hide_owners(connection, self._registry(), gone, self._secret)
        ids = self._identities.resolve(
            [batch.events[n] for n, *_ in found], [(first, last) for _, first, last in found],
            [owner for owner in named if owner not in gone],
        )  # fmt: skip
        connection.register("resolved", Table.from_pydict({
            "actor": Array([n for n, *_ in found], DataType.int32()),
            "identity_id": Array([identity for identity, _ in ids], DataType.int64()),
            "observation_id": Array([observation for _, observation in ids], DataType.int64()),
        }))
        connection.execute(_WHO)
        connection.unregister("resolved")

    def _quarantine(self, batch: Batch, verdicts: Verdicts) -> None:
        """Keep what the door refused and what belongs to another system."""
        theirs: dict[int, list[int]] = {}
        for n in verdicts.not_yours:
            theirs.setdefault(batch.seqs[n], []).append(n)
        first = 0
        for seq, request in batch.rows:
            refusals = list(request.refusals)
            if seq in theirs:
                places = _places(request)
                refusals += [_not_yours(batch.events[n], places[n - first]) for n in theirs[seq]]
            if refusals:
                self._identities.quarantine(seq, request.received, request.namespace, request.sender, refusals)
            first += len(request.events)

    def _event_files(self, batch: Batch) -> list[DataFile]:
        source = f"SELECT * FROM batch JOIN who USING (n) WHERE {MONTH} = "
        events = self._lake.events
        files = [
            write(self._lake.duckdb, events.columns, events.folder, month, source + quoted(month))
            for month in sorted(set(batch.months.values()))
        ]
        return [file for file in files if file is not None]

    def _void_files(self, batch: Batch, verdicts: Verdicts) -> list[DataFile]:
        months = batch.months
        seqs, docs, *texts = zip(*verdicts.voids, strict=True)
        columns: dict[str, Any] = {
            "seq": Array(list(seqs), DataType.int64()), "doc": Array(list(docs), DataType.int64()),
        }
        for name, values in zip(("namespace", "environment", "id", "why"), texts, strict=True):
            columns[name] = Array(list(values), DataType.utf8())
        columns[MONTH] = Array([months[seq] for seq in seqs], DataType.utf8())
        connection, voids = self._lake.duckdb, self._lake.voids
        connection.register("void_rows", Table.from_pydict(columns))
        files = [
            write(connection, voids.columns, voids.folder, month, f"SELECT * FROM void_rows WHERE {MONTH} = {quoted(month)}")
            for month in sorted({months[seq] for seq in seqs})
        ]
        connection.unregister("void_rows")
        return [file for file in files if file is not None]


def _places(request: Request) -> list[int]:
    """The place in the request of each of its events: those that the door's refusals leave."""
    refused = {refusal.index for refusal in request.refusals}
    return [place for place in range(len(request.events) + len(refused)) if place not in refused]


def _not_yours(event: Event, index: int) -> Refusal:
    """The refusal of an event whose document belongs to another system; its body says what the event said, in our own form."""
    actor = {"account": event.account, "username": event.username, "email": event.email, "name": event.name}
    at = _EPOCH + dt.timedelta(microseconds=event.at)
    if event.offset is not None:
        at = at.astimezone(dt.timezone(dt.timedelta(minutes=event.offset)))
    body = {
        "id": event.id, "schema": event.schema, "version": event.version, "at": at.isoformat(), "system": event.system,
        "kind": event.kind, "actor": {name: value for name, value in actor.items() if value}, "object": event.object,
        "extra": msgspec.Raw(event.extra.encode()), "environment": event.environment,
    }
    return Refusal(
        index, event.id, event.system, event.schema, "/id", "not-yours",
        "The document with this id belongs to another system; only that system may revise it.",
        msgspec.json.encode({name: value for name, value in body.items() if value is not None}),
    )
