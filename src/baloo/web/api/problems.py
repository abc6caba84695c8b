"""Errors of the API, all in one shape: problem+json of RFC 9457, whose `type` is a slug."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias, get_args, get_origin

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException

from baloo.errors import BalooError, InputError, UnknownName, nearest

__all__ = ["HANDLERS", "BadParameter", "NotModified", "Problem", "problem", "wrong_method"]

log = logging.getLogger(__name__)
_Asked: TypeAlias = "Request[Any, Any, Any]"
_VALID = 200  # names that a problem lists at most

_TITLES = {
    400: "The question cannot be read", 404: "Not found", 405: "Not done here", 500: "Something broke", 503: "Not now",
    507: "No room",
}


class Problem(msgspec.Struct, omit_defaults=True):
    """What went wrong, where, and what to do."""

    type: str  # a slug, such as unknown-name
    title: str
    status: int
    detail: str
    where: str | None = None  # the parameter
    remedy: str | None = None
    nearest: str | None = None  # the valid name that comes closest
    valid: list[str] | None = None


class BadParameter(InputError):
    """A parameter that nobody knows, that was given twice, or whose value cannot be read."""

    slug = "bad-parameter"

    def __init__(self, message: str, name: str, *, valid: Iterable[str] = (), close_to: str | None = None) -> None:
        self.valid = sorted(valid)
        self.nearest = nearest(close_to, self.valid) if close_to is not None else None
        hint = f"Did you mean `{self.nearest}`?" if self.nearest else f"Valid: {', '.join(self.valid)}." if self.valid else None
        super().__init__(message, where=name, remedy=hint)


class NotModified(Exception):
    """The asker has what we would send."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__("304")
        self.headers = dict(headers)


def _send(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    again = {"retry-after": "5"} if problem.status in (503, 507) else {}
    return Response(
        msgspec.json.encode(problem), status_code=problem.status, media_type="application/problem+json",
        headers={"access-control-allow-origin": "*", "cache-control": "no-store", **again, **(headers or {})},
    )


def problem(_: _Asked, error: BalooError) -> Response[bytes]:
    """An error of ours as the API tells it."""
    found = Problem(
        error.slug, _TITLES.get(error.status, "Error"), error.status, error.message, error.where, error.remedy,
    )
    if isinstance(error, (UnknownName, BadParameter)):
        found.nearest, found.valid = error.nearest, error.valid[:_VALID] or None
    return _send(found)


def _unreadable(request: _Asked, error: ValidationException) -> Response[bytes]:
    """Litestar's word on a parameter that is not of its type, or missing; its value is not repeated."""
    extra = error.extra if isinstance(error.extra, list) else []
    first = next((item for item in extra if isinstance(item, dict) and "key" in item), {})
    name = str(first.get("key") or _missing(error.detail) or "")
    if not name:
        return problem(request, InputError("The question cannot be read.", remedy="See /api."))
    given = request.query_params.get(name)
    if given is None:
        return problem(request, BadParameter(f"`{name}` is needed.", name))
    choices = _choices(request, name)
    reason = f"is one of {', '.join(choices)}" if choices else f"cannot be read: {first.get('message', 'it is of another type')}"
    return problem(request, BadParameter(f"`{name}` {reason}.", name, valid=choices, close_to=given))


def _choices(request: _Asked, name: str) -> list[str]:
    """The values that a parameter may have, where it is one of a few."""
    field = request.route_handler.parsed_fn_signature.parameters.get(name)
    options = [field.annotation, *get_args(field.annotation)] if field else []
    return [value for option in options if get_origin(option) is Literal for value in get_args(option)]


def _missing(detail: str) -> str | None:
    """The name in `Missing required query parameter 'area' for path ...`."""
    before, quote, after = detail.partition("'")
    return after.partition("'")[0] if quote and before.startswith("Missing required") else None


def _http(request: _Asked, error: HTTPException) -> Response[bytes]:
    slug = {404: "not-found", 405: "wrong-method"}.get(error.status_code, "error")
    detail = "There is nothing at this address." if error.status_code == 404 else "This address is only read."
    remedy = "See /api for what is there." if error.status_code == 404 else "Use GET."
    if error.status_code >= 500:
        return _broken(request, error)
    found = Problem(slug, _TITLES.get(error.status_code, "Error"), error.status_code, detail, remedy=remedy)
    return _send(found, {"allow": "GET"} if error.status_code == 405 else {})


def _broken(request: _Asked, error: Exception) -> Response[bytes]:
    reference = secrets.token_hex(2).upper()
    log.error("API %s failed, reference %s", request.scope["path"], reference, exc_info=error)
    return _send(Problem("broken", _TITLES[500], 500, f"Something broke on our side. Nothing is lost. Reference {reference}."))


def _unmodified(_: _Asked, error: NotModified) -> Response[bytes]:
    return Response(b"", status_code=304, headers=error.headers)


def wrong_method(page: Callable[[_Asked, Exception], Response[bytes]]) -> Callable[[_Asked, Exception], Response[bytes]]:
    """The application's answer to a method that an address does not take: a problem from the API, `page` from the others.

    The router refuses a method before it knows whose handlers stand there.
    """

    def answer(request: _Asked, error: Exception) -> Response[bytes]:
        ours = request.scope["path"].startswith(("/api", "/data/", "/health"))
        return _http(request, MethodNotAllowedException()) if ours else page(request, error)

    return answer


HANDLERS: dict[type[Exception] | int, Any] = {
    NotModified: _unmodified, BalooError: problem, ValidationException: _unreadable, HTTPException: _http, Exception: _broken,
}
