"""A test that a field of its declared type can never pass: `{locale: 5}` where locale is a text."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from baloo.registry._rules import parse_where
from baloo.registry._yaml import Place
from baloo.registry.model import Scalar, Test

__all__ = ["odd_use", "written_test"]

_NUMBERS = ("number", "integer")
_A = {"text": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false", "date": "a date"}


def odd_use(field: str, types: Collection[str], place: Place, data: Any) -> Iterator[str]:  # noqa: ANN401 - a file's values
    """What is odd about the way that `data` uses a field at `place`; `types` are those that the schemas declare for it."""
    if len(types) != 1 or (declared := next(iter(types))) not in _A:
        return
    if place[-1] == "per" and declared not in _NUMBERS:
        yield f"`per` wants a number or a list, and `{field}` is {_A[declared]}, so it adds nothing."
    elif len(place) > 1 and place[-2] == "where":
        test = written_test(data, place)
        if not _possible(test, declared):
            hint = " Quote the value." if declared in ("text", "date") and test.op in ("in", "not") else ""
            yield f"`{field}` is {_A[declared]}, so this test never tells anything.{hint}"


def written_test(data: Any, place: Place) -> Test:  # noqa: ANN401 - a file's values
    """The test that stands at a place of a file."""
    for step in place:
        data = data[step]
    return parse_where({"field": data})[0][1]


def _possible(test: Test, declared: str) -> bool:
    if test.op in ("at_least", "below"):
        return declared in _NUMBERS
    if test.op == "starts":
        return declared in ("text", "date")
    return test.op == "missing" or any(_is_of(value, declared) for value in test.values)


def _is_of(value: Scalar, declared: str) -> bool:
    if declared == "boolean" or isinstance(value, bool):
        return declared == "boolean" and isinstance(value, bool)
    return isinstance(value, int | float) if declared in _NUMBERS else isinstance(value, str)
