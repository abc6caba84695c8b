"""Addresses to pages: one Litestar handler for each, made from the `ROUTES` of the page modules."""

from __future__ import annotations

import contextlib
import functools
import gzip
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from anyio.to_thread import run_sync
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from baloo.errors import BalooError, InputError, RegistryError, UnknownName
from baloo.metrics.answers import NothingCounted
from baloo.web.assets import assets
from baloo.web.headers import has_already
from baloo.web.pages import about, areas, charts, definitions, home, programs, systems
from baloo.web.pages.errors import broken, empty, missing, refused, wrong_method
from baloo.web.pages.route import Route
from baloo.web.site import Page, Reply, Show, Site
from baloo.web.words import words_in

__all__ = ["error_page", "first_visit", "not_found", "not_taken", "or_error_page", "packed", "page_routes"]

log = logging.getLogger(__name__)
_MODULES = (home, areas, systems, definitions, about, programs, charts)
_KEPT = {"cache-control": "public, no-cache", "vary": "accept-encoding"}
_FOR_EVER = "public, max-age=31536000, immutable"


def page_routes(site: Site) -> list[HTTPRouteHandler]:
    """The handlers of all pages and of the static files."""
    return [*(_handler(site, route) for module in _MODULES for route in module.ROUTES), _static()]


def first_visit(site: Site) -> None:
    """Make the home page as its first visitor would, who then need not wait until engine, templates and words are loaded."""
    with contextlib.suppress(BalooError):  # nothing is counted yet, or the registry is broken: visitors are told
        site.make("/?", {}, home.home)


def _handler(site: Site, route: Route) -> HTTPRouteHandler:
    @get(route.path, include_in_schema=False, name=f"page {route.path}")
    async def handler(request: Request[Any, Any, Any]) -> Response[bytes]:
        show = functools.partial(route.show, **{name: str(value) for name, value in request.path_params.items()})
        return await or_error_page(site, request, _answer(site, request, show, fresh=route.fresh))

    return handler


async def _answer(site: Site, request: Request[Any, Any, Any], show: Show, *, fresh: bool) -> Response[bytes]:
    address = f'{request.scope["path"]}?{request.scope["query_string"].decode("latin-1")}'
    if fresh:
        made = await run_sync(lambda: site.made(site.scene(dict(request.query_params)), show))
        return packed(request, made, _KEPT)
    etag = await run_sync(site.etag)
    if has_already(request.headers.get("if-none-match", ""), etag):
        return Response(b"", status_code=304, headers={"etag": etag, **_KEPT})
    known = site.known(address, etag)
    if known is None:
        known = await run_sync(site.make, address, dict(request.query_params), show)
    return packed(request, known, {"etag": etag, **_KEPT})


async def or_error_page(site: Site, request: Request[Any, Any, Any], answer: Awaitable[Response[bytes]]) -> Response[bytes]:
    """The answer, or the page that says what went wrong."""
    try:
        return await answer
    except NothingCounted:
        page = empty()
    except UnknownName as error:
        page = missing(error)
    except InputError as error:
        page = refused(error)
    except Exception as error:
        reference = secrets.token_hex(2).upper()
        log.exception("Page %s failed, reference %s: %s", request.scope["path"], reference, type(error).__name__)
        page = broken(reference, error.status if isinstance(error, BalooError) else 500)
    return await run_sync(error_page, site, request, page)


def error_page(site: Site, request: Request[Any, Any, Any], page: Page) -> Response[bytes]:
    """A page that says what went wrong, as the answer; nothing keeps it."""
    return packed(request, _error(site, page), {"cache-control": "no-store"})


def _error(site: Site, page: Page) -> Reply:
    try:
        return site.made(site.scene({}), lambda _: page)
    except RegistryError:  # not even the community's name is known
        return Reply(500, "text/plain", gzip.compress(words_in()("registry-broken").encode()))


def not_found(site: Site) -> Callable[[Request[Any, Any, Any], Exception], Response[bytes]]:
    """The page for an address that no handler knows."""

    def answer(request: Request[Any, Any, Any], _: Exception) -> Response[bytes]:
        return error_page(site, request, missing(None))

    return answer


def not_taken(site: Site) -> Callable[[Request[Any, Any, Any], Exception], Response[bytes]]:
    """The page for a method that an address does not take."""

    def answer(request: Request[Any, Any, Any], _: Exception) -> Response[bytes]:
        allowed = "POST" if request.method == "GET" else "GET, HEAD"
        return packed(request, _error(site, wrong_method()), {"cache-control": "no-store", "allow": allowed})

    return answer


def packed(request: Request[Any, Any, Any], reply: Reply, headers: dict[str, str]) -> Response[bytes]:
    """A reply as an answer, under gzip where the asker takes it."""
    headers = {**headers, **reply.headers}
    body = reply.packed
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return Response(body, status_code=reply.status, media_type=reply.type, headers=headers)


def _static() -> HTTPRouteHandler:
    by_path = {asset.path: asset for asset in assets().values()}

    by_path["/favicon.ico"] = assets()["icon.svg"]

    @get(["/static/{name:str}", "/favicon.ico"], include_in_schema=False, sync_to_thread=False)
    def static(request: Request[Any, Any, Any]) -> Response[bytes]:
        asset = by_path.get(request.scope["path"])
        if asset is None:
            return Response(b"", status_code=404)
        return packed(request, Reply(200, asset.type, asset.packed), {"cache-control": _FOR_EVER, "vary": "accept-encoding"})

    return static


