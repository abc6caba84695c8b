"""Amounts that can never be reached, and keys that change nothing: a leaf that says more than it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["odd_amounts", "too_long"]

_CENTURY = 37200  # a hundred years of the longest months, in days; a longer window is `ever`, and further back the calendar ends
_AHEAD = 366  # days that a rule may look ahead, for so far ahead may events be dated
_LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def odd_amounts(leaf: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, message) of what is odd about a leaf's amount."""
    of = "days" if "days" in leaf else leaf.get("of", "contributions")
    if "first" in leaf:
        for key in ("of", "cap_per_day"):
            if key in leaf:
                yield key, f"`{key}` changes nothing beside `first`."
        return
    if "cap_per_day" in leaf and of not in ("contributions", "points"):
        yield "cap_per_day", f"`cap_per_day` changes nothing where {of} are counted."
        return
    wanted, days = leaf.get("days", leaf.get("at_least", 0)), _days(leaf)
    if days is None:
        return
    cap = leaf.get("cap_per_day", 0)
    most = {"days": days, "weeks": days // 7 + 2, "months": days // 28 + 2}.get(of, cap * days or wanted)
    if wanted > most:
        key = "days" if "days" in leaf else "at_least"
        why = f"{days} days at {cap} a day make {most}" if cap else f"the window has at most {most} {of}"
        yield key, f"Nobody can reach {wanted}: {why}."


def too_long(leaf: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, message) of a window that is longer than a rule may look."""
    days = _days(leaf) or 0
    if "around" in leaf and days > 2 * _AHEAD:
        yield "around", f"`around: {leaf['around']}` looks further ahead than a year."
    elif days > _CENTURY:
        yield "within", f"`within: {leaf['within']}` is longer than a hundred years; say `ever`."


def _days(leaf: Mapping[str, Any]) -> int | None:
    """The most days that the window of a leaf can have; None for ever."""
    text: str = leaf.get("around") or leaf["within"]
    if text == "ever":
        return None
    first, unit = text.split(" ")
    n = 1 if first == "calendar" else int(first)
    return n * _LONGEST[unit.removesuffix("s")] * (2 if "around" in leaf else 1)
