"""Reads the golden cases: how an event, a person and an expectation are written there (README.md beside this file)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from oracle.oracle import Fact, Identity, People

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
_ASKED = re.compile(r"(\d{4}-\d\d-\d\d)(?: \((.+)\))?")
_MEASURES = ("casual", "core", "visitor", "inactive", "new", "seen", "known")


@dataclass(frozen=True)
class Question:
    """What a case asks, and the names that it expects; None where there is no number."""

    day: dt.date
    scope: str
    measure: str
    with_staff: bool
    expected: tuple[str, ...] | None


class Case:
    """One golden case."""

    def __init__(self, file: Path) -> None:
        self._written: dict[str, Any] = YAML(typ="safe", pure=True).load(file.read_text("utf-8"))

    @property
    def today(self) -> dt.date:
        """The day that it is."""
        return dt.date.fromisoformat(str(self._written.get("today", "2026-11-22")))

    @property
    def provisional(self) -> list[dt.date]:
        """The days whose answer is marked provisional."""
        return [dt.date.fromisoformat(str(day)) for day in self._written.get("provisional", ())]

    @cached_property
    def facts(self) -> list[Fact]:
        """The events, in order."""
        return [fact for line in self._written["events"] for fact in _facts(line)]

    @property
    def people(self) -> People:
        """A name is one person on every system; `same` joins names."""
        systems = sorted({fact.system for fact in self.facts})

        def accounts(names: list[str]) -> tuple[Identity, ...]:
            return tuple((system, name) for name in names for system in systems)

        joined = self._written.get("same", [])
        alone = {fact.who[-1] for fact in self.facts} - {name for group in joined for name in group}
        return People(
            same=tuple(accounts(group) for group in [*joined, *([name] for name in sorted(alone))]),
            out=accounts([*self._written.get("bots", []), *self._written.get("opted_out", [])]),
            roster=tuple((accounts([span["who"]])[0], _day(span["since"]), _day(span["until"]))
                         for span in self._written.get("staff", [])),
        )

    @property
    def registry(self) -> dict[str, Any]:
        """The registry that a case stands for: area `a` on system `s`, unless it writes its areas."""
        pathway = self._written.get("pathway") or [{"point": "active", "level": "active", "when": self._written.get("when")}]
        areas = self._written.get("areas") or [{"area": "a", "counts": [{"system": "s"}], "pathway": pathway}]
        facts = set(self._written.get("facts", ()))
        kinds = sorted({fact.kind for fact in self.facts} | {"k"})
        fields = sorted({name for fact in self.facts for name in fact.extra} | {"owner"})
        systems = [{"system": system, "kinds": {kind: _kind(kind, kind not in facts) for kind in kinds}}
                   for system in sorted({fact.system for fact in self.facts} | {"s"})]
        if by := self._written.get("map_by"):
            systems[0]["areas"] = {"by": by, "map": "maps/map.csv"}
        return {
            "community": {"community": "golden", **self._written.get("community", {})},
            "systems": systems, "areas": areas, "fields": fields,
            "maps": {"map.csv": "\n".join(self._written["map"])} if by else {},
        }

    def questions(self) -> Iterator[Question]:
        """Each expectation, in order."""
        areas = {area["area"] for area in self.registry["areas"]}
        for asked, names in self._written["expect"].items():
            day, note = _ASKED.fullmatch(str(asked)).groups(default="")  # type: ignore[union-attr]
            is_measure = (note in _MEASURES and note not in areas) or note.startswith("point:")
            whole = note in ("community", "unclaimed") or note.startswith(("system:", "organisation:"))
            area = "a" if is_measure or note in ("", "without staff") else note
            yield Question(
                day=dt.date.fromisoformat(day),
                scope=note if whole else f"area:{area}",
                measure=note if is_measure else "active",
                with_staff=note != "without staff",
                expected=None if names is None else tuple(names),
            )


def _kind(kind: str, contribution: bool) -> dict[str, Any]:
    return {"title": f"Did {kind}", "owner": "owner", "contribution": contribution, "schema": "fixture"}


def _facts(line: str) -> Iterator[Fact]:
    """The events of one line: `who day[..day] [xN] [kind] [field=value]`."""
    who, when, *rest = line.split(" ")
    times, kind, system, url, email, extra = 1, "k", "s", None, None, {}
    for word in rest:
        name, is_field, value = word.partition("=")
        if name == "system":
            system = value
        elif name == "object":
            url = f"https://example.org/{value}"
        elif name == "email":
            email = value
        elif is_field:
            extra[name] = _value(value)
        elif re.fullmatch(r"x\d+", word):
            times = int(word[1:])
        else:
            kind = word
    for day in _days(when):
        yield from (Fact((system, who), day, system, kind, url, extra, email) for _ in range(times))


def _days(when: str) -> Iterator[dt.date]:
    if "T" in when:
        yield dt.datetime.fromisoformat(when).astimezone(dt.UTC).date()
        return
    first, _, last = when.partition("..")
    day, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
    while day <= end:
        yield day
        day += dt.timedelta(1)


def _value(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def _day(written: object) -> dt.date | None:
    return dt.date.fromisoformat(str(written)) if written else None
