"""A mapping at work: the rule that takes a payload, and the event of version 1 that the rule makes of it.

Pointers lead into the payload; those that begin with `.` into one element of the list that `each` names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from baloo.registry.model import EventRule, PayloadMapping, Test
from baloo.registry.values import TYPES, document_id, moment, text

__all__ = ["NOTHING", "event_of", "identified", "look", "pointed_to", "rule_for"]

NOTHING: Final = object()
"""In place of an element, where there is none."""


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


def pointed_to(mapping: PayloadMapping, payload: object) -> Any:  # noqa: ANN401 - any JSON value
    """The parts of a payload that a rule of the mapping points to from an element, each in its place."""
    rules = [rule for rule in mapping.rules if rule.each]
    pointers = {pointer for rule in rules for pointer in (*(tested for tested, _ in rule.when), *_pointers(rule.fields))}
    return _kept(payload, [pointer.split("/")[1:] for pointer in pointers if pointer.startswith("/")])


def _pointers(written: object) -> Iterator[str]:
    if isinstance(written, dict):
        for key, part in written.items():
            if key == "pointer" and isinstance(part, str):
                yield part
            else:
                yield from _pointers(part)


def _kept(value: object, paths: list[list[str]]) -> object:
    """What lies on a path, or behind the end of one."""
    if [] in paths:
        return value
    if isinstance(value, list):
        return [_kept(part, [rest for step, *rest in paths if step == str(n)]) for n, part in enumerate(value)]
    if not isinstance(value, dict):
        return None
    steps = {step.replace("~1", "/").replace("~0", "~"): step for step, *_ in paths}
    return {
        key: _kept(part, [rest for step, *rest in paths if step == steps[key]]) for key, part in value.items() if key in steps
    }


def event_of(mapping: PayloadMapping, rule: EventRule, payload: object, item: object = NOTHING) -> dict[str, Any]:
    """The event of version 1 that a rule makes; what the payload does not have is left out."""
    event: dict[str, Any] = {"schema": "contribution", "version": 1, "system": mapping.system}
    for field, written in rule.fields.items():
        if field == "actor":
            event[field] = dict(_present((name, text(_value(part, payload, item))) for name, part in written.items()))
        elif field == "extra":
            event[field] = dict(_present((name, _value(part, payload, item)) for name, part in written.items()))
        elif field == "at":
            event |= _present([(field, _time(written, payload, item))])
        elif field == "version":
            event[field] = written
        else:
            event |= _present([(field, text(_value(written, payload, item)))])
    return event | identified(mapping.system, event.get("id"))


def identified(system: str, named: object) -> dict[str, str]:
    """The `id` of an event: a UUID as it is; of any other text, the one that stands for it in the system; of none, nothing."""
    return {"id": document_id(system, named)} if isinstance(named, str) and named else {}


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
    return TYPES[written["type"]](value) if "type" in written else value


def _time(written: object, payload: object, item: object) -> object:
    if not isinstance(written, dict):
        return written
    return moment(look(written["pointer"], payload, item), written.get("format"), written.get("zone"))
