"""An answer as JSON, or its rows as CSV where the address ends in `.csv`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from baloo.web.api.asked import Asked, state_headers
from baloo.web.tables import Cell, Column, Table, to_csv

__all__ = ["in_both_forms", "reply"]

_T = TypeVar("_T", bound=msgspec.Struct)


def in_both_forms(function: Callable[..., Any], summary: str) -> list[HTTPRouteHandler]:
    """Handlers of `/NAME` and `/NAME.csv` for a function of that name. One handler with two paths would run its thread twice."""
    return [get(f"/{function.__name__}{suffix}", sync_to_thread=True, summary=summary)(function) for suffix in ("", ".csv")]


def reply(request: Asked, body: _T, rows: Iterable[object] | None = None) -> Response[_T]:
    """The response; `rows`, by default the body's own, are what stands in the CSV."""
    headers = state_headers(request)
    if not request.scope["path"].endswith(".csv"):
        return Response(body, headers=headers)
    listed = [msgspec.to_builtins(row) for row in (getattr(body, "rows", [body]) if rows is None else rows)]
    text: Any = _table(listed)
    name = request.scope["path"].rpartition("/")[2]
    return Response(text, media_type="text/csv", headers={**headers, "content-disposition": f'attachment; filename="{name}"'})


def _table(rows: list[dict[str, Any]]) -> str:
    columns = tuple(Column(name, name) for name in (rows[0] if rows else ()))
    cells = tuple(tuple(Cell("", _flat(value)) for value in row.values()) for row in rows)
    return to_csv(Table("", columns, cells))


def _flat(value: Any) -> str | int | float | None:  # noqa: ANN401 - what JSON has
    if isinstance(value, (list, tuple)):
        return ";".join(str(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, (str, int, float)) else None
