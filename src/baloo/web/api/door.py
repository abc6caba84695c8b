"""The door in the description of the API: each protocol's addresses, as programs call them."""

from __future__ import annotations

from typing import Any

__all__ = ["PARTS", "PATHS", "SECURITY"]

_REF = "#/components/schemas/"
_UUID = {"type": "string", "format": "uuid"}
_SHORT = {"type": ["string", "null"], "maxLength": 1000}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": f"{_REF}DoorProblem"}}}
_EVENT: dict[str, Any] = {
    "type": "object", "title": "Event", "description": "An event of version 1; `extra` is as its schema says.",
    "required": ["schema", "version", "at", "system", "kind", "actor"], "additionalProperties": False,
    "properties": {
        "id": {**_UUID, "description": "Made if absent. The same id is the same document."},
        "schema": {"type": "string"}, "version": {"type": ["integer", "string"]},
        "at": {"type": "string", "format": "date-time", "description": "When it was done, ISO 8601."},
        "system": {"type": "string"}, "kind": {"type": "string"},
        "actor": {
            "type": "object", "minProperties": 1, "additionalProperties": False, "description": "Who did it.",
            "properties": dict.fromkeys(("account", "username", "email", "name"), _SHORT),
        },
        "object": {"type": ["string", "null"], "maxLength": 4000, "description": "Its canonical address."},
        "extra": {"type": ["object", "null"]}, "environment": {"enum": ["production", "staging", None]},
    },
    "example": {
        "schema": "contribution", "version": 1, "at": "2014-10-02T12:30:00Z", "system": "forum", "kind": "forum.answer",
        "actor": {"account": "ama"},
    },
}  # fmt: skip
_OUTCOME = {
    "type": "object", "required": ["index", "accepted", "id"], "properties": {
        "index": {"type": "integer"}, "accepted": {"type": "boolean"}, "id": {"type": ["string", "null"]},
        "type": {"type": "string"}, "pointer": {"type": "string"}, "detail": {"type": "string"}, "remedy": {"type": "string"},
    },
}  # fmt: skip
_OUTCOMES = {
    "accepted": {"type": "integer"}, "refused": {"type": "integer"},
    "outcomes": {"type": "array", "items": {"$ref": f"{_REF}Outcome"}},
}  # fmt: skip
_FAILED = {"type": "array", "items": {
    "type": "object", "required": ["status", "event", "context"],
    "properties": {"status": {"type": "string"}, "event": {}, "context": {"type": "object"}},
}}  # fmt: skip
PARTS: dict[str, Any] = {
    "Event": _EVENT, "Outcome": _OUTCOME,
    "Outcomes": {"type": "object", "required": list(_OUTCOMES), "properties": _OUTCOMES},
    "NotAccepted": {"type": "object", "properties": {"invalid": _FAILED, "error": _FAILED}},
    "DoorProblem": {
        "type": "object", "required": ["type", "title", "status", "detail"], "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
            "pointer": {"type": "string"}, "where": {"type": "string"}, "remedy": {"type": "string"}, **_OUTCOMES,
        },
    },
}  # fmt: skip
"""The schemas of the door's bodies, by name."""

SECURITY: dict[str, Any] = {"token": {"type": "http", "scheme": "bearer", "description": "Made by `baloo token create SYSTEM`."}}
"""How a sender shows who they are. Without it what they send is staging."""

_REFERENCE = "`docs/reference/protocols/"
_HEADERS = [
    {"name": "X-Debug-ID", "in": "header", "description": "By it the sender finds their events on /live.",
     "schema": {"type": "string"}, "example": "ama-7f3k9q"},
]  # fmt: skip
_BAGHEERAS = [
    *_HEADERS,
    {"name": "X-Obsolete-Document", "in": "header", "description": "Ids, with commas, of documents that this one takes back.",
     "schema": {"type": "string"}, "example": "6f1f6e0e-7d7c-4c1b-9a43-0a4d8f3d2a10"},
]  # fmt: skip
_IN_JSON = {"application/json": {"schema": {"$ref": f"{_REF}Outcomes"}}}
_IN_TEXT = {"text/plain": {"schema": {"type": "string"}}}
_ANY = {"description": "Not taken; 429, 503 and 507 say with `Retry-After` when to come again.", "content": _PROBLEM}


