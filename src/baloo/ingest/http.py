"""The door over HTTP: a plain ASGI application, called before any framework.

    POST|PUT /submit/{namespace}/[{id}]     as Bagheera has it; also under /1.0 and /1; more path parts are passed over
    DELETE   /submit/{namespace}/{id}       where the namespace allows
    POST     /v1/contributions              `?namespace=`; JSON answer

The answer 201 is sent only after the queue has said that the request is on disk.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Protocol
from urllib.parse import parse_qs

from baloo.clock import Clock
from baloo.errors import BalooError, Forbidden, InputError, RegistryError, StorageFull
from baloo.ingest.accept import HTTP, Door
from baloo.ingest.answer import Answer, ids, outcomes, problem
from baloo.ingest.body import Bodies, Gone, Headers, Incoming, Receive, Scope, Send, Slow
from baloo.ingest.verdict import Verdict
from baloo.queue.base import encode
from baloo.registry.model import Registry
from baloo.workspace import Workspace

__all__ = ["Appender", "DoorApp", "Senders", "is_door_path", "make_door"]

_NATIVE = "/v1/contributions"
_ROOTS = ("submit", "1.0", "1")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_log = logging.getLogger("baloo.ingest")


class Appender(Protocol):
    """What the door needs of the queue: `queue.group.GroupCommit` in a server."""

    async def append(self, row: bytes) -> int:
        """The seq of the row, when it is on disk. Raises StorageFull where there is no room."""
        ...


class Senders(Protocol):
    """What the door needs to know of tokens: `TokenChecker` in a server."""

    def system_of(self, token: str) -> str:
        """The system that a token stands for. Raises Forbidden."""
        ...

    @property
    def has_news(self) -> bool:
        """Whether it is time to call `note_use`."""
        ...

    def note_use(self) -> None:
        """Write down when tokens were last used."""
        ...


class NotFound(InputError):
    """No such path or namespace."""

    slug = "not-found"
    status = 404


def is_door_path(path: str) -> bool:
    """Whether a decoded path is the door's."""
    if path.startswith("/submit"):
        return len(path) == 7 or path[7] == "/"
    return path.rstrip("/") == _NATIVE or path.startswith(("/1.0/submit/", "/1/submit/"))


def make_door(
    workspace: Workspace, registry_provider: Callable[[], Registry], tokens: Senders, appender: Appender, clock: Clock,
) -> DoorApp:
    """The door of a workspace as an ASGI application."""
    return DoorApp(workspace, registry_provider, tokens, appender, clock)


