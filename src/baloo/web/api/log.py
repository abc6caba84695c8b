"""Logging by programs: entries of an area are made, listed, edited and taken back, under `/log`.

The gate lets in who is a logger of anything, by a session or by a program's token; whether of this area is seen to here. What an
entry must be, whom it may name, what is private and what is kept of each step is the book's, as it is for the pages of `/log`.
"""

from __future__ import annotations

from typing import Annotated

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, QueryParameter, RawBody

from baloo.errors import UnknownName
from baloo.logbook.book import TAKEN_BACK, Book
from baloo.logbook.contributors import Contributor, named
from baloo.logbook.entry import Entry, read
from baloo.logbook.found import Stood
from baloo.logbook.places import Place, open_place, places
from baloo.logbook.shown import hides, shown
from baloo.web.api.asked import Asked
from baloo.web.api.entries import (
    Change,
    LogArea,
    LogAreas,
    LogChanged,
    LogEntries,
    LoggedEntry,
    LogWritten,
    NewEntry,
    body_of,
    entry_of,
    step_of,
    texts,
)
from baloo.web.api.problems import AlreadyThere, Faulty

__all__ = ["HANDLERS"]

_LARGEST = 50_000  # bytes of a body
_MOST = 1_000  # entries of a list
_HOW = "api"
_HEADERS = {"cache-control": "no-store"}
_TAGS = ["log"]


@get("/log", sync_to_thread=True, tags=_TAGS, summary="The areas for which you may log")
def log_areas(request: Asked) -> Response[LogAreas]:
    """What can be chosen in each, and which fields it needs; in a session also the text of the header `X-Baloo-Form`."""
    found, caller = places(request.app.state.registry(), request.user), request.user
    rows = [LogArea(one.area.id, one.area.title, one.log.types, list(one.log.needs), one.log.private) for one in found]
    return Response(LogAreas(caller.who, rows, caller.nonce or None), headers=_HEADERS)


@get("/log/{area:str}", sync_to_thread=True, tags=_TAGS, summary="The entries of an area")
def log_entries(
    request: Asked, area: FromPath[str],
    limit: Annotated[int, QueryParameter(description="How many at most.", ge=1, le=_MOST)] = 100,
    after: Annotated[str | None, QueryParameter(description="Those behind this one, the last that you have.")] = None,
) -> Response[LogEntries]:
    """As they stand, the latest days first, however they came. Private ones of others are told as their month alone."""
    book, place = _opened(request, area)
    shelf = book.shelf()
    last = book.stood(place, after) if after else None
    found = shelf.entries(place, limit=limit + 1, after=last)
    rows = [entry_of(one) for one in shown(book.records, found[:limit], who=request.user.who)]
    body = LogEntries(place.area.id, rows, len(found) > limit, book.on_its_way(place, shelf))
    return Response(body, headers=_HEADERS)


@post("/log/{area:str}", sync_to_thread=True, tags=_TAGS, summary="Write an entry down", request_max_body_size=_LARGEST)
def log_entry(request: Asked, area: FromPath[str], body: RawBody) -> Response[LogWritten]:
    """201 when it is on disk; it counts when it is loaded. The same again adds nothing and is a 200, so it may be sent again.

    Where a system has something of the same person on that day, 409 lists it: write it down with `sure` if it is another thing.
    """
    book, place = _opened(request, area)
    said = body_of(body, NewEntry)
    assert isinstance(said, NewEntry)  # noqa: S101 - for the types
    private = said.private if isinstance(said.private, bool) else place.log.private
    entry = _entry(place, texts(place, {**_fields(said), "private": private}))
    wanted = book.wanted(place, named(book.records, said.who), entry)
    step = book.last([wanted.id]).get(wanted.id)
    if step is not None:
        state = "taken back" if step.what == TAKEN_BACK else "there"
        return Response(LogWritten(wanted.id, state), status_code=200, headers=_HEADERS)
    already = [] if said.sure else book.already(place, [wanted], who=request.user.who)[0]
    if already:
        raise AlreadyThere(already)
    book.write(place, [wanted], who=request.user.who, how=_HOW)
    at = {"location": f"/api/v1/log/{place.area.id}/{wanted.id}"}
    return Response(LogWritten(wanted.id, "written"), status_code=201, headers=_HEADERS | at)


