"""Mozilla's Bagheera: `POST|PUT /submit/{namespace}/[{id}]`, also under `/1.0` and `/1`, and DELETE where the namespace allows.

The answer is 201 with the ids as text: what is refused is kept too, in quarantine. Path parts behind the id are passed over.
"""

from __future__ import annotations

from baloo.errors import InputError
from baloo.ingest.answer import Answer, WrongMethod, ids, outcomes
from baloo.ingest.body import Headers, Incoming, Scope
from baloo.ingest.wire.base import UUID, NotFound, Plain, debug_tag

__all__ = ["Bagheera", "obsolete"]


class Bagheera(Plain):
    """Takes documents under `/submit`."""

    @staticmethod
    def claims(path: str) -> bool:
        """`/submit/…`, with or without the version before it."""
        if path.startswith("/submit"):
            return len(path) == 7 or path[7] == "/"
        return path.startswith(("/1.0/submit/", "/1/submit/"))

    async def answer(self, scope: Scope, incoming: Incoming) -> Answer:
        """The ids of what arrived; with `Accept: application/json` what became of each event."""
        namespace, doc_id = self._place(scope["path"])
        method: str = scope["method"]
        if method in ("POST", "PUT"):
            return await self._submit(namespace, doc_id, incoming)
        if method == "DELETE" and self.entry.deletable(namespace):
            return await self._take_back(namespace, doc_id, incoming.headers)
        raise WrongMethod("POST, PUT", 403)

    async def _submit(self, namespace: str, doc_id: str | None, incoming: Incoming) -> Answer:
        headers, entry = incoming.headers, self.entry
        sender = entry.sender(namespace, headers)
        gone = obsolete(headers)
        body = await entry.bodies.read(incoming)
        tag = debug_tag(headers)
        verdict = await entry.take(body, namespace=namespace, sender=sender, tag=tag, doc_id=doc_id, obsolete=gone)
        return outcomes(verdict, 201) if "json" in (headers.get(b"accept") or "") else ids(verdict)

    async def _take_back(self, namespace: str, doc_id: str | None, headers: Headers) -> Answer:
        if doc_id is None:
            raise NotFound("Nothing is named that could be taken back.", remedy="Write the id behind the namespace.")
        sender = self.entry.sender(namespace, headers)
        await self.entry.take_back(doc_id, namespace=namespace, sender=sender)
        return Answer(200)

    def _place(self, path: str) -> tuple[str, str | None]:
        """Namespace and id of a path."""
        parts = path.split("/")[1:]
        if parts[0] != "submit":
            parts = parts[1:]
        namespace = self.entry.namespace(parts[1] if len(parts) > 1 else "")
        doc_id = parts[2].lower() if len(parts) > 2 else ""
        if doc_id and not UUID.fullmatch(doc_id):
            raise NotFound("The id in the path is not a UUID.", remedy="Write a UUID behind the namespace, or nothing.")
        return namespace, doc_id or None


def obsolete(headers: Headers) -> tuple[str, ...]:
    """The ids that X-Obsolete-Document lists. Raises InputError where one is no UUID."""
    listed = headers.get(b"x-obsolete-document")
    if not listed:
        return ()
    found = tuple(part.strip().lower() for part in listed.split(",") if part.strip())
    if not all(map(UUID.fullmatch, found)):
        raise InputError("X-Obsolete-Document lists something that is not a UUID.", remedy="List ids, with commas between.")
    return found
