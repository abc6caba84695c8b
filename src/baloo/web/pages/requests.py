"""What to do for a system that is not in: ask for it, vote, or, as its owner, bring it in step by step."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from baloo.errors import Forbidden, InputError, UnknownName
from baloo.records.store import Records
from baloo.watch.requests import VOLUMES, Asked, ask, requested, vote, voted, voter
from baloo.web import scope as scopes
from baloo.web.pages import answered
from baloo.web.pages.freshness import by_title
from baloo.web.people.parts import UNKEPT, Parts, posted, shown
from baloo.web.people.visits import Asked as Visit
from baloo.web.people.visits import Form, first, id_of
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["COOKIE", "routes"]

COOKIE = "baloo-voter"
_PATH = "/requests"
_YEAR = 365 * 86_400
_LARGEST = 20_000  # bytes of a form
_SAID = ("asked", "voted", "again")


def routes(parts: Parts) -> list[Any]:
    """The handlers."""
    return [_list(parts), _ask(parts), _vote(parts), _join(parts), *answered.routes(parts)]


def _list(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get(_PATH, include_in_schema=False, name=f"page {_PATH}")
    async def page(request: Visit) -> Response[Any]:
        known = parts.site.reached.brought(request, COOKIE, _PATH)
        text = known if _good(known) else secrets.token_urlsafe(24)
        said = request.query_params.get("said", "")

        answer = await shown(parts, request, lambda scene: _requests(scene, parts, text, said if said in _SAID else ""))
        if text != known:
            answer.cookies.append(parts.site.reached.cookie(request, COOKIE, text, _YEAR, path=_PATH))
        return answer

    return page


def _requests(scene: Scene, parts: Parts, text: str, said: str) -> Page:
    words, mine = scene.words, voted(parts.records, voter(parts.records, text))
    work = scene.registry.work
    found = requested(parts.records, "accepted")
    rows = [(one, one.id in mine, work[one.work].state if one.work in work else "open") for one in found]
    return Page("requests.html", words("requests-title"), words("requests-description"), "status", values={
        "rows": rows, "form": _nonce(parts.records, text), "said": said, "volumes": VOLUMES,
    })


def _form(parts: Parts, path: str, do: Callable[[Form, str], str]) -> Any:  # noqa: ANN401 - a handler of Litestar
    @post(path, include_in_schema=False, request_max_body_size=_LARGEST)
    async def form(request: Visit) -> Response[Any]:
        def done(_: Scene, fields: Form) -> Response[Any]:
            text = parts.site.reached.brought(request, COOKIE, _PATH)
            if not (_good(text) and hmac.compare_digest(first(fields, "form").encode(), _nonce(parts.records, text).encode())):
                raise Forbidden("This form was sent from another site, or is too old.", remedy="Load the page again.")
            return Redirect(f"{_PATH}?said={do(fields, text)}", status_code=303, headers=UNKEPT)

        return await posted(parts, request, done)

    return form


def _ask(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    def do(form: Form, _: str) -> str:
        asked = Asked(first(form, "title", 200), first(form, "goal", 2_000), first(form, "volume"), first(form, "url", 600))
        ask(parts.records, asked, now=parts.now())
        return "asked"

    return _form(parts, _PATH, do)


def _vote(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    def do(form: Form, text: str) -> str:
        try:
            fresh = vote(parts.records, id_of(first(form, "request")), voter(parts.records, text), now=parts.now())
        except UnknownName as error:
            raise InputError("This request is not shown any more.") from error
        return "voted" if fresh else "again"

    return _form(parts, f"{_PATH}/vote", do)


def _good(text: str) -> bool:
    """Whether a cookie is one of ours, by its shape."""
    return len(text) == 32 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def _nonce(records: Records, text: str) -> str:
    """What the forms of a browser carry: nobody else can make it, for nobody else knows the cookie and the secret."""
    return hmac.new(records.secret, f"form {text}".encode(), hashlib.sha256).hexdigest()[:32]


def _join(parts: Parts) -> Any:  # noqa: ANN401 - a handler of Litestar
    @get("/join", include_in_schema=False, name="page /join")
    async def page(request: Visit) -> Response[Any]:
        query = request.query_params
        return await shown(parts, request, lambda scene: _steps(
            scene, query.get("system", ""), query.get("volume", ""), parts.site.reached.base(request)))

    return page


def _steps(scene: Scene, system: str, volume: str, address: str) -> Page:
    """The way of a system's owner; with a system, how far it has come on it."""
    words, registry = scene.words, scene.registry
    if system and system not in registry.systems:
        raise UnknownName("system", system, registry.systems)
    if volume and volume not in VOLUMES:
        raise InputError(f"`volume` is one of {', '.join(VOLUMES)}.")
    declared = registry.systems.get(system)
    pushed, tried = system in scene.heard().pushed, False
    if declared and scene.counted:
        tried = scene.answers.staging(system) is not None
    kind = min(declared.kinds) if declared else "forum.answer"
    return Page("join.html", words("join-title"), words("join-description"), "status", values={
        "declared": declared, "scope": scopes.system(registry, system) if declared else None,
        "volume": volume, "volumes": VOLUMES,
        "tried": tried or pushed, "pushed": pushed, "name": system or "forum", "kind": kind, "address": address,
        "systems": [registry.systems[name] for name in by_title(registry)],
        "by_hand": [one for one in registry.systems.values() if one.manual],
    })
