"""The lean way through the door: a whole body looked at once, which finds that each of its events is accepted, or finds nothing.

What it does not know it leaves to `judge`: other forms, other spellings, whatever is wrong. It must never accept what `judge`
refuses. It makes no event canonical; the queue's row holds the body.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from baloo.ingest.judge import GRACE, MAX_TEXT, MAX_URL, OPERATOR, is_uuid
from baloo.ingest.moment import DAY, EPOCH, are_usual, is_usual
from baloo.ingest.terms import Terms
from baloo.ingest.text import MAX_EVENTS, count
from baloo.queue.event import Texts, said

__all__ = ["Drops", "Seen", "look", "look_at_all"]

_Text: TypeAlias = Annotated[str, Meta(max_length=MAX_TEXT)] | UnsetType | None
_Plain: TypeAlias = str | int | float | bool | None
_Inner: TypeAlias = _Plain | list[_Plain] | Annotated[dict[str, _Plain], Meta(max_length=90)]
_Extra: TypeAlias = Annotated[dict[str, _Inner], Meta(max_length=100)]  # not deep, of 9,100 keys at most: else the judge counts
_Kind: TypeAlias = tuple[str, str, str, str]  # system, kind, schema, version
Drops: TypeAlias = Callable[[str, str | None, str | None, str | None, str | None], bool]
_combination = attrgetter("system", "kind", "schema", "version")
_encode = msgspec.json.Encoder().encode
_ERRORS = (ValueError, OverflowError, TypeError, RecursionError)  # msgspec's are ValueErrors


class _Actor(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    account: _Text = UNSET
    username: _Text = UNSET
    email: _Text = UNSET
    name: _Text = UNSET


class _Event(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """`queue.event.Draft` with all that a decoder can check; a key that is absent and one that is null differ."""

    schema: str
    version: int | str
    at: Annotated[str, Meta(min_length=20)]
    system: str
    kind: str
    actor: _Actor
    id: Annotated[str, Meta(min_length=36, max_length=36)] | UnsetType | None = UNSET
    object: Annotated[str, Meta(max_length=MAX_URL)] | UnsetType | None = UNSET
    extra: _Extra | UnsetType | None = UNSET
    environment: Literal["production", "staging"] | UnsetType | None = UNSET


class Seen(NamedTuple):
    """A body all of whose events are accepted: how many there are of each (system, kind, schema, version), and their ids.

    `ids` is None where an event has none of its own.
    """

    kinds: Mapping[_Kind, int]
    ids: Sequence[str] | None


_texts = Texts(_Event)


def look(
    body: bytes, terms: Terms, *, now: int, sender: str | None, doc_id: str | None, drops: Drops | None = None
) -> Seen | None:
    """What a body holds that neither begins nor ends with blanks; None where somebody must look again, event by event.

    `now` is microseconds since 1970; `drops` says of an event's system and actor whether it is to be dropped. See `Door.accept`
    for the rest.
    """
    try:
        events: list[_Event] = _texts.read(body)
        fits = 0 < len(events) <= MAX_EVENTS and _one_a_line(body, len(events))
        kinds = _kinds(body, events, terms, now, sender, drops) if fits else None
    except _ERRORS:
        return None
    ids = [event.id for event in events if event.id]
    if kinds is None or (doc_id is not None and (len(events) > 1 or ids not in ([], [doc_id]))):
        return None
    if doc_id is not None:
        ids = [doc_id]
    return Seen(kinds, ids if len(ids) == len(events) else None)


def look_at_all(
    bodies: Sequence[bytes], terms: Terms, *, now: int, sender: str | None, drops: Drops | None = None
) -> list[Seen] | None:
    """What bodies hold each of which is one event; None where somebody must look again, body by body. See `look`.

    Each is read by itself, so that no body ends what another begins. What is asked of an event does not lean on others.
    """
    try:
        events: list[_Event] = [*map(_texts.one, bodies)]
        if _kinds(b"".join(bodies), events, terms, now, sender, drops) is None:
            return None
    except _ERRORS:
        return None
    seen = []
    for event in events:
        known = terms.usual(_combination(event))
        if known is None:
            return None
        seen.append(Seen({known.kind: 1}, [event.id] if event.id else None))
    return seen


def _kinds(
    body: bytes, events: list[_Event], terms: Terms, now: int, sender: str | None, drops: Drops | None
) -> dict[_Kind, int] | None:
    """How many events of a body there are of each kind; None where one of them needs a second look.

    Raises ValueError, TypeError or OverflowError where a moment is none.
    """
    if not (
        _each_key_once(body, events) and _in_time([event.at for event in events], now)
        and _are_uuids([event.id for event in events if event.id]) and _are_somebody(events)
    ):
        return None
    if drops is not None and any(_dropped(event, drops) for event in events):
        return None
    return _fitting(events, terms, sender)


def _one_a_line(body: bytes, number: int) -> bool:
    """Whether so many events that are no array stand on a line each: the decoder also takes one that goes on over several."""
    return number == 1 or body[:1] == b"[" or count(body, b"\n") == number - 1


def _each_key_once(body: bytes, events: list[_Event]) -> bool:
    """Whether no object names a key twice, and no text holds U+0000.

    The decoder keeps one of two keys of the same name, so that what is encoded again has fewer colons; there are fewer of them to
    be counted than of quotation marks. Only an escaped one could make up for it.
    """
    if b"\\" in body and (b"\\u003" in body or b"\\u0000" in body):
        return False
    return count(body, b":") == count(_encode(events), b":")


def _in_time(written: list[str], now: int) -> bool:
    """Whether the moments are between 1970 and now. Raises ValueError, TypeError or OverflowError where one is none."""
    if not (are_usual(written) if len(written) > 1 else is_usual(written[0])):
        return False
    moments = [*map(dt.datetime.fromisoformat, written)]
    if max(written) < _long_ago(now // DAY) and min(written) >= "1970-01-02":
        return True
    return min(moments) >= EPOCH and max(moments) <= EPOCH + dt.timedelta(microseconds=now + GRACE)


@lru_cache(4)
def _long_ago(day: int) -> str:
    """The date before which it is the past everywhere on the day that is so many days after 1970 in UTC."""
    return (EPOCH + dt.timedelta(days=day - 1)).date().isoformat()


def _are_uuids(ids: list[str]) -> bool:
    """Whether each text of 36 letters is a UUID in lower case: in all of them together there are dashes and digits only."""
    if len(ids) == 1:
        return is_uuid(ids[0]) is not None
    letters = "".join(ids).encode()
    dashes = b"-" * len(ids)
    return (
        letters[8::36] == letters[13::36] == letters[18::36] == letters[23::36] == dashes
        and letters.translate(None, b"0123456789abcdef") == dashes * 4
    )


def _are_somebody(events: list[_Event]) -> bool:
    for event in events:
        who = event.actor
        account = who.account
        if not account or account.isspace():  # most have one
            others = (who.email, who.username, who.name)
            if not any(text and not text.isspace() for text in others):
                return False
    return True


def _dropped(event: _Event, drops: Drops) -> bool:
    who = event.actor
    return drops(event.system, *(said(text) if text else None for text in (who.account, who.username, who.email, who.name)))


def _fitting(events: list[_Event], terms: Terms, sender: str | None) -> dict[_Kind, int] | None:
    """How many events there are of each kind; None where the sender may not send one, or an `extra` has not its shape."""
    found = [*map(_combination, events)]
    if found.count(found[0]) == len(found):
        kind = _kind(found[0], events, terms, sender)
        return None if kind is None else {kind: len(found)}
    kinds: dict[_Kind, int] = {}
    for one, times in Counter(found).items():
        kind = _kind(one, [event for event, its in zip(events, found, strict=True) if its == one], terms, sender)
        if kind is None:
            return None
        kinds[kind] = kinds.get(kind, 0) + times
    return kinds


def _kind(one: tuple[str, str, str, int | str], alike: list[_Event], terms: Terms, sender: str | None) -> _Kind | None:
    """The kind of events that say the same of it; None where the sender may not send them, or an `extra` has not its shape."""
    known = terms.usual(one)
    if known is None or sender not in (None, OPERATOR, one[0]):
        return None
    if known.shape is not None and not known.shape.fit([event.extra or {} for event in alike]):
        return None
    return known.kind
