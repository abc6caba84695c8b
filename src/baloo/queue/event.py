"""The event of version 1: as it is written, and made canonical as it goes to the lake. Nothing here says whether it is valid."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

__all__ = ["NO_EXTRA", "Actor", "Draft", "Event", "Texts", "canonical", "decode_any", "event_of", "moment", "said", "uuid_of"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_CONTENT = uuid.UUID("0b1c6d5e-6d3f-5b9c-9a43-b1a100000001").bytes  # the name space of ids made of what an event says
_T = TypeVar("_T")

canonical = msgspec.json.Encoder(order="sorted").encode
"""Canonical JSON: sorted keys, no blanks, UTF-8."""
decode_any = msgspec.json.Decoder().decode
"""Any JSON value."""
NO_EXTRA = msgspec.Raw(b"{}")
"""The `extra` of an event that has none."""


class Actor(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Who did it, as the system knows them; at least one field has a text."""

    account: str | None = None
    username: str | None = None
    email: str | None = None
    name: str | None = None


class Draft(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """An event of version 1 as it is written, typed but not judged."""

    schema: str
    version: int | str
    at: str
    system: str
    kind: str
    actor: Actor
    id: str | None = None
    object: str | None = None
    extra: msgspec.Raw = NO_EXTRA
    environment: str | None = None


class Event(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One accepted event, normalised. Personal data stands in `account`, `username`, `email` and `name` only.

    `at` is microseconds since 1970 in UTC; `offset` the minutes east of UTC as written, None where the event gave UTC as `Z`.
    `extra` is the JSON text of the event's `extra`, as it arrived. `body` is a 64-bit hash of the event's canonical JSON.
    """

    id: str
    schema: str
    version: str
    at: int
    offset: int | None
    system: str
    kind: str
    account: str | None
    username: str | None
    email: str | None
    name: str | None
    object: str | None
    extra: str
    environment: str  # production or staging
    body: int


class Texts:
    """Reads the texts of a body as values of one type: one JSON value, the elements of an array, or one value a line."""

    def __init__(self, one: type[_T]) -> None:
        self._one = msgspec.json.Decoder(one)
        self.one: Callable[[bytes], Any] = self._one.decode
        """Reads one JSON value. Raises what msgspec raises."""
        self._array = msgspec.json.Decoder(list[one]).decode  # type: ignore[valid-type] # a type at run time

    def read(self, body: bytes) -> list[Any]:
        """The values of a body that neither begins nor ends with blanks. Raises what msgspec raises."""
        if body[:1] == b"[":
            return self._array(body)
        if b"\n" in body:
            return self._one.decode_lines(body)
        return [self.one(body)]


def event_of(draft: Draft, extra: object, at: int, offset: int | None, *, doc_id: str | None, staging: bool) -> Event:
    """The event that a draft stands for. It has passed the door: `extra` is decoded, `at` and `offset` are its moment.

    An event without an id that came by an address without one has the id that is made of what it says.
    """
    who = draft.actor
    account, username, email, name = said(who.account), said(who.username), said(who.email), said(who.name)
    target = draft.object if draft.object and not draft.object.isspace() else None
    schema, version, system, kind = draft.schema, str(draft.version), draft.system, draft.kind
    essence = canonical((schema, version, at, offset, system, kind, account, username, email, name, target, extra))
    given = draft.id
    return Event(
        given.lower() if given is not None else doc_id or uuid_of(essence), schema, version, at, offset, system, kind,
        account, username, email, name, target, "{}" if extra is None else bytes(draft.extra).decode(),
        "staging" if staging else draft.environment or "production",
        int.from_bytes(hashlib.blake2b(essence, digest_size=8).digest(), "big", signed=True),
    )


def said(text: str | None) -> str | None:
    """A text of an actor in NFC; None where it says nothing."""
    if not text or text.isspace():
        return None
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def moment(text: str) -> tuple[int, int | None]:
    """(microseconds since 1970 in UTC, minutes east of UTC as written or None for `Z` and for no offset) of `2014-10-02T12:30…`.

    Raises ValueError or OverflowError where `text` is no moment of the calendar.
    """
    found = dt.datetime.fromisoformat(text)
    zone = found.tzinfo
    since = (found if zone is not None else found.replace(tzinfo=dt.UTC)) - _EPOCH
    at = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return at, None if zone is None or text[-1] == "Z" else _minutes(zone)


@lru_cache(256)
def _minutes(zone: dt.tzinfo) -> int | None:
    """The minutes east of UTC of a zone that is always the same."""
    offset = zone.utcoffset(None)
    return None if offset is None else (offset.days * 86_400 + offset.seconds) // 60


def uuid_of(content: bytes) -> str:
    """The UUID (version 5) that stands for a content."""
    digest = bytearray(hashlib.sha1(_CONTENT + content, usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
