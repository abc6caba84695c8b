"""All handlers of the API, under its errors, its parameters' guard and its description."""

from __future__ import annotations

from functools import cache
from typing import Any

from litestar import Router, get
from litestar.params import FromPath

from baloo.errors import UnknownName
from baloo.web.api import changes, counts, definitions, describe, exported, feed, log, status, stays, together
from baloo.web.api.asked import DEPENDENCIES, refuse_unknown
from baloo.web.api.problems import HANDLERS as PROBLEMS

__all__ = ["described", "routes"]

_V1 = [
    *counts.HANDLERS, *changes.HANDLERS, *stays.HANDLERS, *together.HANDLERS, *feed.HANDLERS, *exported.HANDLERS,
    *definitions.HANDLERS, *status.HANDLERS,
]


def routes() -> list[Any]:
    """The handlers, for the root of an application whose `state` has `answers`, `workspace`, `registry` and `book`."""
    return [_api(), describe.openapi(_api()), _analysts()]


def _analysts() -> Router:
    """The same questions for analysts: the gate knows who asks, and no number is too small for them."""
    return Router(
        "/api/analyst", route_handlers=_V1, dependencies=DEPENDENCIES, guards=[refuse_unknown], exception_handlers=PROBLEMS,
        include_in_schema=False,
    )


@cache
def described() -> tuple[list[describe.Entry], list[describe.Entry], list[describe.Entry]]:
    """The addresses one by one: those that are read, those of the log, and those of the door, which events are sent to."""
    document = describe.document(_api())
    return describe.read(document), describe.tagged(document, "log"), describe.tagged(document, "door")


def _api() -> Router:
    v1 = Router("/api/v1", route_handlers=[*_V1, *log.HANDLERS, _nothing()])
    return Router(
        "/", route_handlers=[v1, feed.contributor, *status.HEALTH],
        dependencies=DEPENDENCIES, guards=[refuse_unknown], exception_handlers=PROBLEMS,
    )


def _nothing() -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/{rest:path}", include_in_schema=False, sync_to_thread=False)
    def nothing(rest: FromPath[str]) -> None:
        valid = sorted(path for handler in _V1 for path in handler.paths)
        raise UnknownName("address", f"/api/v1{rest}", [f"/api/v1{path}" for path in valid])

    return nothing
