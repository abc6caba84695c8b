"""What the worker does, one thing at a time: load, join people, refresh the counts, compact."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baloo.errors import BalooError
from baloo.lake.base import LakeSnapshot, Loaded
from baloo.logs import log
from baloo.people.first import join
from baloo.people.marks import renew_opted_out
from baloo.worker.erasing import complete, erase_person
from baloo.worker.parts import Parts
from baloo.worker.report import Reporter
from baloo.worker.schedule import Schedule
from baloo.worker.search import Search

if TYPE_CHECKING:
    from baloo.metrics.refresh import Refreshed

__all__ = ["MANY", "Work"]

MANY = 10_000
"""Events in a batch behind which more are likely to wait."""
_PATIENCE = 20  # times as many files are borne while a batch has many events
_MEANWHILE = 0.5  # seconds between two loads during a refresh
_SHARE = 9  # times as long as the last load took a refresh goes on, unless much waits
_AT_ONCE = 3  # batches then at the most
_SETTLED = 60.0  # seconds after which a worker that began has shown what waits, and has time for what does not
_TIDY_EVERY = dt.timedelta(days=1)


class Work:
    """The work itself, without loop or locks."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.totals = Loaded(through=parts.lake.events.through)  # since the worker started
        self.reporter = Reporter(parts.workspace)
        self.search = Search(parts.workspace, parts.records)
        self.schedule = Schedule(parts.workspace, parts.registry, parts.records, parts.clock)
        self._unseen_people = True
        self._busy = False
        self._loaded = 0.0  # when something was loaded last
        self._cost = 0.0  # how many seconds it took
        self._batch = 0  # and how many requests it had
        self._settled = time.monotonic() + _SETTLED
        self._whole = False  # whether no erasure is left half done, as far as this process knows
        self._tidied: dt.datetime | None = None

    def load(self) -> int:
        """Take the next batch from the queue into the lake; how many events it had, 0 where nothing waited."""
        self.take_up()
        before, begun = self.parts.lake.events.through, time.monotonic()
        loaded = self.parts.loader.load_once()
        self._batch = self.parts.lake.events.through - before
        self._loaded = time.monotonic()
        self._cost = self._loaded - begun
        if loaded is not None:
            self.reporter.loaded(loaded)
        self.reporter.write()
        self._busy = loaded is not None and loaded.accepted >= MANY
        if loaded is None:
            return 0
        self.totals += loaded
        self.search.expect()
        self._unseen_people = self._unseen_people or bool(loaded.accepted)
        return max(1, loaded.accepted + loaded.duplicates)

    def pressed(self) -> bool:
        """Whether more waits than the last batch had, twice over: then it is no trickle that may wait."""
        return self.parts.queue.last() - self.totals.through > 2 * self._batch  # the lake may stand on a full disk

    def drain(self) -> None:
        """Load until the queue is empty."""
        while self.load():
            pass

    def load_waiting(self) -> None:
        """Load what waits now; a door that goes on is not waited for."""
        last = self.parts.queue.last()
        while self.parts.lake.events.through < last and self.load():
            pass

    def refresh(self, *, whole: bool = False, loading: bool = False) -> Refreshed:
        """Join people among what was loaded, by the first rules, and bring the counts up to date.

        With `loading` what arrives meanwhile is loaded meanwhile, and counted the next time.
        """
        from baloo.metrics.refresh import refresh  # noqa: PLC0415 - a worker that only loads needs no engine

        self.take_up()
        parts = self.parts
        registry = parts.registry()
        if parts.registry.trouble is not None:
            raise parts.registry.trouble
        self.join()
        done = refresh(
            derived=parts.workspace.derived, lake=self._sound(whole=whole), people=parts.people, registry=registry,
            clock=parts.clock, whole=whole, memory_mb=parts.workspace.settings["engine_memory_mb"],
            between=self._load_meanwhile if loading else None,
        )  # fmt: skip
        if done.mode != "nothing":
            self.reporter.refreshed(done.seconds)
        return done

    def _load_meanwhile(self) -> None:
        """Nobody's events wait long for the counting of others."""
        passed = time.monotonic() - self._loaded
        if passed > _MEANWHILE and (passed > _SHARE * self._cost or self.pressed()):
            for _ in range(_AT_ONCE):
                if not self.load() or not self.pressed():
                    break

    def join(self) -> None:
        """Know everybody who was loaded by person, as far as the first rules tell."""
        parts = self.parts
        if self._unseen_people:
            join(parts.records, now=parts.now())
            with parts.records.engine.begin() as connection:
                renew_opted_out(connection, parts.records.secret, parts.now())
            self._unseen_people = False

    def take_up(self) -> None:
        """Bring an erasure to its end that was stopped halfway, before anything else is done."""
        if not self._whole:
            self._whole = True
            try:
                complete(self)
            except BaseException:
                self._whole = False
                raise

    def erase(self, whose: Sequence[int], who: str) -> list[dict[str, Any]]:
        """Erase the person of these identities; see `baloo.worker.erasing`."""
        self._whole = True  # it takes up what was left, too
        try:
            return erase_person(self, whose, who=who)
        except BaseException:
            self._whole = False
            raise

    def forget_older_counts(self) -> None:
        """Delete what was counted before the present manifest."""
        from baloo.metrics.derived import read_manifest  # noqa: PLC0415 - see refresh
        from baloo.metrics.files import Files  # noqa: PLC0415 - the same

        Files(self.parts.workspace.derived, 0).sweep(read_manifest(self.parts.workspace.derived))

    def _sound(self, *, whole: bool) -> LakeSnapshot:
        """The lake as it is, when each file that a refresh is going to read is what its name says.

        Raises StorageBroken for one that is not: the engine would count from it without a word.
        """
        lake = self.parts.lake
        snapshot = lake.snapshot()
        counted = 0 if whole else self._counted()
        for file, last in zip(snapshot.events, snapshot.max_seq, strict=True):
            if last > counted:
                lake.verify(file)
        for file in snapshot.voids:
            lake.verify(file)
        return snapshot

    def compact(self) -> None:
        """Make a large file of many small ones, where there are many; while events come fast, only where there are very many."""
        if time.monotonic() < self._settled:
            return
        lake = self.parts.lake
        enough = self.parts.workspace.settings["compact_files"] * (_PATIENCE if self._busy else 1)
        if len(lake.events.files()) >= enough and (files := lake.compact(self._counted(), most=1)):
            log("compacted", files=files)

    def tidy(self) -> None:
        """Once a day: forget refused events that are past their time, and delete files that no table names any more."""
        parts, now = self.parts, self.parts.clock.now()
        if self._tidied is not None and now - self._tidied < _TIDY_EVERY:
            return
        self._tidied = now
        keep = dt.timedelta(days=parts.workspace.settings["quarantine_days"])
        forgotten = parts.quarantine.purge(int((now - keep).timestamp() * 1_000_000))
        deleted = parts.lake.vacuum(now)
        if forgotten or deleted:
            log("tidied", forgotten=forgotten, files=deleted)

    def _counted(self) -> int:
        from baloo.metrics.derived import read_manifest  # noqa: PLC0415 - see refresh

        manifest = read_manifest(self.parts.workspace.derived)
        return manifest.seq if manifest else 0

    def carry_out(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do what another process asks for (see `baloo.worker.control`)."""
        match order.get("do"):
            case "refresh":
                self.load_waiting()
                return asdict(self.refresh(whole=bool(order.get("whole")), loading=True))
            case "drain":
                self.drain()
                return asdict(self.totals)
            case "erase":
                return {"erasures": self.erase([int(n) for n in order.get("identities", ())], str(order.get("who", "operator")))}
            case "backup":
                from baloo.worker.backup import note  # noqa: PLC0415 - it needs what is here

                return note(self, Path(str(order["aside"])))
            case "totals":
                return asdict(self.totals)
        raise BalooError(
            f"The worker knows no order `{order.get('do')}`.", remedy="Restart the server: it may be of another version."
        )
