"""The addresses of somebody's own page. A signed link to one of their addresses opens it; see `baloo.people.links`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from litestar import Response, Router, get, post
from litestar.response import Redirect, Stream

from baloo.errors import BalooError, Forbidden
from baloo.logs import log
from baloo.people.erase import begin
from baloo.people.faces import faces, persons_of
from baloo.people.links import VISIT_SECONDS, Signed, code_for, join_own, leave, open_link, read, visitor
from baloo.people.own import choose, opt_in, opt_out
from baloo.web.people.own import claimed, erase_page, known_file, own_page
from baloo.web.people.parts import UNKEPT, Parts, posted, shown
from baloo.web.people.visits import Asked, Form, first, id_of
from baloo.web.scene import Scene
from baloo.web.signin.gate import same_form
from baloo.web.site import Page
from baloo.worker.control import ask
from baloo.workspace import Workspace

__all__ = ["COOKIE", "routes"]

COOKIE = "baloo-me"
_PATH = "/me"
_LARGEST = 20_000  # bytes of a form
_SAID = ("chosen", "in", "joined", "not-yet", "out")

_Do = Callable[[Scene, Parts, Signed, Form], "str | Page"]


def routes(parts: Parts) -> list[Any]:
    """The handlers."""
    forms: dict[str, _Do] = {
        "/choose": _choose, "/out": _out, "/in": _in, "/claim": _claim, "/check": _check, "/erase": _erase, "/leave": _leave,
    }
    return [Router(_PATH, route_handlers=[
        _page(parts), _erase_page(parts), _open(parts), *(_form(parts, path, do) for path, do in forms.items()),
        _contributions(parts), _known(parts),
    ])]


# How an address is answered


def _page(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/", include_in_schema=False, name="page /me")
    async def page(request: Asked) -> Response[Any]:
        query = dict(request.query_params)

        def made(scene: Scene) -> Page:
            if "link" in query:
                return _entry(scene, parts, request, query["link"])
            said = query.get("said", "")
            if said == "unknown":
                raise Forbidden(scene.words("me-unknown"))
            claim = id_of(query["claim"]) if "claim" in query else None
            return own_page(scene, parts, _visit(parts, request), claim=claim, said=said if said in _SAID else "")

        return await shown(parts, request, made, _closed)

    return page


def _erase_page(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/erase", include_in_schema=False, name="page /me/erase")
    async def page(request: Asked) -> Response[Any]:
        return await shown(parts, request, lambda scene: erase_page(scene, _visit(parts, request)), _closed)

    return page


def _contributions(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/contributions.ndjson", include_in_schema=False)
    async def file(request: Asked) -> Response[Any]:
        def made(_: Scene) -> Response[Any]:
            from baloo.people.download import contributions  # noqa: PLC0415 - it needs the lake's library, and few ask

            visit = _visit(parts, request)
            found = contributions(parts.records, parts.workspace.lake, visit.identity) if parts.workspace else iter(())
            return Stream(_lines(found), media_type="application/x-ndjson", headers=_file("contributions.ndjson"))

        return await shown(parts, request, made, _closed)

    return file


def _known(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/known.json", include_in_schema=False)
    async def file(request: Asked) -> Response[Any]:
        return await shown(parts, request, lambda _: Response(
            msgspec.json.format(msgspec.json.encode(known_file(parts, _visit(parts, request)))), media_type="application/json",
            headers=_file("known.json")), _closed)

    return file


def _open(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    @post("/open", include_in_schema=False, request_max_body_size=_LARGEST)
    async def opened(request: Asked) -> Response[Any]:
        def done(_: Scene, form: Form) -> Response[Any]:
            token, now = first(form, "link", 2000), parts.now()
            before = _visit(parts, request) if first(form, "join") else None
            if before is not None:
                same_form(form.get("form", ()), before.nonce)
            visit = open_link(parts.records, token, now=now)
            if before is not None:
                mine = visitor(parts.records, visit, now=now).identity
                join_own(parts.records, before.identity, mine, proof="opened the links of both", now=now)
            to = "/me?said=joined" if before else "/me"
            return Redirect(to, status_code=303, cookies=[parts.site.reached.cookie(request, COOKIE, visit, VISIT_SECONDS)])

        return await posted(parts, request, done, _closed)

    return opened


def _form(parts: Parts, path: str, do: _Do) -> Any:  # noqa: ANN401 - a handler of Litestar
    @post(path, include_in_schema=False, request_max_body_size=_LARGEST)
    async def form(request: Asked) -> Response[Any]:
        def done(scene: Scene, fields: Form) -> Page | Response[Any]:
            visit = _visit(parts, request)
            same_form(fields.get("form", ()), visit.nonce)
            to = do(scene, parts, visit, fields)
            return to if isinstance(to, Page) else Redirect(to, status_code=303)

        return await posted(parts, request, done, _closed)

    return form


def _visit(parts: Parts, request: Asked) -> Signed:
    """Whose visit a request comes with. Raises Forbidden."""
    return visitor(parts.records, parts.site.reached.brought(request, COOKIE), now=parts.now())


def _entry(scene: Scene, parts: Parts, request: Asked, link: str) -> Page:
    """The page that asks before it uses a link up; mail programs look at links by themselves."""
    words, said = scene.words, read(parts.records, link, now=parts.now())
    try:
        visit = _visit(parts, request)
        other = len(set(persons_of(parts.records, [visit.identity, said.identity]).values())) > 1
    except Forbidden:
        other = False
    return Page("enter.html", words("me-enter"), words("me-description"), values={
        "link": link, "action": "/me/open", "text": words("me-enter-text"), "button": words("me-begin"),
        "join": visit.nonce if other else "",
    })


def _closed(scene: Scene, error: Forbidden) -> Page:
    words = scene.words
    return Page("me_closed.html", words("me-closed"), words("me-closed"), status=403, values={
        "text": error.message, "provider": bool(scene.settings["sign_in_issuer"]),
    })


def _file(name: str) -> dict[str, str]:
    return {**UNKEPT, "content-disposition": f'attachment; filename="{name}"'}


def _lines(found: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for one in found:
        yield msgspec.json.encode(one) + b"\n"


# Forms: each says where it leads


def _choose(_: Scene, parts: Parts, visit: Signed, form: Form) -> str:
    name = first(form, "name", 1000)
    choose(parts.records, visit.identity, shown_name=name or None, hidden=first(form, "hidden") == "yes", now=parts.now())
    return "/me?said=chosen"


def _out(_: Scene, parts: Parts, visit: Signed, _form: Form) -> str:
    opt_out(parts.records, visit.identity, who=_self(visit), reason="asked on their own page", now=parts.now())
    return "/me?said=out"


def _in(_: Scene, parts: Parts, visit: Signed, _form: Form) -> str:
    opt_in(parts.records, visit.identity, who=_self(visit), now=parts.now())
    return "/me?said=in"


def _claim(scene: Scene, parts: Parts, _visit: Signed, form: Form) -> str:
    return f"/me?claim={claimed(scene, parts, first(form, 'system'), first(form, 'account', 1000))}#claim"


def _check(_: Scene, parts: Parts, visit: Signed, form: Form) -> str:
    from baloo.people.download import shows  # noqa: PLC0415 - it needs the lake's library, and few ask

    claim = id_of(first(form, "claim"))
    code = code_for(parts.records, visit.identity, claim)
    if parts.workspace is None or not shows(parts.records, parts.workspace.lake, claim, code):
        return f"/me?claim={claim}&said=not-yet#claim"
    join_own(parts.records, visit.identity, claim, proof="wrote the code by that account", now=parts.now())
    return "/me?said=joined"


def _erase(scene: Scene, parts: Parts, visit: Signed, form: Form) -> str | Page:
    if first(form, "sure") != "yes":
        return erase_page(scene, visit, unsure=True)
    person = persons_of(parts.records, [visit.identity])[visit.identity]
    begin(parts.records, faces(parts.records, [person])[person].ids, who=_self(visit), now=parts.now())
    leave(parts.records, visit, now=parts.now())
    if parts.workspace is not None:
        threading.Thread(target=_complete, args=(parts.workspace,), name="erasure", daemon=True).start()
    words = scene.words
    return Page("error.html", words("erase-begun"), words("erase-begun"), values={
        "headline": words("erase-begun"), "text": words("erase-begun-text"), "hint": "",
    })


def _leave(_: Scene, parts: Parts, visit: Signed, _form: Form) -> str:
    leave(parts.records, visit, now=parts.now())
    return "/me"


def _complete(workspace: Workspace) -> None:
    """Have the worker bring what was begun to its end; where none runs, the next one does by itself."""
    try:
        ask(workspace, {"do": "erase", "identities": [], "who": "person"})
    except (BalooError, OSError) as error:  # it stopped while it was asked, or could not do it now
        log("an erasure waits for the worker", slug=getattr(error, "slug", "error"))


def _self(visit: Signed) -> str:
    return f"person, identity {visit.identity}"
