"""What msgspec says of a value of another shape, as a refusal with pointer, and without the value."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from baloo.ingest.refusals import Refused, nearest, pointer_to, shown_name

__all__ = ["refused"]

_FIELD = re.compile(r"Object (missing required|contains unknown) field `(.*)`", re.DOTALL)
_TYPE = re.compile(r"Expected `([a-z |]+)`, got `([a-z]+)`")
_WORDS = {
    "str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false", "object": "an object",
    "array": "an array", "null": "null",
}


def refused(error: msgspec.ValidationError, fields: Iterable[str]) -> Refused:
    """The refusal for a value that does not fit its struct; `fields` are the valid names, for the nearest one."""
    message, _, path = str(error).partition(" - at `$")
    parts = [part for part in path.rstrip("`").split(".") if part]
    field = _FIELD.match(message)
    if field:
        pointer = pointer_to(*parts, field[2])
        if field[1] == "missing required":
            return Refused("missing", pointer, f"`{field[2]}` is missing.")
        close = nearest(field[2], fields)
        hint = f" Did you mean `{close}`?" if close else ""
        return Refused("unknown-key", pointer, f"There is no key `{shown_name(field[2])}` in this form of event.{hint}")
    kind = _TYPE.match(message)
    if kind:
        wanted = " or ".join(_WORDS.get(word.strip(), word.strip()) for word in kind[1].split("|"))
        return Refused("wrong-type", pointer_to(*parts), f"This must be {wanted}, and is {_WORDS.get(kind[2], kind[2])}.")
    return Refused("wrong-type", pointer_to(*parts), "The value is of another type.")
