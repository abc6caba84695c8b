"""Rules as they are written, to the values of `model`: what comes in here has passed the published schema."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from baloo.registry.model import (
    AllOf,
    AnyOf,
    Leaf,
    Not,
    PointsLine,
    Reached,
    Rule,
    Scalar,
    Span,
    Test,
    Version,
    Where,
    Window,
)  # fmt: skip

__all__ = ["parse_date", "parse_leaf", "parse_rule", "parse_span", "parse_versions", "parse_where"]

_UNITS = {"day": "days", "week": "weeks", "month": "months", "year": "years"}


def parse_date(text: str | None) -> dt.date | None:
    """`2013-01-31` as a date; None stays None."""
    return None if text is None else dt.date.fromisoformat(text)


def parse_span(text: str) -> Span:
    """`30 days` or `1 year` as a Span; a singular unit is its plural."""
    n, unit = text.split(" ")
    return Span(int(n), cast("Any", _UNITS.get(unit, unit)))


def parse_where(written: Mapping[str, Any] | None) -> Where:
    """Lines of `where`, sorted by field."""
    return tuple((name, _test(test)) for name, test in sorted((written or {}).items()))


def _test(written: Any) -> Test:  # noqa: ANN401 - what a line of `where` may hold
    if isinstance(written, dict):
        ((op, value),) = written.items()
        return Test(op, _values(value))
    return Test("in", _values(written))


def _values(written: Any) -> tuple[Scalar, ...]:  # noqa: ANN401 - a value or a list of values
    return tuple(written) if isinstance(written, list) else (written,)


def parse_kinds(written: list[str] | None) -> tuple[str, ...] | None:
    """Kinds in the order written, each once; None stays None."""
    return None if written is None else tuple(dict.fromkeys(written))


def parse_leaf(written: Mapping[str, Any]) -> Leaf:
    """A leaf, with `days: N` and the units in their long form."""
    of = written.get("of", "contributions")
    if "first" in written:
        amount, threshold = "first", 1
    elif "top" in written:
        amount, threshold = "top", int(written["top"].rstrip("%"))
    elif "days" in written:
        amount, threshold, of = "at_least", written["days"], "days"
    else:
        amount, threshold = "at_least", written["at_least"]
    return Leaf(
        _window(written), cast("Any", amount), threshold, of,
        kinds=parse_kinds(written.get("kinds")),
        where=parse_where(written.get("where")),
        whose=written.get("whose"),
        cap_per_day=written.get("cap_per_day"),
        points=tuple(_points_line(line) for line in written.get("points", ())),
    )  # fmt: skip


def _window(written: Mapping[str, Any]) -> Window:
    if "around" in written:
        return Window("around", parse_span(written["around"]))
    within: str = written["within"]
    if within == "ever":
        return Window("ever")
    if within.startswith("calendar "):
        return Window("calendar", period=cast("Any", within.removeprefix("calendar ")))
    return Window("within", parse_span(within))


def _points_line(written: Mapping[str, Any]) -> PointsLine:
    return PointsLine(
        written["each"],
        kinds=parse_kinds(written.get("kinds")),
        where=parse_where(written.get("where")),
        per=written.get("per"),
        over=written.get("over", 0),
    )


def parse_rule(written: Mapping[str, Any], was: Mapping[str, str]) -> Rule:
    """A rule; `was` leads former ids of areas to the present ones."""
    if "any" in written:
        return AnyOf(tuple(parse_rule(rule, was) for rule in written["any"]))
    if "all" in written:
        return AllOf(tuple(parse_rule(rule, was) for rule in written["all"]))
    if "not" in written:
        return Not(parse_rule(written["not"], was))
    if "reached" in written:
        return parse_reached(written["reached"], was)
    return parse_leaf(written)


def parse_reached(text: str, was: Mapping[str, str]) -> Reached:
    """`point`, `area:point` or `area/value:point`."""
    area, _, point = text.rpartition(":")
    name, slash, value = area.partition("/")
    return Reached(point, was.get(name, name) + slash + value if area else None)


def parse_versions(point: Mapping[str, Any], was: Mapping[str, str]) -> tuple[Version, ...]:
    """The rule of a point and those before it, oldest first."""
    written = [point, *point.get("before", ())]
    return tuple(Version(parse_rule(v["when"], was), parse_date(v.get("since"))) for v in reversed(written))
