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
import uuid
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from baloo.errors import InputError
from baloo.ingest.answer import Answer
from baloo.ingest.body import Headers, Incoming, Scope
from baloo.ingest.forms.mapped import BROKEN
from baloo.ingest.refusals import Refused
from baloo.ingest.text import Unreadable, read
from baloo.ingest.wire.base import Entry, wrong_method
from baloo.ingest.wire.enveloped import Enveloped
from baloo.registry.envelope import wrap

__all__ = ["Beacon", "capsule_uuid"]

_PATHS = ("/beacon/event", "/event.gif")
_ERROR = ("EventError", 14035058)  # schema and revision of what EventLogging makes of events that fail
_SCHEMA = re.compile(r"%22schema%22%3A%22([A-Za-z0-9_-]{1,63})%22")
_REVISION = re.compile(r"%22revision%22%3A(\d{1,15})")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_encode = msgspec.json.Encoder().encode


class Beacon(Enveloped):
    """Takes one event in the query of an address."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry)
        self._from = socket.getfqdn()
        self._numbers = itertools.count(secrets.randbelow(1 << 31))  # no second start counts from where another one did

    @staticmethod
    def claims(path: str) -> bool:
        """`/beacon/event` and `/event.gif`."""
        return path in _PATHS

    async def answer(self, scope: Scope, incoming: Incoming) -> Answer:
        """204 for all that could be kept."""
        if scope["method"] not in ("GET", "POST"):
            raise wrong_method("GET")
        query = scope["query_string"].decode("latin-1")
        if not query.strip("?;"):
            raise InputError("The query is empty.", remedy="Write the event behind the `?`, URL-encoded, and `;` behind it.")
        headers = incoming.headers
        now = self.entry.clock.now()
        envelope, name = self._envelope(query, now, headers)
        await self.deliver(envelope, self.sender(self.mapping("eventlogging", name), headers), headers)
        return Answer(204)

    def _envelope(self, query: str, now: dt.datetime, headers: Headers) -> tuple[bytes, str]:
        """The capsule or the EventError, in its envelope; the name of its schema."""
        if not query.endswith(";"):
            return self._failed(query, "truncated", now)
        try:
            capsule = read(unquote_plus(query.strip("?;"), errors="strict").encode())
        except Unreadable as bad:
            return self._failed(query, bad.slug, now)
        except (UnicodeError, Refused):
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
        schema, revision = _SCHEMA.search(query), _REVISION.search(query)
        event = {
            "rawEvent": f"?{query}", "message": BROKEN[slug], "code": "processor",
            "schema": schema[1] if schema else "unknown", "revision": int(revision[1]) if revision else -1,
        }  # fmt: skip
        error: dict[str, Any] = {"schema": _ERROR[0], "revision": _ERROR[1], "wiki": "", **self._stamped(now), "event": event}
        error["uuid"] = capsule_uuid(error["recvFrom"], error["seqId"], error["dt"])
        return wrap("eventlogging", _ERROR[0], _encode(error), slug), _ERROR[0]

    def _stamped(self, now: dt.datetime) -> dict[str, Any]:
        return {"recvFrom": self._from, "seqId": next(self._numbers), "dt": f"{now:%Y-%m-%dT%H:%M:%S}Z"}


def capsule_uuid(received_from: object, number: object, moment: object) -> str:
    """The id of a capsule as EventLogging makes it, in hex: a UUID (version 5) of the host, the number and the time."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"event://{received_from}/?seqId={number}&dt={moment}").hex
