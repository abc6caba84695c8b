"""The gate: the one place where every address of pages and API is held to the table, and every form to its session.

What changes something must come from a page of ours: by Origin and Sec-Fetch-Site for everybody and, from a session, by the text
that its forms carry. Cookies of sessions are SameSite=Lax besides. Where the API is written to, a session says its text in a
header; the token of a program, which no browser sends by itself, needs none.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from baloo.access.programs import Programs
from baloo.access.sessions import NOBODY, Caller, Sessions
from baloo.clock import Clock
from baloo.errors import BalooError, Forbidden
from baloo.web.api.problems import problem
from baloo.web.pages.addresses import error_page
from baloo.web.reached import Reached
from baloo.web.signin.table import BY_TOKEN, LEAST
from baloo.web.site import Page, Site

__all__ = ["COOKIE", "FORM", "Closed", "Gate", "refusals", "same_form"]

COOKIE = "baloo-session"
FORM = "x-baloo-form"
"""The header in which the API is told the text that forms of a session carry."""
_T = TypeVar("_T")
_Connection = ASGIConnection[Any, Any, Any, Any]
_FEW = 8  # who may wait for the provider at the same time
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_ELSEWHERE = "This form was sent from another site, or is too old."
_RELOAD = "Load the page again, and send the form from there."


class Closed(Exception):
    """The gate lets nobody through, for a reason that is told."""

    def __init__(self, reason: BalooError) -> None:
        super().__init__(reason.message)
        self.reason = reason


@dataclass(frozen=True)
class Gate:
    """Without sessions nobody is signed in, and what is not for visitors is closed. `reached` is how this server is called.

    `programs` knows the tokens with which programs log; without it none is good.
    """

    clock: Clock
    sessions: Sessions | None = None
    reached: Reached = field(default_factory=Reached)
    programs: Programs | None = None
    _few: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_FEW), repr=False)

    def now(self) -> int:
        """This moment in microseconds since 1970."""
        return int(self.clock.now().timestamp() * 1_000_000)

    async def guard(self, connection: _Connection, _: BaseRouteHandler) -> None:
        """Let a request through to its handler, with the caller as `request.user`. Raises Closed."""
        try:
            connection.scope["user"] = await self._let_in(connection)
        except BalooError as error:
            raise Closed(error) from error

    async def _let_in(self, connection: _Connection) -> Caller:
        scope = connection.scope
        method = str(scope.get("method", "GET"))
        if method == "OPTIONS":
            return NOBODY
        row = f"{method} {scope['path_template']}"
        least = LEAST.get(row)
        if method not in _READS:
            self._from_here(connection)
        caller = NOBODY
        if least != "visitor":
            token = _token(connection) if row in BY_TOKEN else ""
            caller = await self._program(token) if token else await self.caller(connection)
            if least is None or not caller.may(least):
                raise Forbidden("This page is for those who look after it.", remedy="Sign in as somebody who does.")
            if method not in _READS and not token and isinstance(connection, Request):
                told = connection.headers.getall(FORM, [])
                same_form(told if row in BY_TOKEN else (await connection.form()).getall("form", []), caller.nonce)
        return caller

    async def caller(self, connection: _Connection) -> Caller:
        """Who asks. Raises Forbidden where their session was taken back, Busy where the provider cannot be asked."""
        cookie, sessions = self.reached.brought(connection, COOKIE), self.sessions
        if not (sessions and cookie):
            return NOBODY
        return await self.beside(lambda: sessions.caller(cookie, now=self.now()))

    async def _program(self, token: str) -> Caller:
        """The logger that a program is. Raises Forbidden."""
        programs = self.programs
        return await run_sync(programs.caller, token) if programs else NOBODY

    async def beside(self, do: Callable[[], _T]) -> _T:
        """Do in a thread what may wait for the provider. These threads are few: where it is silent, the pages have theirs."""
        return await run_sync(do, limiter=self._few)

    def _from_here(self, connection: _Connection) -> None:
        """Raises Forbidden for what changes something and did not come from a page of ours."""
        origin = connection.headers.get("origin")
        if origin is not None and origin.partition("://")[2] not in self.reached.names(connection):
            raise Forbidden(_ELSEWHERE, remedy=_RELOAD)
        if connection.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            raise Forbidden(_ELSEWHERE, remedy=_RELOAD)


def _token(connection: _Connection) -> str:
    """The token that a program shows; empty where it shows none. What a proxy says in the same header is none."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def same_form(said: Collection[object], nonce: str) -> None:
    """Raises Forbidden where a form was not made in this session."""
    if not nonce or not any(hmac.compare_digest(str(one).encode(), nonce.encode()) for one in said):
        raise Forbidden(_ELSEWHERE, remedy=_RELOAD)


def refusals(site: Site) -> dict[type[Exception] | int, Any]:
    """What is answered where nobody is let through: a page or, from the API, a problem. For `exception_handlers`."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        reason = error.reason if isinstance(error, Closed) else error
        assert isinstance(reason, BalooError)  # noqa: S101 - these are the only ones that are handled
        if request.scope["path"].startswith("/api/"):
            return problem(request, reason)
        words = site.scene({}).words
        to = f"/sign-in?to={quote(request.scope['path'])}" if request.method == "GET" else "/sign-in"
        closed = "gate-closed" if isinstance(error, Closed) else "sign-in-refused"
        title = words(closed if isinstance(reason, Forbidden) else "gate-busy")
        return error_page(site, request, Page("gate.html", title, title, status=reason.status, values={
            "headline": title, "text": reason.message, "hint": reason.remedy or "", "to": to,
        }))

    return {Closed: answer, BalooError: answer}