def _sent(
    summary: str, name: str, text: str, parameters: list[Any], responses: dict[str, Any], body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """An operation; without `body` it takes none."""
    taken = {} if body is None else {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}
    return {
        "summary": summary, "operationId": name, "description": text, "tags": ["door"], "security": [{}, {"token": []}],
        "parameters": parameters, "responses": {**responses, "default": _ANY}, **taken,
    }  # fmt: skip


def _answer(text: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"description": text, "content": content} if content else {"description": text}


def _in(place: str, name: str, **schema: Any) -> dict[str, Any]:  # noqa: ANN401 - a JSON Schema
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": "string", **schema}}


_NAMESPACE = {"enum": ["baloo"]}
_DOCUMENT = {"description": "An event, an array of them, or one a line. What is refused is kept in quarantine."}
_KEPT = {"201": _answer("It is on disk: accepted, or in quarantine. The body is the id, one a line.", _IN_TEXT)}
_LISTS = {"application/json": {"schema": {"$ref": f"{_REF}NotAccepted"}}}
_OF_A_HOOK = {
    "201": _answer("Every event that its mapping makes of it was accepted.", _IN_JSON),
    "202": _answer("It is kept, and not all of it was accepted; or its mapping ignores it.", _IN_JSON),
}

PATHS: dict[str, Any] = {
    "/v1/contributions": {"post": _sent(
        "Send events", "SendEvents", "One event, an array, or one event a line; each is judged for itself.",
        [_in("query", "namespace", enum=["", "baloo"]), *_HEADERS], {
            "201": _answer("All are on disk.", _IN_JSON),
            "207": _answer("Some were accepted; the others are in quarantine.", _IN_JSON),
            "400": _answer("None was accepted, or this cannot be read.", _PROBLEM),
        }, {"oneOf": [{"$ref": f"{_REF}Event"},
                      {"type": "array", "minItems": 1, "maxItems": 10_000, "items": {"$ref": f"{_REF}Event"}}]},
    )},
    "/submit/{namespace}/": {"post": _sent(
        "Send documents, as to Bagheera", "SubmitDocuments", "Also by PUT, and under `/1.0/submit/`.",
        [_in("path", "namespace", **_NAMESPACE), *_BAGHEERAS], _KEPT, _DOCUMENT,
    )},
    "/submit/{namespace}/{id}": {
        "put": _sent(
            "Send a document under its id", "SubmitDocument", "Also by POST. The same id again replaces what was sent before.",
            [_in("path", "namespace", **_NAMESPACE), _in("path", "id", format="uuid"), *_BAGHEERAS], _KEPT, _DOCUMENT,
        ),
        "delete": _sent(
            "Take a document back", "TakeDocumentBack", "Where the setting `deletable_namespaces` allows it; else 403.",
            [_in("path", "namespace", **_NAMESPACE), _in("path", "id", format="uuid")], {"200": _answer("It is taken back.")},
        ),
    },
    "/v1/events": {"post": _sent(
        "Send events, as to EventGate", "SendToEventGate",
        "One event or an array, of any content type. With `hasty` the answer does not say what came of them: "
        f"{_REFERENCE}eventgate.md`.",
        [_in("query", "namespace", enum=["", "baloo"]), _in("query", "hasty"), *_HEADERS], {
            "201": _answer("Every event was accepted."),
            "202": _answer("`hasty`: all are on disk, accepted or in quarantine."),
            "207": _answer("Some were accepted; the others are listed.", _LISTS),
            "400": _answer("None was accepted, or this cannot be read.", {**_LISTS, **_PROBLEM}),
            "404": _answer("None was accepted, and a schema is not registered.", {**_LISTS, **_PROBLEM}),
        }, {},
    )},
    "/submit/{application}/{ping}/{version}/{document_id}": {"post": _sent(
        "Send a ping, as Glean does", "SendPing",
        f"Read by the mapping of the application; whatever is no such ping is kept in quarantine: {_REFERENCE}glean.md`.",
        [_in("path", "application", pattern="^[A-Za-z0-9._-]{1,128}$"), _in("path", "ping", pattern="^[A-Za-z_-]{1,128}$"),
         {"name": "version", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0, "maximum": 999_999_999}},
         _in("path", "document_id", description="A UUID; what comes under another is kept in quarantine."), *_HEADERS],
        {"200": _answer("The ping is on disk: accepted, or in quarantine.", _IN_TEXT)}, {},
    )},
    "/beacon/event": {"post": _sent(
        "Send an event, as EventLogging's beacon does", "SendBeacon",
        "The event stands behind the `?` as URL-encoded JSON, with `;` behind it; also by GET, and at `/event.gif`: "
        f"{_REFERENCE}eventlogging.md`.",
        [], {"204": _answer("It is on disk: accepted, or in quarantine."), "400": _answer("The query is empty.", _PROBLEM)},
    )},
    "/hooks/{name}": {"post": _sent(
        "A webhook", "SendToHook", f"Any JSON, read by the mapping of this name: {_REFERENCE}webhooks.md`.",
        [_in("path", "name", pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")], _OF_A_HOOK, {},
    )},
    "/hooks/github/{system}": {"post": _sent(
        "A webhook of GitHub", "SendToGithubHook", f"As GitHub sends it: {_REFERENCE}github.md`.",
        [_in("path", "system", pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"), _in("header", "X-GitHub-Event")], _OF_A_HOOK, {},
    )},
}  # fmt: skip
"""The addresses, as OpenAPI has them."""
