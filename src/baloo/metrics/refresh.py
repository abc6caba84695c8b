"""Bring `data/derived` up to date with the lake, the people and the registry."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from baloo.clock import Clock
from baloo.lake.base import LakeSnapshot
from baloo.metrics.compile import compile_registry
from baloo.metrics.counting import Counting
from baloo.metrics.derived import Key, Manifest, read_manifest, write_manifest
from baloo.metrics.files import Files, reading
from baloo.metrics.plan import Plan
from baloo.metrics.rollup import Sources, counts_sql, details_sql
from baloo.metrics.session import Session
from baloo.metrics.statements import render
from baloo.people.base import PeopleChanges, PeopleReader
from baloo.registry.model import Registry

__all__ = ["Refreshed", "refresh"]

_EVENTS = "environment, seq, doc, system, kind, day, identity_id, observation_id, object, extra"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did."""

    mode: Literal["whole", "incremental", "nothing"]
    seconds: float
    version: int  # of the manifest
    added: int = 0  # events
    removed: int = 0
    persons: int = 0  # whose intervals were computed


def refresh(
    *, derived: Path, lake: LakeSnapshot, people: PeopleReader, registry: Registry, clock: Clock,
    whole: bool = False, memory_mb: int = 1500,
) -> Refreshed:  # fmt: skip
    """Count everything that arrived and publish it as a new manifest; whatever happens meanwhile, the last one stays whole."""
    begun = time.monotonic()
    previous = read_manifest(derived)
    temporary = derived / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    version = previous.version + 1 if previous else 1
    plan = compile_registry(registry)
    with Session(temporary, memory_mb) as session:
        files = Files(derived, version)
        manifest, added, persons = _whole(session, files, lake, people, registry, plan, clock, version)
        files.settle()
    write_manifest(derived, manifest)
    files.sweep(previous, manifest)
    return Refreshed("whole", time.monotonic() - begun, version, added=added, persons=persons)


def _live(lake: LakeSnapshot) -> str:
    events = f"({reading(lake.events, _EVENTS)})" if lake.events else "(SELECT NULL)"
    voids = f"SELECT doc, max(seq) AS last FROM ({reading(lake.voids, 'doc, seq')}) AS v GROUP BY doc"
    if not lake.voids:
        voids = "SELECT CAST(NULL AS BIGINT) AS doc, CAST(NULL AS BIGINT) AS last WHERE FALSE"
    return render("live", files=events, voids=voids)


def _whole(
    session: Session, files: Files, lake: LakeSnapshot, people: PeopleReader, registry: Registry, plan: Plan, clock: Clock, version: int
) -> tuple[Manifest, int, int]:
    sources = Sources()
    for source in plan.sources:
        sources.number(type(source)(source.system, source.kind))
    events = _live(lake)
    sources.learn_kinds(session, events)
    counts = files.write(session, "counts", counts_sql(events, signed=False))
    details = [files.write(session, "details", sql) for sql in details_sql(session, sources, plan.sources, events, registry, signed=False)]
    changes = people.changes(None, registry.community.staff)
    _people(session, changes)
    _days(session, sources, files.paths([counts]), files.paths(details), plan)
    counting = Counting(session, plan, sources)
    counting.run()
    keys, rows = _keys(session, plan, counting)
    session.put("key_of", {"node": "INTEGER", "part": "INTEGER", "key": "INTEGER"}, rows)
    session.table("rows", "SELECT k.key, h.person, h.start, h.stop FROM held AS h JOIN key_of AS k ON k.node = h.node AND k.part = h.part")
    staff = next(key.key for key in keys if key.measure == "staff")
    session.table("staff", f"SELECT person, start, stop FROM rows WHERE key = {staff}")
    intervals = files.write(session, "intervals", "SELECT * FROM rows ORDER BY key, person, start")
    deltas = files.write(session, "changes", render("deltas", rows="rows", staff="staff"))
    days = session.run(
        f"SELECT k.system, min(c.day), max(c.day) FROM ({reading(files.paths([counts]))}) AS c JOIN kinds AS k ON k.source = c.source GROUP BY k.system"
    )
    added = session.run(f"SELECT coalesce(sum(n), 0) FROM ({reading(files.paths([counts]))}) AS c")[0][0]
    manifest = Manifest(
        version=version, seq=lake.seq, people_version=changes.version, registry_hash=registry.hash, refreshed=clock.now().isoformat(),
        keys=tuple(keys), intervals=(intervals,), changes=(deltas,),
        first_days={system: first.isoformat() for system, first, _ in days}, last_days={system: last.isoformat() for system, _, last in days},
        no_number_before=plan.no_number_before, engine={"counts": (counts,), "details": tuple(details)},
    )  # fmt: skip
    return manifest, int(added), session.run("SELECT count(DISTINCT person) FROM people")[0][0]


