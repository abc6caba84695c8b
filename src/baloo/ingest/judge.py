"""One event judged: read in whatever form it has, checked against the registry, made canonical."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from types import ModuleType

import msgspec

from baloo.errors import nearest
from baloo.ingest.forms import blackhole, eventgate, mapped, v01, v1
from baloo.ingest.forms.draft import Actor, Draft, marks
from baloo.ingest.moment import DAY, parse
from baloo.ingest.refusals import Refused
from baloo.ingest.terms import KindTerms, Terms
from baloo.ingest.text import canonical, plain, read
from baloo.queue.base import Event, Refusal

__all__ = ["MAX_TEXT", "MAX_URL", "OPERATOR", "Judge", "uuid_of"]

OPERATOR = "*"
"""The sender of an import for which the operator names no system: trusted for all of them."""
MAX_TEXT = 1_000
"""Longest text of an actor, in characters."""
MAX_URL = 4_000
"""Longest `object`, in characters."""

_GRACE = 300_000_000  # a sender's clock may run five minutes ahead of ours
_FORMS = (mapped, eventgate, blackhole, v01, v1)  # the first that fits reads
_CONTENT = uuid.UUID("0b1c6d5e-6d3f-5b9c-9a43-b1a100000001").bytes  # the name space of ids made of what an event says
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_decode = msgspec.json.Decoder().decode
_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Judge:
    """Judges the events of one request: the same terms, moment and sender for all of them; with `staging` all are staging."""

    def __init__(self, terms: Terms, *, now: int, sender: str | None, longest: int, staging: bool = False) -> None:
        self._terms = terms
        self._staging = staging
        self._longest = longest  # in bytes
        self._only = None if sender == OPERATOR else sender
        self._limit = now + _GRACE
        self._next_day = now - now % DAY + DAY

    def judge(self, raw: bytes, doc_id: str | None = None) -> Event:
        """The event that a text of one form or another holds.

        Raises Refused for one that does not validate, Unreadable for a text that is no JSON.
        """
        try:
            draft = v1.decode(raw)
            extra = _decode(draft.extra)
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
        return Refusal(
            index=index,
            id=given.lower() if _UUID(given.lower()) else uuid_of(raw),
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
            return self._event(draft, _decode(draft.extra), doc_id)
        except Refused as refused:
            raise Refused(refused.slug, _renamed(refused.pointer, form), refused.reason) from None

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
        account, username, email, name = _who(draft.actor)
        target = draft.object if draft.object and not draft.object.isspace() else None
        if target is not None and len(target) > MAX_URL:
            raise Refused("too-long", "/object", f"The text is longer than {MAX_URL:,} characters.")
        schema, version = draft.schema, str(draft.version)
        said = bytes(draft.extra).decode() if extra is not None else "{}"
        self._check_extra({} if extra is None else extra, wanted, schema, version)
        essence = canonical((schema, version, at, offset, system, kind, account, username, email, name, target, extra))
        return Event(
            _id(draft.id, doc_id) or uuid_of(essence), schema, version, at, offset, system, kind, account, username, email, name,
            target, said, self._environment(draft.environment),
            int.from_bytes(hashlib.blake2b(essence, digest_size=8).digest(), "big", signed=True),
        )

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

    def _environment(self, given: str | None) -> str:
        if given not in (None, "production", "staging"):
            close = nearest(given or "", ("production", "staging"))
            hint = f" Did you mean `{close}`?" if close else ""
            raise Refused("bad-environment", "/environment", f"There are two environments, `production` and `staging`.{hint}")
        return "staging" if self._staging else given or "production"


def uuid_of(content: bytes) -> str:
    """The UUID (version 5) that stands for a content."""
    digest = bytearray(hashlib.sha1(_CONTENT + content, usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _id(given: str | None, doc_id: str | None) -> str | None:
    """The id that the event gives, or the path; None where both leave it open."""
    if given is None:
        return doc_id
    if not _UUID(given):
        given = given.lower()
        if not _UUID(given):
            raise Refused("bad-id", "/id", "The id is not a UUID.")
    if doc_id is not None and given != doc_id:
        raise Refused("id-mismatch", "/id", "The path gives another id than the event.")
    return given


def _who(actor: Actor) -> tuple[str | None, str | None, str | None, str | None]:
    """The texts of an actor, NFC, None for the empty ones. Raises Refused where nothing is left."""
    who = (
        _text(actor.account, "account"), _text(actor.username, "username"),
        _text(actor.email, "email"), _text(actor.name, "name"),
    )
    if who == (None, None, None, None):
        raise Refused("no-actor", "/actor", "Nobody is named.")
    return who


def _text(text: str | None, field: str) -> str | None:
    if not text or text.isspace():
        return None
    if len(text) > MAX_TEXT:
        raise Refused("too-long", f"/actor/{field}", f"The text is longer than {MAX_TEXT:,} characters.")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _renamed(pointer: str, form: ModuleType) -> str:
    """A pointer of version 1 as one of the form that arrived."""
    names: dict[str, str] = form.NAMES
    return names.get(pointer, pointer)


def _said(raw: bytes) -> dict[str, str]:
    """The texts at the top of an event that may be no event at all."""
    try:
        parts = _decode_object(raw)
        return {key: value for key, part in parts.items() if isinstance(value := _decode(part), str)}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