class DoorApp:
    """ASGI application for the paths of `is_door_path`."""

    def __init__(
        self, workspace: Workspace, registry_provider: Callable[[], Registry], tokens: Senders, appender: Appender, clock: Clock,
    ) -> None:
        settings = workspace.settings
        self._door = Door(registry_provider, clock, settings)
        with suppress(RegistryError):  # told to whoever sends first; else the first sender would wait until it is laid out
            self._door.terms()
        self._senders = tokens
        self._appender = appender
        self._bodies = Bodies(settings["max_body"], settings["body_seconds"])
        self._namespaces = _matcher(settings["namespaces"])
        self._open = _matcher(settings["open_namespaces"])
        self._deletable = _matcher(settings["deletable_namespaces"])
        self._full = False
        self._noting: asyncio.Future[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        incoming = Incoming(scope, receive)
        try:
            try:
                answer = await self._answer(scope, incoming)
            except BalooError as error:
                whole = not isinstance(error, Slow) and await self._bodies.drain(incoming)
                answer = problem(error, status=503 if error.status == 500 else None, close=not whole)
        except Gone:
            return
        await answer.send(send)

    async def _answer(self, scope: Scope, incoming: Incoming) -> Answer:
        path: str = scope["path"]
        method: str = scope["method"]
        if path.rstrip("/") == _NATIVE:
            if method != "POST":
                raise _method("POST", 405)
            given = parse_qs(scope["query_string"].decode("latin-1")).get("namespace", ["baloo"])
            return await self._native(self._namespace(given[-1]), incoming)
        namespace, doc_id = self._place(path)
        if method in ("POST", "PUT"):
            return await self._submit(namespace, doc_id, incoming)
        if method == "DELETE" and self._deletable(namespace):
            return await self._take_back(namespace, doc_id, incoming.headers)
        raise _method("POST, PUT", 403)

    async def _submit(self, namespace: str, doc_id: str | None, incoming: Incoming) -> Answer:
        headers = incoming.headers
        sender = self._sender(namespace, headers)
        obsolete = _obsolete(headers)
        body = await self._bodies.read(incoming)
        verdict = self._door.accept(body, namespace=namespace, sender=sender, via=HTTP, doc_id=doc_id, obsolete=obsolete)
        await self._keep(verdict)
        return outcomes(verdict, 201) if "json" in (headers.get(b"accept") or "") else ids(verdict)

    async def _native(self, namespace: str, incoming: Incoming) -> Answer:
        sender = self._sender(namespace, incoming.headers)
        body = await self._bodies.read(incoming)
        verdict = self._door.accept(body, namespace=namespace, sender=sender, via=HTTP, obsolete=_obsolete(incoming.headers))
        await self._keep(verdict)
        return outcomes(verdict, 201 if not verdict.refused else 207 if verdict.accepted else 400)

    async def _take_back(self, namespace: str, doc_id: str | None, headers: Headers) -> Answer:
        if doc_id is None:
            raise NotFound("Nothing is named that could be taken back.", remedy="Write the id behind the namespace.")
        sender = self._sender(namespace, headers)
        await self._keep(self._door.take_back((doc_id,), namespace=namespace, sender=sender))
        return Answer(200)

    async def _keep(self, verdict: Verdict) -> None:
        try:
            await self._appender.append(encode(verdict.request))
        except StorageFull:
            if not self._full:
                _log.error("The disk is full: the door answers 507 until there is room.")
            self._full = True
            raise
        if self._full:
            _log.warning("There is room on the disk again: the door takes in events.")
            self._full = False

    def _place(self, path: str) -> tuple[str, str | None]:
        """Namespace and id of a path of Bagheera's; whatever follows the id is passed over."""
        parts = path.split("/")[1:]
        if parts[0] != "submit":
            parts = parts[1:]
        namespace = self._namespace(parts[1] if len(parts) > 1 else "")
        doc_id = parts[2].lower() if len(parts) > 2 else ""
        if doc_id and not _UUID.fullmatch(doc_id):
            raise NotFound("The id in the path is not a UUID.", remedy="Write a UUID behind the namespace, or nothing.")
        return namespace, doc_id or None

    def _namespace(self, name: str) -> str:
        if _NAME.fullmatch(name) and self._namespaces(name):
            return name
        raise NotFound("There is no such namespace.", remedy="The setting `namespaces` lists those that are.")

    def _sender(self, namespace: str, headers: Headers) -> str | None:
        """The system whose token came with the request; None for nobody in an open namespace. Raises Forbidden."""
        token = headers.get(b"x-baloo-token")
        authorization = headers.get(b"authorization")
        if token is None and authorization is not None:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise Forbidden("This kind of authorization is not known here.", remedy="Send `Authorization: Bearer TOKEN`.")
        if token is None:
            if self._open(namespace):
                return None
            raise Forbidden("This namespace takes events with a token only.", remedy="Send `Authorization: Bearer TOKEN`.")
        system = self._senders.system_of(token.strip())
        if self._senders.has_news and (self._noting is None or self._noting.done()):
            self._noting = asyncio.get_running_loop().run_in_executor(None, self._senders.note_use)
            self._noting.add_done_callback(_noted)
        return system


def _noted(noting: asyncio.Future[None]) -> None:
    if not noting.cancelled() and noting.exception() is not None:
        _log.warning("The last use of tokens could not be written down: %s", type(noting.exception()).__name__)


def _obsolete(headers: Headers) -> tuple[str, ...]:
    """The ids that X-Obsolete-Document lists. Raises InputError where one is no UUID."""
    listed = headers.get(b"x-obsolete-document")
    if not listed:
        return ()
    found = tuple(part.strip().lower() for part in listed.split(",") if part.strip())
    if not all(map(_UUID.fullmatch, found)):
        raise InputError("X-Obsolete-Document lists something that is not a UUID.", remedy="List ids, with commas between.")
    return found


def _method(allowed: str, status: int) -> BalooError:
    error = Forbidden("This method is not allowed here.", remedy=f"Use {allowed}.")
    error.slug, error.status = "method", status
    return error


def _matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a name is one of the patterns, whole; `*` at the end of a pattern stands for any ending."""
    whole = frozenset(pattern for pattern in patterns if not pattern.endswith("*"))
    starts = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
    return lambda name: name in whole or (bool(starts) and name.startswith(starts))
