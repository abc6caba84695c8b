"""What a part of somebody else's data becomes, by the `type`, `format` and `zone` that a mapping asks for, of CSV or of JSON.

What cannot be turned into it stays as it is: the door refuses it, with its reason.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["PER_SECOND", "TYPES", "document_id", "moment", "text"]

_NAMESPACE = uuid.UUID("5a1d1f9e-6f0e-5b6c-9d0a-7f7d7f5a8e11")  # of ids that are no UUID
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_ADDRESS = re.compile(r"\s*(?P<name>.*?)\s*<(?P<email>[^<>]*)>\s*", re.DOTALL)
_COMMENTED = re.compile(  # ama@example.org (Ama), as some write in mails, and ama at example.org, as lists do in their archives
    r"\s*(?P<email>[^\s<>@]+(?:@[^\s<>@]+| at [^\s<>@]+\.[^\s<>@.]+))\s*(?:\((?P<name>.*)\)\s*)?", re.DOTALL)
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def text(value: object) -> object:
    """A number as a text; what is neither stays as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def moment(value: object, form: str | None, zone: str | None) -> object:
    """A time in ISO 8601. `form` is one of strptime, `unix` (seconds since 1970) or `unix-ms`; None is ISO 8601 already."""
    if form is not None and form in PER_SECOND:
        return _since_1970(_number(value), PER_SECOND[form])
    if not isinstance(value, str) or not (form or zone):
        return text(value)
    try:
        found = dt.datetime.strptime(value, form) if form else dt.datetime.fromisoformat(value)  # noqa: DTZ007 - zone follows
    except ValueError:
        return value
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone or "UTC"))).isoformat()


def document_id(system: str, named: str) -> str:
    """A UUID as it is; of any other text, the one that stands for it in the system."""
    return str(uuid.UUID(named)) if _UUID.fullmatch(named.lower()) else str(uuid.uuid5(_NAMESPACE, f"{system}\x1f{named}"))


def _since_1970(value: object, per_second: int) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    try:
        return (_EPOCH + dt.timedelta(microseconds=round(value * (1_000_000 / per_second)))).isoformat()
    except OverflowError:
        return str(value)


def _number(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        number = float(value)
    except ValueError:
        return value.strip() or None
    if not math.isfinite(number):
        return value
    return number if set(value) & set(".eE") else int(value)


def _boolean(value: object) -> object:
    return _WORDS.get(str(value).strip().lower(), value)


def _list(value: object) -> object:
    return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


def _name(value: object) -> object:
    parts = _parts(value)
    return value if parts is None else parts[0]


def _email(value: object) -> object:
    parts = _parts(value)
    return parts and parts[1]


def _parts(value: object) -> tuple[str | None, str] | None:
    """Name and address of `Ama Mensah <ama@example.org>` or `ama@example.org (Ama Mensah)`; None of what has no address."""
    found = isinstance(value, str) and (_ADDRESS.fullmatch(value) or _COMMENTED.fullmatch(value))
    if not found:
        return None
    name = (found["name"] or "").strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1].replace('\\"', '"')
    return name or None, found["email"].replace(" at ", "@")


PER_SECOND: Final[Mapping[str, int]] = {"unix": 1, "unix-ms": 1_000}
"""Formats of a time that are numbers since 1970, and how many there are in a second."""

TYPES: Final[Mapping[str, Callable[[object], object]]] = {
    "text": text, "number": _number, "boolean": _boolean, "list": _list, "name": _name, "email": _email,
}
"""What makes a value of each type; `name` and `email` are parts of a text such as `Ama Mensah <ama@example.org>`."""
