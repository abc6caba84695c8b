"""The pages of loggers, as values for their templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from baloo.access.sessions import Caller
from baloo.errors import InputError
from baloo.logbook.book import Book, Step
from baloo.logbook.found import Already, Stood
from baloo.logbook.places import Place, places
from baloo.logbook.shown import Shown, shown
from baloo.logbook.table import Line
from baloo.web.logbook.asked import Typed
from baloo.web.people.sides import when
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["area_page", "areas_page", "entry_page", "table_page"]

_SHOWN = 100  # entries of a list
_LINES = 1_000


def areas_page(scene: Scene, desk: Caller) -> Page:
    """The areas for which somebody may log."""
    words = scene.words
    return Page("log_areas.html", words("log-title"), words("log-description"), values={
        "desk": desk, "places": places(scene.registry, desk),
    })


def area_page(scene: Scene, book: Book, desk: Caller, place: Place, form: Typed, said: str = "", n: int = 0) -> Page:
    """The form of an area, and what is written down. `said` is what the last form did, `n` with how many entries."""
    words, shelf = scene.words, book.shelf()
    found = shelf.entries(place, limit=_SHOWN + 1)
    return Page("log.html", words("log-of", area=place.area.title), words("log-description"), status=form.status, values={
        **_form(scene, place, desk, form), "said": said, "n": n, "action": f"/log/{place.area.id}", "stood": None,
        "waiting": book.on_its_way(place, shelf), "more": len(found) > _SHOWN,
        "rows": [_row(scene, place, one) for one in shown(book.records, found[:_SHOWN], who=desk.who)],
    })


def entry_page(scene: Scene, book: Book, desk: Caller, place: Place, form: Typed, stood: Stood) -> Page:
    """One entry, to be edited or taken back, with its trail."""
    words, (row,) = scene.words, shown(book.records, [stood], who=desk.who)
    title = words("log-entry", day=words.day(stood.entry.day))
    return Page("log_entry.html", title, words("log-description"), status=form.status, values={
        **_form(scene, place, desk, form), "action": f"/log/{place.area.id}/{stood.id}", "stood": row,
        "steps": [_step(scene, one) for one in book.trail(stood.id)],
    })


def table_page(
    scene: Scene, desk: Caller, place: Place, text: str = "", lines: Sequence[Line] | None = None, *,
    wrong: InputError | None = None, status: int = 200,
) -> Page:
    """The upload of a table; with `lines` its preview, with `wrong` why it cannot be read or was not kept."""
    words, rows = scene.words, lines or ()
    states = [line.state for line in rows]
    return Page("log_table.html", words("log-table", area=place.area.title), words("log-description"), status=status, values={
        "desk": desk, "place": place, "text": text, "wrong": wrong, "previewed": lines is not None,
        "rows": [_line(scene, line) for line in rows[:_LINES]], "new": states.count("new"), "faulty": states.count("faulty"),
        "there": len(states) - states.count("new") - states.count("faulty"), "columns": _columns(place),
    })


def _form(scene: Scene, place: Place, desk: Caller, form: Typed) -> dict[str, Any]:
    found = [(one.person, one.name, [(_system(scene, system), name) for system, name in one.accounts]) for one in form.found]
    return {
        "desk": desk, "place": place, "form": form, "today": scene.today.isoformat(), "already": _already(scene, form.already),
        "found": found,
    }


def _row(scene: Scene, place: Place, one: Shown) -> dict[str, Any]:
    return {
        "entry": one, "day": scene.words.month(one.day) if one.hidden else scene.words.day(one.day),
        "type": place.log.types.get(one.type, one.type), "href": f"/log/{place.area.id}/{one.id}",
        "more": [text for _, text in one.more if text],
    }


def _step(scene: Scene, one: Step) -> dict[str, Any]:
    fields = scene.words.listed(one.fields.split())
    return {"when": when(scene, one.made), "who": one.who, "what": one.what, "how": one.how, "fields": fields}


def _line(scene: Scene, line: Line) -> dict[str, Any]:
    return {
        "number": line.number, "state": line.state, "who": line.said["who"], "date": line.said["date"], "text": line.said["text"],
        "stranger": line.stranger, "faults": line.faults, "already": _already(scene, line.already),
    }


def _already(scene: Scene, found: Sequence[Already]) -> list[tuple[str, str, bool]]:
    """(system, what was done, whether on the very link) of what there is already."""
    systems = scene.registry.systems
    rows = []
    for one in found:
        system = systems.get(one.system)
        kind = system.kinds.get(one.kind) if system else None
        rows.append((_system(scene, one.system), kind.title if kind else one.kind, one.same))
    return rows


def _system(scene: Scene, name: str) -> str:
    found = scene.registry.systems.get(name)
    return (found.title if found else "") or name


def _columns(place: Place) -> list[str]:
    return ["who", "date", "type", "text", "link", "private", *place.needs]


