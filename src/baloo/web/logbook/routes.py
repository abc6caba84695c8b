"""The addresses of loggers. The gate lets in who is a logger of anything; whether of this area is seen to here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.response import Redirect

from baloo.access.sessions import Caller
from baloo.errors import InputError, UnknownName, in_words
from baloo.logbook.book import Book
from baloo.logbook.entry import Entry, read
from baloo.logbook.places import Place, open_place
from baloo.logbook.shown import hides
from baloo.logbook.table import preview
from baloo.web.logbook.asked import NOT_KEPT, SAME, Shape, Typed, look, person_of, typed
from baloo.web.logbook.pages import area_page, areas_page, entry_page, table_page
from baloo.web.pages.addresses import error_page
from baloo.web.people.parts import UNKEPT, Parts, posted, shown
from baloo.web.people.visits import Asked, Form, first, id_of
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["routes"]

_PATH = "/log"
_LARGEST = 50_000  # bytes of a form
_TABLE = 1_000_000  # bytes of a table
_SAID = ("logged", "there", "edited", "same", "void", "table")

_Answer = Page | Response[Any]
_Make = Callable[[Scene, Asked, Place], _Answer]
_Do = Callable[[Scene, Asked, Place, Form], _Answer]


def routes(parts: Parts, book: Book) -> list[Any]:
    """The handlers."""
    return [Router(_PATH, route_handlers=[
        _areas(parts), _page(parts, "/{area:str}", _area(book)), _form(parts, "/{area:str}", _log(book)),
        _page(parts, "/{area:str}/table", _empty_table), _upload(parts, book),
        _page(parts, "/{area:str}/{entry:str}", _entry(book)), _form(parts, "/{area:str}/{entry:str}", _change(book)),
    ], exception_handlers={RequestEntityTooLarge: _too_large(parts)})]


# How an address is answered


def _areas(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/", include_in_schema=False, name="page /log")
    async def page(request: Asked) -> Response[Any]:
        return await shown(parts, request, lambda scene: areas_page(scene, request.user))

    return page


def _page(parts: Parts, path: str, make: _Make) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get(path, include_in_schema=False, name=f"page {_PATH}{path}")
    async def page(request: Asked) -> Response[Any]:
        return await shown(parts, request, lambda scene: make(scene, request, _place(scene, request)))

    return page


def _form(parts: Parts, path: str, do: _Do) -> Any:  # noqa: ANN401 - a handler of Litestar
    @post(path, include_in_schema=False, request_max_body_size=_LARGEST)
    async def form(request: Asked) -> Response[Any]:
        return await posted(parts, request, lambda scene, fields: do(scene, request, _place(scene, request), fields))

    return form


def _upload(parts: Parts, book: Book) -> Any:  # noqa: ANN401 - a handler of Litestar
    @post("/{area:str}/table", include_in_schema=False, request_max_body_size=_TABLE)
    async def form(request: Asked) -> Response[Any]:
        fields = await request.form()
        file = fields.get("file")
        held = await file.read() if isinstance(file, UploadFile) else b""
        text, sure = str(fields.get("csv") or ""), fields.get("do") == "write"
        return await shown(parts, request, lambda scene: _table(
            scene, book, request.user, _place(scene, request), held, text, sure=sure))

    return form


def _too_large(parts: Parts) -> Callable[[Asked, Exception], Response[bytes]]:
    """The page for a form or a file that is longer than it may be."""

    def answer(request: Asked, _: Exception) -> Response[bytes]:
        words = parts.site.scene({}).words
        title = words("log-too-large")
        return error_page(parts.site, request, Page("error.html", title, title, status=413, values={
            "headline": title, "text": words("log-too-large-text"), "hint": "",
        }))

    return answer


def _place(scene: Scene, request: Asked) -> Place:
    return open_place(scene.registry, str(request.path_params["area"]), request.user)


def _to(place: Place, said: str, n: int = 0) -> Response[Any]:
    return Redirect(f"{_PATH}/{place.area.id}?said={said}{f'&n={n}' if n else ''}", status_code=303, headers=UNKEPT)


# Pages


def _area(book: Book) -> _Make:
    def make(scene: Scene, request: Asked, place: Place) -> _Answer:
        query = request.query_params
        said, n = query.get("said", ""), id_of(query.get("n") or "0")
        form = Shape(place).fresh(scene.today.isoformat())
        return area_page(scene, book, request.user, place, form, said if said in _SAID else "", n)

    return make


def _entry(book: Book) -> _Make:
    def make(scene: Scene, request: Asked, place: Place) -> _Answer:
        stood = _mine(book, place, request)
        return entry_page(scene, book, request.user, place, Shape(place).of(stood), stood)

    return make


def _empty_table(scene: Scene, request: Asked, place: Place) -> _Answer:
    return table_page(scene, request.user, place)


def _mine(book: Book, place: Place, request: Asked) -> Any:  # noqa: ANN401 - an entry as it stands
    """The entry that the address names. Who may not see it is told that it is not there. Raises UnknownName."""
    stood = book.stood(place, str(request.path_params["entry"]))
    if hides(stood, request.user.who):
        raise UnknownName("entry", stood.id, ())
    return stood


# Forms


def _log(book: Book) -> _Do:
    def do(scene: Scene, request: Asked, place: Place, fields: Form) -> _Answer:
        form, desk = typed(Shape(place), fields), request.user

        def again() -> Page:
            return area_page(scene, book, desk, place, form)

        entry = _checked(book, place, form, fields)
        contributor = person_of(book, form) if entry else None
        if entry is None or contributor is None:
            return again()
        wanted = book.wanted(place, contributor, entry)
        try:
            form.already = [] if first(fields, "sure") == "yes" else book.already(place, [wanted], who=desk.who)[0]
            if form.already:
                look(book, form)
                return again()
            new = book.write(place, [wanted], who=desk.who, how="form")
        except NOT_KEPT as error:
            form.failed(error)
            return again()
        return _to(place, "logged" if new else "there")

    return do


def _change(book: Book) -> _Do:
    def do(scene: Scene, request: Asked, place: Place, fields: Form) -> _Answer:
        stood, form, desk = _mine(book, place, request), typed(Shape(place), fields), request.user
        try:
            if first(fields, "do") == "void":
                book.take_back(place, stood, who=desk.who, how="form")
                return _to(place, "void")
            entry = _checked(book, place, form, fields)
            contributor = person_of(book, form) if entry else None
            if entry is not None and (contributor or form.said["person"] == SAME):
                changed = book.edit(place, stood, contributor, entry, who=desk.who, how="form")
                return _to(place, "edited" if changed else "same")
        except NOT_KEPT as error:
            form.failed(error)
        return entry_page(scene, book, desk, place, form, stood)

    return do


def _checked(book: Book, place: Place, form: Typed, fields: Form) -> Entry | None:
    """The entry that a form says; None where somebody is only looked for, or where something is wrong, which is noted."""
    if first(fields, "do") == "find":
        look(book, form)
        return None
    entry, faults = read(place, form.said)
    if faults:
        form.refuse(faults)
        person_of(book, form)
        look(book, form)
    return entry


def _table(scene: Scene, book: Book, desk: Caller, place: Place, held: bytes, text: str, *, sure: bool) -> _Answer:
    """The preview of a table, or what became of it once somebody is sure."""
    try:
        text = held.decode("utf-8-sig") if held else text
        lines = preview(book, place, text, who=desk.who)
    except UnicodeDecodeError:
        wrong = InputError("This file is not UTF-8.", remedy="Save it as CSV in UTF-8.")
        return table_page(scene, desk, place, wrong=wrong, status=400)
    except InputError as error:
        return table_page(scene, desk, place, text, wrong=error, status=400)
    new = [line.wanted for line in lines if line.state == "new" and line.wanted]
    if not sure or not new or any(line.faults for line in lines):
        return table_page(scene, desk, place, text, lines)
    try:
        written = book.write(place, new, who=desk.who, how="file")
    except NOT_KEPT as error:
        told = in_words(error)
        if told is None:
            raise
        wrong = InputError(told.message, where=told.where, remedy=told.remedy)
        return table_page(scene, desk, place, text, lines, wrong=wrong, status=told.status)
    return _to(place, "table", len(written))
