"""The book: entries are written down, edited and taken back, through the one door and into the queue, with a trail of each."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa

from baloo.clock import Clock
from baloo.errors import InputError, UnknownName
from baloo.ingest.accept import Door
from baloo.ingest.refusals import remedy_for
from baloo.ingest.verdict import Verdict
from baloo.logbook.contributors import Contributor, known_as
from baloo.logbook.entry import Entry, Fault, entry_id, event_of
from baloo.logbook.found import Already, Stood
from baloo.logbook.places import Place
from baloo.people.marks import Suppressed, identities_of
from baloo.people.sql import note, select_in
from baloo.queue.base import Refusal
from baloo.queue.log import LogQueue
from baloo.records.store import Records
from baloo.records.trail import trail
from baloo.registry.model import Registry
from baloo.workspace import Workspace

if TYPE_CHECKING:
    from baloo.logbook.shelf import Shelf

__all__ = ["EDITED", "LOGGED", "TAKEN_BACK", "Book", "Step", "Unsettled", "Wanted"]

LOGGED, EDITED, TAKEN_BACK = "logged", "edited", "taken back"
_NAMESPACE, _VIA = "baloo", "log"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AT_ONCE = 1_000  # entries in one row of the queue
_FIELDS = {"/at": "date", "/object": "link", "/actor": "who", "/extra/description": "text"}


class Unsettled(InputError):
    """An entry is still being taken in, or somebody changed it meanwhile: it is to be looked at again."""

    slug = "unsettled"
    status = 409


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the trail of an entry. `made` is microseconds since 1970."""

    entry: str
    made: int
    who: str
    what: str
    how: str
    seq: int
    fields: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written down: the entry and who did it. `id` is made of both."""

    id: str
    contributor: Contributor
    entry: Entry


class Book:
    """The entries of a workspace. Safe for several threads."""

    def __init__(self, workspace: Workspace, records: Records, registry: Callable[[], Registry], clock: Clock) -> None:
        self.records = records
        self._workspace = workspace
        self._clock = clock
        self._suppressed = Suppressed(records)
        self._door = Door(registry, clock, workspace.settings, self._suppressed)
        self._judging = threading.Lock()

    def now(self) -> int:
        """This moment in microseconds since 1970."""
        return int(self._clock.now().timestamp() * 1_000_000)

    def shelf(self) -> Shelf:
        """What the lake has now. Raises StorageBroken where it cannot be read."""
        from baloo.logbook.shelf import Shelf  # noqa: PLC0415 - it needs the lake's library, and few ask

        return Shelf(self.records, self._workspace.lake)

    def wanted(self, place: Place, contributor: Contributor, entry: Entry) -> Wanted:
        """An entry with its id."""
        return Wanted(entry_id(self.records.secret, place, contributor.key, entry), contributor, entry)

    def faults(self, place: Place, wanted: Sequence[Wanted]) -> list[Fault | None]:
        """What the door says of each, which knows what may be dated ahead; nothing is kept."""
        if not wanted:
            return []
        verdict = self._judge(place, [event_of(place, one.entry, one.id, dict(one.contributor.actor) or {"account": "x"}, "")
                                      for one in wanted])
        found: list[Fault | None] = [None] * len(wanted)
        for one in verdict.refusals:
            found[one.index] = _fault(one)
        return found

    def already(self, place: Place, wanted: Sequence[Wanted], *, who: str) -> list[list[Already]]:
        """What other contributions of the same people there are on the same days, as far as `who` may know."""
        with self.records.engine.connect().execution_options(writes=False) as connection:
            whose = {
                person: identities_of(connection, [person]) for person in {one.contributor.person for one in wanted} - {0}
            }
        asked = [(whose.get(one.contributor.person, ()), one.entry) for one in wanted]
        return self.shelf().already(place, asked, who=who)

    def write(self, place: Place, wanted: Sequence[Wanted], *, who: str, how: str) -> list[str]:
        """Write entries down; the ids of those that were not there, which are durable when this returns.

        Who opted out is passed over as if they were written. Raises InputError where the door refuses one, StorageFull where
        there is no room: then the entries that were not answered may be sent again.
        """
        known = self.last(one.id for one in wanted)
        fresh = list({one.id: one for one in wanted if one.id not in known}.values())
        now = self.now()
        for start in range(0, len(fresh), _AT_ONCE):
            some = fresh[start : start + _AT_ONCE]
            actors = known_as(self.records, place.log.system, [one.contributor for one in some], who=who, now=now)
            events = [event_of(place, one.entry, one.id, actor, who) for one, (actor, _) in zip(some, actors, strict=True)]
            seq = self._keep(self._accepted(place, events))
            self._note(place, [one.id for one in some], LOGGED, who=who, how=how, seq=seq, now=now)
        return [one.id for one in fresh]

    def edit(self, place: Place, stood: Stood, contributor: Contributor | None, entry: Entry, *, who: str, how: str) -> bool:
        """Say anew what an entry says, and who it is of where `contributor` is given; False where nothing is another.

        `logged_by` stays. Raises what `write` raises.
        """
        self._unchanged(stood)
        actor, fields = dict(stood.actor), list(stood.entry.changed(entry))
        if contributor is not None:
            ((theirs, identity),) = known_as(self.records, place.log.system, [contributor], who=who, now=self.now())
            if identity != stood.identity or not identity:
                actor, fields = theirs, ["who", *fields]
        if not fields:
            return False
        event = event_of(place, entry, stood.id, actor, stood.logged_by, stood.extra)
        seq = self._keep(self._accepted(place, [event], namespace=stood.namespace))
        self._note(place, [stood.id], EDITED, who=who, how=how, seq=seq, now=self.now(), fields=" ".join(fields))
        return True

    def take_back(self, place: Place, stood: Stood, *, who: str, how: str) -> None:
        """Take an entry back: it counts no more. Raises StorageFull where there is no room."""
        self._unchanged(stood)
        with self._judging:
            verdict = self._door.take_back((stood.id,), namespace=stood.namespace, sender=place.log.system, via=_VIA)
        seq = self._keep(verdict)
        self._note(place, [stood.id], TAKEN_BACK, who=who, how=how, seq=seq, now=self.now())

    def stood(self, place: Place, ident: str) -> Stood:
        """An entry of the area as it stands. Raises UnknownName where there is none, Unsettled where it is on its way."""
        if not _UUID.fullmatch(ident):
            raise UnknownName("entry", ident[:60], ())
        step, shelf = self.last([ident]).get(ident), self.shelf()
        if step is not None and step.what != TAKEN_BACK and step.seq > shelf.through:
            raise Unsettled("This entry is still being taken in.", remedy="Try again in a moment.")
        found = [] if step is not None and step.what == TAKEN_BACK else shelf.entries(place, limit=1, ids=[ident])
        if not found:
            raise UnknownName("entry", ident, ())
        return found[0]

    def last(self, entries: Iterable[str]) -> dict[str, Step]:
        """The last step of each entry that has any."""
        return {step.entry: step for step in self._steps(sorted(set(entries)))}

    def trail(self, ident: str) -> list[Step]:
        """What was done with an entry, the first step first."""
        return self._steps([ident])

    def on_its_way(self, place: Place, shelf: Shelf) -> int:
        """How many steps of an area's entries are not in the lake yet."""
        c = trail.c
        query = sa.select(sa.func.count()).where(c.area == place.area.id, c.seq > shelf.through)
        with self.records.engine.connect().execution_options(writes=False) as connection:
            return int(connection.scalar(query) or 0)

    def _steps(self, entries: Sequence[str]) -> list[Step]:
        c = trail.c
        columns = [c.id, c.entry, c.made, c.who, c.what, c.how, c.seq, c.fields]
        with self.records.engine.connect().execution_options(writes=False) as connection:
            return [Step(*rest) for _, *rest in sorted(select_in(connection, columns, c.entry, entries))]

    def _unchanged(self, stood: Stood) -> None:
        """Raises Unsettled where somebody did something with the entry since it was read."""
        step = self.last([stood.id]).get(stood.id)
        if step is not None and (step.seq > stood.seq or step.what == TAKEN_BACK):
            raise Unsettled("Somebody changed this entry meanwhile.", remedy="Load it again, and look what it says now.")

    def _accepted(self, place: Place, events: Sequence[dict[str, object]], *, namespace: str = _NAMESPACE) -> Verdict:
        verdict = self._judge(place, events, namespace)
        for fault in map(_fault, verdict.refusals):
            raise InputError(fault.message, where=fault.field, remedy=fault.remedy)
        return verdict

    def _judge(self, place: Place, events: Sequence[dict[str, object]], namespace: str = _NAMESPACE) -> Verdict:
        body = b"\n".join(map(msgspec.json.encode, events))
        with self._judging:
            self._suppressed.renew()
            return self._door.accept(body, namespace=namespace, sender=place.log.system, via=_VIA)

    def _keep(self, verdict: Verdict) -> int:
        """The seq of the row, when it is on disk."""
        queue = LogQueue(self._workspace.queue)
        try:
            return queue.append([verdict.row])[0]
        finally:
            queue.close()

    def _note(
        self, place: Place, entries: Sequence[str], what: str, *, who: str, how: str, seq: int, now: int, fields: str = ""
    ) -> None:
        row = {"area": place.area.id, "made": now, "who": who, "what": what, "how": how, "seq": seq, "fields": fields}
        with self.records.engine.begin() as connection:
            connection.execute(sa.insert(trail), [{"entry": one, **row} for one in entries])
            said = entries[0] if len(entries) == 1 else f"{len(entries)} entries"
            note(connection, who, f"entry {what}", f"{said} of {place.area.id}, by {how}", now)


def _fault(refusal: Refusal) -> Fault:
    """What the door says of an event, as of a field of its entry."""
    name = _FIELDS.get(refusal.pointer, refusal.pointer.rpartition("/")[2] or "who")
    remedy = "Write it down when it was done." if refusal.slug == "too-far-ahead" else remedy_for(refusal.slug)
    return Fault(name, refusal.reason, remedy)
