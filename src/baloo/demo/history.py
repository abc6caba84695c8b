"""Marula's history as events of version 1, in order of day; quick, for it is the load generator too."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import random
from collections.abc import Callable, Iterator

from baloo.demo.cast import Person, Stint, cast, robots
from baloo.demo.kinds import MIXES

__all__ = ["AHEAD", "events"]

AHEAD = 42
"""Days for which events of the future are announced, at most."""

_RATES = {
    "coding": 1.0, "support": 1.5, "translation": 1.0, "quality": 1.0, "documentation": 0.9, "events": 0.3, "design": 0.7,
    "infrastructure": 1.1,
}  # fmt: skip
_SPACE = hashlib.sha1(b"marula.example", usedforsecurity=False).digest()[:16]  # the namespace of the ids
_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def events(people: int, years: int, until: dt.date, seed: int = 1) -> Iterator[bytes]:
    """Lines of NDJSON: everything done from `years` years before `until` to that day, and what is announced for after it.

    The same arguments give the same lines. About 80 to 90 events a person.
    """
    for day, lines in _days(people, years, until, seed):
        head = hashlib.sha1(_SPACE + f"{people}/{years}/{until}/{seed}/{day}/".encode(), usedforsecurity=False)
        for number, line in enumerate(lines):
            own = head.copy()
            own.update(b"%d" % number)
            h = own.hexdigest()
            yield f'{{"id":"{h[:8]}-{h[8:12]}-5{h[13:16]}-{_VARIANT[h[16]]}{h[17:20]}-{h[20:32]}","at":"{day}T{line}'.encode()


def _days(people: int, years: int, until: dt.date, seed: int) -> Iterator[tuple[str, list[str]]]:
    """Each day with its events, which lack their ids and the day."""
    rnd = random.Random(f"{seed}/history/{people}/{years}").random  # noqa: S311 - not for secrets
    months = _months(years, until)
    times = _times(rnd)
    begins: dict[int, list[tuple[Person, Stint]]] = {}
    for person in cast(people, len(months), seed):
        for stint in person.stints:
            begins.setdefault(stint.first, []).append((person, stint))
    live: list[tuple[Person, Stint]] = []
    number = 1000
    for month, (first, days) in enumerate(months):
        live = [pair for pair in live if pair[1].last > month] + begins.pop(month, [])
        slots = [d for d in range(days) for _ in range(3 if (first + dt.timedelta(d)).weekday() < 5 else 2)]
        whole = calendar.monthrange(first.year, first.month)[1]
        buckets: list[list[str]] = [[] for _ in range(days)]
        number = _fill(buckets, live, month, days / whole, slots, times, number, rnd)
        number = _machines(buckets, people, times, number, rnd)
        for d, bucket in enumerate(buckets):
            yield (first + dt.timedelta(d)).isoformat(), bucket
    yield from _announced(live, until, number, times, rnd)


def _fill(
    buckets: list[list[str]], live: list[tuple[Person, Stint]], month: int, share: float, slots: list[int],
    times: list[str], number: int, rnd: Callable[[], float],
) -> int:  # fmt: skip
    """Put what the people do in a month into its days."""
    width, hours = len(slots), len(times)
    for person, (area, first, _, rate) in live:
        count = int(rate * _RATES[area] * share * (0.3 + 1.4 * rnd()) + rnd())
        if month == first and not count:
            count = 1
        mix = MIXES[area]
        for _ in range(count):
            number += 1
            r = rnd()
            buckets[slots[int(rnd() * width)]].append(times[int(r * 7919) % hours] + mix[int(rnd() * 16)](person, r, number))
    return number


def _machines(buckets: list[list[str]], people: int, times: list[str], number: int, rnd: Callable[[], float]) -> int:
    """What machines send, which counts nobody."""
    kinds = {"patches": "patch.reviewed", "translate": "translate.strings", "chat": "chat.helped"}
    for system, account in robots():
        schema = '"schema":"translation","version":1' if system == "translate" else '"schema":"contribution","version":1'
        extra = ',"extra":{"locale":"sw","strings":1}' if system == "translate" else ""
        for bucket in buckets:
            for _ in range(1 + people // 2000):
                number += 1
                bucket.append(
                    f'{times[int(rnd() * len(times))]}"system":"{system}","actor":{{"account":"{account}"}},{schema},'
                    f'"kind":"{kinds[system]}","object":"https://{system}.marula.example/robot/{number}"{extra}}}\n'
                )
    return number


def _announced(
    live: list[tuple[Person, Stint]], until: dt.date, number: int, times: list[str], rnd: Callable[[], float]
) -> Iterator[tuple[str, list[str]]]:
    """Events that lie ahead, by those who organise now."""
    ahead: list[list[str]] = [[] for _ in range(AHEAD)]
    for person, stint in live:
        if stint.area == "events" and rnd() < 0.6:
            number += 1
            event = MIXES["events"][int(rnd() * 16)](person, rnd(), number)
            ahead[int(rnd() * AHEAD)].append(times[int(rnd() * len(times))] + event)
    for d, bucket in enumerate(ahead, 1):
        if bucket:
            yield (until + dt.timedelta(d)).isoformat(), bucket


def _months(years: int, until: dt.date) -> list[tuple[dt.date, int]]:
    """The first day of each month of the history and how many of its days lie in it, the last month cut at `until`."""
    found = []
    for back in range(years * 12 - 1, -1, -1):
        index = until.year * 12 + until.month - 1 - back
        first = dt.date(index // 12, index % 12 + 1, 1)
        found.append((first, until.day if back == 0 else calendar.monthrange(first.year, first.month)[1]))
    return found


def _times(rnd: Callable[[], float]) -> list[str]:
    """Times of day in UTC, as often as people are awake somewhere, up to the comma after them."""
    awake = (2, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 7, 8, 9, 9, 9, 9, 8, 8, 9, 8, 7, 5, 3)
    hours = [hour for hour, weight in enumerate(awake) for _ in range(weight)]
    return [f'{hours[int(rnd() * len(hours))]:02d}:{int(rnd() * 60):02d}:{int(rnd() * 60):02d}Z",' for _ in range(8192)]
