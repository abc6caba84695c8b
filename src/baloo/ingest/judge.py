"""One event judged: read in whatever form it has, checked against the registry, made canonical."""

from __future__ import annotations

import re
from types import ModuleType

import msgspec

from baloo.ingest.forms import blackhole, eventgate, mapped, v01, v1
from baloo.ingest.forms.draft import marks
from baloo.ingest.moment import DAY, parse
from baloo.ingest.refusals import Refused, begin_hints, nearest
from baloo.ingest.terms import KindTerms, Terms
from baloo.ingest.text import plain, read
from baloo.queue.base import Event, Refusal
from baloo.queue.event import Actor, Draft, decode_any, event_of, uuid_of

__all__ = ["GRACE", "MAX_TEXT", "MAX_URL", "OPERATOR", "Judge", "is_uuid", "uuid_of"]

OPERATOR = "*"
"""The sender of an import for which the operator names no system: trusted for all of them."""
MAX_TEXT = 1_000
"""Longest text of an actor, in characters."""
MAX_URL = 4_000
"""Longest `object`, in characters."""

is_uuid = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
"""Matches a UUID in lower case."""
GRACE = 300_000_000
"""A sender's clock may run so many microseconds ahead of ours."""
_FORMS = (mapped, eventgate, blackhole, v01, v1)  # the first that fits reads
_WHO = Actor.__struct_fields__
_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Judge:
    """Judges the events of one request: the same terms, moment and sender for all of them; with `staging` all are staging."""

    def __init__(self, terms: Terms, *, now: int, sender: str | None, longest: int, staging: bool = False) -> None:
        self._terms = terms
        self._staging = staging
        self._longest = longest  # in bytes
        self._only = None if sender == OPERATOR else sender
        self._limit = now + GRACE
        self._next_day = now - now % DAY + DAY
        begin_hints()

    def judge(self, raw: bytes, doc_id: str | None = None) -> Event:
        """The event that a text of one form or another holds.

        Raises Refused for one that does not validate, Unreadable for a text that is no JSON.
        """
        try:
            draft = v1.decode(raw)
            extra = decode_any(draft.extra)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._judge_slowly(raw, doc_id)
        if len(raw) > self._longest or not plain(raw, marks(draft), bytes(draft.extra), extra):
            return self._judge_slowly(raw, doc_id)
        return self._event(draft, extra, doc_id)

    def refusal(self, index: int, raw: bytes, doc_id: str | None, refused: Refused) -> Refusal:
        """What is kept of an event that is refused; its id is the one it gives, else one made of its bytes."""
        said = _said(raw)
        given = doc_id or said.get("id") or said.get("guid") or ""
        mapping = self._terms.mapping(said.get("mapping", ""))
        system = mapping.system if mapping else said.get("system") or said.get("source")
        schema = said.get("schema")
        if "$schema" in said:
            system, schema = eventgate.named(raw, self._terms)
        return Refusal(
            index=index,
            id=given.lower() if is_uuid(given.lower()) else uuid_of(raw),
            system=system if system in self._terms.systems else None,
            schema=schema if schema in self._terms.schemas else None,
            pointer=refused.pointer, slug=refused.slug, reason=refused.reason, body=raw, staging=self._staging,
        )

    def _judge_slowly(self, raw: bytes, doc_id: str | None) -> Event:
        """Any form, any fault: read whole, recognised by its keys, converted."""
        if len(raw) > self._longest:
            raise Refused("too-large", "", f"The event is longer than {self._longest:,} bytes.")
        value = read(raw)
        if not isinstance(value, dict):
            raise Refused("not-an-object", "", "An event is a JSON object.")
        form = next((form for form in _FORMS if form.fits(value)), None)
        if form is None:
            raise Refused("unknown-form", "", "No key of this object is one of an event.")
        try:
            draft = form.read(raw, self._terms)
            return self._event(draft, decode_any(draft.extra), doc_id)
        except Refused as refused:
            raise Refused(refused.slug, _renamed(refused.pointer, form, value), refused.reason) from None

    def _event(self, draft: Draft, extra: object, doc_id: str | None) -> Event:
        system, kind = draft.system, draft.kind
        wanted = self._terms.kinds.get((system, kind))
        if wanted is None:
            raise self._terms.unknown_kind(system, kind)
        if self._only is not None and system != self._only:
            raise Refused("other-system", "/system", f"This token is of the system `{self._only}` and of no other.")
        at, offset = parse(draft.at)
        if at < 0 or at > self._limit:
            self._check_day(at, wanted)
        _check_who(draft.actor)
        if draft.object and len(draft.object) > MAX_URL and not draft.object.isspace():
            raise Refused("too-long", "/object", f"The text is longer than {MAX_URL:,} characters.")
        self._check_extra({} if extra is None else extra, wanted, draft.schema, str(draft.version))
        _check_id(draft.id, doc_id)
        _check_environment(draft.environment)
        return event_of(draft, extra, at, offset, doc_id=doc_id, staging=self._staging)

    def _check_day(self, at: int, wanted: KindTerms) -> None:
        if at < 0:
            raise Refused("too-old", "/at", "The time is before 1970.")
        if at >= self._next_day + wanted.ahead * DAY:
            most = f"more than {wanted.ahead} days ahead" if wanted.ahead else "ahead"
            raise Refused("too-far-ahead", "/at", f"The time is still to come; events of this kind may not be dated {most}.")

    def _check_extra(self, extra: object, wanted: KindTerms, schema: str, version: str) -> None:
        if not isinstance(extra, dict):
            raise Refused("wrong-type", "/extra", "This must be an object.")
        try:
            shape = wanted.schemas[schema, version]
        except KeyError:
            raise self._terms.unknown_schema(wanted, schema) from None
        if shape is not None and not shape.validator.is_valid(extra):
            raise shape.refused(extra)


def _check_id(given: str | None, doc_id: str | None) -> None:
    if given is None:
        return
    if not is_uuid(given):
        given = given.lower()
        if not is_uuid(given):
            raise Refused("bad-id", "/id", "The id is not a UUID.")
    if doc_id is not None and given != doc_id:
        raise Refused("id-mismatch", "/id", "The path gives another id than the event.")


def _check_environment(given: str | None) -> None:
    if given not in (None, "production", "staging"):
        close = nearest(given or "", ("production", "staging"))
        hint = f" Did you mean `{close}`?" if close else ""
        raise Refused("bad-environment", "/environment", f"There are two environments, `production` and `staging`.{hint}")


def _check_who(actor: Actor) -> None:
    """Raise Refused where nobody is named, or somebody at too great a length."""
    named = False
    for field in _WHO:
        text = getattr(actor, field)
        if text and not text.isspace():
            named = True
            if len(text) > MAX_TEXT:
                raise Refused("too-long", f"/actor/{field}", f"The text is longer than {MAX_TEXT:,} characters.")
    if not named:
        raise Refused("no-actor", "/actor", "Nobody is named.")


def _renamed(pointer: str, form: ModuleType, value: dict[str, object]) -> str:
    """A pointer of version 1 as one of the form that arrived."""
    names: dict[str, str] = form.NAMES
    if "/extra/" in names and pointer.startswith("/extra/") and "extra" not in value:
        return pointer.replace("/extra/", names["/extra/"], 1)
    return names.get(pointer, pointer)


def _said(raw: bytes) -> dict[str, str]:
    """The texts at the top of an event that may be no event at all."""
    try:
        parts = _decode_object(raw)
        return {key: value for key, part in parts.items() if isinstance(value := decode_any(part), str)}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