@get("/log/{area:str}/{entry:str}", sync_to_thread=True, tags=_TAGS, summary="An entry, with its trail")
def logged(request: Asked, area: FromPath[str], entry: FromPath[str]) -> Response[LoggedEntry]:
    """What it says now, who wrote it down, and who changed which fields."""
    book, place = _opened(request, area)
    stood = _mine(book, place, entry, request)
    (one,) = shown(book.records, [stood], who=request.user.who)
    body = LoggedEntry(entry_of(one), [step_of(step) for step in book.trail(stood.id)])
    return Response(body, headers=_HEADERS)


@patch("/log/{area:str}/{entry:str}", sync_to_thread=True, tags=_TAGS, summary="Edit an entry", request_max_body_size=_LARGEST)
def edit_entry(request: Asked, area: FromPath[str], entry: FromPath[str], body: RawBody) -> Response[LogChanged]:
    """What is not given stays, `logged_by` too. 409 while the entry is still being taken in: try again in a moment."""
    book, place = _opened(request, area)
    said = body_of(body, Change)
    stood = _mine(book, place, entry, request)
    given = _fields(said)
    more = {**dict(stood.entry.more), **_more(given)}
    now = _entry(place, {**_typed(stood.entry), **texts(place, {**given, "more": more})})
    who: Contributor | None = named(book.records, said.who) if isinstance(said.who, str) else None
    changed = book.edit(place, stood, who, now, who=request.user.who, how=_HOW)
    return Response(LogChanged(stood.id, changed), headers=_HEADERS)


@delete(
    "/log/{area:str}/{entry:str}", status_code=200, sync_to_thread=True, tags=_TAGS, summary="Take an entry back",
)
def take_back_entry(request: Asked, area: FromPath[str], entry: FromPath[str]) -> Response[LogChanged]:
    """It counts no more, and its trail stays. Again is no error. 409 while it is still being taken in: try again in a moment."""
    book, place = _opened(request, area)
    step = book.last([entry]).get(entry)
    if step is not None and step.what == TAKEN_BACK:
        return Response(LogChanged(entry, changed=False), headers=_HEADERS)
    stood = _mine(book, place, entry, request)
    book.take_back(place, stood, who=request.user.who, how=_HOW)
    return Response(LogChanged(stood.id, changed=True), headers=_HEADERS)


HANDLERS = [log_areas, log_entries, log_entry, logged, edit_entry, take_back_entry]


def _opened(request: Asked, area: str) -> tuple[Book, Place]:
    """The book, and the place for who may log there. Raises UnknownName and Forbidden."""
    state = request.app.state
    return state.book, open_place(state.registry(), area, request.user)


def _mine(book: Book, place: Place, entry: str, request: Asked) -> Stood:
    """An entry as it stands. Who may not see it is told that it is not there. Raises UnknownName."""
    stood = book.stood(place, entry)
    if hides(stood, request.user.who):
        raise UnknownName("entry", stood.id, ())
    return stood


def _entry(place: Place, said: dict[str, str]) -> Entry:
    """The entry that the fields say. Raises Faulty with all that is wrong."""
    entry, faults = read(place, said)
    if entry is None:
        raise Faulty(faults)
    return entry


def _fields(said: NewEntry | Change) -> dict[str, object]:
    return {name: getattr(said, name) for name in said.__struct_fields__}


def _more(given: dict[str, object]) -> dict[str, str]:
    more = given.get("more")
    return more if isinstance(more, dict) else {}


def _typed(entry: Entry) -> dict[str, str]:
    """An entry as it would be typed."""
    return {
        "date": entry.day.isoformat(), "type": entry.type, "text": entry.text, "link": entry.link,
        "private": "yes" if entry.private else "no", **dict(entry.more),
    }
