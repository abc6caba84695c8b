"""What whoever looks after a system sees of it: what was refused, how it was read, and whether what it sends counts."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from baloo.access.sessions import Caller
from baloo.errors import Forbidden, InputError, UnknownName
from baloo.ingest.accept import Door
from baloo.ingest.quarantine import Quarantine
from baloo.ingest.systems import Systems
from baloo.people.marks import Suppressed
from baloo.queue.log import LogQueue
from baloo.registry.model import System
from baloo.watch.runs import runs_of
from baloo.web import scope as scopes
from baloo.web.pages.runs import row_of
from baloo.web.people.parts import UNKEPT, Parts, posted, shown
from baloo.web.people.visits import Asked, Form, first, id_of
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["routes"]

_PATH = "/systems/{name:str}/own"
_LARGEST = 20_000  # bytes of a form
_RUNS = 20
_SAID = ("promoted", "demoted", "replayed")
_AT_ONCE = 2_000  # events that are replayed by one press
_replaying = threading.Lock()  # who presses twice finds nothing waiting the second time


def routes(parts: Parts) -> list[Any]:
    """The handlers. The gate lets in owners, these only that of the system."""

    @get(_PATH, include_in_schema=False, name="page /systems/own")
    async def page(request: Asked, name: FromPath[str]) -> Response[Any]:
        query = request.query_params
        said, done, again = query.get("said", ""), query.get("done") or "0", query.get("again") or "0"
        return await shown(parts, request, lambda scene: _page(
            scene, parts, request.user, _owned(scene, request.user, name),
            (said if said in _SAID else "", id_of(done), id_of(again))))

    @post(_PATH, include_in_schema=False, request_max_body_size=_LARGEST)
    async def answer(request: Asked, name: FromPath[str]) -> Response[Any]:
        return await posted(parts, request, lambda scene, form: Redirect(
            f"/systems/{name}/own?said={_answer(parts, request.user, _owned(scene, request.user, name), form)}",
            status_code=303, headers=UNKEPT))

    return [page, answer]


def _owned(scene: Scene, caller: Caller, name: str) -> System:
    """The system, if the caller looks after it. Raises UnknownName and Forbidden."""
    known = scene.registry.systems
    if name not in known:
        raise UnknownName("system", name, known)
    if not caller.may("owner", f"system:{name}"):
        raise Forbidden("Somebody else looks after this system.", remedy="Its owner is named in the registry.")
    return known[name]


def _page(scene: Scene, parts: Parts, caller: Caller, system: System, said: tuple[str, int, int]) -> Page:
    words = scene.words
    what, done, again = said
    found = runs_of(parts.records, scene.registry, parts.clock.now(), limit=_RUNS, system=system.id)
    title = words("owned-title", system=system.title)
    return Page("owned.html", title, title, values={
        "caller": caller, "system": system, "scope": scopes.system(scene.registry, system.id), "said": what,
        "done": done, "again": again,
        "groups": [one for one in Quarantine(parts.records).groups() if one.system == system.id],
        "rows": [row_of(scene, run) for run in found.runs],
        "counts": Systems.promoted(parts.records, system.id),
    })


def _answer(parts: Parts, caller: Caller, system: System, form: Form) -> str:
    """Let the system into production, take it back, or replay what was refused of it. Raises InputError."""
    if parts.workspace is None:
        raise InputError("There is no workspace here.")
    said = first(form, "answer")
    with closing(LogQueue(parts.workspace.queue)) as queue:
        if said == "replay":
            return _replayed(parts, caller, system, queue, Door(
                parts.site.registry, parts.clock, parts.workspace.settings, Suppressed(parts.records)))
        systems = Systems(parts.records, queue, parts.clock)
        if said == "promote":
            if system.owner is None:
                raise InputError("This system has no owner in the registry.", remedy="Write `owner:` into its file.")
            systems.promote(system.id, caller.who)
            return "promoted"
        if said == "demote":
            systems.demote(system.id, caller.who)
            return "demoted"
    raise InputError("Say whether to let it in.")


def _replayed(parts: Parts, caller: Caller, system: System, queue: LogQueue, door: Door) -> str:
    """Send what waits of the system through the door again, as far as one press goes; how many were accepted, and refused again.

    An event that was replayed waits no more, and one that is sent twice is the same document: none counts twice.
    """
    quarantine = Quarantine(parts.records)
    with _replaying:
        done = quarantine.replay(door, queue.append, quarantine.waiting(system=system.id)[:_AT_ONCE], caller.who)
    return f"replayed&done={done.accepted}&again={done.refused}"
