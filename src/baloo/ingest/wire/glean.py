"""Mozilla's Glean: `POST /submit/{application}/{ping}/{version}/{document id}`, read by the mapping of the application.

Its client takes any 4xx for a reason to delete the ping for good. So everything that can be kept is answered 200, and is kept in
quarantine where it is not valid; and whatever may go better later is 503, with the ping still at the client's. What is longer
than the limit as it is sent is 413: it would never go through. What only unpacks to more is kept as it was sent.

The payload that a mapping sees has `app`, `ping`, `version`, `document_id`, `source_tags`, `agent`, and the ping in `body`.
What comes with a debug tag, or from automation, is staging. Pages of other origins may send, as Glean's for browsers do.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from typing import Any

import msgspec

from baloo.errors import BalooError, InputError
from baloo.ingest.answer import Answer, WrongMethod, problem
from baloo.ingest.body import Headers, Incoming, Scope
from baloo.ingest.refusals import Refused
from baloo.ingest.text import Unreadable, read
from baloo.ingest.unpack import TooLarge
from baloo.ingest.wire.base import UUID
from baloo.ingest.wire.enveloped import Enveloped
from baloo.ingest.wire.origins import ANY_ORIGIN, leave
from baloo.registry.envelope import wrap

__all__ = ["Glean"]

_PATH = re.compile(
    r"/submit/(?P<app>[A-Za-z0-9._-]{1,128})/(?P<ping>[A-Za-z0-9._-]{1,128})/(?P<version>[0-9]{1,9})/(?P<id>[^/]{1,128})/?")
_FINAL = frozenset({404, 405, 413, 507})
_encode = msgspec.json.Encoder().encode


class Glean(Enveloped):
    """Takes pings of applications."""

    @staticmethod
    def claims(path: str) -> bool:
        """`/submit/` with four names behind it, of which the third is a number and the second no UUID; all else is Bagheera's."""
        found = _PATH.fullmatch(path)
        return found is not None and not UUID.fullmatch(found["ping"].lower())

    async def answer(self, scope: Scope, incoming: Incoming) -> Answer:
        """200 for all that could be kept."""
        if scope["method"] == "OPTIONS":
            return leave("content-type", "content-encoding", "date", "x-debug-id", "x-source-tags", "x-telemetry-agent")
        if scope["method"] != "POST":
            raise WrongMethod("POST, OPTIONS")
        found = _PATH.fullmatch(scope["path"])
        place = found.groupdict() if found else {}
        headers = incoming.headers
        tags = [tag.strip() for tag in (headers.get(b"x-source-tags") or "").split(",") if tag.strip()]
        sender = self.sender(self.mapping("glean", place["app"]), headers)
        if headers.get(b"x-debug-id") is not None or "automation" in tags:
            sender = replace(sender, staging=True)
        payload: dict[str, Any] = {
            "app": place["app"], "ping": place["ping"], "version": int(place["version"]), "document_id": place["id"].lower(),
            "source_tags": tags, "agent": headers.get(b"x-telemetry-agent"),
        }  # fmt: skip
        packed = await self.entry.bodies.read_packed(incoming)
        body, broken = self._body(headers, packed)
        if body is not None:
            payload["body"] = msgspec.Raw(body)
        else:
            payload["packed"] = b64encode(packed).decode()
        if broken is None and not UUID.fullmatch(payload["document_id"]):
            broken = "bad-id"
        envelope = wrap("glean", place["app"], _encode(payload), broken)
        await self.deliver(envelope, sender, headers)
        return Answer(200, body=b"OK", headers=ANY_ORIGIN)

    def told(self, error: BalooError, *, close: bool) -> Answer:
        """The error as a problem; 503 for whatever might go better when the client tries again."""
        answer = problem(error, status=error.status if error.status in _FINAL else 503, close=close)
        answer.headers += ANY_ORIGIN
        return answer

    def _body(self, headers: Headers, packed: bytes) -> tuple[bytes | None, str | None]:
        """The ping, and what is wrong with it; None for what cannot be unpacked."""
        try:
            body = self.entry.bodies.unpacked(headers, packed)
        except InputError as error:
            return None, "too-large" if isinstance(error, TooLarge) else "damaged"
        try:
            read(body)
        except Unreadable as bad:
            return None, bad.slug
        except Refused:
            pass  # it is JSON, and the door says what is wrong with it
        return body.strip(), None
