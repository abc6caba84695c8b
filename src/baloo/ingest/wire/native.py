"""Baloo's own: `POST /v1/contributions?namespace=`, answered in JSON: 201 all accepted, 207 some, 400 none."""

from __future__ import annotations

from urllib.parse import parse_qs

from baloo.ingest.answer import Answer, WrongMethod, outcomes
from baloo.ingest.body import Incoming, Scope
from baloo.ingest.wire.bagheera import obsolete
from baloo.ingest.wire.base import Plain, debug_tag

__all__ = ["Native"]

_PATH = "/v1/contributions"


class Native(Plain):
    """Takes one event, an array, or one event a line."""

    @staticmethod
    def claims(path: str) -> bool:
        """`/v1/contributions`."""
        return path.rstrip("/") == _PATH

    async def answer(self, scope: Scope, incoming: Incoming) -> Answer:
        """What became of each event."""
        if scope["method"] != "POST":
            raise WrongMethod("POST")
        entry = self.entry
        query = scope["query_string"]
        named = parse_qs(query.decode("latin-1")).get("namespace") if query else None
        namespace = entry.namespace(named[-1] if named else "baloo")
        sender = entry.sender(namespace, incoming.headers)
        gone = obsolete(incoming.headers)
        body = await entry.bodies.read(incoming)
        verdict = await entry.take(body, namespace=namespace, sender=sender, tag=debug_tag(incoming.headers), obsolete=gone)
        return outcomes(verdict, 201 if not verdict.refused else 207 if verdict.accepted else 400)
