"""EventLogging's beacon: `GET` or a bodiless `POST` of `/beacon/event?{URL-encoded JSON};`, also `/event.gif?`, answered 204.

What arrives is put into the capsule that EventLogging's server made: from whom, the number in the sequence, the time, and a UUID
(version 5) of the three. The capsule is read by the mapping of its schema. What is no capsule at all becomes an `EventError`, in
quarantine, with schema and revision where they can be found in the text. A `+` is a blank; a beacon without the `;` at its end
was cut off on its way.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import secrets
import socket
from typing import Any

import msgspec

from baloo.errors import Forbidden, InputError
from baloo.ingest.answer import Answer, WrongMethod
from baloo.ingest.body import Headers, Incoming, Scope
from baloo.ingest.forms.mapped import BROKEN
from baloo.ingest.refusals import Refused
from baloo.ingest.text import Unreadable, read
from baloo.ingest.tokens import Sender
from baloo.ingest.wire.base import Entry
from baloo.ingest.wire.enveloped import Enveloped
from baloo.registry.capsule import EVENT_ERROR, capsule_uuid, event_error, unquoted
from baloo.registry.envelope import wrap

__all__ = ["Beacon"]

_PATHS = ("/beacon/event", "/event.gif")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_encode = msgspec.json.Encoder().encode


class Beacon(Enveloped):
    """Takes one event in the query of an address."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry)
        self._from = socket.gethostname()
        self._numbers = itertools.count(secrets.randbelow(1 << 31))  # no second start counts from where another one did

    @staticmethod
    def claims(path: str) -> bool:
        """`/beacon/event` and `/event.gif`."""
        return path.rstrip("/") in _PATHS

    async def answer(self, scope: Scope, incoming: Incoming) -> Answer:
        """204 for all that could be kept."""
        if scope["method"] not in ("GET", "POST"):
            raise WrongMethod("GET, POST")
        query = scope["query_string"].decode("latin-1")
        if not query.strip("?;"):
            raise InputError("The query is empty.", remedy="Write the event behind the `?`, URL-encoded, and `;` behind it.")
        headers = incoming.headers
        now = self.entry.clock.now()
        envelope, name = self._envelope(query, now, headers)
        await self.deliver(envelope, self._sender(name, headers), headers)
        return Answer(204)

    def _sender(self, name: str, headers: Headers) -> Sender:
        """Who sends; nobody known where credentials are not ours, which a page or a proxy adds: nobody reads the answer."""
        try:
            return self.sender(self.mapping("eventlogging", name), headers)
        except Forbidden:
            return self.anybody(headers)

    def _envelope(self, query: str, now: dt.datetime, headers: Headers) -> tuple[bytes, str]:
        """The capsule or the EventError, in its envelope; the name of its schema."""
        if not query.endswith(";"):
            return self._failed(query, "truncated", now)
        try:
            capsule = read(unquoted(query).encode())
        except (Unreadable, Refused) as bad:
            return self._failed(query, bad.slug, now)
        except UnicodeError:
            return self._failed(query, "not-json", now)
        if not isinstance(capsule, dict):
            return self._failed(query, "not-an-object", now)
        capsule.pop("clientValidated", None)
        capsule.pop("isTruncated", None)
        capsule = self._stamped(now) | ({"userAgent": agent} if (agent := headers.get(b"user-agent")) else {}) | capsule
        capsule["uuid"] = capsule_uuid(capsule["recvFrom"], capsule["seqId"], capsule["dt"])
        name = capsule.get("schema")
        name = name if isinstance(name, str) and _NAME.fullmatch(name) else "unknown"
        return wrap("eventlogging", name, _encode(capsule)), name

    def _failed(self, query: str, slug: str, now: dt.datetime) -> tuple[bytes, str]:
        error = event_error(f"?{query}", BROKEN[slug], self._stamped(now))
        error["uuid"] = capsule_uuid(error["recvFrom"], error["seqId"], error["dt"])
        return wrap("eventlogging", EVENT_ERROR, _encode(error), slug), EVENT_ERROR

    def _stamped(self, now: dt.datetime) -> dict[str, Any]:
        return {"recvFrom": self._from, "seqId": next(self._numbers), "dt": f"{now:%Y-%m-%dT%H:%M:%S}Z"}
