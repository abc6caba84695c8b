"""What programs say of an entry, and what they are told: the bodies of the API for logging."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, TypeAlias

import msgspec

from baloo.errors import InputError, nearest
from baloo.ingest.refusals import Refused
from baloo.ingest.text import Unreadable, read
from baloo.logbook.book import Step
from baloo.logbook.entry import Fault
from baloo.logbook.places import Place
from baloo.logbook.shown import Shown
from baloo.web.api.problems import Faulty

__all__ = [
    "REQUIRED", "Change", "LogArea", "LogAreas", "LogChanged", "LogEntries", "LogEntry", "LogStep", "LogWritten", "LoggedEntry",
    "NewEntry", "body_of", "entry_of", "step_of", "texts",
]

REQUIRED = ("who", "date", "type", "text")
"""What a new entry must say."""
_UNSET = msgspec.UNSET
_Text: TypeAlias = "str | msgspec.UnsetType"
_Day: TypeAlias = Annotated[str, msgspec.Meta(description="The day on which it was done, such as 2026-11-02.")]
_Who: TypeAlias = Annotated[str, msgspec.Meta(
    description="Who did it: an address, `Name <address>`, an account as `system:account`, or a name alone.")]
_Type: TypeAlias = Annotated[str, msgspec.Meta(description="What sort of thing, from the area's list.")]
_What: TypeAlias = Annotated[str, msgspec.Meta(description="What was done, in a few words.")]
_Link: TypeAlias = Annotated[str, msgspec.Meta(description="Where it can be seen.")]
_Private: TypeAlias = Annotated[bool, msgspec.Meta(description="Counted, and shown to nobody but you; else as the area says.")]
_More: TypeAlias = Annotated[dict[str, str], msgspec.Meta(description="The fields that the area needs besides.")]


class NewEntry(msgspec.Struct, forbid_unknown_fields=True):
    """Something to be written down. With `sure` also where a system has something of theirs that day."""

    who: _Who = ""
    date: _Day = ""
    type: _Type = ""
    text: _What = ""
    link: _Link = ""
    private: _Private | msgspec.UnsetType = _UNSET
    more: _More = {}
    sure: bool = False


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """What an entry is to say instead; what is not given stays."""

    who: _Who | msgspec.UnsetType = _UNSET
    date: _Day | msgspec.UnsetType = _UNSET
    type: _Type | msgspec.UnsetType = _UNSET
    text: _What | msgspec.UnsetType = _UNSET
    link: _Link | msgspec.UnsetType = _UNSET
    private: _Private | msgspec.UnsetType = _UNSET
    more: _More | msgspec.UnsetType = _UNSET


class LogArea(msgspec.Struct):
    """An area for which you may log: what can be chosen, what is needed, and whether an entry is private where none says."""

    area: str
    title: str
    types: Mapping[str, str]
    needs: list[str]
    private: bool


class LogAreas(msgspec.Struct):
    """The areas for which you may log. `who` is what entries have as `logged_by`, `form` the header of a session's changes."""

    who: str
    rows: list[LogArea]
    form: str | None


class LogEntry(msgspec.Struct):
    """An entry as it stands. Of one that is private and somebody else's only the id and the month are told."""

    id: str
    hidden: bool
    month: str
    date: dt.date | None
    type: str
    who: str  # what the person is called here
    text: str
    link: str
    private: bool
    more: dict[str, str]
    logged_by: str


class LogEntries(msgspec.Struct):
    """The entries of an area, the latest days first. `waiting` is how many steps are still being taken in."""

    area: str
    rows: list[LogEntry]
    more: bool  # there are others behind the last row: ask with its id as `after`
    waiting: int


class LogStep(msgspec.Struct):
    """What was done with an entry, when, by whom; of an edit the names of the fields."""

    when: dt.datetime
    who: str
    what: str
    how: str
    fields: list[str]


class LoggedEntry(msgspec.Struct):
    """An entry with its trail, the first step first."""

    entry: LogEntry
    trail: list[LogStep]


class LogWritten(msgspec.Struct):
    """What became of a new entry: `written`, `there` (it was written down before), `taken back` (it was, and stays so)."""

    id: str
    state: str


class LogChanged(msgspec.Struct):
    """Whether something was changed, or taken back: not where it was so already."""

    id: str
    changed: bool


def body_of(body: bytes, wanted: type[NewEntry | Change]) -> NewEntry | Change:
    """What a body says. Raises Faulty for a field that is of another type or that there is none of, InputError for no JSON."""
    try:
        said = read(body)
        return msgspec.convert(said, wanted)
    except Unreadable as error:
        raise InputError(error.reason, where=error.place_in(body, 0), remedy="Send one object of JSON.") from error
    except Refused as error:
        raise InputError(error.args[0] if error.args else "This is too much.", remedy="Send one object of JSON.") from error
    except msgspec.ValidationError as error:
        raise _named(said, wanted, error) from error


def texts(place: Place, given: Mapping[str, object]) -> dict[str, str]:
    """The fields of an entry as they would be typed. Raises Faulty for one of `more` that the area does not need."""
    more = given.get("more")
    found = {name: text for name, text in more.items() if isinstance(text, str)} if isinstance(more, dict) else {}
    strange = sorted(name for name in found if name not in place.needs)
    if strange:
        remedy = f"It needs: {', '.join(place.needs)}." if place.needs else "It needs no other fields."
        raise Faulty([Fault(f"more.{name[:60]}", "The area has no such field.", remedy) for name in strange])
    said = {name: text for name, text in given.items() if isinstance(text, str)}
    private = given.get("private")
    return {**found, **said, **({"private": "yes" if private else "no"} if isinstance(private, bool) else {})}


def entry_of(one: Shown) -> LogEntry:
    """An entry as it is told."""
    return LogEntry(
        one.id, one.hidden, f"{one.day:%Y-%m}", None if one.hidden else one.day, one.type, one.name, one.text, one.link,
        one.private or one.hidden, dict(one.more), one.logged_by,
    )


def step_of(step: Step) -> LogStep:
    """A step as it is told."""
    when = dt.datetime.fromtimestamp(step.made // 1_000_000, dt.UTC)
    return LogStep(when, step.who, step.what, step.how, step.fields.split())


def _named(said: object, wanted: type[NewEntry | Change], error: msgspec.ValidationError) -> InputError:
    """The error with its field named and its value not repeated."""
    if not isinstance(said, dict):
        return InputError("The body is no object.", remedy="Send one object of JSON.")
    fields = wanted.__struct_fields__
    for name in said:
        if name not in fields:
            close = nearest(str(name), fields)
            remedy = f"Did you mean `{close}`?" if close else f"The fields are {', '.join(fields)}."
            return Faulty([Fault(str(name)[:60], "There is no such field.", remedy)])
    reason, _, place = str(error).partition(" - at ")
    where = place.strip("`$.").partition("[")[0]
    return Faulty([Fault(where, f"{reason.replace('Expected', 'This is to be')}.")])
