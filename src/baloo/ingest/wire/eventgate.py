"""Wikimedia's EventGate: `POST /v1/events`, with `?hasty=`: 201 all accepted, 207 some, 400 none; 202 for the hasty.

What failed is listed as EventGate lists it: under `invalid` what does not fit its schema, under `error` what could not be judged
by one. A schema that nobody registered is 404, where the original has 500. What is sent hastily is as durable as the rest.
Pages of other origins may send, as they may there; without a token what they send is staging.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import msgspec

from baloo.errors import BalooError
from baloo.ingest.answer import Answer, WrongMethod
from baloo.ingest.body import Incoming, Scope
from baloo.ingest.text import split
from baloo.ingest.verdict import Outcome, Verdict
from baloo.ingest.wire.base import Plain, debug_tag
from baloo.ingest.wire.origins import ANY_ORIGIN, leave

__all__ = ["EventGate"]

_PATH = "/v1/events"
_UNKNOWN = frozenset({"unknown-schema", "unknown-version"})
_UNJUDGED = _UNKNOWN | {"unknown-form", "not-an-object"}
_encode = msgspec.json.Encoder().encode


class EventGate(Plain):
    """Takes one event or an array of any content type: browsers send `text/plain` and `application/reports+json`."""

    @staticmethod
    def claims(path: str) -> bool:
        """`/v1/events`."""
        return path.rstrip("/") == _PATH

    async def answer(self, scope: Scope, incoming: Incoming) -> Answer:
        """Nothing where all were accepted, else the lists of what was not."""
        if scope["method"] == "OPTIONS":
            return leave("accept", "x-requested-with", "content-type")
        if scope["method"] != "POST":
            raise WrongMethod("POST, OPTIONS")
        entry = self.entry
        query = parse_qs(scope["query_string"].decode("latin-1"))
        namespace = entry.namespace(query.get("namespace", ["baloo"])[-1])
        sender = entry.sender(namespace, incoming.headers)
        body = await entry.bodies.read(incoming)
        verdict = await entry.take(body, namespace=namespace, sender=sender, tag=debug_tag(incoming.headers))
        if query.get("hasty", ["false"])[-1].lower() not in ("false", "0"):
            return Answer(202, headers=ANY_ORIGIN)
        return _told(verdict, body) if verdict.refused else Answer(201, headers=ANY_ORIGIN)

    def told(self, error: BalooError, *, close: bool) -> Answer:
        """The error as a problem that a page of another origin may read."""
        answer = super().told(error, close=close)
        answer.headers += ANY_ORIGIN
        return answer


def _told(verdict: Verdict, body: bytes) -> Answer:
    """What failed, in its two lists, each event as it was sent."""
    events = list(split(body))
    failed = [outcome for outcome in verdict.outcomes if not outcome.accepted]
    lists: dict[str, list[Any]] = {"invalid": [], "error": []}
    for outcome in failed:
        status = "error" if _unjudged(outcome) else "invalid"
        event = msgspec.Raw(events[outcome.index])
        lists[status].append({"status": status, "event": event, "context": _context(outcome, status)})
    if verdict.accepted:
        code = 207
    elif any(outcome.slug in _UNKNOWN for outcome in failed):
        code = 404
    else:
        code = 400
        if not lists["error"]:
            del lists["error"]
    return Answer(code, b"application/json; charset=utf-8", _encode(lists), headers=ANY_ORIGIN)


def _unjudged(outcome: Outcome) -> bool:
    """Whether it failed before there was a schema to judge it by."""
    return outcome.slug in _UNJUDGED or (outcome.slug == "missing" and outcome.pointer in ("/meta", "/meta/stream"))


def _context(outcome: Outcome, status: str) -> dict[str, Any]:
    """Why it failed: for what is invalid in the shape of EventGate's validator, with the remedy beside it."""
    why, pointer = outcome.reason or "", outcome.pointer or ""
    if status == "error":
        return {"message": why, "remedy": outcome.remedy}
    path = pointer.replace("/", ".")
    fault = {"keyword": outcome.slug, "dataPath": path, "pointer": pointer, "message": why, "remedy": outcome.remedy}
    return {"errors": [fault], "errorsText": f"'{path}' {why}"}
