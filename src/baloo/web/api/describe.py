"""The API's description: OpenAPI as JSON, and its addresses one by one, as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig

from baloo.web.api import door
from baloo.web.api.entries import REQUIRED, Change, NewEntry
from baloo.web.api.problems import Problem

__all__ = ["ABOUT", "Entry", "Parameter", "document", "openapi", "read", "tagged"]

ABOUT = """\
Every number of people is given with the state it comes from (`stamp`), and each person counts once. Names and types of fields
stay as they are; new fields may come. But for the log, nothing that is read here needs a token, and nothing names a person. As
on the pages, a number of fewer people than `hidden_below`, and not nobody, is null, and so is a second one where a sum would
give it away; the command line is exact. Ask with the ETag of the last answer to get 304 as long as nothing has changed. An
address that ends in `.csv` gives the rows as a table. Errors are problem+json (RFC 9457) with a slug as `type`, and where a
name is wrong the nearest valid one."""


_SECURITY: dict[str, Any] = {"logger": {
    "type": "http", "scheme": "bearer", "description": (
        "A program's token: `baloo log token create AREA NAME`. Who is signed in as a logger needs none, but to change something "
        "the header `X-Baloo-Form`, whose text `/api/v1/log` tells."),
}}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an address: its name, what it takes, and what it means."""

    name: str
    takes: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One address. `link` says whether it can be followed as it stands, `csv` whether its rows are there as a table."""

    title: str
    method: str
    path: str
    text: str
    link: bool
    csv: bool
    parameters: tuple[Parameter, ...]


def openapi(api: Router) -> HTTPRouteHandler:
    """`/api/openapi.json` for a router."""

    @get("/api/openapi.json", include_in_schema=False, sync_to_thread=True)
    def handler() -> Response[bytes]:
        headers = {"access-control-allow-origin": "*", "cache-control": "public, max-age=3600"}
        return Response(msgspec.json.encode(document(api)), media_type="application/json", headers=headers)

    return handler


@cache
def document(api: Router) -> dict[str, Any]:
    """The OpenAPI document of the API and the door; tables say that they are CSV, all addresses how errors look."""
    config = OpenAPIConfig(title="Baloo", version=version("baloo"), description=ABOUT, path="/x", use_handler_docstrings=True)
    described: dict[str, Any] = Litestar([api], openapi_config=config).openapi_schema.to_schema()
    (problem, new, change), parts = msgspec.json.schema_components(
        [Problem, NewEntry, Change], ref_template="#/components/schemas/{name}")
    parts["NewEntry"]["required"] = list(REQUIRED)
    described["components"]["schemas"] |= parts | door.PARTS
    described["components"]["securitySchemes"] = door.SECURITY | _SECURITY
    for method, how in ((method, how) for item in described["paths"].values() for method, how in item.items()):
        how["responses"].pop("400", None)
        how["responses"]["default"] = {"description": "An error.", "content": {"application/problem+json": {"schema": problem}}}
        if "log" in how.get("tags", ()):
            _logged(how, {"post": new, "patch": change}.get(method))
        else:
            how["responses"]["304"] = {"description": "Nothing has changed since the ETag that was sent."}
    for path, item in described["paths"].items():
        if path.endswith(".csv"):
            item["get"]["operationId"] += "Csv"
            item["get"]["responses"]["200"]["content"] = {"text/csv": {"schema": {"type": "string"}}}
    described["paths"] |= door.PATHS
    return described


def _logged(how: dict[str, Any], body: dict[str, Any] | None) -> None:
    """Complete an address of the log: who may ask, the body that it takes, and that the same again is no error."""
    how["security"] = [{"logger": []}]
    if body is not None:
        how["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if "201" in how["responses"]:
        how["responses"]["200"] = {**how["responses"]["201"], "description": "It was written down before; nothing is added."}


def read(described: dict[str, Any]) -> list[Entry]:
    """The addresses of an OpenAPI document that can be read, in the order of their names."""
    return [
        _entry("get", path, item["get"], link="{" not in path, csv=f"{path}.csv" in described["paths"])
        for path, item in sorted(described["paths"].items())
        if "get" in item and not path.endswith(".csv") and not item["get"].get("tags")
    ]


def tagged(described: dict[str, Any], tag: str) -> list[Entry]:
    """The addresses with a tag: those of the `log`, or of the `door`, where Baloo's own come first."""
    operations = ((method, path, how) for path, item in described["paths"].items() for method, how in item.items())
    return [_entry(method, path, how) for method, path, how in operations if tag in how.get("tags", ())]


def _entry(method: str, path: str, item: dict[str, Any], *, link: bool = False, csv: bool = False) -> Entry:
    return Entry(item["summary"], method.upper(), path, item.get("description", ""), link, csv, _parameters(item))


def _parameters(item: dict[str, Any]) -> tuple[Parameter, ...]:
    return tuple(Parameter(p["name"], _kind(p["schema"]), p.get("description", "")) for p in item.get("parameters", []))


def _kind(schema: dict[str, Any]) -> str:
    options = [one for one in schema.get("oneOf", [schema]) if one.get("type") != "null"]
    default = f"; default {schema['default']}" if schema.get("default") not in (None, "", False) else ""
    return " or ".join(_one_kind(one) for one in options) + default


def _one_kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"] if value is not None)
    if schema.get("format") == "date":
        return "a day"
    return {"integer": "a whole number", "boolean": "true or false"}.get(schema.get("type", ""), "text")
