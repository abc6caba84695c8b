"""The addresses of the live page: the page, its two streams, and the form by which a sender shows a token.

`/live` is the page, `/live/rows` its stream (parts of the page), `/live/events` the stream for programs (JSON); `/live.csv` has
the numbers of its figure, `/live/events.csv` its events.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from anyio.to_thread import run_sync
from litestar import Request, Response, Router, get, post
from litestar.response import Redirect, Stream

from baloo.errors import Busy, Forbidden
from baloo.web.api.problems import HANDLERS as PROBLEMS
from baloo.web.live.asked import asked
from baloo.web.live.figure import Hours, events_table
from baloo.web.live.gallery import Gallery, Shown, Wanted
from baloo.web.live.page import Rows, live
from baloo.web.live.sight import own
from baloo.web.live.stream import Watchers
from baloo.web.live.visits import COOKIE, SECONDS, Visits
from baloo.web.pages.addresses import or_error_page, packed
from baloo.web.site import Site
from baloo.web.tables import to_csv

__all__ = ["Live", "routes"]

_PATH = "/live"
_MOST = 200  # events of a file
_Asked = Request[Any, Any, Any]
_STREAM = {"cache-control": "no-store", "x-accel-buffering": "no"}


@dataclass(frozen=True)
class Live:
    """What the live page is made of."""

    site: Site
    gallery: Gallery
    watchers: Watchers
    visits: Visits
    hours: Hours
    rows: Rows = field(default_factory=Rows)

    async def mine(self, request: _Asked) -> str | None:
        """The system whose token came with a request. Raises Forbidden."""
        return await run_sync(self._system, request)

    async def stream(self, request: _Asked, written: Callable[[Shown], object]) -> Stream:
        """A stream of what a request asks for. Raises InputError, UnknownName, Forbidden, and Busy where too many watch."""
        if self.watchers.full:
            raise Busy("As many watch now as this server lets in.", remedy="Reload the page to see what came last.")
        registry = self.site.registry()
        wanted = asked(request.query_params, registry, mine=await self.mine(request), also=("after",))
        said = str(request.headers.get("last-event-id") or request.query_params.get("after", ""))
        after = int(said) if said.isdecimal() and len(said) < 19 else self.gallery.last
        return Stream(
            self.watchers.stream(self._still(request, wanted), written, after), media_type="text/event-stream", headers=_STREAM,
        )

    def _still(self, request: _Asked, wanted: Wanted) -> Callable[[], Wanted | None]:
        """What is asked for at each look: None as soon as the token that it was asked with is no longer good."""

        def again() -> Wanted | None:
            if wanted.mine is None:
                return wanted
            try:
                mine = self._system(request)
            except Forbidden:
                return None
            return wanted if mine == wanted.mine else None

        return again

    def _system(self, request: _Asked) -> str | None:
        return self.visits.system(self.site.reached.brought(request, COOKIE, _PATH), request.headers.get("authorization"))


def routes(parts: Live) -> list[Any]:
    """The handlers."""
    return [
        Router(_PATH, route_handlers=[
            _page(parts), _show_token(parts), _leave(parts),
            Router("/", route_handlers=[*_streams(parts), _events_file(parts)], exception_handlers=PROBLEMS),
        ]),
        Router("/live.csv", route_handlers=[_hour_file(parts)], exception_handlers=PROBLEMS),
    ]


def _page(parts: Live) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/", include_in_schema=False, name="page /live")
    async def page(request: _Asked) -> Response[bytes]:
        return await or_error_page(parts.site, request, _made(parts, request))

    return page


async def _made(parts: Live, request: _Asked, *, wrong: bool = False) -> Response[bytes]:
    try:
        mine = await parts.mine(request)
    except Forbidden:
        mine, wrong = None, True
    wanted = asked({} if request.method == "POST" else request.query_params, parts.site.registry(), mine=mine)
    show = functools.partial(
        live, gallery=parts.gallery, hours=parts.hours, rows=parts.rows, wanted=wanted, wrong=wrong,
        address=parts.site.reached.base(request),
    )
    made = await run_sync(lambda: parts.site.made(parts.site.scene({}), show))
    return packed(request, made, {"cache-control": "no-store"})


def _streams(parts: Live) -> list[Any]:
    @get("/rows", include_in_schema=False)
    async def rows(request: _Asked) -> Stream:
        today, address = parts.site.today(), parts.site.reached.base(request)
        return await parts.stream(request, lambda shown: parts.rows.row(shown, today, address))

    @get("/events", summary="Events as they come")
    async def events(request: _Asked) -> Stream:
        """Server-sent events `seen` (JSON), and `crowded` where more came than is sent. Your own, by tag or token, are whole."""
        return await parts.stream(request, lambda shown: _facts(shown, parts.site.reached.base(request)))

    return [rows, events]


def _hour_file(parts: Live) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/", summary="The last hour as CSV")
    async def hour_file(request: _Asked) -> Response[str]:
        """How many events were accepted and refused in each of the last sixty minutes, of what is asked for."""
        wanted = asked(request.query_params, parts.site.registry(), mine=await parts.mine(request))
        return _csv(to_csv(parts.hours.table(parts.site.scene({}).words, wanted)), "live.csv")

    return hour_file


def _events_file(parts: Live) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/events.csv", summary="What came last as CSV")
    async def events_file(request: _Asked) -> Response[str]:
        """The events that `/live` shows and those before them, newest first, without what they say of anybody."""
        wanted = asked(request.query_params, parts.site.registry(), mine=await parts.mine(request))
        return _csv(to_csv(events_table(parts.gallery.look(wanted, _MOST).shown)), "events.csv")

    return events_file


def _csv(text: str, name: str) -> Response[str]:
    headers = {"cache-control": "no-store", "content-disposition": f'inline; filename="{name}"'}
    return Response(text, media_type="text/csv", headers=headers)


def _show_token(parts: Live) -> Any:  # noqa: ANN401 - a handler of Litestar
    @post("/token", include_in_schema=False, request_max_body_size=4_096)
    async def show_token(request: _Asked) -> Response[Any]:
        token = str((await request.form()).get("token", "")).strip()
        try:
            cookie = await run_sync(parts.visits.begin, token)
        except Forbidden:
            return await or_error_page(parts.site, request, _made(parts, request, wrong=True))
        return Redirect(_PATH, status_code=303, cookies=[parts.site.reached.cookie(request, COOKIE, cookie, SECONDS, path=_PATH)])

    return show_token


def _leave(parts: Live) -> Any:  # noqa: ANN401 - a handler of Litestar
    @post("/leave", include_in_schema=False)
    async def leave(request: _Asked) -> Redirect:
        parts.visits.end(parts.site.reached.brought(request, COOKIE, _PATH))
        return Redirect(_PATH, status_code=303, cookies=[parts.site.reached.cookie(request, COOKIE, "", 0, path=_PATH)])

    return leave


def _facts(shown: Shown, address: str) -> dict[str, Any]:
    facts = shown.sight.facts()
    if shown.kept is not None:
        whole = own(shown.kept, shown.sight, address)
        facts["own"] = {"body": whole.body, "columns": dict(whole.columns), "curl": whole.curl, "tag": shown.kept.tag}
    return facts
