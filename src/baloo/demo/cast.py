"""The people of Marula: what they are called where, and when they help with what.

A person comes in some month, helps in a home area, and may take on a second one, move to another, leave, or come back. All
of it follows from the seed and the person's number.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from baloo.demo.names import FAMILY, GIVEN, LOCALES

__all__ = ["AREAS", "STAFF_DOMAIN", "Person", "Stint", "cast"]

STAFF_DOMAIN = "staff.example.org"
AREAS = ("coding", "support", "translation", "quality", "documentation", "events", "design", "infrastructure")
_HOME = (26, 27, 15, 12, 10, 5, 3, 2)  # of a hundred people
_NEXT = {  # where people go from an area, likeliest first
    "coding": ("quality", "infrastructure", "documentation"), "support": ("documentation", "translation", "quality"),
    "translation": ("documentation", "support", "events"), "quality": ("coding", "support", "documentation"),
    "documentation": ("translation", "support", "coding"), "events": ("support", "design", "coding"),
    "design": ("coding", "events", "documentation"), "infrastructure": ("coding", "quality", "coding"),
}  # fmt: skip
_SORTS = (  # share of people, months they stay, things they do in a month
    (0.30, 1, 1.6), (0.28, 6, 2.2), (0.35, 26, 4.6), (0.07, 34, 24.0),
)  # fmt: skip


class Stint(NamedTuple):
    """Months in [first, last) in which a person helps in an area, and how many things they do in one."""

    area: str
    first: int
    last: int
    rate: float


@dataclass(slots=True)
class Person:
    """Somebody, with what they are called. `who` is filled by the writer of events as it meets systems."""

    number: int
    name: str
    login: str
    email: str
    second: str | None
    staff: bool
    locale: str
    stints: list[Stint]
    peers: tuple[Person, ...] = field(default=(), repr=False)  # whose things they work on
    who: dict[str, str] = field(default_factory=dict)


def cast(people: int, months: int, seed: int) -> list[Person]:
    """Everybody who ever helps in `months` months, in order of number."""
    coming = _arrivals(months)
    draw = random.Random(f"{seed}/cast/{people}/{months}")  # noqa: S311 - not for secrets
    firsts = draw.choices(range(months), coming, k=people)
    firsts.sort()
    everybody = [_person(number, first, months, draw) for number, first in enumerate(firsts)]
    for person in everybody:
        last = person.number + 1
        person.peers = tuple(everybody[draw.randrange(max(0, last - 400), last)] for _ in range(8))
    return everybody


def _arrivals(months: int) -> list[float]:
    """How likely each month is to bring people: growing, livelier in spring and autumn, with a campaign in some years."""
    weights = []
    for month in range(months):
        season = (0.85, 1.0, 1.15, 1.1, 1.0, 0.85, 0.7, 0.8, 1.1, 1.35, 1.1, 0.75)[month % 12]
        campaign = 1.7 if month % 24 == 21 else 1.0
        start = 3.0 if month == 0 else 1.0
        weights.append((0.55 + month / months) * season * campaign * start)
    return weights


def _person(number: int, first: int, months: int, draw: random.Random) -> Person:
    given, family = draw.choice(GIVEN), draw.choice(FAMILY)
    login = f"{_plain(given)}{_plain(family)[:1 + number % 5]}{number}"
    staff = draw.random() < 0.05
    domain = draw.choice(("example.org", "example.com", "example.net"))
    own = f"{_plain(given)}.{_plain(family)}.{number}@{domain}"
    email = f"{_plain(given)}.{_plain(family)}.{number}@{STAFF_DOMAIN}" if staff else own
    second = own if staff else f"{login}@example.net" if draw.random() < 0.2 else None
    stints = _stints(first, months, staff, draw)
    return Person(number, f"{given} {family}", login, email, second, staff, draw.choice(LOCALES), stints)


def _stints(first: int, months: int, staff: bool, draw: random.Random) -> list[Stint]:
    share = draw.random() * (0.3 if staff else 1.0)
    sort = _SORTS[-1]
    for candidate in reversed(_SORTS):
        sort = candidate
        if share < candidate[0]:
            break
        share -= candidate[0]
    _, stay, rate = sort
    rate *= 0.5 + draw.random()
    area = draw.choices(AREAS, _HOME)[0]
    length = max(1, round(stay * (0.3 + 1.4 * draw.random())))
    stints = [Stint(area, first, first + length, rate)]
    if length >= 6 and draw.random() < 0.45:  # takes on a second area beside the first
        begin = first + draw.randrange(2, length)
        stints.append(Stint(_other(area, draw), begin, first + length, rate * 0.6))
    end = first + length
    if length >= 3 and draw.random() < 0.22:  # moves to another area
        moved = max(2, round(length * (0.4 + draw.random() * 0.6)))
        stints.append(Stint(_other(area, draw), end, end + moved, rate))
        end += moved
    if draw.random() < 0.12:  # goes, and comes back
        away = draw.randrange(13, 22)
        stints.append(Stint(area, end + away, end + away + max(2, length // 2), rate))
    return [stint for stint in stints if stint.first < months]


def _other(area: str, draw: random.Random) -> str:
    return draw.choices(_NEXT[area], (5, 3, 2))[0]


def _plain(name: str) -> str:
    """A name in the letters of an address."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("ø", "o"))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


def robots() -> Sequence[tuple[str, str]]:
    """(system, account) of the machines."""
    return (("patches", "lint-robot"), ("translate", "sync-robot"), ("chat", "welcome-robot"))
