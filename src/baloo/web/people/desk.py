"""The addresses of a steward's desk: review, rules, history, a person. The gate lets nobody else in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Response, Router, get, post
from litestar.response import Redirect

from baloo.access.sessions import Caller
from baloo.errors import InputError
from baloo.people.refer import person_of, resolve_reference
from baloo.people.suggestions import undo
from baloo.web.people.decided import Done, done_of, history_page
from baloo.web.people.parts import Parts, posted, shown
from baloo.web.people.person import person_page, split
from baloo.web.people.review import Answered, answer, answer_group, pair_of, review, rules_page
from baloo.web.people.visits import Asked, Form, first, id_of
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["routes"]

_PATH = "/people"
_LARGEST = 200_000  # bytes of a form
_SAID = ("own", "refused", "undone", "waits")
_REASON = 500  # characters

_Query = Mapping[str, str]
_Make = Callable[[Scene, Parts, Caller, _Query, "Done | None"], Page]
_Do = Callable[[Scene, Parts, Caller, Form], str]


def routes(parts: Parts) -> list[Any]:
    """The handlers."""
    pages: dict[str, _Make] = {"/review": _review, "/rules": _rules, "/history": _history}
    forms: dict[str, _Do] = {"/answer": _answer, "/rules": _answer_group, "/undo": _undo, "/find": _find, "/split": _split}
    return [Router(_PATH, route_handlers=[
        *(_page(parts, path, make) for path, make in pages.items()), _person(parts),
        *(_form(parts, path, do) for path, do in forms.items()),
    ])]


# How an address is answered


def _page(parts: Parts, path: str, make: _Make) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get(path, include_in_schema=False, name=f"page {_PATH}{path}")
    async def page(request: Asked) -> Response[Any]:
        query = dict(request.query_params)

        return await shown(parts, request, lambda scene: make(
            scene, parts, request.user, query, _told(scene, parts, query)))

    return page


def _person(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/{person:int}", include_in_schema=False, name="page /people/person")
    async def page(request: Asked) -> Response[Any]:
        query, person = dict(request.query_params), int(request.path_params["person"])
        return await shown(parts, request, lambda scene: person_page(
            scene, parts, request.user, person=person, done=_told(scene, parts, query)))

    return page


def _form(parts: Parts, path: str, do: _Do) -> Any:  # noqa: ANN401 - a handler of Litestar
    @post(path, include_in_schema=False, request_max_body_size=_LARGEST)
    async def form(request: Asked) -> Response[Any]:
        return await posted(parts, request, lambda scene, fields: Redirect(
            do(scene, parts, request.user, fields), status_code=303))

    return form


# Pages


def _review(scene: Scene, parts: Parts, desk: Caller, query: _Query, done: Done | None) -> Page:
    person = id_of(query["person"]) if "person" in query else None
    return review(scene, parts, desk, person=person, pair=pair_of(query["pair"]) if "pair" in query else None, done=done)


def _rules(scene: Scene, parts: Parts, desk: Caller, query: _Query, done: Done | None) -> Page:
    return rules_page(scene, parts, desk, rules=query.get("rules", ""), against=query.get("against", ""), done=done)


def _history(scene: Scene, parts: Parts, desk: Caller, _: _Query, done: Done | None) -> Page:
    return history_page(scene, parts, desk, done=done)


def _told(scene: Scene, parts: Parts, query: _Query) -> Done | None:
    """What the form did that led to this page."""
    said = query.get("said", "")
    return done_of(scene, parts, id_of(query.get("did") or "0"), said if said in _SAID else "")


# Forms: each says where it leads


def _answer(scene: Scene, parts: Parts, desk: Caller, form: Form) -> str:
    pairs = [pair_of(text) for text in form.get("pair", ())]
    done = answer(scene, parts, desk, pairs, first(form, "answer"))
    return f"/people/review?person={id_of(first(form, 'person'))}{_did(done)}"


def _answer_group(scene: Scene, parts: Parts, desk: Caller, form: Form) -> str:
    done = answer_group(scene, parts, desk, rules=first(form, "rules"), against=first(form, "against"),
                        digest=first(form, "digest"), said=first(form, "answer"))
    return f"/people/rules?{_did(done).removeprefix('&')}"


def _undo(_: Scene, parts: Parts, desk: Caller, form: Form) -> str:
    batch = id_of(first(form, "batch"))
    undo(parts.records, batch, who=desk.who, now=parts.now())
    back, person = first(form, "back"), first(form, "person")
    places = {"rules": "/people/rules?", "history": "/people/history?", "person": f"/people/{id_of(person or '0')}?"}
    pair = f"pair={first(form, 'pair')}&" if first(form, "pair") else ""
    review_ = f"/people/review?person={id_of(person)}&{pair}" if person else "/people/review?"
    return f"{places.get(back, review_)}said=undone&did={batch}"


def _find(_: Scene, parts: Parts, _desk: Caller, form: Form) -> str:
    who = first(form, "who", 1000)
    if not who:
        raise InputError("Say whom you look for.", remedy="Give an id, `system:account`, `system:username` or an address.")
    return f"/people/{person_of(parts.records, resolve_reference(parts.records, who)[0])}"


def _split(_: Scene, parts: Parts, desk: Caller, form: Form) -> str:
    person = id_of(first(form, "person"))
    ticked = [id_of(text) for text in form.get("identity", ())]
    batch = split(parts, desk, person=person, ticked=ticked, reason=first(form, "reason", _REASON))
    return f"/people/{person}?did={batch}"


def _did(done: Answered) -> str:
    return (f"&did={done.batch}" if done.batch else "") + (f"&said={done.said}" if done.said else "")
