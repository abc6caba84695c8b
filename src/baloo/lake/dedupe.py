"""Which events of a batch are new, which repeat, revise or take back one that is there: DESIGN 3, "Same event" and "Voids".

DuckDB finds the few events that may have met before, by the 64-bit hashes `doc` and `natural`; what becomes of each of them is
decided here, one after the other in order of arrival, by the full names, so that two hashes that happen to be equal lose nothing.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import duckdb

from baloo.lake.base import EVENTS, VOIDS
from baloo.lake.batch import Batch, Taken
from baloo.lake.files import parquet
from baloo.lake.tables import TABLES
from baloo.queue.base import Event

__all__ = ["Verdicts", "VoidRow", "judge"]

_Name: TypeAlias = "tuple[str, str, str]"  # namespace, environment, id: a document
_Sameness: TypeAlias = "tuple[int, str, str, str]"  # natural, environment, system, kind


class VoidRow(NamedTuple):
    """A row of `voids`: it takes back rows of `events` with the same doc and a lower seq."""

    seq: int
    doc: int
    namespace: str
    environment: str
    id: str
    why: str


class _Live(NamedTuple):
    """A document as it stands: in the lake (n is None) or in the batch."""

    system: str
    body: int
    same: _Sameness | None
    doc: int
    n: int | None


@dataclass(slots=True)
class Verdicts:
    """What became of the batch. `gone` has the places of events that are not written; every other one is."""

    gone: set[int] = field(default_factory=set)
    voids: list[VoidRow] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)  # places
    revised: list[int] = field(default_factory=list)  # places of the events that revise
    not_yours: list[int] = field(default_factory=list)  # places of events whose document is another system's
    voided: list[Taken] = field(default_factory=list)
    voids_refused: list[Taken] = field(default_factory=list)  # from a sender whose document it is not


def judge(
    connection: duckdb.DuckDBPyConnection, batch: Batch, events: Sequence[str], voids: Sequence[str], through: int
) -> Verdicts:
    """Judge the tables `batch` and `taken` against each other and against the lake's files as they were at seq `through`."""
    return _Judge(_live_in_lake(connection, events, voids, through)).judge(batch, _suspects(connection))


class _Judge:
    """The documents that matter, as they stand while the batch is gone through."""

    def __init__(self, live: Sequence[tuple[_Name, _Live]]) -> None:
        self.verdicts = Verdicts()
        self._live: dict[_Name, _Live] = dict(live)
        self._same: defaultdict[_Sameness, set[_Name]] = defaultdict(set)
        for name, one in self._live.items():
            if one.same is not None:
                self._same[one.same].add(name)

    def judge(self, batch: Batch, suspects: Sequence[tuple[int, int, int | None]]) -> Verdicts:
        """Go through voids and suspects as they arrived; in one request the voids come first."""
        waiting = deque(batch.taken)
        for n, doc, natural in suspects:
            while waiting and waiting[0].seq <= batch.seqs[n]:
                self._take_back(waiting.popleft())
            self._arrive(n, doc, natural, batch.events[n], batch.namespaces[n], batch.seqs[n])
        for taken in waiting:
            self._take_back(taken)
        return self.verdicts

    def _arrive(self, n: int, doc: int, natural: int | None, event: Event, namespace: str, seq: int) -> None:
        name = (namespace, event.environment, event.id)
        same = _sameness(natural, event.environment, event.system, event.kind)
        found = self._live.get(name)
        if found is None:
            if same is not None and self._same.get(same):
                self._leave_out(n, self.verdicts.duplicates)
                return
        elif found.system != event.system:
            self._leave_out(n, self.verdicts.not_yours)
            return
        elif found.body == event.body:
            self._leave_out(n, self.verdicts.duplicates)
            return
        else:
            self._remove(name, found, seq, "revised")
            self.verdicts.revised.append(n)
        self._live[name] = _Live(event.system, event.body, same, doc, n)
        if same is not None:
            self._same[same].add(name)

    def _take_back(self, taken: Taken) -> None:
        name = (taken.namespace, taken.void.environment, taken.void.id)
        found = self._live.get(name)
        if found is None:
            return
        open_door = taken.sender is None and taken.void.environment == "staging"
        if not open_door and found.system != taken.sender:
            self.verdicts.voids_refused.append(taken)
            return
        self._remove(name, found, taken.seq, taken.void.why)
        self.verdicts.voided.append(taken)

    def _leave_out(self, n: int, why: list[int]) -> None:
        why.append(n)
        self.verdicts.gone.add(n)

    def _remove(self, name: _Name, found: _Live, seq: int, why: str) -> None:
        """A row of the lake gets a row of `voids`; one of this batch is not written at all."""
        del self._live[name]
        if found.same is not None:
            self._same[found.same].discard(name)
        if found.n is None:
            self.verdicts.voids.append(VoidRow(seq, found.doc, *name, why))
        else:
            self.verdicts.gone.add(found.n)


def _sameness(natural: int | None, environment: str, system: str, kind: str) -> _Sameness | None:
    return None if natural is None else (natural, environment, system, kind)


def _live_in_lake(
    connection: duckdb.DuckDBPyConnection, events: Sequence[str], voids: Sequence[str], through: int
) -> list[tuple[_Name, _Live]]:
    """The live documents in the lake that share a hash with the batch; those without a void of a higher seq.

    The hashes of all rows are read, and of the rows that were hit alone the rest: 0.2 s instead of 2 s in 10 million.
    """
    files = parquet(events, TABLES[EVENTS], places=True)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE hits AS
        SELECT filename, file_row_number FROM {files} WHERE doc IN (SELECT doc FROM batch UNION ALL SELECT doc FROM taken)
        UNION
        SELECT filename, file_row_number FROM {files} WHERE "natural" IN (SELECT "natural" FROM batch)
    """)
    hit = [file for (file,) in connection.execute("SELECT DISTINCT filename FROM hits").fetchall()]
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE found AS
        SELECT doc, seq, namespace, environment, id, system, kind, body, "natural"
        FROM {parquet(hit, TABLES[EVENTS], places=True)} SEMI JOIN hits USING (filename, file_row_number)
    """)
    rows = connection.execute(f"""
        WITH void AS (
            SELECT doc, max(seq) AS last FROM {parquet(voids, TABLES[VOIDS])}
            WHERE seq <= {int(through)} AND doc IN (SELECT doc FROM found) GROUP BY doc
        )
        SELECT namespace, environment, id, system, body, "natural", kind, doc
        FROM found LEFT JOIN void USING (doc) WHERE last IS NULL OR seq >= last ORDER BY seq
    """).fetchall()
    return [
        ((namespace, environment, id_), _Live(system, body, _sameness(natural, environment, system, kind), doc, None))
        for namespace, environment, id_, system, body, natural, kind, doc in rows
    ]


def _suspects(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int, int | None]]:
    """(n, doc, natural) of the events that share a hash with another one of the batch, a void of it, or a row of the lake."""
    return connection.execute("""
        SELECT n, doc, "natural" FROM batch
        WHERE doc IN (SELECT doc FROM batch GROUP BY doc HAVING count(*) > 1)
           OR doc IN (SELECT doc FROM taken)
           OR doc IN (SELECT doc FROM found)
           OR "natural" IN (SELECT "natural" FROM batch WHERE "natural" IS NOT NULL GROUP BY "natural" HAVING count(*) > 1)
           OR "natural" IN (SELECT "natural" FROM found WHERE "natural" IS NOT NULL)
        ORDER BY n
    """).fetchall()


