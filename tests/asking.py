"""A site of the pretended community, and a way to ask it over ASGI."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from litestar.types import ControllerRouterHandler

import pretend
from baloo.clock import FixedClock
from baloo.errors import Forbidden
from baloo.settings import load_settings
from baloo.web.api.routes import routes
from baloo.web.app import pages_app
from baloo.web.live.figure import Hours
from baloo.web.live.gallery import Gallery
from baloo.web.live.hour import Hour
from baloo.web.live.ring import Ring
from baloo.web.live.routes import Live
from baloo.web.live.routes import routes as live_routes
from baloo.web.live.sight import Sight
from baloo.web.live.stream import Watchers
from baloo.web.live.visits import Visits
from baloo.web.monitor.counts import Counts
from baloo.web.renderer import LocalRenderer
from baloo.web.scene import Waiting
from baloo.web.signin.gate import Gate
from baloo.web.site import Site

__all__ = ["Ask", "PretendChecker", "asking", "pretend_live", "pretend_site"]

_NOW = 1_795_000_020.0  # the hour of the live page does not turn while a test asks

Ask = Callable[..., httpx.Response]


def pretend_site(
    answers: Callable[[], object] | None = None, files: Path = Path(), waiting: Sequence[Waiting] = (), **environment: str,
) -> Site:
    """Marula's site at noon of the day, drawing in this process; `environment` has settings such as BALOO_DEMO."""
    registry, always = pretend.registry(), pretend.PretendAnswers()
    clock = FixedClock(dt.datetime.combine(pretend.TODAY, dt.time(12), dt.UTC))
    settings = load_settings(Path("none.toml"), environment)
    return Site(settings, lambda: registry, answers or (lambda: always), clock, LocalRenderer(), files, lambda: waiting)  # type: ignore[arg-type]


class PretendChecker:
    """Tokens that are the name of their system, written backwards; `gone` are those that were revoked."""

    def __init__(self) -> None:
        self.gone: set[str] = set()

    def system_of(self, token: str) -> str:
        """The system. Raises Forbidden."""
        if token in self.gone or token[::-1] not in pretend.registry().systems:
            raise Forbidden("This token is unknown.")
        return token[::-1]


def pretend_live(
    site: Site, ring: Ring | None = None, past: Sequence[Sight] = (), *, most: int = 50,
    leaving: Callable[[], bool] = lambda: False, checker: PretendChecker | None = None, counts: Counts | None = None,
) -> Live:
    """Marula's live page, over a ring that nothing has come into."""
    gallery = Gallery(ring or Ring(), past)
    watchers, visits = Watchers(gallery, most, leaving), Visits(checker or PretendChecker())
    return Live(site, gallery, watchers, visits, Hours(Hour(counts or Counts(), lambda: _NOW)))


@contextmanager
def asking(
    site: Site, live: Live | None = None, more: Iterable[ControllerRouterHandler] = (), gate: Gate | None = None,
    state: Mapping[str, object] | None = None,
) -> Iterator[Ask]:
    """`with asking(site) as ask: ask("/", "HEAD", accept_encoding="gzip")`."""
    live = live or pretend_live(site)
    app = pages_app(site, lambda: None, [*routes(), *live_routes(live), *more], state, gate=gate)
    loop = asyncio.new_event_loop()

    def ask(address: str, method: str = "GET", body: bytes = b"", **headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://marula.example") as client:
                return await client.request(method, address, headers=named, content=body)

        return loop.run_until_complete(asked())

    try:
        yield ask
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
