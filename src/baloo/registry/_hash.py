"""One text for what a registry means, the same however its files are laid out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

__all__ = ["meaning_hash"]

_BESIDE = (  # where it stands, where it comes from and how far it is change no count
    "file", "hash", "basis", "draft", "manual", "quarter", "silent_days", "source", "log",
)


def meaning_hash(*parts: object) -> str:
    """SHA-256, in hex, of registry values; comments, order of keys and order of files do not change it."""
    return hashlib.sha256(json.dumps([_plain(part) for part in parts], ensure_ascii=False).encode()).hexdigest()


def _plain(value: object) -> Any:  # noqa: ANN401 - a JSON value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return sorted(([_plain(key), _plain(item)] for key, item in value.items()), key=lambda pair: json.dumps(pair[0]))
    if isinstance(value, dt.date):
        return value.isoformat()
    kind: type[Any] = type(value)
    return [kind.__name__, *(_plain(getattr(value, name)) for name in _fields(kind))]  # type: ignore[arg-type] # classes are hashable


@cache
def _fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind) if f.name not in _BESIDE)
