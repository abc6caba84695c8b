"""One text for what a registry means, the same however its files are laid out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["meaning_hash"]

_LAYOUT = ("file", "hash")  # where it stands is no part of what it says


def meaning_hash(*parts: object) -> str:
    """SHA-256, in hex, of registry values; comments, order of keys and order of files do not change it."""
    return hashlib.sha256(json.dumps([_plain(part) for part in parts], sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value: object) -> Any:  # noqa: ANN401 - a JSON value
    if dataclasses.is_dataclass(value):
        names = (f.name for f in dataclasses.fields(value) if f.name not in _LAYOUT)
        return [type(value).__name__, {name: _plain(getattr(value, name)) for name in names}]
    if isinstance(value, Mapping):
        return sorted(([_plain(key), _plain(item)] for key, item in value.items()), key=lambda pair: json.dumps(pair[0]))
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value
