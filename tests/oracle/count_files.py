"""Counts the people of event files, slowly and from nothing: `python count_files.py REGISTRY FILES…` prints JSON.

It reads NDJSON files of events (gzip or plain) and a registry by itself, joins identities whose address is the same when
trimmed and case-folded, and gives for some dates how many are at each level of each scope, how many are active in which
areas, and the rows of the feed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # `oracle` is the folder, not the file beside this one

from oracle.declared import read
from oracle.oracle import LEVELS, Fact, Identity, Oracle, People, start_of

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


def count(registry: Path, files: Iterable[Path], days: Iterable[dt.date]) -> dict[str, Any]:
    """By date: each level and `volunteers` (active less staff) by scope, `overlap` by areas, and `feed` rows by scope."""
    facts = list(read_facts(files))
    oracle = Oracle(read(registry), facts, People(same=tuple(joined(facts))))
    return {str(day): _at(oracle, day) for day in days}


def read_facts(files: Iterable[Path]) -> Iterator[Fact]:
    """The production events of files, each id once: the last one that is read counts."""
    found: dict[str, Fact] = {}
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for line in lines:
                event = json.loads(line)
                if event.get("environment", "production") == "production":
                    found[event["id"]] = _fact(event)
    yield from found.values()


def joined(facts: Iterable[Fact]) -> Iterator[tuple[Identity, ...]]:
    """Groups of identities with the same address; an empty one joins nobody."""
    groups: dict[str, dict[Identity, None]] = {}
    for fact in facts:
        address = unicodedata.normalize("NFC", fact.email or "").strip().casefold()
        if address:
            groups.setdefault(address, {})[fact.who] = None
    yield from (tuple(group) for group in groups.values())


def _fact(event: dict[str, Any]) -> Fact:
    actor = {name: unicodedata.normalize("NFC", value) for name, value in event["actor"].items()}
    who = (event["system"], actor.get("email", ""), actor.get("name", ""))
    day = dt.datetime.fromisoformat(event["at"]).astimezone(dt.UTC).date()
    return Fact(who, day, event["system"], event["kind"], event.get("object"), event.get("extra", {}), actor.get("email"))


def _at(oracle: Oracle, day: dt.date) -> dict[str, Any]:
    scopes = oracle.scopes()
    levels = {level: {scope: len(oracle.level(scope, level, day)) for scope in scopes} for level in LEVELS}
    staff = {scope: len(oracle.without_staff(scope, "active", day)) for scope in scopes}
    overlap = oracle.overlap(list(oracle.declared.areas), day)
    return {
        **levels, "volunteers": staff,
        "overlap": {" + ".join(areas): len(people) for areas, people in sorted(overlap.items())},
        "feed": {scope: list(_feed(oracle, scope, day)) for scope in scopes},
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
