"""What whoever looks after a system sees of it: what was refused, how it was read, and whether what it sends counts."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from baloo.access.sessions import Caller
from baloo.errors import Forbidden, InputError, UnknownName
from baloo.ingest.quarantine import Quarantine
from baloo.ingest.systems import Systems
from baloo.queue.log import LogQueue
from baloo.registry.model import System
from baloo.watch.runs import runs_of
from baloo.web import scope as scopes
from baloo.web.pages.runs import row_of
from baloo.web.people.parts import UNKEPT, Parts, posted, shown
from baloo.web.people.visits import Asked, Form, first
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["routes"]

_PATH = "/systems/{name:str}/own"
_LARGEST = 20_000  # bytes of a form
_RUNS = 20
_SAID = ("promoted", "demoted")


def routes(parts: Parts) -> list[Any]:
    """The handlers. The gate lets in owners, these only that of the system."""

    @get(_PATH, include_in_schema=False, name="page /systems/own")
    async def page(request: Asked, name: FromPath[str]) -> Response[Any]:
        said = request.query_params.get("said", "")
        return await shown(parts, request, lambda scene: _page(
            scene, parts, request.user, _owned(scene, request.user, name), said if said in _SAID else ""))

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


def _page(scene: Scene, parts: Parts, caller: Caller, system: System, said: str) -> Page:
    words = scene.words
    found = runs_of(parts.records, scene.registry, parts.clock.now(), limit=_RUNS, system=system.id)
    title = words("owned-title", system=system.title)
    return Page("owned.html", title, title, values={
        "caller": caller, "system": system, "scope": scopes.system(scene.registry, system.id), "said": said,
        "groups": [one for one in Quarantine(parts.records).groups() if one.system == system.id],
        "rows": [row_of(scene, run) for run in found.runs],
        "counts": Systems.promoted(parts.records, system.id),
    })


def _answer(parts: Parts, caller: Caller, system: System, form: Form) -> str:
    """Let the system into production, or take it back. Raises InputError."""
    if parts.workspace is None:
        raise InputError("There is no workspace here.")
    said = first(form, "answer")
    with closing(LogQueue(parts.workspace.queue)) as queue:
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
