"""A mapping at work: the rule that takes a payload, and the event of version 1 that the rule makes of it.

Pointers lead into the payload; those that begin with `.` into one element of the list that `each` names.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from baloo.registry.model import EventRule, PayloadMapping, Test

__all__ = ["NOTHING", "event_of", "identified", "look", "rule_for"]

NOTHING: Final = object()
"""In place of an element, where there is none."""

_NAMESPACE = uuid.UUID("5a1d1f9e-6f0e-5b6c-9d0a-7f7d7f5a8e11")  # of ids that are no UUID, as in a CSV file
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_ADDRESS = re.compile(r"\s*(?P<name>.*?)\s*<(?P<email>[^<>]*)>\s*", re.DOTALL)
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_PER_SECOND = {"unix": 1, "unix-ms": 1_000}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def rule_for(rules: Iterable[EventRule], payload: object, item: object = NOTHING) -> EventRule | None:
    """The first rule whose `when` holds; without an element, tests of elements are left open. None where none holds."""
    for rule in rules:
        if all(_holds(test, look(pointer, payload, item)) for pointer, test in rule.when if not _open(pointer, item)):
            return rule
    return None


def look(pointer: str, payload: object, item: object = NOTHING) -> Any:  # noqa: ANN401 - any JSON value
    """What stands at a pointer; None where nothing does."""
    here: Any = item if pointer.startswith(".") else payload
    for step in pointer.split("/")[1:]:
        if isinstance(here, dict):
            here = here.get(step.replace("~1", "/").replace("~0", "~"))
        elif isinstance(here, list) and step.isascii() and step.isdecimal() and int(step[:9]) < len(here):
            here = here[int(step[:9])]
        else:
            return None
    return None if here is NOTHING else here


def event_of(mapping: PayloadMapping, rule: EventRule, payload: object, item: object = NOTHING) -> dict[str, Any]:
    """The event of version 1 that a rule makes; what the payload does not have is left out."""
    event: dict[str, Any] = {"schema": "contribution", "version": 1, "system": mapping.system}
    for field, written in rule.fields.items():
        if field == "actor":
            event[field] = dict(_present((name, _text(_value(part, payload, item))) for name, part in written.items()))
        elif field == "extra":
            event[field] = dict(_present((name, _value(part, payload, item)) for name, part in written.items()))
        elif field == "at":
            event |= _present([(field, _moment(written, payload, item))])
        elif field == "version":
            event[field] = written
        else:
            event |= _present([(field, _text(_value(written, payload, item)))])
    return event | identified(mapping.system, event.get("id"))


def identified(system: str, named: object) -> dict[str, str]:
    """The `id` of an event: a UUID as it is; of any other text, the one that stands for it in the system; of none, nothing."""
    return {"id": _id(system, named)} if isinstance(named, str) and named else {}


def _open(pointer: str, item: object) -> bool:
    return item is NOTHING and pointer.startswith(".")


def _holds(test: Test, value: object) -> bool:
    """Whether a test holds, as in a `where` of the registry: a list where one element does, `not` where none is that value."""
    if test.op == "missing":
        return (value is None) == test.values[0]
    if value is None:
        return False
    found = value if isinstance(value, list) else [value]
    if test.op in ("in", "not"):
        one = any(_same(part, wanted) for part in found for wanted in test.values)
        return one == (test.op == "in")
    wanted = test.values[0]
    if test.op == "starts":
        return any(isinstance(part, str) and part.startswith(str(wanted)) for part in found)
    numbers = [part for part in found if isinstance(part, int | float) and not isinstance(part, bool)]
    return any(part >= float(wanted) if test.op == "at_least" else part < float(wanted) for part in numbers)


def _same(value: object, wanted: object) -> bool:
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _present(pairs: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in pairs if value is not None and value != "")


def _value(written: object, payload: object, item: object) -> Any:  # noqa: ANN401 - any JSON value
    """A value as it is written, or what its pointer leads to, of the type that is asked for."""
    if not isinstance(written, dict):
        return written
    value = look(written["pointer"], payload, item)
    return _OF_TYPE[written["type"]](value) if "type" in written else value


def _text(value: object) -> object:
    """Numbers as texts; what is neither is left to the door, which says what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


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


def _list(value: object) -> object:
    return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


def _boolean(value: object) -> object:
    return _WORDS.get(str(value).strip().lower(), value)


def _name(value: object) -> object:
    """The name of `Name <address>`; a text without an address is one."""
    found = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    return found["name"] if found else value


def _email(value: object) -> object:
    """The address of `Name <address>`."""
    found = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    return found["email"] if found else None


_OF_TYPE: Final[Mapping[str, Callable[[object], object]]] = {
    "text": _text, "number": _number, "boolean": _boolean, "list": _list, "name": _name, "email": _email,
}


def _moment(written: object, payload: object, item: object) -> object:
    """A time in ISO 8601; one that cannot be read stays as it is, and the door refuses it with its reason."""
    if not isinstance(written, dict):
        return written
    value = look(written["pointer"], payload, item)
    form = written.get("format", "")
    if form in _PER_SECOND:
        return _since_1970(_number(value), _PER_SECOND[form])
    if not isinstance(value, str) or not ({"format", "zone"} & written.keys()):
        return _text(value)
    try:
        moment = dt.datetime.strptime(value, form) if form else dt.datetime.fromisoformat(value)  # noqa: DTZ007 - zone follows
    except ValueError:
        return value
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(written.get("zone", "UTC")))).isoformat()


def _since_1970(value: object, per_second: int) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    try:
        return (_EPOCH + dt.timedelta(microseconds=round(value * (1_000_000 / per_second)))).isoformat()
    except OverflowError:
        return str(value)


def _id(system: str, named: str) -> str:
    return str(uuid.UUID(named)) if _UUID.fullmatch(named.lower()) else str(uuid.uuid5(_NAMESPACE, f"{system}\x1f{named}"))
