"""What `check` says with the data at hand: tests that match nothing, splits without end, people who are core and not active."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from baloo.registry._check_fields import uses_of
from baloo.registry._names import Names
from baloo.registry._rules import parse_where
from baloo.registry.facts import Facts
from baloo.registry.model import Scalar, Test

__all__ = ["MAX_PARTS", "check_facts"]

MAX_PARTS = 500  # parts of a split; more is a wrong field, and a page nobody reads


def check_facts(names: Names, facts: Facts) -> None:
    """Hold the registry against what is known of the data."""
    for entry, place, field, concerned in uses_of(names):
        known = [facts.values(system, kind, field) for system, kind in sorted(concerned)]
        if not known or any(values is None for values in known):
            continue
        values = {value for some in known for value in some or ()}
        if place == ("split_by",) and len(values) > MAX_PARTS:
            message = f"`{field}` has {len(values)} values; a split has at most {MAX_PARTS} parts."
            names.report(entry, place, message, slug="too-many-parts")
        elif "where" in place and not _matches(_written(entry.data, place), values):
            message = f"Nothing in the data matches this test of `{field}`."
            names.report(entry, place, message, severity="warning", slug="matches-nothing")
    for area, entry in names.areas.items():
        people = facts.core_not_active(area)
        if people:
            message = f"{people} people hold a core point and are not active, so they do not count as core."
            names.report(entry, ("pathway",), message, severity="warning", slug="core-not-active")


def _written(data: Any, place: tuple[str | int, ...]) -> Test:  # noqa: ANN401 - what a file holds
    for step in place:
        data = data[step]
    return parse_where({"field": data})[0][1]


def _matches(test: Test, values: Collection[Scalar]) -> bool:
    """Whether one of the values passes; what depends on numbers or on what is missing is taken to pass."""
    if test.op == "in":
        return any(_same(value, wanted) for value in values for wanted in test.values)
    if test.op == "not":
        return any(not any(_same(value, wanted) for wanted in test.values) for value in values)
    if test.op == "starts":
        return any(isinstance(value, str) and value.startswith(str(test.values[0])) for value in values)
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    limit = test.values[0]
    if test.op == "missing" or isinstance(limit, str):
        return True
    return any(number >= limit if test.op == "at_least" else number < limit for number in numbers)


def _same(value: Scalar, wanted: Scalar) -> bool:
    """Equal, where `true` is not 1."""
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
