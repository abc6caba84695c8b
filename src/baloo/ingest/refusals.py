"""Why an event is refused: one slug a reason, what to do about each, and pointers that give nothing away.

A reason says what is wrong in words; it never repeats a value of the event, for an event may hold personal data. Names that the
registry knows, and names of fields, may stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from baloo import errors

__all__ = ["REMEDIES", "Refused", "begin_hints", "nearest", "pointer_to", "remedy_for", "shown_name"]

REMEDIES: Final[dict[str, str]] = {
    "bad-environment": "Write `production` or `staging`, or leave it out.",
    "bad-extra": "Send what the schema asks for, or change the schema and replay the event.",
    "bad-id": "Send a UUID such as 6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10, or leave it out.",
    "bad-time": "Write it as ISO 8601, such as 2014-10-02T12:30:00Z.",
    "damaged": "Pack the body again, with gzip.",
    "control-character": "Leave the character U+0000 out.",
    "duplicate-key": "Name each key once.",
    "id-mismatch": "Send the same id in the path and in the event, or only one of them.",
    "leap-second": "Send second 59 instead.",
    "missing": "Add it.",
    "no-mapping": "Write registry/mappings/NAME.yaml, as the reference of mappings shows, and replay the event.",
    "not-mapped": "Add a rule to the mapping, or `otherwise: ignore`, and replay the event.",
    "no-actor": "Give at least one of account, username, email and name.",
    "not-an-object": "Send one JSON object an event.",
    "not-json": "Send valid JSON in UTF-8, one event a line or in one array.",
    "not-of-format": "Correct the lines, or the format that was asked for, and import the file again.",
    "not-yours": "Send it with an id of its own, or with the token of the system that sent it first.",
    "number-out-of-range": "Send it as a text, or as a smaller number.",
    "other-system": "Use the token of that system.",
    "too-deep": "Send a flatter event.",
    "too-far-ahead": "Check the sender's clock; only kinds that a rule looks at with `around` may be dated ahead.",
    "too-large": "Send less in one event.",
    "too-many-keys": "Send an event with fewer keys.",
    "too-long": "Send a shorter text.",
    "too-old": "Check the sender's clock or the unit of the time; nothing before 1970 is counted.",
    "truncated": "End the query with `;`, and keep the whole address below 2,000 characters.",
    "unknown-form": "Send `schema`, `version`, `at`, `system`, `kind` and `actor`; the reference of the event has an example.",
    "unknown-key": "Leave it out, or put it into `extra`.",
    "unknown-kind": "Use a kind of this system, or declare it under `kinds:` in the system's file and replay the event.",
    "unknown-schema": "Use `contribution`, or register the schema in registry/schemas/ and replay the event.",
    "unknown-system": "Declare it in registry/systems/ and replay the event.",
    "unknown-version": "Use a version that is registered, or register this one and replay the event.",
    "wrong-schema": "Send the schema that this kind declares, or change the kind and replay the event.",
    "wrong-type": "Send a value of that type.",
}
"""What to do about each slug."""

_HINTS = 100  # of one request: to look for the name that was meant costs more than all else
_hints = [_HINTS]
_PLAIN = re.compile(r"[\w.$ -]{1,64}", re.ASCII)


class Refused(Exception):
    """One event does not validate; it goes to quarantine with this."""

    def __init__(self, slug: str, pointer: str, reason: str) -> None:
        super().__init__(slug)
        self.slug = slug
        self.pointer = pointer
        self.reason = reason


def remedy_for(slug: str) -> str:
    """What to do about a refusal with this slug; empty for a slug that nobody knows."""
    return REMEDIES.get(slug, "")


def shown_name(key: str) -> str:
    """A field's name as it may be shown: `*` for one that looks like an address or like text."""
    return key if _PLAIN.fullmatch(key) else "*"


def pointer_to(*path: str | int) -> str:
    """The JSON pointer of a path, with the names that may be shown."""
    return "".join(f"/{shown_name(str(part))}" for part in path)


def begin_hints() -> None:
    """A new request begins: its refusals may say which name was meant, up to a number."""
    _hints[0] = _HINTS


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name closest to `name`; None where none is close, the name is long, or the request had its share of hints."""
    if not _hints[0] or len(name) > 200:
        return None
    _hints[0] -= 1
    return errors.nearest(name, valid)
