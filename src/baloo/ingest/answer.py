"""The door's answers over HTTP: ids as text, outcomes as JSON, errors as RFC 9457 problems."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from baloo.errors import BalooError, Forbidden
from baloo.ingest.body import Send
from baloo.ingest.quota import TooMany
from baloo.ingest.verdict import Outcome, Verdict

__all__ = ["Answer", "WrongMethod", "ids", "outcomes", "problem"]

_encode = msgspec.json.Encoder().encode
_TEXT = b"text/plain; charset=utf-8"
_JSON = b"application/json"
_PROBLEM = b"application/problem+json"


class WrongMethod(Forbidden):
    """A path does not take this method; it takes the `allowed` ones, such as `GET, POST`."""

    slug = "method"

    def __init__(self, allowed: str, status: int = 405) -> None:
        self.allowed = allowed
        self.status = status
        super().__init__("This method is not allowed here.", remedy=f"Use {allowed.replace(', ', ' or ')}.")


class Answer:
    """Status, type and body of an answer; with `close` the connection ends after it."""

    __slots__ = ("body", "close", "headers", "kind", "status")

    def __init__(
        self, status: int, kind: bytes = _TEXT, body: bytes = b"", *, close: bool = False,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        self.status = status
        self.kind = kind
        self.body = body
        self.close = close
        self.headers = headers

    def head(self, others: Iterable[tuple[bytes, bytes]], *, keep_alive: bool) -> bytes:
        """The headers as they go over the wire, with others before them and with the empty line."""
        more = b"".join([b"%b: %b\r\n" % pair for pair in (*others, *self.headers)])
        end = b"\r\n" if keep_alive else b"connection: close\r\n\r\n"
        return b"%bcontent-type: %b\r\ncontent-length: %d\r\n%b" % (more, self.kind, len(self.body), end)

    async def send(self, send: Send) -> None:
        """Send it."""
        headers = [*self.headers]
        if self.status != 204:
            headers += [(b"content-type", self.kind), (b"content-length", b"%d" % len(self.body))]
        if self.close:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def ids(verdict: Verdict) -> Answer:
    """Bagheera's answer: the id of each event, one a line; they are kept, in the queue or to go to quarantine."""
    found = [outcome.id or "" for outcome in verdict.outcomes] if verdict.refused else verdict.ids
    return Answer(201, _TEXT, "\n".join(found).encode())


def outcomes(verdict: Verdict, status: int) -> Answer:
    """What became of each event, as JSON; a problem where none was accepted and `status` says so."""
    if not verdict.refused:
        return Answer(status, _JSON, (_all_accepted(verdict.accepted) % tuple(verdict.ids)).encode())
    listed = [_outcome(outcome) for outcome in verdict.outcomes]
    body: dict[str, Any] = {"accepted": verdict.accepted, "refused": verdict.refused, "outcomes": listed}
    if status < 400:
        return Answer(status, _JSON, _encode(body))
    first = next(outcome for outcome in verdict.outcomes if not outcome.accepted)
    head = {
        "type": first.slug, "title": "No event was accepted", "status": status, "detail": first.reason, "pointer": first.pointer,
        "remedy": first.remedy,
    }
    return Answer(status, _PROBLEM, _encode(head | body))


@lru_cache(512)
def _all_accepted(count: int) -> str:
    """The answer to so many events that were all accepted, with a place for each id: no id has a letter that JSON escapes."""
    each = ",".join(f'{{"index":{index},"accepted":true,"id":"%s"}}' for index in range(count))
    return f'{{"accepted":{count},"refused":0,"outcomes":[{each}]}}'


def problem(error: BalooError, *, status: int | None = None, close: bool = False) -> Answer:
    """An error as a problem: `type` is its slug, `pointer` the place in the body where one is known."""
    status = status or error.status
    body = {"type": error.slug, "title": _TITLES.get(status, "Error"), "status": status, "detail": error.message}
    if error.where and status < 500:  # else it is a file of ours
        body["pointer" if error.where.startswith("/") else "where"] = error.where
    if error.remedy:
        body["remedy"] = error.remedy
    return Answer(status, _PROBLEM, _encode(body), close=close, headers=_headers(error, status))


def _headers(error: BalooError, status: int) -> tuple[tuple[bytes, bytes], ...]:
    if isinstance(error, TooMany):
        return ((b"retry-after", b"%d" % error.seconds),)
    if isinstance(error, WrongMethod) and status == 405:
        return ((b"allow", error.allowed.encode()),)
    return ((b"retry-after", b"5"),) if status in (503, 507) else ()


_TITLES = {
    400: "The request cannot be read", 403: "Not allowed", 404: "Not found", 405: "Not done here", 408: "Too slow",
    413: "Too large", 415: "Unknown encoding", 429: "Too many", 500: "Something is damaged", 503: "Not now", 507: "No room",
}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    if outcome.accepted:
        return {"index": outcome.index, "accepted": True, "id": outcome.id}
    return {
        "index": outcome.index, "accepted": False, "id": outcome.id, "type": outcome.slug, "pointer": outcome.pointer,
        "detail": outcome.reason, "remedy": outcome.remedy,
    }
