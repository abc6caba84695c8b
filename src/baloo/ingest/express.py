"""The express counter of the door: the usual request, answered without a coroutine.

It has a token, nothing unusual about it, and a body all of whose events are accepted as they stand. Whatever else comes is left
to the wire protocols, untouched: they say what is wrong with it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple, TypeAlias
from urllib.parse import parse_qs

from baloo.errors import BalooError
from baloo.ingest.answer import Answer, ids, outcomes, problem
from baloo.ingest.tokens import Sender
from baloo.ingest.verdict import Verdict
from baloo.ingest.wire.base import Entry
from baloo.ingest.wire.native import Native

__all__ = ["Done", "Express", "Ticket"]

Done: TypeAlias = Callable[[Answer], None]

_BEARER = b"bearer "
_UNUSUAL = frozenset({  # headers that mean more than where and how long
    b"x-baloo-token", b"x-obsolete-document", b"content-encoding", b"transfer-encoding", b"expect", b"upgrade", b"x-debug-id",
})  # fmt: skip
_MOST = 1_000  # addresses that are remembered
_log = logging.getLogger("baloo.ingest")


class _Route(NamedTuple):
    """Where an address leads: the namespace, and whether its protocol says what became of each event or names ids only."""

    namespace: str
    native: bool


class Ticket(NamedTuple):
    """What the head of a usual request asks for: the namespace, whether the answer tells of each event, the token."""

    namespace: str
    native: bool
    token: str


class Express:
    """Serves what is usual at the door of an `Entry`; `statuses` counts its answers."""

    def __init__(self, entry: Entry, statuses: Counter[int]) -> None:
        self._entry = entry
        self._statuses = statuses
        self._routes: dict[bytes, _Route | None] = {}
        self.heads: dict[bytes, tuple[Ticket, int]] = {}
        """Whole heads that the server has met, what each asks for, and how many bytes its body has."""

    def leads(self, url: bytes) -> bool:
        """Whether an address, path and query as they came, is one of the door's usual ones."""
        try:
            return self._routes[url] is not None
        except KeyError:
            if len(self._routes) >= _MOST:
                self._routes.clear()
            self._routes[url] = self._route(url)
            return self._routes[url] is not None

    def ticket(self, url: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Ticket | None:
        """What the head of a POST to an address that `leads` asks for; None where it is not usual."""
        route, said = self._routes[url], dict(headers)
        token = said.get(b"authorization", b"")
        if route is None or token[:7].lower() != _BEARER or not _UNUSUAL.isdisjoint(said):
            return None
        native = route.native or b"json" in said.get(b"accept", b"")
        return Ticket(route.namespace, native, token[7:].decode("latin-1").strip())

    def take(self, ticket: Ticket, body: bytes, done: Done) -> bool:
        """Take a body in; False where it is not usual, and nothing was done. Else `done` gets the answer, when all is on disk."""
        entry = self._entry
        try:
            sender = entry.known(ticket.token)
            verdict = entry.door.usual(body, namespace=ticket.namespace, sender=sender.system, staging=sender.staging)
            if verdict is None:
                return False
            entry.admit(sender)
        except BalooError:
            return False  # to be told in the protocol's words
        entry.submit(verdict, partial(self._kept, verdict, sender, body, ticket.native, done))
        return True

    def _kept(self, verdict: Verdict, sender: Sender, body: bytes, native: bool, done: Done, error: Exception | None) -> None:
        if error is None:
            self._entry.saw(verdict, sender, body, None)
            answer = outcomes(verdict, 201) if native else ids(verdict)
        elif isinstance(error, BalooError):
            answer = problem(error, status=503 if error.status == 500 else None)
        else:
            _log.error("The queue failed", exc_info=error)
            answer = Answer(500, body=b"Internal Server Error", close=True)
        self._statuses[answer.status] += 1
        done(answer)

    def _route(self, url: bytes) -> _Route | None:
        path, _, query = url.decode("latin-1").partition("?")
        parts = path.split("/")
        try:
            if Native.claims(path):
                return _Route(self._entry.namespace(parse_qs(query).get("namespace", ["baloo"])[-1]), True)
            if parts[:2] == ["", "submit"] and len(parts) in (3, 4) and not any(parts[3:]):
                return _Route(self._entry.namespace(parts[2]), False)
        except BalooError:
            pass
        return None