def _people(session: Session, changes: PeopleChanges) -> None:
    session.put("members", {"identity": "BIGINT", "person": "BIGINT"}, changes.members)
    session.put("owners", {"owner_key": "BIGINT", "identity": "BIGINT"}, changes.owners)
    session.put("excluded", {"person": "BIGINT"}, [(person,) for person in changes.excluded])
    session.put("staff_observations", {"observation": "BIGINT"}, [(o,) for o in changes.staff_observations])
    session.put("roster", {"person": "BIGINT", "since": "DATE", "until": "DATE"},
                [(s.person_id, s.since or dt.date.min, s.until or dt.date.max) for s in changes.staff])


def _days(session: Session, sources: Sources, counts: list[Path], details: list[Path], plan: Plan) -> None:
    session.view("people", "SELECT identity, person FROM members WHERE person NOT IN (SELECT person FROM excluded)")
    session.view("owner_people", "SELECT o.owner_key, m.person FROM owners AS o JOIN members AS m ON m.identity = o.identity")
    plain = [sources.number(s) for s in plan.sources if not s.base and not s.keyed]
    keyed = [sources.number(s) for s in plan.sources if s.keyed]
    session.table("parts", "SELECT CAST(0 AS INTEGER) AS part, '' AS name")
    if details:
        names = session.run(f"SELECT DISTINCT part FROM ({reading(details)}) AS d WHERE part <> '' ORDER BY 1")
        session.put("parts", {"part": "INTEGER", "name": "VARCHAR"}, [(0, ""), *((n, name) for n, (name,) in enumerate(names, 1))])
    session.table("days", render("days", rollup=reading(counts, "source, identity_id, day, n"), part="CAST(0 AS INTEGER)"))
    read = reading(details) if details else "SELECT NULL::INTEGER AS source, ''::VARCHAR AS part, 0::BIGINT AS identity_id, DATE '2000-01-01' AS day, 0::BIGINT AS owner_key, 0::BIGINT AS object_key, 0::INTEGER AS n, 0::BIGINT AS points"
    if plain:
        some = f"SELECT d.source, d.identity_id, d.day, d.n, p.part FROM ({read}) AS d JOIN parts AS p ON p.name = d.part WHERE source IN ({', '.join(map(str, plain))})"
        session.insert("days", render("days", rollup=some, part="r.part"))
    session.table("keyed", render("keyed", rollup=f"SELECT * FROM ({read}) AS d WHERE source IN ({', '.join(map(str, keyed)) or 'NULL'})"))
    session.table("staff_days", f"""SELECT DISTINCT m.person, c.day FROM ({reading(counts)}) AS c JOIN staff_observations AS o ON o.observation = c.observation_id
      JOIN people AS m ON m.identity = c.identity_id""")


def _keys(session: Session, plan: Plan, counting: Counting) -> tuple[list[Key], list[tuple[int, int, int]]]:
    names = dict(session.run("SELECT part, name FROM parts"))
    numbers: dict[tuple[int, int], int] = {}
    keys = []
    held: dict[int, list[int]] = {}
    for node, part in session.run("SELECT DISTINCT node, part FROM held WHERE part <> 0 ORDER BY 1, 2"):
        held.setdefault(node, []).append(part)
    known = {e.scope: held.get(counting.numbers[e.node], []) for e in plan.entries if e.parted and e.measure == "known"}
    for entry in plan.entries:
        node = counting.numbers[entry.node]
        for part in known[entry.scope] if entry.parted else [0]:
            number = numbers.setdefault((node, part), len(numbers) + 1)
            keys.append(Key(number, f"{entry.scope}/{names[part]}" if entry.parted else entry.scope, entry.measure))
    return keys, [(node, part, key) for (node, part), key in numbers.items()]
