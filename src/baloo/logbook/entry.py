"""One entry: read from what somebody typed, with every fault of it, and made into an event. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from baloo.errors import nearest
from baloo.logbook.places import Place

__all__ = ["LONGEST", "Entry", "Fault", "entry_id", "event_of", "is_no", "is_yes", "read", "typed_fields"]

LONGEST = {"text": 1_000, "link": 2_000}
"""Characters of a field; of every other, 200."""
_USUAL = 200
_YES, _NO = ("yes", "y", "true", "1", "x"), ("no", "n", "false", "0", "")
_ENTRY = ("date", "type", "text", "link", "private")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field, and what to do. It repeats no value."""

    field: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done, without who did it. `more` are the fields that the area needs, in its order."""

    day: dt.date
    type: str
    text: str
    link: str = ""
    private: bool = False
    more: tuple[tuple[str, str], ...] = ()

    def changed(self, other: Entry) -> tuple[str, ...]:
        """The names of the fields in which another entry differs."""
        pairs = zip(_ENTRY, (self.day, self.type, self.text, self.link, self.private),
                    (other.day, other.type, other.text, other.link, other.private), strict=True)
        found = [name for name, mine, theirs in pairs if mine != theirs]
        theirs = dict(other.more)
        return (*found, *(name for name, text in self.more if theirs.get(name, "") != text))


def typed_fields(place: Place) -> tuple[str, ...]:
    """The fields of an entry of an area, as a form or a file has them."""
    return ("who", *_ENTRY, *place.needs)


def read(place: Place, said: Mapping[str, str]) -> tuple[Entry | None, list[Fault]]:
    """The entry that the fields say, or every fault of theirs; `who` is not looked at."""
    texts = {name: _tidy(said.get(name, ""), lines=name == "text") for name in typed_fields(place)}
    day, faults = _day(texts["date"])
    kind = _type(place, texts["type"], faults)
    if not texts["text"]:
        faults.append(Fault("text", "It does not say what was done.", "Write a few words."))
    _link(place, texts["link"], faults)
    faults += [Fault(name, f"`{name}` is missing.", "This area needs it.") for name in place.needs if not texts[name]]
    if not (is_yes(texts["private"]) or is_no(texts["private"])):
        faults.append(Fault("private", "`private` is yes or no."))
    for name, text in texts.items():
        most = LONGEST.get(name, _USUAL)
        if len(text) > most and name != "who":
            faults.append(Fault(name, f"It is longer than {most:,} characters.", "Shorten it."))
    if faults or day is None:
        return None, faults
    more = tuple((name, texts[name]) for name in place.needs)
    return Entry(day, kind, texts["text"], texts["link"], is_yes(texts["private"]), more), []


def is_yes(text: str) -> bool:
    """Whether a text says yes."""
    return text.strip().lower() in _YES


def is_no(text: str) -> bool:
    """Whether a text says no, or nothing."""
    return text.strip().lower() in _NO


def entry_id(secret: bytes, place: Place, who: str, entry: Entry) -> str:
    """The id of an entry: the same for the same thing written down again, and telling nothing to whoever has not the secret."""
    parts = (place.area.id, who.casefold(), entry.day.isoformat(), entry.type, entry.text, entry.link, *map("=".join, entry.more))
    digest = hmac.digest(secret, "\x1f".join(("entry", *parts)).encode(), hashlib.sha256)
    return str(uuid.UUID(bytes=digest[:16], version=5))


def event_of(
    place: Place, entry: Entry, ident: str, actor: Mapping[str, str], logged_by: str,
    before: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """The event of version 1. Of `before`, the `extra` of an entry that is edited, what an entry does not say stays."""
    schema, version = place.schema
    extra: dict[str, Any] = {name: value for name, value in before.items() if name not in ("private", "link")} | {
        **dict(place.log.said), "type": entry.type, "description": entry.text, "logged_by": logged_by, **dict(entry.more),
    }
    if entry.private:
        extra["private"] = True
    return {
        "id": ident, "schema": schema, "version": version, "at": f"{entry.day}T00:00:00Z", "system": place.log.system,
        "kind": place.log.kind, "actor": dict(actor), **({"object": entry.link} if entry.link else {}), "extra": extra,
    }


def _tidy(text: str, *, lines: bool) -> str:
    """NFC without control characters; the blanks of a line made one."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    text = "".join(c if c.isprintable() or (lines and c == "\n") else " " for c in text)
    return text.strip() if lines else " ".join(text.split())


def _day(text: str) -> tuple[dt.date | None, list[Fault]]:
    if not text:
        return None, [Fault("date", "The day is missing.", "Write it like 2026-11-22.")]
    try:
        if not _DAY.fullmatch(text):
            raise ValueError  # noqa: TRY301 - week dates and the like are no days for people
        return dt.date.fromisoformat(text), []
    except ValueError:
        return None, [Fault("date", "This is no day of the calendar.", "Write it like 2026-11-22.")]


def _type(place: Place, text: str, faults: list[Fault]) -> str:
    """The id of what was done, by id or title."""
    types = place.log.types
    for name, title in types.items():
        if text.casefold() in (name, title.casefold()):
            return name
    if not text:
        faults.append(Fault("type", "It does not say what sort of thing was done.", f"One of {', '.join(types)}."))
    else:
        close = nearest(text.lower(), types)
        hint = f"Did you mean `{close}`?" if close else f"One of {', '.join(types)}."
        faults.append(Fault("type", "This is not on the area's list.", hint))
    return ""


def _link(place: Place, text: str, faults: list[Fault]) -> None:
    if not text:
        if "link" in place.log.needs:
            faults.append(Fault("link", "The link is missing.", "This area needs one to what was made."))
        return
    try:
        good = urlsplit(text).scheme in ("http", "https") and bool(urlsplit(text).hostname) and " " not in text
    except ValueError:
        good = False
    if not good:
        faults.append(Fault("link", "This is no address of the web.", "Write it whole, with `https://`."))
