"""The express counter of the door: the usual request, answered without a coroutine.

It has a token, nothing unusual about it, and a body all of whose events are accepted as they stand. Whatever else comes is left
to the wire protocols, untouched: they say what is wrong with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple, Protocol, TypeAlias
from urllib.parse import parse_qs

from baloo.errors import BalooError
from baloo.ingest.answer import Answer, ids, outcomes, problem
from baloo.ingest.tokens import Sender
from baloo.ingest.verdict import Verdict
from baloo.ingest.wire.base import Entry
from baloo.ingest.wire.native import Native

__all__ = ["Done", "Express", "Ticket", "Waiting"]

Done: TypeAlias = Callable[[Answer], None]

_BEARER = b"bearer "
_UNUSUAL = frozenset({  # headers that mean more than where and how long
    b"x-baloo-token", b"x-obsolete-document", b"content-encoding", b"transfer-encoding", b"expect", b"upgrade", b"x-debug-id",
})  # fmt: skip
_SHORT, _TOGETHER = 4_096, 256  # bytes of a body that is looked at with others, too few to be laborious; and how many
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


class Waiting(Protocol):
    """A request that was offered to the counter, and hears of it once."""

    def answer(self, answer: Answer) -> None:
        """Everything is on disk, or cannot be brought there."""
        ...

    def unusual(self) -> None:
        """Nothing was done: it is for the wire protocols."""
        ...

    def failed(self, error: Exception) -> None:
        """A fault of ours; nothing was done."""
        ...


class Express:
    """Serves what is usual at the door of an `Entry`; `statuses` counts its answers."""

    def __init__(self, entry: Entry, statuses: Counter[int]) -> None:
        self._entry = entry
        self._statuses = statuses
        self._routes: dict[bytes, _Route | None] = {}
        self.heads: dict[bytes, tuple[Ticket, int]] = {}
        """Whole heads that the server has met, what each asks for, and how many bytes its body has."""
        self._offered: dict[Ticket, list[tuple[bytes, Waiting]]] = {}

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
        except BalooError:
            return False  # to be told in the protocol's words
        return verdict is not None and self._submit(verdict, sender, body, ticket, done)

    def offer(self, ticket: Ticket, body: bytes, waiting: Waiting) -> None:
        """Take a body in, or tell whoever waits that it is not usual.

        Short ones are looked at together with others that come with such a ticket, when the loop has read what there is.
        """
        if len(body) > _SHORT or body[:1] != b"{":
            self._see_to(ticket, [(body, waiting)])
            return
        if not self._offered:
            asyncio.get_running_loop().call_soon(self.judge)
        asked = self._offered.setdefault(ticket, [])
        asked.append((body, waiting))
        if len(asked) == _TOGETHER:
            self.judge()

    def judge(self) -> None:
        """See to what was offered now: whoever calls has news of a connection that may be among those who wait."""
        offered, self._offered = self._offered, {}
        for ticket, asked in offered.items():
            self._see_to(ticket, asked)

    def _see_to(self, ticket: Ticket, asked: list[tuple[bytes, Waiting]]) -> None:
        verdicts = self._verdicts(ticket, [body for body, _ in asked]) if len(asked) > 1 else None
        for place, (body, waiting) in enumerate(asked):
            try:
                if verdicts is None:
                    usual = self.take(ticket, body, waiting.answer)
                else:
                    sender, judged = verdicts
                    usual = self._submit(judged[place], sender, body, ticket, waiting.answer)
                if not usual:
                    waiting.unusual()
            except Exception as error:  # noqa: BLE001 - the boundary of the connection
                waiting.failed(error)

    def _verdicts(self, ticket: Ticket, bodies: list[bytes]) -> tuple[Sender, list[Verdict]] | None:
        """Who sends short bodies, and the verdict on each; None where one of them is not usual, or something else is amiss."""
        entry = self._entry
        try:
            sender = entry.known(ticket.token)
            judged = entry.door.usual_each(
                bodies, namespace=ticket.namespace, sender=sender.system, staging=sender.staging)
        except Exception:  # noqa: BLE001 - each hears of it when it is seen to alone
            return None
        return None if judged is None else (sender, judged)

    def _submit(self, verdict: Verdict, sender: Sender, body: bytes, ticket: Ticket, done: Done) -> bool:
        """Give a verdict to the queue, unless its sender sends too much."""
        entry = self._entry
        try:
            entry.admit(sender)
        except BalooError:
            return False
        entry.submit(verdict, partial(self._kept, verdict, sender, body, ticket.native, done))
        return True

    def _kept(self, verdict: Verdict, sender: Sender, body: bytes, native: bool, done: Done, outcome: int | Exception) -> None:
        error = self._entry.settled(outcome)
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
