"""The engine's own tables in `data/derived`: rollups, the numbers of their sources, and the pulse (events by source and day).

A rollup is a large file and small signed ones beside it. Small ones are added up now and then, and all of them when they are
no longer small.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from baloo.lake.base import LakeSnapshot
from baloo.metrics.arrivals import live
from baloo.metrics.derived import Manifest
from baloo.metrics.files import Files, reading
from baloo.metrics.plan import Plan, Source
from baloo.metrics.rollup import Sources, counts_sql, details_sql
from baloo.metrics.session import Session
from baloo.metrics.statements import render
from baloo.registry.model import Registry

__all__ = ["Store"]

COUNTS = "source, identity_id, observation_id, day"
DETAILS = "source, part, identity_id, day, owner_key, object_key"
_FEW = 12  # small files beside a large one
_SMALL = 0.2  # of the large file's bytes

_SOURCES = {"number": "INTEGER", "name": "VARCHAR", "system": "VARCHAR", "kind": "VARCHAR"}


@dataclass
class Store:
    """The rollup files of one state."""

    session: Session
    files: Files
    plan: Plan
    registry: Registry
    counts: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    pulse: list[str] = field(default_factory=list)
    sources: Sources = field(default_factory=Sources)

    @classmethod
    def of(cls, session: Session, files: Files, plan: Plan, registry: Registry, manifest: Manifest) -> Store:
        """The store as a manifest has it."""
        engine = manifest.engine
        store = cls(session, files, plan, registry, list(engine["counts"]), list(engine["details"]), list(engine["pulse"]))
        for number, name, system, kind in session.run(reading(files.paths(engine["sources"]), ", ".join(_SOURCES))):
            store.sources.recall(number, name, system, kind)
        store.sources.lay_out_kinds(session)
        return store

    def build(self, lake: LakeSnapshot) -> None:
        """Roll up the whole lake."""
        events = live(lake)
        self._number(events)
        self.counts = [self._write("counts", counts_sql(events, signed=False))]
        self._lay_out_pulse(f"SELECT source, day, n FROM ({reading(self._paths(self.counts))}) AS c")
        self.details = self._scan(self.plan.sources, events, signed=False)

    def missing(self) -> list[Source]:
        """The sources of the plan that look into events and that the store does not have."""
        return [source for source in self.plan.sources if not source.base and not self.sources.knows(source)]

    def adapt(self, events: str) -> None:
        """Roll up what a changed plan asks of the events and the store does not have; forget what nobody asks for any more."""
        missing = self.missing()
        self.sources.keep(self.plan.sources)
        if missing:
            self._number(events)
            self.details += self._scan(missing, events, signed=False)

    def add_delta(self) -> None:
        """Add what table `delta` holds to the rollups of sources that the store has."""
        events = "SELECT * FROM delta"
        had = [source for source in self.plan.sources if not source.base and self.sources.knows(source)]
        self._number(events)
        self.counts.append(self._write("counts_delta", counts_sql(events, signed=True)))
        self.details += self._scan(had, events, signed=True)
        pulses = [
            f"({reading(self._paths(self.pulse))})",
            f"(SELECT source, day, n FROM ({reading(self._paths(self.counts[-1:]))}) AS c)",
        ]
        self._lay_out_pulse(" UNION ALL ".join(f"SELECT source, day, n FROM {pulse} AS p" for pulse in pulses))

    def tidy(self) -> None:
        """Add up small files where there are many."""
        self.counts = self._merged("counts", self.counts, COUNTS, "")
        self.details = self._merged("details", self.details, DETAILS, ", CAST(sum(points) AS BIGINT) AS points")

    def engine(self) -> dict[str, tuple[str, ...]]:
        """What the manifest says of the store; writes the numbers of the sources."""
        self.session.put("source_names", _SOURCES, self.sources.rows())
        numbers = self._write("sources", "SELECT * FROM source_names")
        return {"counts": tuple(self.counts), "details": tuple(self.details), "pulse": tuple(self.pulse), "sources": (numbers,)}

    def events(self) -> int:
        """How many events are counted."""
        return int(self.session.run(f"SELECT coalesce(sum(n), 0) FROM ({reading(self._paths(self.pulse))}) AS p")[0][0])

    def spans(self) -> tuple[dict[str, str], dict[str, str]]:
        """The first and the last known day of each system."""
        rows = self.session.run(
            f"SELECT k.system, min(p.day), max(p.day) FROM ({reading(self._paths(self.pulse))}) AS p "
            "JOIN kinds AS k ON k.source = p.source GROUP BY k.system ORDER BY k.system"
        )
        return {system: first.isoformat() for system, first, _ in rows}, {system: last.isoformat() for system, _, last in rows}

    def counts_of(self, test: str = "TRUE") -> str:
        """The base rollup, added up: source, identity_id, observation_id, day, n."""
        return self._netted(self.counts, COUNTS, "", test)

    def details_of(self, sources: Iterable[Source], test: str = "TRUE") -> str:
        """The rollups of sources that look into the event, added up; no rows where there are none."""
        numbers = ", ".join(str(self.sources.number(source)) for source in sources) or "NULL"
        if not self.details:
            return (
                "SELECT 0 AS source, '' AS part, CAST(0 AS BIGINT) AS identity_id, DATE '1970-01-01' AS day, "
                "CAST(0 AS BIGINT) AS owner_key, "
                "CAST(0 AS BIGINT) AS object_key, CAST(0 AS BIGINT) AS n, CAST(0 AS BIGINT) AS points WHERE FALSE"
            )
        points = ", CAST(sum(points) AS BIGINT) AS points"
        return self._netted(self.details, DETAILS, points, f"source IN ({numbers}) AND {test}")

    def _netted(self, names: Sequence[str], columns: str, points: str, test: str) -> str:
        rows = f"SELECT * FROM ({reading(self._paths(names))}) AS r WHERE {test}"
        if not any(map(_is_delta, names)):
            return rows
        return render("netted", columns=columns, points=points, rows=rows, test="> 0")

    def _number(self, events: str) -> None:
        for source in self.plan.sources:
            self.sources.number(Source(source.system, source.kind))
        self.sources.learn_kinds(self.session, events)

    def _scan(self, wanted: Iterable[Source], events: str, *, signed: bool) -> list[str]:
        name = "details_delta" if signed else "details"
        return [
            self._write(name, sql)
            for sql in details_sql(self.session, self.sources, wanted, events, self.registry, signed=signed)
        ]

    def _lay_out_pulse(self, rows: str) -> None:
        net = render("netted", columns="source, day", points="", rows=rows, test="> 0")
        self.pulse = [self._write("pulse", net)]

    def _merged(self, name: str, names: list[str], columns: str, points: str) -> list[str]:
        small = [name for name in names if _is_delta(name)]
        large = [name for name in names if not _is_delta(name)]
        if len(small) <= _FEW:
            return names
        part = sum(path.stat().st_size for path in self.files.paths(small)) < _SMALL * sum(
            path.stat().st_size for path in self.files.paths(large)
        )
        rows = reading(self._paths(small if part else names))
        merged = self._write(
            f"{name}_delta" if part else name, render("netted", columns=columns, points=points, rows=rows, test="<> 0")
        )
        return [*large, merged] if part else [merged]

    def _write(self, name: str, select: str) -> str:
        return self.files.write(self.session, name, select)

    def _paths(self, names: Iterable[str]) -> list[str]:
        return [str(path) for path in self.files.paths(names)]


def _is_delta(name: str) -> bool:
    return "_delta-" in name
