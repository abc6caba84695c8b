"""Cookies that no script reads, and the fields of forms."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from baloo.errors import InputError

__all__ = ["Asked", "Form", "cookie", "first", "form_of", "id_of"]

Asked = Request[Any, Any, Any]
Form = dict[str, list[str]]


def cookie(
    request: Asked, name: str, value: str, path: str, seconds: int, *, lax: bool = False, secure: bool = False,
) -> Cookie:
    """A cookie that no script reads and that comes with no request of another site; `seconds` 0 takes it away.

    `lax`: it does come with a link from another site. `secure`: over HTTPS alone, as it is anyway where the request came so.
    """
    return Cookie(
        key=name, value=value, path=path, max_age=seconds, httponly=True, samesite="lax" if lax else "strict",
        secure=secure or request.url.scheme == "https",
    )


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
