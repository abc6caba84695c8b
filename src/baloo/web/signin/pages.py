"""The addresses of signing in and out: by a link that a command printed, or by the provider."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from anyio.to_thread import run_sync
from litestar import Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from baloo.access.links import enter
from baloo.access.roles import ROLES
from baloo.access.sessions import NOBODY, SESSION_SECONDS, Sessions
from baloo.errors import BalooError, Forbidden
from baloo.people.links import VISIT_SECONDS
from baloo.web.pages.addresses import or_error_page, packed
from baloo.web.people.me import COOKIE as ME
from baloo.web.people.parts import UNKEPT
from baloo.web.people.visits import Asked, first, form_of
from baloo.web.signin.gate import COOKIE, Gate, refusals
from baloo.web.site import Page, Site

if TYPE_CHECKING:
    from baloo.access.flow import Flow

__all__ = ["Desk", "local", "routes", "way_called"]

_PATH = "/sign-in"
_LARGEST = 20_000  # bytes of a form
_LONGEST = 500  # characters of a place to go to


@dataclass(frozen=True)
class Desk:
    """What signing in is made of. `flow` is the way to the provider, None where there is none."""

    site: Site
    gate: Gate
    sessions: Sessions
    flow: Callable[[], Flow | None]

    def back(self, request: Asked) -> str:
        """The address to which the provider leads back."""
        return f"{self.gate.reached.base(request)}{_PATH}/back"

    def signed_in(self, request: Asked, session: str, to: str, visit: str = "", *gone: Cookie) -> Response[Any]:
        """The answer that sets the cookies of the session and of a visit to one's own page, besides what is `gone`."""
        cookie = self.gate.reached.cookie(request, COOKIE, session, SESSION_SECONDS, lax=True)
        return Redirect(
            local(to), status_code=303, headers=UNKEPT, cookies=[cookie, *gone, self.visiting(request, visit)])

    def way_out(self) -> str:
        """Where somebody signs out at the provider, too; empty where there is none, or it does not say now."""
        flow = self.flow()
        with suppress(BalooError):
            return flow.provider.way_out() if flow else ""
        return ""

    def visiting(self, request: Asked, visit: str) -> Cookie:
        """The cookie of a visit to one's own page; without one, whatever visit there was is taken away."""
        return self.gate.reached.cookie(request, ME, visit, VISIT_SECONDS if visit else 0, lax=True)


def way_called(state: str) -> str:
    """The cookie that binds a way to the provider and back to one browser: each has its own, for two tabs may go at once."""
    return f"baloo-sign-in-{state[:8]}"


def local(to: str) -> str:
    """A path of this server that somebody may be led to; the front page for whatever is not clearly one."""
    good = to.startswith("/") and len(to) <= _LONGEST and to.isascii() and to.isprintable() and "\\" not in to
    return to if good and not to.startswith(("//", "/sign-")) else "/"


def routes(desk: Desk) -> list[Any]:
    """The handlers."""
    return [
        Router(_PATH, route_handlers=[_page(desk), _link(desk), _go(desk), _back(desk)], exception_handlers=refusals(desk.site)),
        _out(desk),
    ]


def _page(desk: Desk) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/", include_in_schema=False, name="page /sign-in")
    async def page(request: Asked) -> Response[Any]:
        query = dict(request.query_params)
        caller = NOBODY if "link" in query else await desk.gate.caller(request)
        out = await desk.gate.beside(desk.way_out) if "left" in query and not caller.nonce else ""

        def answer() -> Response[Any]:
            scene = desk.site.scene({})
            words, to = scene.words, local(query.get("to", "/"))
            title = words("sign-in-title")
            if "link" in query:
                shown = Page("enter.html", title, words("sign-in-text"), values={
                    "link": query["link"], "to": to, "action": "/sign-in/link", "text": words("sign-in-text"),
                    "button": words("sign-in-begin"),
                })
            else:
                roles = [(str(one), ROLES[one.role]) for one in caller.grants]
                shown = Page("sign_in.html", title, title, values={
                    "caller": caller, "roles": roles, "out": out, "go": f"{_PATH}/go?to={quote(to)}" if desk.flow() else "",
                })
            return packed(request, desk.site.made(scene, lambda _: shown), UNKEPT)

        return await or_error_page(desk.site, request, run_sync(answer))

    return page


def _link(desk: Desk) -> Any:  # noqa: ANN401 - a handler of Litestar
    @post("/link", include_in_schema=False, request_max_body_size=_LARGEST)
    async def link(request: Asked) -> Response[Any]:
        form = await form_of(request)
        before = desk.gate.reached.brought(request, COOKIE)
        session = await run_sync(
            lambda: enter(desk.sessions, first(form, "link", 2000), now=desk.gate.now(), before=before))
        return desk.signed_in(request, session, first(form, "to", _LONGEST))

    return link


def _go(desk: Desk) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/go", include_in_schema=False)
    async def go(request: Asked) -> Response[Any]:
        flow = desk.flow()
        if flow is None:
            raise Forbidden("There is no provider here.", remedy="Ask an operator for a link: `baloo login`.")
        way = flow.way(now=desk.gate.now())
        address = await desk.gate.beside(lambda: flow.begin(way, desk.back(request)))
        kept = f"{way.text}~{quote(local(request.query_params.get('to', '/')), safe='')}"
        return Redirect(address, status_code=303, headers=UNKEPT, cookies=[
            desk.gate.reached.cookie(request, way_called(way.state), kept, flow.seconds, lax=True)])

    return go


def _back(desk: Desk) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/back", include_in_schema=False)
    async def back(request: Asked) -> Response[Any]:
        flow, query = desk.flow(), dict(request.query_params)
        reached, name = desk.gate.reached, way_called(query.get("state", ""))
        text, _, to = reached.brought(request, name).partition("~")
        before, now = reached.brought(request, COOKIE), desk.gate.now()
        if flow is None:
            raise Forbidden("There is no provider here.")
        session, visit = await desk.gate.beside(
            lambda: flow.finish(desk.sessions, text, query, desk.back(request), now=now, before=before))
        there = to if visit or unquote(to) != "/me" else "/me?said=unknown"
        return desk.signed_in(request, session, there, visit, reached.cookie(request, name, "", 0, lax=True))

    return back


def _out(desk: Desk) -> Any:  # noqa: ANN401 - a handler of Litestar
    @post("/sign-out", include_in_schema=False, request_max_body_size=_LARGEST)
    async def out(request: Asked) -> Response[Any]:
        cookie, everywhere = desk.gate.reached.brought(request, COOKIE), first(await form_of(request), "everywhere") == "yes"
        await run_sync(lambda: desk.sessions.end(cookie, now=desk.gate.now(), everywhere=everywhere))
        return Redirect(f"{_PATH}?left=yes", status_code=303, headers=UNKEPT, cookies=[
            desk.gate.reached.cookie(request, COOKIE, "", 0, lax=True), desk.visiting(request, "")])

    return out
