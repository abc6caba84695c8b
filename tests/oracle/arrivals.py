"""What is left of what arrived: DESIGN 3 "Same event" and "Voids", one event after the other, as the oracle reads it.

An event is a dict of version 1. All are of one namespace; whoever sends may speak for the event's own system only.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

from oracle.declared import Declared
from oracle.oracle import Fact, Identity

Event = dict[str, Any]
Document = tuple[str, str]  # environment and id


class Arrivals:
    """The documents as they stand. Counts what was `duplicates`, `revised`, `voided` and `refused`."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self._live: dict[Document, Event] = {}
        self._naturals: Counter[tuple[object, ...] | None] = Counter()
        self.seen: list[Event] = []  # every event that was not dropped: what is known of identities stays
        self.duplicates = self.revised = self.voided = self.refused = 0

    def arrive(self, event: Event) -> None:
        """One valid event: new, the same again, a revision, or another system's document."""
        name = (event.get("environment", "production"), event["id"])
        there = self._live.get(name)
        if there is None:
            same = _natural(event, self._declared)
            if same is not None and self._naturals[same]:
                self.duplicates += 1
                return
        elif there["system"] != event["system"]:
            self.refused += 1
            return
        elif _canonical(there) == _canonical(event):
            self.duplicates += 1
            return
        else:
            self.revised += 1
            self._gone(name)
        self._naturals[_natural(event, self._declared)] += 1
        self._live[name] = event
        self.seen.append(event)

    def take_back(self, system: str, id_: str) -> None:
        """A sender takes a document of its own back, in both environments."""
        for environment in ("production", "staging"):
            there = self._live.get((environment, id_))
            if there and there["system"] != system:
                self.refused += 1
            elif there:
                self.voided += 1
                self._gone((environment, id_))

    def _gone(self, name: Document) -> None:
        self._naturals[_natural(self._live.pop(name), self._declared)] -= 1

    def facts(self) -> list[Fact]:
        """What counts: live and production."""
        return [fact(event) for (environment, _), event in self._live.items() if environment == "production"]


def fact(event: Event) -> Fact:
    """One event as the oracle counts it."""
    day = _moment(event).date()
    return Fact(identity(event), day, event["system"], event["kind"], event.get("object"), event.get("extra", {}),
                _text(event["actor"], "email") or None)


def identity(event: Event) -> Identity:
    """Whom a system means: by account, else by username, else by address and name."""
    actor = event["actor"]
    called = _text(actor, "account") or _text(actor, "username")
    return (event["system"], called) if called else (event["system"], _text(actor, "email"), _text(actor, "name"))


def _natural(event: Event, declared: Declared) -> tuple[object, ...] | None:
    """What makes events of different ids the same; None where a part of it is missing."""
    kind = declared.systems[event["system"]]["kinds"][event["kind"]]
    parts = kind.get("natural_key") if isinstance(kind, Mapping) else None
    values = [_part(event, part) for part in parts or ("object", "actor", "second")]
    if None in values:
        return None
    return (event.get("environment", "production"), event["system"], event["kind"], *values)


def _part(event: Event, part: str) -> object:
    if part == "object":
        return event.get("object") or None
    if part == "second":
        return _moment(event).replace(microsecond=0)
    if part == "day":
        return _moment(event).date()
    if part == "actor":
        actor = event["actor"]
        return (_text(actor, "account") or _text(actor, "email").strip().casefold()
                or _text(actor, "username") or _text(actor, "name"))
    return event.get("extra", {}).get(part)


def _canonical(event: Event) -> str:
    return json.dumps(event, sort_keys=True)


def _moment(event: Event) -> dt.datetime:
    return dt.datetime.fromisoformat(event["at"]).astimezone(dt.UTC)


def _text(actor: dict[str, str], field: str) -> str:
    return unicodedata.normalize("NFC", actor.get(field) or "")
