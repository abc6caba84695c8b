"""What whoever looks after an area sees of it: what feeds it, who logs for it by hand, and with which tokens programs do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from baloo.access.programs import Made, Programs, called
from baloo.access.sessions import Caller
from baloo.errors import Forbidden, InputError, UnknownName
from baloo.ingest.quarantine import Quarantine
from baloo.logbook.book import EDITED, LOGGED, TAKEN_BACK
from baloo.records.store import Records
from baloo.records.trail import trail
from baloo.registry.lookup import resolve_area
from baloo.registry.model import Area
from baloo.watch.heard import Known
from baloo.watch.runs import moment
from baloo.watch.stages import Progress, progress_of
from baloo.web import scope as scopes
from baloo.web.pages.freshness import progress
from baloo.web.people.parts import UNKEPT, Parts, posted, shown
from baloo.web.people.sides import when
from baloo.web.people.visits import Asked, Form, first, id_of
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.site import Page

__all__ = ["routes"]

_PATH = "/own/{area:str}"
_LARGEST = 20_000  # bytes of a form


@dataclass(frozen=True, slots=True)
class Fed:
    """A system that feeds the area; `own` is its owner's page, empty for who does not own it."""

    scope: Scope
    progress: Progress
    last: str
    refused: int
    own: str


@dataclass(frozen=True, slots=True)
class Hand:
    """What somebody did by hand for the area: steps by what they were, and when the latest was."""

    who: str
    steps: dict[str, int]
    latest: str


def routes(parts: Parts) -> list[Any]:
    """The handlers. The gate lets in owners, these only that of the area, or of what it is a part of."""
    programs = Programs(parts.records, parts.now)

    @get(_PATH, include_in_schema=False, name="page /own")
    async def page(request: Asked, area: FromPath[str]) -> Response[Any]:
        said = request.query_params.get("said", "")
        return await shown(parts, request, lambda scene: _page(
            scene, parts, programs, request.user, _owned(scene, request.user, area), said=said == "revoked"))

    @post(_PATH, include_in_schema=False, request_max_body_size=_LARGEST)
    async def answer(request: Asked, area: FromPath[str]) -> Response[Any]:
        return await posted(parts, request, lambda scene, form: _answer(
            scene, parts, programs, request.user, _owned(scene, request.user, area), form))

    return [page, answer]


def _owned(scene: Scene, caller: Caller, name: str) -> Area:
    """The area, if the caller looks after it or after what it is a part of. Raises UnknownName and Forbidden."""
    found = resolve_area(scene.registry, name)
    whole = [found, *scene.registry.whole_of(found.id)]
    if not caller.may("owner", *(f"area:{one.id}" for one in whole)):
        raise Forbidden("Somebody else looks after this area.", remedy="Its owner is named in the registry.")
    return found


def _page(
    scene: Scene, parts: Parts, programs: Programs, caller: Caller, area: Area, *, said: bool = False, made: Made | None = None,
) -> Page:
    words = scene.words
    title = words("area-own-title", area=area.title)
    whole = {f"area:{one.id}": one.title for one in (area, *scene.registry.whole_of(area.id))}
    living = [one for one in programs.list(area.id) if one.revoked is None]
    return Page("own_area.html", title, title, values={
        "caller": caller, "area": area, "scope": scopes.area(scene.registry, area.id), "revoked": said, "made": made,
        "systems": _systems(scene, parts.records, caller, area),
        "may": [(one.group, one.role, whole[one.place]) for one in scene.registry.may if one.place in whole],
        "hands": _hands(scene, parts.records, area),
        "steps": (LOGGED, EDITED, TAKEN_BACK),
        "programs": [
            (one, words.day(moment(one.expires).date()), when(scene, one.last_used) if one.last_used else "",
             one.expires <= parts.now())
            for one in living
        ],
        "called": {one.id: called(one.id) for one in living},
    })


def _answer(scene: Scene, parts: Parts, programs: Programs, caller: Caller, area: Area, form: Form) -> Page | Response[Any]:
    """Make a token, which is shown this once, or end one. Raises InputError."""
    said = first(form, "answer")
    if said == "make":
        if area.log is None:
            raise InputError("Nothing is logged by hand for this area.", remedy="Its file in the registry says so with `log`.")
        made = programs.create(area.id, first(form, "name"), who=caller.who)
        return _page(scene, parts, programs, caller, area, made=made)
    if said == "revoke":
        try:
            programs.revoke(id_of(first(form, "token")), who=caller.who, area=area.id)
        except UnknownName as error:
            raise InputError("There is no such token.", remedy="Load the page again.") from error
        return Redirect(f"/own/{area.id}?said=revoked", status_code=303, headers=UNKEPT)
    raise InputError("Say whether to make a token, or to end one.")


def _systems(scene: Scene, records: Records, caller: Caller, area: Area) -> list[Fed]:
    """The systems that feed the area or a part of it, that of its log with them, in order of their titles."""
    registry = scene.registry
    family = {one.id for one in registry.areas.values() if area in (one, *registry.whole_of(one.id))}
    far = progress(scene) if scene.counted else progress_of(registry, Known(scene.heard(), {}), scene.today)
    waiting: Counter[str | None] = Counter()
    for group in Quarantine(records).groups():
        waiting[group.system] += group.count
    found = []
    for one in far:
        name = one.system.id
        if family & set(one.areas) or (area.log is not None and area.log.system == name):
            last = scene.answers.known_days(name)[1] if scene.counted else None
            own = f"/systems/{name}/own" if caller.may("owner", f"system:{name}") else ""
            day = scene.words.day(min(last, scene.today)) if last else scene.words("fresh-never")
            found.append(Fed(scopes.system(registry, name), one, day, waiting[name], own))
    return found


def _hands(scene: Scene, records: Records, area: Area) -> list[Hand]:
    """Who did what by hand, those who wrote most down first."""
    c = trail.c
    query = sa.select(c.who, c.what, sa.func.count(), sa.func.max(c.made)).where(c.area == area.id).group_by(c.who, c.what)
    steps: dict[str, dict[str, int]] = {}
    latest: Counter[str] = Counter()
    with records.engine.connect().execution_options(writes=False) as connection:
        for who, what, count, made in connection.execute(query):
            steps.setdefault(who, {})[what] = count
            latest[who] = max(latest[who], made)
    ordered = sorted(steps, key=lambda who: (-steps[who].get(LOGGED, 0), who))
    return [Hand(who, steps[who], when(scene, latest[who])) for who in ordered]
