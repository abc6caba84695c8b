"""The API's description: OpenAPI as JSON, and a plain page that people read, made from it."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.metadata import version
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.openapi.config import OpenAPIConfig

__all__ = ["document", "pages"]

_ABOUT = """\
Every number of people is given with the state it comes from (`stamp`), and each person counts once. Names and types of fields
stay as they are; new fields may come. Nothing here needs a token, and nothing names a person. Numbers are exact: the public
pages put small ones in words, the API does not, because its readers add and compare. Ask with the ETag of the last answer to get
304 as long as nothing has changed. An address that ends in `.csv` gives the rows as a table. Errors are problem+json (RFC 9457)
with a slug as `type`, and where a name is wrong the nearest valid one."""


def pages(api: Router) -> list[Any]:
    """`/api/openapi.json` and `/api` for a router."""

    @get("/api/openapi.json", include_in_schema=False, sync_to_thread=True)
    def openapi() -> Response[bytes]:
        body = msgspec.json.encode(document(api))
        return Response(body, media_type="application/json", headers={"access-control-allow-origin": "*", **_KEPT})

    @get("/api", include_in_schema=False, sync_to_thread=True)
    def page() -> Response[bytes]:
        return Response(_page(document(api)).encode(), media_type="text/html; charset=utf-8", headers=_KEPT)

    return [openapi, page]


_KEPT = {"cache-control": "public, max-age=3600"}


@cache
def document(api: Router) -> dict[str, Any]:
    """The OpenAPI document of the API's addresses; those of tables say that they are CSV."""
    config = OpenAPIConfig(title="Baloo", version=version("baloo"), description=_ABOUT, path="/unused")
    described: dict[str, Any] = Litestar([api], openapi_config=config).openapi_schema.to_schema()
    for path, item in described["paths"].items():
        if path.endswith(".csv"):
            item["get"]["operationId"] += "Csv"
            item["get"]["responses"]["200"]["content"] = {"text/csv": {"schema": {"type": "string"}}}
    return described


def _page(described: dict[str, Any]) -> str:
    paths = sorted(path for path in described["paths"] if not path.endswith(".csv"))
    addresses = "".join(_section(path, described["paths"][path]["get"]) for path in paths)
    about = escape(described["info"]["description"]).replace("`", "")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<title>The read API</title></head><body><main>'
        f'<h1>The read API</h1><p>{about}</p><p><a href="/api/openapi.json">OpenAPI</a> · <a href="/">Home</a></p>{addresses}'
        "</main></body></html>"
    )


def _section(path: str, item: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><th scope=\"row\"><code>{escape(p['name'])}</code></th><td>{escape(_kind(p['schema']))}</td>"
        f"<td>{escape(p.get('description', '')).replace('`', '')}</td></tr>"
        for p in item.get("parameters", [])
    )
    head = '<thead><tr><th scope="col">Parameter</th><th scope="col">Takes</th><th scope="col">Meaning</th></tr></thead>'
    table = f"<table>{head}<tbody>{rows}</tbody></table>" if rows else ""
    address = escape(path) if "{" in path else f'<a href="{escape(path)}">{escape(path)}</a>'
    example = f"<p><code>GET {address}</code></p>"
    text = escape(item.get("description", "")).replace("`", "")
    return f"<section><h2>{escape(item['summary'])}</h2>{example}<p>{text}</p>{table}</section>"


def _kind(schema: dict[str, Any]) -> str:
    options = [one for one in schema.get("oneOf", [schema]) if one.get("type") != "null"]
    words = [", ".join(str(v) for v in one["enum"] if v is not None) if "enum" in one else
             {"string": "text", "integer": "a whole number", "boolean": "true or false"}.get(one.get("type", ""), "text")
             if one.get("format") != "date" else "a day" for one in options]
    return " or ".join(words) + (f"; default {schema['default']}" if schema.get("default") not in (None, "") else "")
