"""A site of the pretended community, and a way to ask it over ASGI."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

import pretend
from baloo.clock import FixedClock
from baloo.settings import load_settings
from baloo.web.api.routes import routes
from baloo.web.app import pages_app
from baloo.web.renderer import LocalRenderer
from baloo.web.scene import Waiting
from baloo.web.site import Site

__all__ = ["Ask", "asking", "pretend_site"]

Ask = Callable[..., httpx.Response]


def pretend_site(
    answers: Callable[[], object] | None = None, files: Path = Path(), waiting: Sequence[Waiting] = (), **environment: str,
) -> Site:
    """Marula's site at noon of the day, drawing in this process; `environment` has settings such as BALOO_DEMO."""
    registry, always = pretend.registry(), pretend.PretendAnswers()
    clock = FixedClock(dt.datetime.combine(pretend.TODAY, dt.time(12), dt.UTC))
    settings = load_settings(Path("none.toml"), environment)
    return Site(settings, lambda: registry, answers or (lambda: always), clock, LocalRenderer(), files, lambda: waiting)  # type: ignore[arg-type]


@contextmanager
def asking(site: Site) -> Iterator[Ask]:
    """`with asking(site) as ask: ask("/", "HEAD", accept_encoding="gzip")`."""
    app, loop = pages_app(site, lambda: None, routes()), asyncio.new_event_loop()

    def ask(address: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://marula.example") as client:
                return await client.request(method, address, headers=named)

        return loop.run_until_complete(asked())

    try:
        yield ask
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
