"""What another registry would count, before it is put in force: who would be counted then, against who is now, on some days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from baloo.errors import InputError
from baloo.lake.base import LakeSnapshot
from baloo.metrics.beside import Held, beside, count_beside
from baloo.metrics.compile import compile_registry
from baloo.metrics.derived import Manifest
from baloo.metrics.files import Files
from baloo.metrics.plan import Entry, Node, Plan, Staff, planned
from baloo.metrics.publish import live_rows
from baloo.metrics.questions.compared import stamp_of
from baloo.metrics.questions.meaning import counted_by
from baloo.metrics.questions.reader import Connection
from baloo.metrics.questions.scopes import Names
from baloo.metrics.questions.values import Scope, Stamp
from baloo.metrics.statements import render
from baloo.registry.model import Registry

__all__ = ["Day", "Preview", "Previewed", "preview"]

_NOW, _THEN = 1, 2  # the two states; who is in both has their sum


@dataclass(frozen=True, slots=True)
class Day:
    """One day under both: `now` - `go` + `come` = `then`. None where no rule is in force yet, or the scope is not there."""

    day: dt.date
    now: int | None
    then: int | None
    come: int  # who would be counted, and is not
    go: int  # who is counted, and would not be


@dataclass(frozen=True, slots=True)
class Previewed:
    """One scope whose people another registry counts by another rule, and the two rules in words, as of the last day."""

    scope: str
    title: str
    now: str | None
    then: str | None
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Every scope that the change concerns: areas, the wholes that they are part of, those that ask about them, the community."""

    level: str
    scopes: tuple[Previewed, ...]
    stamp: Stamp


def preview(
    derived: Path, present: Registry, other: Registry, days: Collection[dt.date], level: str, lake: Callable[[], LakeSnapshot]
) -> Preview:  # fmt: skip
    """Compare the registry in force with another one, at a level. Counts all that the change concerns; publishes nothing.

    Raises NothingCounted, and InputError where the registry in force is not the one that was counted last.
    """
    nodes_now, plan = _nodes(compile_registry(present), level), compile_registry(other)
    nodes_then = _nodes(plan, level)
    concerned = [scope for scope in {**nodes_then, **nodes_now} if nodes_now.get(scope) != nodes_then.get(scope)]
    with beside(derived) as held:
        if held.manifest.registry_hash != present.hash:
            remedy = "Run `baloo refresh`, and then this again."
            raise InputError("The registry in force has changed since it was counted.", remedy=remedy)
        entries = [Entry("community", "staff", Staff()), *_of(plan, concerned, level)]
        then = count_beside(held, planned(entries, plan.kinds, plan.no_number_before), other, lake)
        found = _compared(held, then, concerned, days, level)
        scopes = (_Sides(present, held.manifest), _Sides(other, then))
        told = tuple(_told(scope, scopes, found, sorted(days), level) for scope in sorted(concerned))
    return Preview(level, told, stamp_of(held.manifest))


def _of(plan: Plan, scopes: Collection[str], level: str) -> Iterable[Entry]:
    return (entry for entry in plan.entries if entry.measure == level and entry.scope in scopes and not entry.parted)


def _nodes(plan: Plan, level: str) -> dict[str, Node]:
    """What decides who holds a level in each scope: equal where the rule, and what it is asked of, are equal."""
    return {entry.scope: entry.node for entry in plan.entries if entry.measure == level and not entry.parted}


def _compared(
    held: Held, then: Manifest, scopes: list[str], days: Iterable[dt.date], level: str
) -> dict[tuple[str, dt.date, int], int]:  # fmt: skip
    """People by scope, day, and whether they are in the one state, the other, or both."""
    rows = [
        f"SELECT {number} AS scope, {which} AS here, {entry.key} AS key"
        for which, manifest in ((_NOW, held.manifest), (_THEN, then))
        for entry in manifest.keys if entry.measure == level
        for number, scope in enumerate(scopes) if scope == entry.scope
    ]
    files = Files(held.folder, 0)
    sql = render(
        "preview", scopes=" UNION ALL ".join(rows) or "SELECT 0 AS scope, 0 AS here, 0 AS key",
        days=" UNION ALL ".join(f"SELECT DATE '{day}' AS day" for day in days),
        now=live_rows(files, held.manifest), then=live_rows(files, then),
    )  # fmt: skip
    return {(scopes[number], day, here): people for number, day, here, people in Connection().rows(sql)}


class _Sides:
    """One of the two: what it says of scopes."""

    def __init__(self, registry: Registry, manifest: Manifest) -> None:
        self._registry, self._begins = registry, manifest.no_number_before
        self._scopes: Mapping[str, Scope] = Names(registry, manifest).scopes

    def title(self, scope: str) -> str | None:
        """What the scope is called; None where it is not there."""
        return self._scopes[scope].title if scope in self._scopes else None

    def words(self, scope: str, level: str, day: dt.date) -> str | None:
        """The rule of a day."""
        return counted_by(self._registry, self._scopes[scope], level, day) if scope in self._scopes else None

    def number(self, scope: str, level: str, day: dt.date, people: int) -> int | None:
        """The number, where there is one."""
        begins = max(self._begins.get(scope, ""), self._begins.get(f"{scope} {level}", ""))
        return people if scope in self._scopes and day.isoformat() >= begins else None


def _told(
    scope: str, sides: tuple[_Sides, _Sides], found: Mapping[tuple[str, dt.date, int], int], days: list[dt.date], level: str
) -> Previewed:  # fmt: skip
    now, then = sides
    rows = []
    for day in days:
        go, come, both = (found.get((scope, day, here), 0) for here in (_NOW, _THEN, _NOW + _THEN))
        rows.append(Day(day, now.number(scope, level, day, both + go), then.number(scope, level, day, both + come), come, go))
    was, is_ = (side.words(scope, level, days[-1]) for side in sides)
    return Previewed(scope, then.title(scope) or now.title(scope) or scope, was, is_, tuple(rows))
