"""JSON text: what cannot be read at all, what msgspec passes over in silence, and one body taken apart into its events."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from baloo.errors import InputError
from baloo.ingest.refusals import Refused, pointer_to, remedy_for, shown_name
from baloo.queue.event import canonical, decode_any

__all__ = [
    "MAX_DEPTH", "MAX_EVENTS", "MAX_KEYS", "SURELY_FEW", "TooManyEvents", "Unreadable", "count", "keys", "laborious", "plain",
    "read", "split", "trimmed",
]

MAX_DEPTH = 32
"""How deep objects and arrays of an event may nest."""
MAX_KEYS = 10_000
"""Keys that an event may have, those of inner objects with them."""
SURELY_FEW = MAX_KEYS - 20
"""Keys that `extra` may have without a second look at those beside it."""
MAX_EVENTS = 10_000
"""Events that one request may bring."""

_EXTREME = re.compile(rb"[\[,:\s]-?[0-9.]+[eE][+-]?[23][0-9]{2}(?=[,\]}\s])")
_MOST_EXTREME, _FEW_PARTS = 1_000, 5_000
_LONG = 8_192  # bytes from which on to count letters all at once is quicker than one by one
_decode_parts = msgspec.json.Decoder(list[msgspec.Raw]).decode
_skip = msgspec.json.Decoder(msgspec.Raw).decode


class TooManyEvents(InputError):
    """A request brings more events than one may."""

    slug = "too-many-events"
    status = 413

    def __init__(self) -> None:
        super().__init__(f"The request has more than {MAX_EVENTS:,} events.", remedy="Send fewer at once.")


class Unreadable(Exception):
    """Bytes that are no JSON: what is wrong, and (line, column) from 1 where that is known."""

    def __init__(self, reason: str, slug: str = "not-json", place: tuple[int, int] | None = None) -> None:
        super().__init__(slug)
        self.reason = reason
        self.slug = slug
        self.place = place

    def place_in(self, body: bytes, index: int) -> str | None:
        """Where in a body it is whose text `index` this was: a line and column, or the pointer of an element."""
        if index and body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[":
            return f"/{index}"
        lines = [number for number, line in enumerate(body.split(b"\n")) if line and not line.isspace()]
        line, column = self.place or (1, 0)
        line += lines[index] if index < len(lines) else 0
        return f"line {line}, column {column}" if column else f"line {line}" if index else None


def read(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """The value of one JSON text, checked for all that can be wrong with it.

    Raises Unreadable where it is not JSON or names a key twice, and Refused for JSON that no event may hold.
    """
    try:
        value = _value(raw)
        deep = raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and _depth(value) > MAX_DEPTH
    except RecursionError:
        deep = True
    if deep:
        raise Refused("too-deep", "", f"The event nests deeper than {MAX_DEPTH} levels.")
    if raw.count(b":") > MAX_KEYS and keys(value) > MAX_KEYS:
        raise Refused("too-many-keys", "", f"The event has more than {MAX_KEYS:,} keys.")
    refuse_duplicates(raw, value)
    if b"\\u0000" in raw:
        _refuse_nul(value, ())
    return value


def plain(raw: bytes, marks: int, inner: bytes, value: object) -> bool:
    """Whether a text certainly holds no escape, no second key of one name and nothing deep: a few scans, no second parse.

    `marks` is how many quotation marks the text has outside of its part `inner`, if each key stands there once; `inner` decoded
    to `value`. The decoder passes over a key that stands twice, so what is encoded again has fewer marks than the text.
    """
    return (
        b"\\" not in raw and inner.count(b"{") + inner.count(b"[") < MAX_DEPTH and inner.count(b":") < SURELY_FEW
        and raw.count(b'"') == marks + canonical(value).count(b'"')
    )


def refuse_duplicates(raw: bytes, value: object) -> None:
    """Raise Unreadable where an object of this JSON text, which decodes to `value`, names a key twice."""
    def once(pairs: list[tuple[str, object]]) -> None:
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise Unreadable(f"The key `{shown_name(key)}` is there twice in one object.", "duplicate-key")
            seen.add(key)

    if b"\\u0022" in raw or raw.count(b'"') != canonical(value).count(b'"'):
        json.loads(raw.decode(), object_pairs_hook=once, parse_int=str, parse_float=str)


def trimmed(body: bytes) -> bytes:
    """A body without byte order mark and without blanks around it."""
    return body.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")


def split(body: bytes, *, patient: bool = False) -> Iterator[bytes]:
    """The texts of the events in a body: one JSON value, the elements of an array, or one value a line (NDJSON).

    `patient`: a body of several lines that is no JSON is taken for lines, some of them broken.
    Raises InputError, before the first event, for a body that holds nothing or an array that cannot be read.
    """
    body = trimmed(body)
    if not body:
        raise InputError("The body is empty.", remedy="Send one event as JSON, an array of events, or one event a line.")
    if body[:1] == b"[" and not (patient and _starts_lines(body)):
        return iter(_elements(body))
    if b"\n" in body and not _is_json(body) and (patient or _starts_lines(body)):
        return (line for line in body.split(b"\n") if line and not line.isspace())
    return iter((body,))


def _elements(body: bytes) -> list[bytes]:
    try:
        parts = _decode_parts(body)
    except RecursionError:
        raise InputError("The array nests too deep to be read.", remedy="Send flatter events.") from None
    except msgspec.DecodeError as error:
        bad = _unreadable(body, error)
        raise InputError(bad.reason, where=bad.place_in(body, 0), remedy=remedy_for(bad.slug)) from None
    if not parts:
        raise InputError("The array holds no event.", remedy="Send at least one.")
    return [bytes(part) for part in parts]


def _starts_lines(body: bytes) -> bool:
    return b"\n" in body and _is_json(body[:body.index(b"\n")])


def _is_json(text: bytes) -> bool:
    try:
        _skip(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _value(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return decode_any(raw)
    except msgspec.ValidationError as error:
        pointer = _path(str(error)) or _too_large(_whole(raw), ()) or ""
        raise Refused("number-out-of-range", pointer, "A number is too large to be kept.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(raw, error) from None


def _whole(raw: bytes) -> object:
    """The value of a text of which no more is known than that a number in it is too large. Raises Unreadable."""
    try:
        return json.loads(raw, parse_int=_digits)
    except json.JSONDecodeError as error:
        raise Unreadable("This is not JSON, behind a number that is too large.", place=(error.lineno, error.colno)) from None
    except UnicodeDecodeError as error:
        raise _unreadable(raw, error) from None


def _path(message: str) -> str:
    _, _, path = message.partition(" - at `$")
    return "" if "[...]" in path else pointer_to(*path.rstrip("`").strip(".").split(".")) if path else ""


def _digits(text: str) -> float:
    """A whole number as far as it matters here, however long it is."""
    return math.inf if len(text) > 4_000 else 0.0


def _too_large(value: object, path: tuple[str | int, ...]) -> str | None:
    """The pointer of the first number that is too large."""
    if isinstance(value, float):
        return pointer_to(*path) if math.isinf(value) else None
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return next((found for key, part in parts if (found := _too_large(part, (*path, key))) is not None), None)


def _unreadable(raw: bytes, error: Exception) -> Unreadable:
    """What is wrong with a text, without a word of the text itself."""
    try:
        raw.decode()
    except UnicodeDecodeError as bad:
        return Unreadable("This is not UTF-8.", place=_place(raw, bad.start))
    message = str(error)
    if "truncated" in message:
        if b"\\ud" in raw.lower():
            return Unreadable("This is not JSON: half of a surrogate pair stands alone, or the text ends too early.")
        return Unreadable("This is not JSON: the text ends too early.", place=_place(raw, len(raw)))
    what, _, at = message.removeprefix("JSON is malformed: ").partition(" (byte ")
    return Unreadable(f"This is not JSON: {what}.", place=_place(raw, int(at[:-1])) if at else None)


def _place(raw: bytes, position: int) -> tuple[int, int]:
    before = raw[:position]
    line_start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[line_start:].decode(errors="replace")) + 1


def _depth(value: object) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        inner, depth = waiting.pop()
        deepest = max(deepest, depth if isinstance(inner, dict | list) else 0)
        if isinstance(inner, dict):
            waiting.extend((part, depth + 1) for part in inner.values())
        elif isinstance(inner, list):
            waiting.extend((part, depth + 1) for part in inner)
    return deepest


def laborious(body: bytes) -> bool:
    """Whether more than a thousand numbers of a body lie at the edge of what a double holds.

    Each of them takes the decoder several hundred times as long as any other, and a megabyte holds enough for seconds.
    """
    return (
        len(body) > _FEW_PARTS and count(body, b",") > _FEW_PARTS
        and len([*islice(_EXTREME.finditer(body), _MOST_EXTREME + 1)]) > _MOST_EXTREME
    )


def count(body: bytes, letter: bytes) -> int:
    """How often a letter stands in a body: what `bytes.count` says, several times as fast where the body is long."""
    if len(body) < _LONG:
        return body.count(letter)
    import numpy as np  # noqa: PLC0415 - who sends event by event does not pay for it

    return int(np.count_nonzero(np.frombuffer(body, np.uint8) == letter[0]))


def keys(value: object) -> int:
    """How many keys a JSON value has, those of inner objects with them."""
    if isinstance(value, dict):
        return len(value) + sum(map(keys, value.values()))
    return sum(map(keys, value)) if isinstance(value, list) else 0


def _refuse_nul(value: object, path: tuple[str | int, ...]) -> None:
    if isinstance(value, str) and "\0" in value:
        raise Refused("control-character", pointer_to(*path), "A text holds the character U+0000.")
    if isinstance(value, dict):
        for key, part in value.items():
            _refuse_nul(key, path)
            _refuse_nul(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            _refuse_nul(part, (*path, index))
