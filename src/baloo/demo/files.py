"""What a community builder of Marula would know of people beside the history: who is a machine, who is paid since when."""

from __future__ import annotations

import csv
import datetime as dt
import io

from baloo.demo.cast import cast, robots

__all__ = ["exclusions", "mailmap", "roster_csv"]


def exclusions() -> list[tuple[str, str, str]]:
    """(reference, why, reason) of everybody to be excluded: the machines."""
    return [(f"{system}:{account}", "bot", "a machine of ours") for system, account in robots()]


def roster_csv(people: int, years: int, until: dt.date, seed: int = 1) -> str:
    """The Foundation's roster: `who,from,to,organisation`, a third of the staff, some of whom came or left within the history."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("who", "from", "to", "organisation"))
    for person in cast(people, years * 12, seed):
        if person.staff and person.number % 3 == 0:
            back = (years * 12 - person.stints[0].first) * 30
            begin = until - dt.timedelta(back - 60 * (person.number % 4))
            end = begin + dt.timedelta(500) if person.number % 5 == 0 else None
            writer.writerow((person.email, begin.isoformat(), end.isoformat() if end else "", "Marula Foundation"))
    return stream.getvalue()


def mailmap(people: int, years: int, seed: int = 1) -> str:
    """The `.mailmap` of the source code: who commits from a second address."""
    lines = ["# People who write from two addresses."]
    lines += [f"{p.name} <{p.email}> <{p.second}>" for p in cast(people, years * 12, seed) if p.second]
    return "\n".join(lines) + "\n"
