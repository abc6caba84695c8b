"""Who may see and do what here: cookies of sessions, and forms that come from our own pages alone."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import Cookie

from baloo.errors import Forbidden, InputError

__all__ = ["Asked", "Form", "cookie", "first", "form_of", "from_here", "id_of", "same_form"]

Asked = Request[Any, Any, Any]
Form = dict[str, list[str]]
_ELSEWHERE = "This form was sent from another site, or is too old."
_REMEDY = "Load the page again, and send the form from there."


def cookie(request: Asked, name: str, value: str, path: str, seconds: int) -> Cookie:
    """A cookie that no script reads and that comes with no request of another site; `seconds` 0 takes it away."""
    secure = request.url.scheme == "https"
    return Cookie(key=name, value=value, path=path, max_age=seconds, httponly=True, samesite="strict", secure=secure)


def from_here(request: Asked) -> None:
    """Raises Forbidden for a form that did not come from a page of ours."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Forbidden(_ELSEWHERE, remedy=_REMEDY)
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden(_ELSEWHERE, remedy=_REMEDY)


async def form_of(request: Asked) -> Form:
    """The fields of a form."""
    fields = await request.form()
    return {name: [str(value) for value in fields.getall(name)] for name in fields}


def first(form: Form, name: str, longest: int = 200) -> str:
    """What a field says, cut where it is too long; empty where it is absent."""
    return form.get(name, [""])[0][:longest].strip()


def id_of(text: str) -> int:
    """An id that a field or a query says. Raises InputError."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InputError("An id is a whole number.")
    return int(text)


def same_form(form: Form, nonce: str) -> None:
    """Raises Forbidden where a form was not made in this session."""
    said = first(form, "form")
    if not (said.isascii() and hmac.compare_digest(said, nonce)):
        raise Forbidden(_ELSEWHERE, remedy=_REMEDY)
