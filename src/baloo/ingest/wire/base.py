"""What the protocols share: who sends into which namespace, the body of a request, and the queue that keeps it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from baloo.clock import Clock
from baloo.errors import BalooError, Forbidden, InputError, RegistryError, StorageFull
from baloo.ingest.accept import HTTP, Door
from baloo.ingest.answer import Answer, problem
from baloo.ingest.body import Bodies, Headers, Incoming, Scope
from baloo.ingest.quota import Limit, Tally
from baloo.ingest.tokens import Sender
from baloo.ingest.verdict import Verdict
from baloo.people.marks import Suppressed
from baloo.registry.model import Registry
from baloo.workspace import Workspace

__all__ = ["TAG", "UUID", "Appender", "Entry", "NotFound", "Plain", "Senders", "Wire", "Witness", "debug_tag"]

TAG = re.compile(r"[A-Za-z0-9-]{1,20}")
"""A debug tag, as Glean has it."""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_HOME = frozenset({"127.0.0.1", "::1"})  # this machine itself; one behind a proxy here is told by the proxy
_NOBODY = Sender(None, True, Tally(stranger=True))
_log = logging.getLogger("baloo.ingest")


class Appender(Protocol):
    """What the door needs of the queue: `queue.group.GroupCommit` in a server."""

    async def append(self, row: bytes) -> int:
        """The seq of the row, when it is on disk. Raises StorageFull where there is no room."""
        ...

    def submit(self, row: bytes, done: Callable[[int | Exception], None]) -> None:
        """Append a row; `done` is called in the event loop with its seq when it is on disk, or with the error."""
        ...


class Senders(Protocol):
    """What the door needs to know of tokens: `TokenChecker` in a server."""

    def sender_of(self, token: str) -> Sender:
        """Whom a token lets send. Raises Forbidden."""
        ...

    def proven(self, system: str) -> Sender:
        """The sender that a system is which has shown itself otherwise."""
        ...

    def stranger(self, address: str) -> Sender:
        """The sender that an address is, where there is no token."""
        ...

    @property
    def has_news(self) -> bool:
        """Whether it is time to call `note_use`."""
        ...

    def note_use(self) -> None:
        """Write down when tokens were last used, and what was sent today."""
        ...


class Witness(Protocol):
    """Who looks on while the door works: the live page, the counters."""

    def saw(self, verdict: Verdict, body: bytes, tag: str | None) -> None:
        """A request that is on disk, with its body, unpacked, and its debug tag. It must be quick: the door waits."""
        ...


class NotFound(InputError):
    """No such path or namespace."""

    slug = "not-found"
    status = 404


class Wire(Protocol):
    """One protocol: its paths, its answers. Made with the `Entry` that all of them share."""

    @staticmethod
    def claims(path: str) -> bool:
        """Whether a decoded path is this protocol's."""
        ...

    async def answer(self, scope: Scope, incoming: Incoming) -> Answer:
        """Take one request in. Errors may be raised: `told` puts them into words."""
        ...

    def told(self, error: BalooError, *, close: bool) -> Answer:
        """An error as this protocol says it; with `close` the connection ends after it."""
        ...


