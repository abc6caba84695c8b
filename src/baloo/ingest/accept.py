"""The door: every event, pushed or imported, passes `Door.accept` and becomes a row for the queue.

An event is accepted, normalised, or refused, whole, with pointer and reason. Nothing is dropped but events of people who opted
out or were erased: what is no JSON at all is an error to a sender over HTTP, who still has it, and a refusal in an import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from baloo.clock import Clock
from baloo.errors import InputError
from baloo.ingest.forms.mapped import apart
from baloo.ingest.judge import OPERATOR, Judge
from baloo.ingest.lean import Drops, Seen, look, look_at_all
from baloo.ingest.moment import micros
from baloo.ingest.refusals import Refused, remedy_for
from baloo.ingest.terms import Terms
from baloo.ingest.text import MAX_EVENTS, TooManyEvents, Unreadable, laborious, split, trimmed
from baloo.ingest.verdict import NOBODY, Outcome, Verdict
from baloo.people.marks import Suppressed
from baloo.queue.base import Event, Refusal, Request, Void, Written
from baloo.registry.model import Registry
from baloo.settings import Settings

__all__ = ["HTTP", "IMPORT", "OPERATOR", "Door", "Outcome", "Verdict"]

HTTP = "http"
IMPORT = "import"


class Door:
    """Judges bodies by the registry of the moment. Safe for one thread at a time."""

    def __init__(
        self, registry_provider: Callable[[], Registry], clock: Clock, settings: Settings, suppressed: Suppressed | None = None
    ) -> None:
        """`suppressed` knows whose events are to be dropped."""
        self._registry_provider = registry_provider
        self._clock = clock
        self._settings = settings
        self._suppressed = suppressed
        self._terms: Terms | None = None

    def accept(
        self, body: bytes, *, namespace: str, sender: str | None, via: str, doc_id: str | None = None,
        obsolete: tuple[str, ...] = (), single: bool = False, patient: bool | None = None, staging: bool = False,
    ) -> Verdict:
        """Judge each event of a body: one JSON object, an array, or one object a line.

        `sender` is the system whose token came with it, OPERATOR for any, None for nobody. Over HTTP an event of nobody is
        staging, and with `staging` each of them; an import without a sender is the operator's. `doc_id` is the id that the path
        gives; `obsolete` are the ids that this request takes back. With `single` the body is one event, whatever it looks like.
        With `patient`, which imports are, an event that is no JSON is refused like any other.

        Raises InputError for a body that cannot be read, with line and column, or has too many events; with `patient` only where
        it has no parts.
        """
        if sender is None and via != HTTP:
            sender = OPERATOR
        patient = via != HTTP if patient is None else patient
        staging = staging or sender is None
        now = micros(self._clock.now())
        voids = self.voids(obsolete, "obsolete", staging=staging)
        if not patient and laborious(body):
            raise InputError("Too many numbers are too large or too small to be read at once.", remedy="Send fewer, or as texts.")
        if via == HTTP and not single:
            seen = self._seen(body, now, namespace, sender, doc_id, voids, staging=staging)
            if seen is not None:
                return seen
        judge = Judge(self.terms(), now=now, sender=sender, longest=self._settings["max_body"], staging=staging)
        events: list[Event] = []
        refusals: list[Refusal] = []
        dropped: Counter[tuple[str, str]] = Counter()
        ids: list[str] = []
        drops = self._drops()
        texts = (body,) if single else split(body, patient=patient)
        for index, raw in enumerate(apart(texts, self.terms())):
            if index == MAX_EVENTS and not patient:
                raise TooManyEvents
            try:
                event = judge.judge(raw, doc_id)
                ids.append(event.id)
                if drops and drops(event.system, event.account, event.username, event.email, event.name):
                    dropped[event.system, event.schema] += 1
                else:
                    events.append(event)
            except Refused as refused:
                refusals.append(judge.refusal(index, raw, doc_id, refused))
            except Unreadable as bad:
                if not patient:
                    raise InputError(bad.reason, where=bad.place_in(body, index), remedy=remedy_for(bad.slug)) from None
                refusals.append(judge.refusal(index, raw, doc_id, Refused(bad.slug, "", bad.reason)))
        if doc_id is not None and len(ids) + len(refusals) > 1:
            raise InputError("The path names one id, and the body holds several events.",
                             remedy="Send one event, or leave the id out of the path.")
        return Verdict(Request(namespace, sender, now, via, tuple(events), tuple(refusals), voids), None, dropped or NOBODY, ids)

    def usual(self, body: bytes, *, namespace: str, sender: str | None, staging: bool) -> Verdict | None:
        """The verdict on a body over HTTP all of whose events are accepted as they stand; None where `accept` must judge."""
        if laborious(body):
            return None
        return self._seen(body, micros(self._clock.now()), namespace, sender, None, (), staging=staging)

    def usual_each(
        self, bodies: Sequence[bytes], *, namespace: str, sender: str | None, staging: bool
    ) -> list[Verdict] | None:
        """The verdicts on short bodies of one event each, in order, as `usual` has them; None where it must see to each."""
        now = micros(self._clock.now())
        bodies = [*map(trimmed, bodies)]
        found = look_at_all(bodies, self.terms(), now=now, sender=sender, drops=self._drops())
        if found is None:
            return None
        return [
            _verdict(Request(namespace, sender, now, HTTP, (), (), (), Written(body, None, staging)), seen)
            for body, seen in zip(bodies, found, strict=True)
        ]

    def _seen(
        self, body: bytes, now: int, namespace: str, sender: str | None, doc_id: str | None, voids: tuple[Void, ...], *,
        staging: bool,
    ) -> Verdict | None:
        body = trimmed(body)
        seen = look(body, self.terms(), now=now, sender=sender, doc_id=doc_id, drops=self._drops())
        if seen is None:
            return None
        return _verdict(Request(namespace, sender, now, HTTP, (), (), voids, Written(body, doc_id, staging)), seen)

    def _drops(self) -> Drops | None:
        """Says whose events are dropped; None where nobody's are."""
        return None if self._suppressed is None or self._suppressed.nobody else self._suppressed.covers

    def take_back(
        self, ids: tuple[str, ...], *, namespace: str, sender: str | None, via: str = HTTP, staging: bool = False,
    ) -> Verdict:
        """A request that takes documents back; with `staging`, as nobody does, those of staging alone."""
        voids = self.voids(ids, "deleted", staging=staging or sender is None)
        return Verdict(Request(namespace, sender, micros(self._clock.now()), via, voids=voids))

    @staticmethod
    def voids(ids: tuple[str, ...], why: str, *, staging: bool) -> tuple[Void, ...]:
        """The voids of these ids: in both environments, or in staging alone."""
        environments = ("staging",) if staging else ("production", "staging")
        return tuple(Void(doc, environment, why) for doc in ids for environment in environments)

    def terms(self) -> Terms:
        """What the registry of now asks for; laid out anew only when the registry is another one."""
        registry = self._registry_provider()
        if self._terms is None or registry is not self._terms.registry:
            self._terms = Terms(registry)
        return self._terms


def _verdict(request: Request, seen: Seen) -> Verdict:
    return Verdict(request if seen.ids is not None else request.whole(), seen)
