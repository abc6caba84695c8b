"""What `check` says with the data at hand: tests that match nothing, splits without end, people who are core and not active."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from baloo.registry._check_fields import uses_of
from baloo.registry._names import Names
from baloo.registry._types import written_test
from baloo.registry.facts import Facts
from baloo.registry.model import Scalar, Test

__all__ = ["MAX_PARTS", "check_facts"]

MAX_PARTS = 500  # parts of a split; more is a wrong field, and a page nobody reads


def check_facts(names: Names, facts: Facts) -> None:
    """Hold the registry against what is known of the data."""
    values_of = cache(facts.values)  # many rules ask for the same fields, and an answer may cost a scan
    told = set[object]()  # the same test in each level of a pathway is told once
    for entry, place, field, concerned in uses_of(names):
        known = [values_of(system, kind, field) for system, kind in _asked(names, concerned)]
        if not known or any(values is None for values in known):
            continue
        values = {value for some in known for value in some or ()}
        if place == ("split_by",) and len(values) > MAX_PARTS:
            message = f"`{field}` has {len(values)} values; a split has at most {MAX_PARTS} parts."
            names.report(entry, place, message, slug="too-many-parts")
        elif len(place) > 1 and place[-2] == "where" and not _matches(test := written_test(entry.data, place), values):
            same = (id(entry), field, repr(test), frozenset(concerned))
            if same not in told:
                message = f"Nothing in the data matches this test of `{field}`."
                names.report(entry, place, message, severity="warning", slug="matches-nothing")
            told.add(same)
    for area, entry in names.areas.items():
        people = facts.core_not_active(area)
        if people:
            who = "One person holds" if people == 1 else f"{people:,} people hold"
            message = f"{who} a core point without being active, which does not count as core."
            names.report(entry, ("pathway",), message, severity="warning", slug="core-not-active")


def _asked(names: Names, concerned: set[tuple[str, str]]) -> list[tuple[str, str | None]]:
    """(system, kind) to ask for; where all kinds of a system are concerned, the system once, with None."""
    asked: list[tuple[str, str | None]] = []
    for system in sorted({system for system, _kind in concerned}):
        kinds = sorted(kind for s, kind in concerned if s == system)
        whole = len(kinds) == len(names.kinds_of(system))
        asked += [(system, None)] if whole else [(system, kind) for kind in kinds]
    return asked


def _matches(test: Test, values: Collection[Scalar]) -> bool:
    """Whether one of the values passes; a value may come as the text that it is written as."""
    known, wanted = [_text(value) for value in values], [_text(value) for value in test.values]
    if test.op == "in":
        return any(value in wanted for value in known)
    if test.op == "not":
        return any(value not in wanted for value in known)
    if test.op == "starts":
        return any(value.startswith(wanted[0]) for value in known)
    if test.op == "missing":
        return True
    numbers, limit = [number for number in map(_number, known) if number is not None], _number(wanted[0]) or 0
    return any(number >= limit if test.op == "at_least" else number < limit for number in numbers)


def _text(value: Scalar) -> str:
    """`true` and 1.0 as JSON would write them, the latter as 1."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
