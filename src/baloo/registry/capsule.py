"""EventLogging's capsule, as its server made it: the door makes it of a beacon, and an import of a line of its old logs."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final
from urllib.parse import unquote_plus

__all__ = ["EVENT_ERROR", "capsule_uuid", "event_error", "unquoted"]

EVENT_ERROR: Final = "EventError"
"""The schema of what EventLogging makes of events that fail."""

_REVISION = 14035058
_SCHEMA_IN = re.compile(r"%22schema%22%3A%22([A-Za-z0-9_-]{1,63})%22")
_REVISION_IN = re.compile(r"%22revision%22%3A(\d{1,15})")


def capsule_uuid(received_from: object, number: object, moment: object) -> str:
    """The id of a capsule, in hex: a UUID (version 5, of URLs) of the host that received it, its number there, and the time."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"event://{received_from}/?seqId={number}&dt={moment}").hex


def event_error(raw: str, message: str, around: dict[str, Any]) -> dict[str, Any]:
    """The capsule of a text that is none, with the schema and revision that can be found in it, else `unknown` and -1."""
    schema, revision = _SCHEMA_IN.search(raw), _REVISION_IN.search(raw)
    event = {
        "rawEvent": raw, "message": message, "code": "processor",
        "schema": schema[1] if schema else "unknown", "revision": int(revision[1]) if revision else -1,
    }  # fmt: skip
    return {"schema": EVENT_ERROR, "revision": _REVISION, "wiki": "", **around, "event": event}


def unquoted(query: str) -> str:
    """The JSON of a query; a `+` is a blank. Raises UnicodeError where it is not UTF-8."""
    return unquote_plus(query.strip("?;"), errors="strict")
