"""The door in the description of the API: Baloo's own protocol and Bagheera's, as programs call them."""

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
PARTS: dict[str, Any] = {
    "Event": _EVENT, "Outcome": _OUTCOME,
    "Outcomes": {"type": "object", "required": list(_OUTCOMES), "properties": _OUTCOMES},
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

_HEADERS = [
    {"name": "X-Debug-ID", "in": "header", "description": "By it the sender finds their events on /live.",
     "schema": {"type": "string"}, "example": "ama-7f3k9q"},
]  # fmt: skip
_BODY = {"required": True, "content": {"application/json": {"schema": {"oneOf": [
    {"$ref": f"{_REF}Event"}, {"type": "array", "minItems": 1, "maxItems": 10_000, "items": {"$ref": f"{_REF}Event"}},
]}}}}  # fmt: skip
_IN_JSON = {"application/json": {"schema": {"$ref": f"{_REF}Outcomes"}}}
_IN_TEXT = {"text/plain": {"schema": {"type": "string"}}}
_WHATEVER = {"required": True, "content": {"application/json": {"schema": {"description": "An event; all else is quarantined."}}}}
_ANY = {"description": "Not taken; 429, 503 and 507 say with `Retry-After` when to come again.", "content": _PROBLEM}


def _put(summary: str, name: str, **parts: Any) -> dict[str, Any]:  # noqa: ANN401 - OpenAPI
    return {"summary": summary, "operationId": name, "security": [{}, {"token": []}], **parts}


PATHS: dict[str, Any] = {
    "/v1/contributions": {"post": _put(
        "Send events", "SendEvents", requestBody=_BODY, responses={
            "201": {"description": "All are on disk.", "content": _IN_JSON},
            "207": {"description": "Some were accepted; the others are in quarantine.", "content": _IN_JSON},
            "400": {"description": "None was accepted, or this cannot be read.", "content": _PROBLEM}, "default": _ANY,
        }, parameters=[{"name": "namespace", "in": "query", "schema": {"type": "string", "enum": ["baloo"]}}, *_HEADERS],
    )},
    "/submit/{namespace}/{id}": {"put": _put(
        "Send a document, as to Bagheera", "SubmitDocument", requestBody=_WHATEVER, responses={
            "201": {"description": "It is on disk: accepted, or in quarantine.", "content": _IN_TEXT},
            "default": _ANY,
        }, parameters=[
            {"name": "namespace", "in": "path", "required": True, "schema": {"type": "string", "enum": ["baloo"]}},
            {"name": "id", "in": "path", "required": True, "schema": _UUID}, *_HEADERS,
        ],
    )},
}  # fmt: skip
"""The addresses, as OpenAPI has them."""
