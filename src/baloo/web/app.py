"""One ASGI application: the door's addresses go to the door, all others to Litestar with pages and API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp

from baloo.clock import Clock
from baloo.web.headers import guarded
from baloo.web.pages.addresses import not_found, page_routes
from baloo.web.site import Site
from baloo.workspace import Workspace

__all__ = ["make_app", "pages_app"]


def make_app(workspace: Workspace, *, door: ASGIApp | None = None, clock: Clock | None = None) -> ASGIApp:
    """The application of a workspace. `door` takes the addresses that `baloo.ingest.http.is_door_path` knows."""
    raise NotImplementedError


def pages_app(site: Site, api: list[Any] | None = None) -> ASGIApp:
    """Pages and API, under the security headers. `api` is the API's route handlers."""

    @asynccontextmanager
    async def life(_: Litestar) -> AsyncIterator[None]:
        try:
            yield
        finally:
            site.renderer.close()

    app = Litestar(
        [*page_routes(site), *(api or [])], lifespan=[life], openapi_config=None, logging_config=None,
        exception_handlers={NotFoundException: not_found(site)},
    )
    return guarded(app)
