"""The lean way through the door: a whole body looked at once, which finds that each of its events is accepted, or finds nothing.

What it does not know it leaves to `judge`: other forms, other spellings, whatever is wrong. It must never accept what `judge`
refuses. It makes no event canonical; the queue's row holds the body.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Annotated, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from baloo.ingest.judge import GRACE, MAX_TEXT, MAX_URL, OPERATOR
from baloo.ingest.moment import EPOCH
from baloo.ingest.terms import Shape, Terms
from baloo.ingest.text import SURELY_FEW, keys
from baloo.queue.event import Texts

__all__ = ["Seen", "look"]

_Text: TypeAlias = Annotated[str, Meta(max_length=MAX_TEXT)] | UnsetType | None
_Plain: TypeAlias = str | int | float | bool | None
_Flat: TypeAlias = _Plain | list[_Plain] | dict[str, _Plain]
_Kind: TypeAlias = tuple[str, str, str, int | str]  # system, kind, schema, version
_Deep: TypeAlias = _Plain | list[_Flat] | dict[str, _Flat]  # deeper ones are for the judge, who counts how deep
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
    extra: dict[str, _Deep] | UnsetType | None = UNSET
    environment: Literal["production", "staging"] | UnsetType | None = UNSET


class Seen(NamedTuple):
    """A body all of whose events are accepted: how many there are of each (system, kind, schema, version), and their ids.

    `ids` is None where an event has none of its own.
    """

    kinds: Mapping[tuple[str, str, str, str], int]
    ids: Sequence[str] | None


_texts = Texts(_Event)


def look(body: bytes, terms: Terms, *, now: int, sender: str | None, doc_id: str | None) -> Seen | None:
    """What a body holds that neither begins nor ends with blanks; None where somebody must look again, event by event.

    `now` is microseconds since 1970. See `Door.accept` for the rest.
    """
    try:
        events: list[_Event] = _texts.read(body)
        if not events or not _each_key_once(body, events) or not _in_time([event.at for event in events], now):
            return None
    except (ValueError, OverflowError, TypeError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    given = [event.id for event in events if event.id]
    if not _are_uuids(given) or (doc_id is not None and (len(events) > 1 or given not in ([], [doc_id]))):
        return None
    kinds = _kinds(events)
    if not all(_is_somebody(event.actor) for event in events) or not _fit(events, kinds, terms, sender):
        return None
    told: Counter[tuple[str, str, str, str]] = Counter()
    for (system, kind, schema, version), count in kinds.items():
        told[system, kind, schema, str(version)] += count
    return Seen(told, [doc_id] if doc_id is not None else given if len(given) == len(events) else None)


def _each_key_once(body: bytes, events: list[_Event]) -> bool:
    """Whether no object names a key twice, no text holds U+0000, and no event has many keys.

    The decoder keeps one of two keys of the same name, so that what is encoded again has fewer quotation marks.
    """
    if b"\\" in body and (b"\\u0022" in body or b"\\u0000" in body):
        return False
    if body.count(b":") > SURELY_FEW and any(keys(event.extra) > SURELY_FEW for event in events):
        return False
    return body.count(b'"') == _encode(events).count(b'"')


def _in_time(written: list[str], now: int) -> bool:
    """Whether the moments are between 1970 and now. Raises ValueError, TypeError or OverflowError where one is none."""
    if {text[10] for text in written} != {"T"}:
        return False
    moments = [*map(dt.datetime.fromisoformat, written)]
    return min(moments) >= EPOCH and max(moments) <= EPOCH + dt.timedelta(microseconds=now + GRACE)


def _are_uuids(ids: list[str]) -> bool:
    """Whether each text of 36 letters is a UUID in lower case: in all of them together there are dashes and digits only."""
    letters = "".join(ids).encode()
    dashes = b"-" * len(ids)
    return (
        letters[8::36] == letters[13::36] == letters[18::36] == letters[23::36] == dashes
        and letters.translate(None, b"0123456789abcdef") == dashes * 4
    )


def _kinds(events: list[_Event]) -> Mapping[_Kind, int]:
    """How many events there are of each system, kind, schema and version as written."""
    found = [*map(_combination, events)]
    return {found[0]: len(found)} if found.count(found[0]) == len(found) else Counter(found)


def _is_somebody(who: _Actor) -> bool:
    account = who.account
    return bool(account and not account.isspace()) or any(
        text and not text.isspace() for text in (who.email, who.username, who.name))


def _fit(events: list[_Event], kinds: Iterable[_Kind], terms: Terms, sender: str | None) -> bool:
    """Whether the sender may send these kinds, and each `extra` has the shape that its schema asks for."""
    shapes: dict[_Kind, Shape | None] = {}
    for system, kind, schema, version in kinds:
        wanted = terms.kinds.get((system, kind))
        if wanted is None or (schema, str(version)) not in wanted.schemas or sender not in (None, OPERATOR, system):
            return False
        shapes[system, kind, schema, version] = wanted.schemas[schema, str(version)]
    if len(shapes) == 1:
        (shape,) = shapes.values()
        return shape is None or shape.fit([event.extra or {} for event in events])
    pairs = ((shapes[_combination(event)], event.extra or {}) for event in events)
    return all(shape is None or shape.validator.is_valid(extra) for shape, extra in pairs)