class Entry:
    """The door of a workspace, as protocols use it."""

    def __init__(
        self, workspace: Workspace, registry_provider: Callable[[], Registry], tokens: Senders, appender: Appender, clock: Clock,
        witnesses: Sequence[Witness] = (), suppressed: Suppressed | None = None,
    ) -> None:
        settings = workspace.settings
        self.door = Door(registry_provider, clock, settings, suppressed)
        with suppress(RegistryError):  # told to whoever sends first; else the first sender would wait until it is laid out
            self.door.terms()
        self.deletable = _matcher(settings["deletable_namespaces"])
        self.bodies = Bodies(settings["max_body"], settings["body_seconds"])
        self.clock = clock
        self._senders = tokens
        self._limit = Limit(settings["requests_per_second"], settings["events_per_day"])
        self._open_limit = Limit(settings["open_requests_per_second"], settings["open_events_per_day"])
        self._at_home = _HOME if settings.are_default("open_requests_per_second", "open_events_per_day") else frozenset()
        self._appender = appender
        self._witnesses = witnesses
        self._namespaces = _matcher(settings["namespaces"])
        self._open = _matcher(settings["open_namespaces"])
        self._full = False
        self._noting: asyncio.Future[None] | None = None

    def namespace(self, name: str) -> str:
        """The name, where there is such a namespace. Raises NotFound."""
        if _NAME.fullmatch(name) and self._namespaces(name):
            return name
        raise NotFound("There is no such namespace.", remedy="The setting `namespaces` lists those that are.")

    def sender(self, namespace: str, headers: Headers) -> Sender:
        """Whose token came with the request; nobody in an open namespace. Raises Forbidden, TooMany for who sends too much."""
        token = headers.get(b"x-baloo-token")
        authorization = headers.get(b"authorization")
        if token is None and authorization is not None:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise Forbidden("This kind of authorization is not known here.", remedy="Send `Authorization: Bearer TOKEN`.")
        if token is None:
            return self.anybody(namespace, headers)
        sender = self.known(token.strip())
        self._limit.admit(sender.tally)
        return sender

    def anybody(self, namespace: str, headers: Headers) -> Sender:
        """Whoever sends into an open namespace, without a look at any token. Raises Forbidden, TooMany for who sends too much."""
        if self._open(namespace):
            return self._stranger(headers.client)
        raise Forbidden("This namespace takes events with a token only.", remedy="Send `Authorization: Bearer TOKEN`.")

    def known(self, token: str) -> Sender:
        """Whom a token lets send, before anything is said of how much. Raises Forbidden."""
        sender = self._senders.sender_of(token)
        if self._senders.has_news:
            self._note_use()
        return sender

    def admit(self, sender: Sender) -> None:
        """Let a request of a sender with a token in. Raises TooMany."""
        self._limit.admit(sender.tally)

    def proven(self, system: str) -> Sender:
        """The sender that a system is whose signature was right. Raises TooMany."""
        sender = self._senders.proven(system)
        self._limit.admit(sender.tally)
        return sender

    def trusted(self, system: str, headers: Headers) -> Sender:
        """The sender that a system is whose mapping trusts everybody; limited as a stranger is. Raises TooMany."""
        return replace(self._senders.proven(system), tally=self._stranger(headers.client).tally)

    def _stranger(self, address: str) -> Sender:
        if self._open_limit.idle or address in self._at_home:
            return _NOBODY
        sender = self._senders.stranger(address)
        self._open_limit.admit(sender.tally)
        if self._senders.has_news:
            self._note_use()
        return sender

    def _note_use(self) -> None:
        if self._noting is None or self._noting.done():
            self._noting = asyncio.get_running_loop().run_in_executor(None, self._senders.note_use)
            self._noting.add_done_callback(_noted)

    async def take(
        self, body: bytes, *, namespace: str, sender: Sender, tag: str | None, doc_id: str | None = None,
        obsolete: tuple[str, ...] = (),
    ) -> Verdict:
        """Judge a body, and return when everything that its verdict holds is on disk. See `Door.accept` and `keep` for errors."""
        verdict = self.door.accept(
            body, namespace=namespace, sender=sender.system, via=HTTP, doc_id=doc_id, obsolete=obsolete, staging=sender.staging)
        await self.keep(verdict)
        self.saw(verdict, sender, body, tag)
        return verdict

    def saw(self, verdict: Verdict, sender: Sender, body: bytes, tag: str | None) -> None:
        """Count and show what is on disk."""
        (self._open_limit if sender.tally.stranger else self._limit).count(sender.tally, verdict.accepted + verdict.refused)
        for witness in self._witnesses:
            witness.saw(verdict, body, tag)

    async def take_back(self, doc_id: str, *, namespace: str, sender: Sender) -> None:
        """Return when it is on disk that a document is taken back. See `keep` for errors."""
        await self.keep(self.door.take_back((doc_id,), namespace=namespace, sender=sender.system, staging=sender.staging))

    async def keep(self, verdict: Verdict) -> None:
        """Return when everything that the verdict holds is on disk. Raises StorageFull where there is no room."""
        try:
            await self._appender.append(verdict.row)
        except StorageFull as error:
            self._note_room(error)
            raise
        self._note_room(None)

    def submit(self, verdict: Verdict, done: Callable[[int | Exception], None]) -> None:
        """Have everything kept that the verdict holds; `done` is told when it is on disk, or why it is not: it asks `settled`."""
        self._appender.submit(verdict.row, done)

    def settled(self, outcome: int | Exception) -> Exception | None:
        """Why the queue did not keep what was submitted; None where it did."""
        error = outcome if isinstance(outcome, Exception) else None
        if error is not None or self._full:
            self._note_room(error)
        return error

    def _note_room(self, error: Exception | None) -> None:
        if isinstance(error, StorageFull):
            if not self._full:
                _log.error("The disk is full: the door answers 507 until there is room.")
            self._full = True
        elif self._full and error is None:
            _log.warning("There is room on the disk again: the door takes in events.")
            self._full = False


class Plain:
    """A protocol that tells errors as problems (RFC 9457). What is damaged here is 503 to a sender, who may try again."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    def told(self, error: BalooError, *, close: bool) -> Answer:
        """The error as a problem."""
        return problem(error, status=503 if error.status == 500 else None, close=close)


def debug_tag(headers: Headers) -> str | None:
    """The tag by which a sender finds their own events on the live page; one that is no short name is passed over."""
    tag = headers.get(b"x-debug-id")
    return tag if tag is not None and TAG.fullmatch(tag) else None


def _noted(noting: asyncio.Future[None]) -> None:
    if not noting.cancelled() and noting.exception() is not None:
        _log.warning("The use of tokens, or what was sent today, was not written down: %s", type(noting.exception()).__name__)


def _matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a name is one of the patterns, whole; `*` at the end of a pattern stands for any ending."""
    whole = frozenset(pattern for pattern in patterns if not pattern.endswith("*"))
    starts = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
    return lambda name: name in whole or (bool(starts) and name.startswith(starts))
