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

from baloo.ingest.judge import GRACE, MAX_TEXT, MAX_URL, OPERATOR
from baloo.ingest.moment import DAY, EPOCH, is_usual_end
from baloo.ingest.terms import Terms
from baloo.ingest.text import MAX_EVENTS
from baloo.queue.event import Texts, said

__all__ = ["Drops", "Seen", "look"]

_Text: TypeAlias = Annotated[str, Meta(max_length=MAX_TEXT)] | UnsetType | None
_Plain: TypeAlias = str | int | float | bool | None
_Inner: TypeAlias = _Plain | list[_Plain] | Annotated[dict[str, _Plain], Meta(max_length=90)]
_Extra: TypeAlias = Annotated[dict[str, _Inner], Meta(max_length=100)]  # not deep, of 9,100 keys at most: else the judge counts
_Kind: TypeAlias = tuple[str, str, str, str]  # system, kind, schema, version
Drops: TypeAlias = Callable[[str, str | None, str | None, str | None, str | None], bool]
_combination = attrgetter("system", "kind", "schema", "version")
_encode = msgspec.json.Encoder().encode


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
        usual = 0 < len(events) <= MAX_EVENTS and _each_key_once(body, events) and _in_time([event.at for event in events], now)
    except (ValueError, OverflowError, TypeError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    given = [event.id for event in events if event.id]
    if not usual or not _are_uuids(given) or (doc_id is not None and (len(events) > 1 or given not in ([], [doc_id]))):
        return None
    if drops is not None and any(_dropped(event, drops) for event in events):
        return None
    kinds = _fitting(events, terms, sender) if _are_somebody(events) else None
    if doc_id is not None:
        given = [doc_id]
    return None if kinds is None else Seen(kinds, given if len(given) == len(events) else None)


def _each_key_once(body: bytes, events: list[_Event]) -> bool:
    """Whether no object names a key twice, and no text holds U+0000.

    The decoder keeps one of two keys of the same name, so that what is encoded again has fewer colons; there are fewer of them to
    be counted than of quotation marks. Only an escaped one could make up for it.
    """
    if b"\\" in body and (b"\\u003" in body or b"\\u0000" in body):
        return False
    return body.count(b":") == _encode(events).count(b":")


def _in_time(written: list[str], now: int) -> bool:
    """Whether the moments are between 1970 and now. Raises ValueError, TypeError or OverflowError where one is none."""
    if {text[4:11:3] for text in written} != {"--T"}:
        return False
    if not all(map(is_usual_end, {text[-2:] if text[-1] == "Z" else text[-7:] for text in written})):
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
    counts = {found[0]: len(found)} if found.count(found[0]) == len(found) else Counter(found)
    kinds: dict[_Kind, int] = {}
    for one, count in counts.items():
        system, kind, schema, version = one
        wanted = terms.kinds.get((system, kind))
        key = (schema, str(version))
        if wanted is None or key not in wanted.schemas or sender not in (None, OPERATOR, system):
            return None
        shape = wanted.schemas[key]
        if shape is not None:
            alike = events if count == len(events) else [event for event, its in zip(events, found, strict=True) if its == one]
            if not shape.fit([event.extra or {} for event in alike]):
                return None
        kinds[system, kind, *key] = kinds.get((system, kind, *key), 0) + count
    return kinds
