"""Bring `data/derived` up to date with the lake, the people and the registry: only what changed where that is known, else
everything."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from baloo.clock import Clock
from baloo.errors import StorageFull, is_full
from baloo.lake.base import LakeSnapshot
from baloo.metrics.arrivals import lay_out_delta, live, news, staging
from baloo.metrics.compile import compile_registry
from baloo.metrics.counting import HELD, Counting
from baloo.metrics.days import lay_out_days, lay_out_parts, lay_out_staff
from baloo.metrics.derived import Manifest, read_manifest, write_manifest
from baloo.metrics.files import Files, named, reading
from baloo.metrics.plan import Plan
from baloo.metrics.publish import Published, patch
from baloo.metrics.publish import whole as publish_whole
from baloo.metrics.session import Session
from baloo.metrics.store import Store
from baloo.metrics.touched import concerns, find_affected
from baloo.metrics.who import Who
from baloo.people.base import PeopleReader
from baloo.registry.model import Registry

__all__ = ["Refreshed", "refresh"]

_FORMAT = "1"  # of the engine's own tables; another one is not built on
_AFFECTED = 0.25  # of all persons; beyond, counting everybody costs no more


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did. `whole`: everybody was counted; `incremental`: only those concerned; `nothing`: the manifest stands."""

    mode: Literal["whole", "incremental", "nothing"]
    seconds: float
    version: int  # of the manifest
    added: int = 0  # events
    removed: int = 0  # events that were taken back or revised
    persons: int = 0  # whose intervals were computed


def refresh(
    *, derived: Path, lake: LakeSnapshot, people: PeopleReader, registry: Registry, clock: Clock,
    whole: bool = False, memory_mb: int = 1500, between: Callable[[], None] | None = None,
) -> Refreshed:  # fmt: skip
    """Count what arrived and publish it as a new manifest. Whenever it is stopped, the last manifest and its files stay whole.

    `whole` rebuilds everything from the lake. One refresh of a folder at a time; the caller sees to that.
    `between` is called before each step: a refresh can take long. Raises StorageFull where there is no room.
    """
    begun = time.monotonic()
    present = read_manifest(derived)
    temporary = derived / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        with Session(temporary, memory_mb, between) as session:
            run = _Run(session, derived, lake, people, registry, present, None if whole else _usable(derived, present, lake))
            mode = run.count()
            if mode != "nothing":
                run.publish(clock)
    except (OSError, duckdb.Error) as error:
        if is_full(error):
            raise StorageFull("The disk is full; the last counts stand.", where=str(derived), remedy="Make room.") from error
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Refreshed(mode, time.monotonic() - begun, run.version, run.added, run.removed, run.persons)


def _usable(derived: Path, manifest: Manifest | None, lake: LakeSnapshot) -> Manifest | None:
    """The manifest, where it can be built on."""
    if manifest is None or manifest.engine.get("format") != (_FORMAT,) or manifest.seq > lake.seq:
        return None
    return manifest if all((derived / name).exists() for name in named(manifest) if name.endswith(".parquet")) else None


