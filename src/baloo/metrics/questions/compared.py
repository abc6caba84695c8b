"""Rows of people at two days and more, as the values that the questions answer with."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from baloo.errors import InputError
from baloo.metrics.derived import Manifest
from baloo.metrics.questions.reader import Came, Kept, States
from baloo.metrics.questions.values import Cohort, Exchange, Flows, Move, Overlap, Stamp

__all__ = ["check_order", "cohorts_of", "exchange_of", "flows_of", "moves_of", "stamp_of"]


def check_order(start: dt.date, end: dt.date) -> None:
    """Raises InputError where the start is after the end."""
    if start > end:
        raise InputError(f"The start, {start}, is after the end, {end}.", where="start", remedy="Turn them round.")


def stamp_of(manifest: Manifest) -> Stamp:
    """Which state a manifest is of."""
    days = [dt.date.fromisoformat(day) for day in manifest.last_days.values()]
    return Stamp(manifest.version, manifest.seq, dt.datetime.fromisoformat(manifest.refreshed), max(days, default=None))


def flows_of(came: Came | None, a: dt.date, b: dt.date, before: int, after: int) -> Flows:
    """The flows between days `a` and `b`, from who came meanwhile and how many there were at each."""
    people, returned = (came.people, came.returned) if came else (0, 0)
    stayed = after - people
    return Flows(a, b, before, stayed, before - stayed, people - returned, returned, after)


def exchange_of(states: Iterable[States], keys: Mapping[str, int], area: str, start: dt.date, end: dt.date) -> Exchange:
    """The exchange of `area`, from people by the keys that they hold at both days; `keys` has it and the areas around it."""
    own = keys.get(area)
    came: Counter[tuple[str, ...]] = Counter()
    went: Counter[tuple[str, ...]] = Counter()
    stayed = 0
    for before, after, n in states:
        there, here = own in before, own in after
        if there and here:
            stayed += n
        elif there != here:
            held = before if here else after
            found = tuple(name for name, key in keys.items() if key in held and name != area)
            (came if here else went)[found] += n
    return Exchange(start, end, stayed + went.total(), stayed, stayed + came.total(), _listed(came), _listed(went))


def moves_of(states: Iterable[States], keys: Mapping[str, int]) -> list[Move]:
    """Between which areas people moved, most people first, from people by the keys that they hold at both days."""
    found: Counter[tuple[str, str]] = Counter()
    for before, after, n in states:
        left = [area for area, key in keys.items() if key in before and key not in after]
        came = [area for area, key in keys.items() if key in after and key not in before]
        for pair in ((source, target) for source in left for target in came):
            found[pair] += n
    return [Move(*pair, n) for pair, n in sorted(found.items(), key=lambda item: (-item[1], item[0]))]


def cohorts_of(kept: Iterable[Kept], days: Sequence[dt.date]) -> list[Cohort]:
    """The cohort of each period: `days` are the eve of the first one and the last day of each."""
    people = {(row.eve, row.day): row.people for row in kept}
    return [
        Cohort(eve, last, people.get((eve, None), 0), tuple(people.get((eve, day), 0) for day in days[i + 2:]))
        for i, (eve, last) in enumerate(pairwise(days))
    ]


def _listed(found: Counter[tuple[str, ...]]) -> tuple[Overlap, ...]:
    return tuple(Overlap(areas, n) for areas, n in sorted(found.items(), key=lambda item: (-item[1], item[0])))
