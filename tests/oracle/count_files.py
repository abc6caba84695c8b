"""Counts the people of files, slowly and from nothing: `python count_files.py REGISTRY FILES…` prints JSON.

It reads a registry, NDJSON files of events and what systems answered (see `raw`; gzip or plain) by itself, joins identities whose
address is the same when trimmed and case-folded, and gives how many contributions of each kind there are, and for some dates how
many people are at each level of each scope, how many are active in which areas, and the rows of the feed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # `oracle` is the folder, not the file beside this one

from oracle.arrivals import Arrivals
from oracle.declared import read
from oracle.oracle import LEVELS, Fact, Identity, Oracle, People, start_of
from oracle.raw import read as answered

DATES = ("2012-12-31", "2014-06-30", "2016-02-29", "2018-12-31")
WEEKS = 52


def main() -> None:
    """Print the counts of the files that were named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("registry", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--date", action="append", type=dt.date.fromisoformat)
    asked = parser.parse_args()
    days = asked.date or [dt.date.fromisoformat(day) for day in DATES]
    json.dump(count(asked.registry, asked.files, days), sys.stdout, indent=1)


def count(registry: Path, files: Iterable[Path], days: Iterable[dt.date], *, feed: bool = True) -> dict[str, Any]:
    """By date: each level and `volunteers` (active less staff) by scope, `overlap` by areas, and `feed` rows by scope.

    Beside them `contributions` by kind (`system kind`), `people`, and what arrived as `duplicates` and `revised`.
    """
    declared = read(registry)
    arrivals = Arrivals(declared)
    for event in answered(files):
        arrivals.arrive(event)
    facts = arrivals.facts()
    oracle = Oracle(declared, facts, People(same=tuple(joined(facts))))
    kinds = Counter(f"{fact.system} {fact.kind}" for fact in facts)
    return {
        "contributions": dict(kinds), "people": len(oracle.everybody), "duplicates": arrivals.duplicates,
        "revised": arrivals.revised, **{str(day): _at(oracle, day, feed) for day in days},
    }


def joined(facts: Iterable[Fact]) -> Iterator[tuple[Identity, ...]]:
    """Groups of identities with the same address; an empty one joins nobody, nor does one that several people use."""
    groups: dict[str, dict[Identity, None]] = {}
    for fact in facts:
        address = unicodedata.normalize("NFC", fact.email or "").strip().casefold()
        if address:
            groups.setdefault(address, {})[fact.who] = None
    yield from (tuple(group) for group in groups.values() if not _of_several(group))


def _of_several(group: Iterable[Identity]) -> bool:
    """Whether three names stand with an address that have no word in common."""
    apart: list[set[str]] = []
    for name in sorted(who[2] for who in group if len(who) == 3):
        words = set(name.casefold().split())
        if words and not any(words & others for others in apart):
            apart.append(words)
    return len(apart) > 2


def _at(oracle: Oracle, day: dt.date, feed: bool) -> dict[str, Any]:
    scopes = oracle.scopes()
    levels = {level: {scope: len(oracle.level(scope, level, day)) for scope in scopes} for level in LEVELS}
    staff = {scope: len(oracle.without_staff(scope, "active", day)) for scope in scopes}
    overlap = oracle.overlap(list(oracle.declared.areas), day)
    return {
        **levels, "volunteers": staff,
        "overlap": {" + ".join(areas): len(people) for areas, people in sorted(overlap.items())},
        "feed": {scope: list(_feed(oracle, scope, day)) for scope in scopes if feed},
    }


def _feed(oracle: Oracle, scope: str, day: dt.date) -> Iterator[dict[str, Any]]:
    """The weeks that ended by the day, newest first."""
    monday = start_of("week", day + dt.timedelta(1)) - dt.timedelta(7)
    for back in range(WEEKS):
        week = monday - dt.timedelta(7 * back)
        sunday = week + dt.timedelta(6)
        new, seen = oracle.new(scope, sunday), oracle.seen(scope, sunday)
        yield {"wkcommencing": str(week), "new": len(new), "totalactive": len(seen)}


if __name__ == "__main__":
    main()
