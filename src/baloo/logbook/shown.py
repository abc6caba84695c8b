"""Entries as a logger sees them: private ones only by who wrote them down, people by what they are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from baloo.logbook.found import Stood
from baloo.people.faces import faces, persons_of
from baloo.records.store import Records

__all__ = ["Shown", "hides", "shown"]


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry in a list. Of one that is `hidden` only the id and that it is there are told."""

    id: str
    hidden: bool
    day: dt.date
    type: str = ""
    name: str = ""
    text: str = ""
    link: str = ""
    private: bool = False
    more: tuple[tuple[str, str], ...] = ()
    logged_by: str = ""


def hides(stood: Stood, who: str) -> bool:
    """Whether an entry is private and somebody else's."""
    return stood.entry.private and stood.logged_by != who


def shown(records: Records, found: Sequence[Stood], *, who: str) -> list[Shown]:
    """The entries as `who` may see them, in the same order."""
    persons = persons_of(records, {one.identity for one in found if not hides(one, who)})
    known = faces(records, set(persons.values()))
    rows = []
    for one in found:
        entry = one.entry
        if hides(one, who):
            rows.append(Shown(one.id, True, entry.day.replace(day=1)))
            continue
        face = known.get(persons[one.identity])
        rows.append(Shown(one.id, False, entry.day, entry.type, face.name if face else "", entry.text, entry.link, entry.private,
                          entry.more, one.logged_by))
    return rows