class _Run:
    """One refresh."""

    def __init__(
        self, session: Session, derived: Path, lake: LakeSnapshot, people: PeopleReader, registry: Registry,
        present: Manifest | None, before: Manifest | None,
    ) -> None:  # fmt: skip
        self.session = session
        self.lake = lake
        self.registry = registry
        self.present = present
        self.before = before
        self.plan: Plan = compile_registry(registry)
        self.version = present.version if present else 0
        self.added = self.removed = self.persons = 0
        self.files = Files(derived, self.version + 1)
        self.same_plan = before is not None and before.engine.get("plan") == (self.plan.fingerprint(),)
        self.people = people

    def count(self) -> Literal["whole", "incremental", "nothing"]:
        """Do what has to be done, up to published files without a manifest."""
        since = self.before.people_version if self.before else None
        with ThreadPoolExecutor(1) as beside:  # people are read while events are rolled up
            changes = beside.submit(self.people.changes, since, self.registry.community.staff)
            partial = self._roll_up()
            self.who = Who(self.session, self.files, changes.result(), self.before.engine if self.before else None)
        partial = partial and self.same_plan and not self.who.whole
        if self.before and partial and not (self.added or self.removed or self.who.changed):
            same = not news(self.session, self.lake, self.before.seq) and self.before.people_version == self.who.version
            if same and self.before.registry_hash == self.registry.hash:
                return "nothing"
        lay_out_parts(self.store)
        self.counting = Counting(self.session, self.plan, self.store.sources)
        self.session.put("tops", HELD, [])
        if self.before and partial:
            find_affected(self.store)
            self._count_tops(self.before)
            self.persons = self.session.count("affected")
            if self.persons <= _AFFECTED * self.session.run("SELECT count(DISTINCT person) FROM members")[0][0]:
                self._count_affected()
                self.published: Published = patch(self.session, self.files, self.plan, self.counting, self.before)
                return "incremental"
        self._count_everybody()
        self.published = publish_whole(self.session, self.files, self.plan, self.counting)
        return "whole"

    def publish(self, clock: Clock) -> None:
        """Make everything durable, then name it in a new manifest, then delete what no manifest needs."""
        engine = {**self.store.engine(), **self.who.engine(), "format": (_FORMAT,), "plan": (self.plan.fingerprint(),)}
        engine["tops"] = (self.files.write(self.session, "tops", "SELECT t.node, p.name AS part, t.person, t.start, t.stop "
                                           "FROM tops AS t JOIN parts AS p ON p.part = t.part"),)  # fmt: skip
        first_days, last_days = self.store.spans()
        self.version += 1
        manifest = Manifest(
            version=self.version, seq=self.lake.seq, people_version=self.who.version, registry_hash=self.registry.hash,
            refreshed=clock.now().isoformat(), first_days=first_days, last_days=last_days,
            staging=staging(self.session, self.lake, self.before), no_number_before=self.plan.no_number_before, engine=engine,
            **self.published.parts(),
        )  # fmt: skip
        self.files.settle()
        write_manifest(self.files.folder, manifest)
        self.files.sweep(self.present, manifest)

    def _roll_up(self) -> bool:
        """Bring the rollups up to date; True where table `delta` says what changed in them."""
        if self.before and lay_out_delta(self.session, self.lake, self.before.seq):
            self.store = Store.of(self.session, self.files, self.plan, self.registry, self.before)
            for sign, events in self.session.run("SELECT sign, count(*) FROM delta GROUP BY sign"):
                self.added, self.removed = (events, self.removed) if sign > 0 else (self.added, events)
            if self.added or self.removed:
                self.store.add_delta()
            if not self.same_plan:
                self.store.adapt(live(self.lake))
            self.store.tidy()
            return True
        self.store = Store(self.session, self.files, self.plan, self.registry)
        self.store.build(self.lake)
        self.added = self.store.events()
        return False

    def _count_everybody(self) -> None:
        lay_out_days(self.store, self.plan.sources)
        lay_out_staff(self.store)
        self.counting.run()
        tops = ", ".join(str(self.counting.numbers[node]) for node in self.plan.tops) or "NULL"
        self.session.table("tops", f"SELECT * FROM held WHERE node IN ({tops})")
        self.persons = self.session.run("SELECT count(DISTINCT person) FROM held")[0][0]

    def _count_affected(self) -> None:
        concerned = "identity_id IN (SELECT m.identity FROM people AS m JOIN affected AS a ON a.person = m.person)"
        lay_out_days(self.store, self.plan.sources, test=concerned)
        lay_out_staff(self.store, test=concerned, roster="SELECT r.* FROM roster AS r JOIN affected AS a ON a.person = r.person")
        self.counting.run(given=self.plan.tops)

    def _count_tops(self, before: Manifest) -> None:
        """Leaves that compare people: counted for everybody where they are concerned; who came in or fell out is affected too."""
        old = reading(self.files.paths(before.engine["tops"]))
        self.session.table(
            "tops", f"SELECT t.node, p.part, t.person, t.start, t.stop FROM ({old}) AS t JOIN parts AS p ON p.name = t.part"
        )
        sources = list(dict.fromkeys(feed.source for node in self.plan.tops for feed in node.feeds))
        if not sources or not concerns(self.store, sources):
            return
        self.session.table("old_tops", "SELECT * FROM tops")
        lay_out_days(self.store, sources)
        self.session.put("staff_days", {"person": "BIGINT", "day": "DATE"}, [])
        self.counting.run_leaves(self.plan.tops)
        self.session.table("tops", "SELECT * FROM held")
        self.session.insert(
            "affected",
            """
            SELECT DISTINCT person FROM (
              (SELECT * FROM tops EXCEPT SELECT * FROM old_tops) UNION ALL (SELECT * FROM old_tops EXCEPT SELECT * FROM tops)
            ) AS d WHERE person NOT IN (SELECT person FROM affected)
        """,
        )
