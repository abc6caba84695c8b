"""What is asked: the parameters that questions share, and the state that answers them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.handlers.base import BaseRouteHandler
from litestar.params import QueryParameter

from baloo.access.sessions import Caller
from baloo.metrics.answers import Answers, AnswersSource
from baloo.metrics.questions.periods import back
from baloo.web.api.problems import BadParameter, NotModified
from baloo.web.few import Few
from baloo.web.headers import has_already
from baloo.workspace import Workspace

__all__ = [
    "DEPENDENCIES", "Areas", "Asked", "Day", "Hiding", "Level", "Of", "Present", "Scoped", "WithoutStaff", "between", "listed",
    "parameters_of", "refuse_unknown", "state_headers", "workspace_of",
]

Asked: TypeAlias = "Request[Any, Any, Any]"
Day: TypeAlias = Annotated[dt.date | None, QueryParameter(description="A day, as in `2012-12-31`.")]
Level: TypeAlias = Annotated[
    Literal["visitor", "casual", "active", "core", "known", "seen", "new"],
    QueryParameter(description="At this level or above. Known: ever; seen: in the year; new: in the week, not in the year."),
]
Areas: TypeAlias = Annotated[str | None, QueryParameter(description="Areas, with commas; else those that are part of no other.")]
WithoutStaff: TypeAlias = Annotated[bool, QueryParameter(description="Without the people who were staff at the day.")]
_DAYS = {"as_of", "start", "end", "until"}
_FIRST, _LAST = dt.date(1970, 1, 1), dt.date(2999, 12, 31)


class Scoped(msgspec.Struct, frozen=True):
    """Who is asked about."""

    scope: str
    staff: bool


def scoped(
    area: Annotated[str | None, QueryParameter(description="Only this area: its id, a former one, or `id/value`.")] = None,
    system: Annotated[str | None, QueryParameter(description="Only this system.")] = None,
    organisation: Annotated[str | None, QueryParameter(description="Only this organisation.")] = None,
    whole: Annotated[str | None, QueryParameter(name="scope", description="Instead: as `/api/v1/scopes` names it.")] = None,
    exclude_staff: WithoutStaff = False,
) -> Scoped:
    """The scope that is named, the community where none is. Raises BadParameter where two are."""
    named = [f"{kind}:{name}" for kind, name in (("area", area), ("system", system), ("organisation", organisation)) if name]
    named += [whole] if whole else []
    if len(named) > 1:
        raise BadParameter("Name one of `area`, `system`, `organisation` and `scope`.", "scope")
    return Scoped(named[0] if named else "community", not exclude_staff)


def present(request: Asked) -> Answers:
    """The answers of this moment, the same for the whole request. Raises NotModified where the asker has them already."""
    source: AnswersSource = request.app.state.answers
    answers = source.current()
    request.state.etag = _etag(answers, few(request))
    if has_already(request.headers.get("if-none-match", ""), request.state.etag):
        raise NotModified(state_headers(request))
    return answers


def few(request: Asked) -> Few:
    """Which numbers are of too few people to be told: to an analyst none."""
    return Few(1) if _for_analysts(request) else Few.of(workspace_of(request).settings)


def _for_analysts(request: Asked) -> bool:
    """Whether an analyst asks, where the gate has looked who it is: at `/api/analyst` alone."""
    caller = request.scope.get("user")
    return isinstance(caller, Caller) and caller.may("analyst")


def workspace_of(request: Asked) -> Workspace:
    """The workspace that is served."""
    workspace: Workspace = request.app.state.workspace
    return workspace


def state_headers(request: Asked) -> dict[str, str]:
    """The headers of an answer: it may be kept for as long as it is the present one, and read by everybody; not an analyst's."""
    etag = getattr(request.state, "etag", None)
    if _for_analysts(request):
        return {"cache-control": "private, no-cache", "vary": "cookie", **({"etag": etag} if etag else {})}
    kept = {"etag": etag, "cache-control": "public, no-cache"} if etag else {"cache-control": "no-store"}
    return {"access-control-allow-origin": "*", "access-control-expose-headers": "etag", **kept}


Present: TypeAlias = NamedDependency[Answers]
Of: TypeAlias = NamedDependency[Scoped]
Hiding: TypeAlias = NamedDependency[Few]
DEPENDENCIES = {
    "answers": Provide(present, sync_to_thread=True), "asked": Provide(scoped, sync_to_thread=False),
    "few": Provide(few, sync_to_thread=False),
}
_BUILT_IN = {"request", "state", "answers", "asked", "few", "body"}


def refuse_unknown(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard: every parameter is one that the handler knows, and stands there once."""
    valid = set(parameters_of(handler))
    seen: set[str] = set()
    for name, value in connection.query_params.multi_items():
        if name not in valid:
            raise BadParameter(f"Unknown parameter `{name[:60]}`.", name[:60], valid=valid, close_to=name)
        if name in seen:
            raise BadParameter(f"`{name}` was given twice.", name)
        seen.add(name)
        if name in _DAYS:
            _check_day(name, value)


def _check_day(name: str, value: str) -> None:
    try:
        known = _FIRST <= dt.date.fromisoformat(value) <= _LAST and len(value) == 10
    except ValueError:
        known = False
    if not known:
        raise BadParameter(f"`{name}` is no day between {_FIRST} and {_LAST}, as in `2012-12-31`.", name)


def parameters_of(handler: BaseRouteHandler) -> Iterator[str]:
    """The names of the query parameters of a handler, those of what it depends on included."""
    for name in handler.parsed_fn_signature.parameters:
        if name == "asked":
            yield from ("area", "system", "organisation", "scope", "exclude_staff")
        elif name not in _BUILT_IN and name not in _path_parameters(handler):
            yield name


def _path_parameters(handler: BaseRouteHandler) -> set[str]:
    return {part.strip("{}").partition(":")[0] for path in handler.paths for part in path.split("/") if part.startswith("{")}


def _etag(answers: Answers, few: Few) -> str:
    state = (answers.stamp.version, answers.stamp.refreshed, answers.registry.hash, answers.today, few.k, version("baloo"))
    return f'W/"{hashlib.sha256(" ".join(map(str, state)).encode()).hexdigest()[:20]}"'


def listed(areas: str | None) -> list[str] | None:
    """Names with commas between them."""
    return [name.strip() for name in areas.split(",") if name.strip()] if areas else None


def between(start: dt.date | None, end: dt.date | None, answers: Answers) -> tuple[dt.date, dt.date]:
    """Two days to compare: the end, by default today, and the start, by default the same day a year before."""
    last = end or answers.today
    return start or back(last, 1, "years"), last
