"""The API's description: OpenAPI as JSON, and a plain page that people read, made from it."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.metadata import version
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.openapi.config import OpenAPIConfig

from baloo.web.assets import assets

__all__ = ["document", "pages"]

_LEAD = "What the pages show, for programs."
_ABOUT = """\
Every number of people is given with the state it comes from (`stamp`), and each person counts once. Names and types of fields
stay as they are; new fields may come. Nothing here needs a token, and nothing names a person. As on the pages, a number of
fewer people than `hidden_below`, and not nobody, is null, and so is a second one where a sum would give it away; the command
line is exact. Ask with the ETag of the last answer to get 304 as long as nothing has changed. An address that ends in `.csv`
gives the rows as a table. Errors are problem+json (RFC 9457) with a slug as `type`, and where a name is wrong the nearest
valid one."""


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
    about = f"{_LEAD} {_ABOUT}"
    config = OpenAPIConfig(title="Baloo", version=version("baloo"), description=about, path="/x", use_handler_docstrings=True)
    described: dict[str, Any] = Litestar([api], openapi_config=config).openapi_schema.to_schema()
    for path, item in described["paths"].items():
        if path.endswith(".csv"):
            item["get"]["operationId"] += "Csv"
            item["get"]["responses"]["200"]["content"] = {"text/csv": {"schema": {"type": "string"}}}
    return described


def _page(described: dict[str, Any]) -> str:
    paths = sorted(path for path in described["paths"] if not path.endswith(".csv"))
    forms = {path.removesuffix(".csv") for path in described["paths"] if path.endswith(".csv")}
    sections = "".join(_section(path, described["paths"][path]["get"], csv=path in forms) for path in paths)
    style, icon = (assets()[name].path for name in ("baloo.css", "icon.svg"))
    return _PAGE.format(style=style, icon=icon, lead=_LEAD, about=_text(_ABOUT), sections=sections)


def _section(path: str, item: dict[str, Any], *, csv: bool) -> str:
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(p["name"])}</code></th><td>{escape(_kind(p["schema"]))}</td>'
        f'<td>{_text(p.get("description", ""))}</td></tr>'
        for p in item.get("parameters", [])
    )
    address = f"<code>{escape(path)}</code>" if "{" in path else f'<a href="{escape(path)}"><code>{escape(path)}</code></a>'
    table = f' · <a href="{escape(path)}.csv">as a table</a>' if csv else ""
    parameters = _TABLE.format(path=escape(path), rows=rows) if rows else ""
    return (
        f'<section class="entry"><h2>{escape(item["summary"])}</h2><div class="stack"><p>{address}{table}</p>'
        f'<p>{_text(item.get("description", ""))}</p>{parameters}</div></section>'
    )


def _text(words: str) -> str:
    """Words with `names` set as code."""
    parts = escape(words).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


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


_TABLE = """\
<div class="scroll" tabindex="0" role="group" aria-label="Parameters of {path}"><table>
<thead><tr><th scope="col">Parameter</th><th scope="col">Takes</th><th scope="col">Meaning</th></tr></thead>
<tbody>{rows}</tbody></table></div>"""

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The read API</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<header class="head"><div class="bar"><a class="mark" href="/">Baloo</a></div></header>
<main id="main" tabindex="-1">
<h1>The read API</h1>
<p class="lead">{lead}</p>
<section class="entry"><h2>What to rely on</h2><div class="stack"><p>{about}</p>
<p><a href="/api/openapi.json">This page for programs: OpenAPI</a></p></div></section>
{sections}
</main>
</body>
</html>
"""
