"""The fields of forms."""

from __future__ import annotations

from typing import Any

from litestar import Request

from baloo.errors import InputError

__all__ = ["Asked", "Form", "first", "form_of", "id_of"]

Asked = Request[Any, Any, Any]
Form = dict[str, list[str]]


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
