"""Errors of the API, all in one shape: problem+json of RFC 9457, whose `type` is a slug."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args, get_origin

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException

from baloo.errors import BalooError, InputError, StorageFull, UnknownName, in_words, nearest
from baloo.logbook.entry import Fault
from baloo.logbook.found import Already

__all__ = ["HANDLERS", "AlreadyThere", "BadParameter", "Faulty", "NotModified", "Problem", "problem", "wrong_method"]

log = logging.getLogger(__name__)
_Asked: TypeAlias = "Request[Any, Any, Any]"
_VALID = 200  # names that a problem lists at most

_TITLES = {
    400: "The question cannot be read", 403: "Not open to you", 404: "Not found", 405: "Not done here",
    409: "Not as it stands", 413: "Too much at once", 500: "Something broke", 503: "Not now", 507: "No room",
}
_AGAIN = {"unsettled": "1"}  # seconds after which it may be tried again; where there is no room, or not now, 5
_TAKEN = ("GET", "GET, POST", "GET, PATCH, DELETE")  # by addresses of the log, of an area, of an entry


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
    faults: list[Fault] | None = None  # of an entry that is logged: each field that is wrong, and what to do
    already: list[Already] | None = None  # what other systems have of the same person on the same day


class BadParameter(InputError):
    """A parameter that nobody knows, that was given twice, or whose value cannot be read."""

    slug = "bad-parameter"

    def __init__(self, message: str, name: str, *, valid: Iterable[str] = (), close_to: str | None = None) -> None:
        self.valid = sorted(valid)
        self.nearest = nearest(close_to, self.valid) if close_to is not None else None
        hint = f"Did you mean `{self.nearest}`?" if self.nearest else f"Valid: {', '.join(self.valid)}." if self.valid else None
        super().__init__(message, where=name, remedy=hint)


class Faulty(InputError):
    """An entry that cannot be logged as it is."""

    slug = "faulty-entry"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(faults[0].message, where=faults[0].field, remedy=faults[0].remedy or None)


class AlreadyThere(BalooError):
    """There is something of the same person on the same day."""

    slug = "already-there"
    status = 409

    def __init__(self, already: Sequence[Already]) -> None:
        self.already = list(already)
        super().__init__("There is something of theirs on that day already.", remedy="Say `sure` where it is another thing.")


class NotModified(Exception):
    """The asker has what we would send."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__("304")
        self.headers = dict(headers)


def _send(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    seconds = _AGAIN.get(problem.type, "5" if problem.status in (503, 507) else "")
    again = {"retry-after": seconds} if seconds else {}
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
    if isinstance(error, Faulty):
        found.faults = error.faults
    if isinstance(error, AlreadyThere):
        found.already = error.already
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


_HTTP = {
    404: ("not-found", "There is nothing at this address.", "See /api for what is there."),
    405: ("wrong-method", "This address does not take this method.", "See /api for those that it takes."),
    413: ("too-large", "The body is longer than it may be.", "Send one entry at a time."),
}


def _http(request: _Asked, error: HTTPException) -> Response[bytes]:
    if error.status_code >= 500:
        return _broken(request, error)
    slug, detail, remedy = _HTTP.get(error.status_code, ("error", "The request cannot be read.", "See /api."))
    found = Problem(slug, _TITLES.get(error.status_code, "Error"), error.status_code, detail, remedy=remedy)
    return _send(found, {"allow": _allowed(request.scope["path"])} if error.status_code == 405 else {})


def _allowed(path: str) -> str:
    """The methods that an address takes: all are read, and those of the log are written to as well."""
    _, logged, rest = path.rstrip("/").partition("/api/v1/log")
    return _TAKEN[min(rest.count("/"), 2)] if logged else _TAKEN[0]


def _broken(request: _Asked, error: Exception) -> Response[bytes]:
    told = in_words(error)
    if isinstance(told, StorageFull):
        return problem(request, told)
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
