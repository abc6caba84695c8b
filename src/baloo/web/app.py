"""One ASGI application: the door's addresses go to the door, all others to Litestar with pages and API."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import Any

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import ASGIApp, ControllerRouterHandler, Receive, Scope, Send
from sqlalchemy.exc import SQLAlchemyError

from baloo.access.programs import Programs
from baloo.access.sessions import Sessions
from baloo.clock import Clock, SystemClock, clock_from_environment
from baloo.ingest.http import DoorApp, is_door_path, make_door
from baloo.ingest.quarantine import Quarantine
from baloo.ingest.tokens import TokenChecker
from baloo.logbook.book import Book
from baloo.memory import give_back
from baloo.metrics.answers import AnswersSource
from baloo.metrics.persons import Persons
from baloo.people.marks import Suppressed
from baloo.queue.group import GroupCommit
from baloo.queue.log import LogQueue
from baloo.records import Records
from baloo.registry import load
from baloo.registry.provider import RegistryProvider
from baloo.watch.runs import Runs, runs_of
from baloo.web.api.problems import wrong_method
from baloo.web.api.routes import routes
from baloo.web.bodies import gathered
from baloo.web.headers import guarded
from baloo.web.live.figure import Hours
from baloo.web.live.gallery import Gallery
from baloo.web.live.hour import Hour
from baloo.web.live.past import remembered
from baloo.web.live.ring import Ring
from baloo.web.live.routes import Live
from baloo.web.live.routes import routes as live_routes
from baloo.web.live.stream import Watchers
from baloo.web.live.visits import Visits
from baloo.web.logbook.routes import routes as log_routes
from baloo.web.monitor.counts import Counts, Statuses
from baloo.web.monitor.figures import Sources
from baloo.web.monitor.heartbeat import Heartbeat, Pulse
from baloo.web.monitor.routes import routes as monitor_routes
from baloo.web.pages.addresses import first_visit, not_found, not_taken, page_routes
from baloo.web.pages.own_area import routes as own_area_routes
from baloo.web.pages.owned import routes as owned_routes
from baloo.web.pages.requests import routes as request_routes
from baloo.web.people.parts import Counted, Parts
from baloo.web.people.routes import routes as people_routes
from baloo.web.renderer import Renderer
from baloo.web.signin.audit import routes as audit_routes
from baloo.web.signin.gate import Closed, Gate, refusals
from baloo.web.signin.pages import Desk
from baloo.web.signin.pages import routes as signin_routes
from baloo.web.signin.parts import flow_of, grants_of
from baloo.web.site import Site
from baloo.worker.report import heard, read_report
from baloo.workspace import Workspace

__all__ = ["Dispatcher", "make_app", "pages_app"]

_LOOK_OUT = 2.0  # seconds
_RARELY = 20_000  # objects more before the collector looks
_PACKED = (  # when made
    r"^/($|api$|(areas|systems|organisations|definitions|charts|badges|static|status|runs|privacy|about|live|people|me|log)(/|$)"
    r"|(requests|join|sign-in|sign-out|audit|own)(/|$))"
)


def make_app(workspace: Workspace, *, clock: Clock | None = None, leaving: Callable[[], bool] = lambda: False) -> Dispatcher:
    """The application of a workspace: door, pages and API. What it opens is closed when the server stops.

    As soon as `leaving` says that it is to stop, streams end by themselves.
    """
    clock, settings = clock or clock_from_environment(), workspace.settings
    registry = RegistryProvider(workspace.registry, load)
    answers = AnswersSource(workspace.derived, registry, clock)
    opened = ExitStack()
    records = Records.open(workspace.records)
    opened.callback(records.close)
    queue = LogQueue(workspace.queue)
    opened.callback(queue.close)
    appender = opened.enter_context(GroupCommit(queue))
    waiting = LogQueue(workspace.queue)  # for looking on: nobody who looks holds up who appends
    opened.callback(waiting.close)
    renderer = Renderer()
    opened.callback(renderer.close)
    quarantine = Quarantine(records)

    def read() -> Runs:
        return runs_of(records, registry(), clock.now())

    site = Site(
        settings, registry, answers.current, clock, renderer, workspace.registry, quarantine.groups,
        lambda: heard(workspace, registry().systems), read,
    )
    ring = Ring()
    gallery = Gallery(ring, remembered(waiting, read_report(workspace), quarantine))
    watchers = Watchers(gallery, settings["live_watchers"], leaving)
    tokens = TokenChecker(records, clock, workspace.sent_today)
    opened.callback(tokens.close)
    counts, statuses, pulse = Counts(), Statuses(), Pulse(workspace)
    hour = Hour(counts)
    live = Live(site, gallery, watchers, Visits(tokens), Hours(hour))
    suppressed = Suppressed(records, gallery.forget)
    door = make_door(workspace, registry, tokens, appender, clock, [ring, counts], suppressed)
    sources = Sources(workspace, counts, statuses, lambda: door.statuses, waiting, appender.timings, watchers, pulse, read)
    heartbeat = Heartbeat(door.entry, settings["heartbeat_seconds"])
    book = Book(workspace, records, registry, clock)
    state = {"answers": answers, "workspace": workspace, "pulse": pulse, "registry": registry, "book": book}

    def begin() -> None:
        renderer.start()
        first_visit(site)
        gc.freeze()  # what is loaded by now stays: to look through it for cycles takes 100 ms, in which nobody is answered
        gc.set_threshold(_RARELY)
        give_back()

    async def beside() -> None:
        await asyncio.gather(heartbeat.run(), hour.run(), _look_out(suppressed))

    people = Parts(site, records, Counted(Persons(workspace.derived, answers.connection)), clock, workspace)
    flow = flow_of(settings, records, clock)
    sessions = Sessions(records, lambda: found.provider if (found := flow()) else None, grants_of(registry))
    gate = Gate(clock, sessions, site.reached, Programs(records, people.now))
    signin = Desk(site, gate, sessions, flow)
    handlers = [
        *routes(), *live_routes(live), *people_routes(people), *audit_routes(people), *signin_routes(signin),
        *request_routes(people), *owned_routes(people), *own_area_routes(people), *log_routes(people, book),
        *monitor_routes(sources, settings["metrics_token"]),
    ]
    pages = pages_app(site, opened.close, handlers, state, begin, beside, gate)
    return Dispatcher(door, statuses.counting(gathered(pages, settings["body_seconds"])))


async def _look_out(suppressed: Suppressed) -> None:
    """See who opts out or is erased, so that they are forgotten though nothing arrives; until cancelled."""
    while True:
        await asyncio.sleep(_LOOK_OUT)
        with suppress(SQLAlchemyError):  # the records are locked, or on a bad disk: what arrives meets that, too
            suppressed.renew()


def pages_app(
    site: Site, close: Callable[[], None], api: Iterable[ControllerRouterHandler] = (), state: Mapping[str, object] | None = None,
    begin: Callable[[], None] = lambda: None, beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    gate: Gate | None = None,
) -> ASGIApp:
    """Pages and API, under the security headers, behind the gate; without one nobody is signed in. `state` is what the API asks.

    `begin` is called beside the first requests when the server starts, `close` when it stops; `beside` runs in between.
    """

    @asynccontextmanager
    async def life(_: Litestar) -> AsyncIterator[None]:
        begun = asyncio.create_task(asyncio.to_thread(begin))
        running = [asyncio.create_task(beside())] if beside else []
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(begun, *running, return_exceptions=True)
            close()

    app = _Pages(
        [*page_routes(site), *api], lifespan=[life], openapi_config=None, logging_config=None, state=State(dict(state or {})),
        compression_config=CompressionConfig("gzip", exclude=[_PACKED]), guards=[(gate or Gate(SystemClock())).guard],
        exception_handlers={
            Closed: refusals(site)[Closed], NotFoundException: not_found(site),
            MethodNotAllowedException: wrong_method(not_taken(site)),
        },
    )
    return guarded(app)


class _Pages(Litestar):
    """Litestar without its plugins for libraries that no page uses: pydantic alone would take 8 MB."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


class Dispatcher:
    """Hands each request to the door or to the pages, before any framework looks at it."""

    def __init__(self, door: DoorApp, pages: ASGIApp) -> None:
        self.door = door
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == ScopeType.HTTP and is_door_path(scope["path"]):
            await self.door(scope, receive, send)  # type: ignore[arg-type] # the same by another name
        else:
            await self._pages(scope, receive, send)
