"""A steward's yes or no to what people ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from baloo.errors import InputError
from baloo.watch.requests import accept, decline, requested, work_file
from baloo.web.people.parts import UNKEPT, Parts, posted, shown
from baloo.web.people.visits import Asked, Form, first, id_of
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["routes"]

_PATH = "/requests/asked"
_LARGEST = 20_000  # bytes of a form
_STATES = ("waiting", "accepted", "declined")
_SAID = ("yes", "no", "planned")


def routes(parts: Parts) -> list[Any]:
    """The handlers. The gate lets in stewards alone."""

    @get(_PATH, include_in_schema=False, name=f"page {_PATH}")
    async def page(request: Asked) -> Response[Any]:
        said = request.query_params.get("said", "")

        def made(scene: Scene) -> Page:
            found = requested(parts.records)
            return Page("requests_desk.html", scene.words("asked-title"), scene.words("asked-description"), values={
                "desk": request.user, "left": None, "said": said if said in _SAID else "",
                "groups": [(state, [one for one in found if one.state == state]) for state in _STATES],
            })

        return await shown(parts, request, made)

    @post(_PATH, include_in_schema=False, request_max_body_size=_LARGEST)
    async def answer(request: Asked) -> Response[Any]:
        return await posted(parts, request, lambda scene, form: Redirect(
            f"{_PATH}?said={_answer(parts, _registry(parts, scene), request.user.who, form)}", status_code=303, headers=UNKEPT))

    return [page, answer]


def _answer(parts: Parts, registry: Path, who: str, form: Form) -> str:
    """Say yes or no; a no says whether the work of an earlier yes still stands in the plan. Raises InputError."""
    request, said = id_of(first(form, "request")), first(form, "answer")
    if said == "yes":
        accept(parts.records, request, registry, who=who, now=parts.now(), quarter=first(form, "quarter") or None)
        return "yes"
    if said != "no":
        raise InputError("Say yes or no.")
    decline(parts.records, request, who=who, now=parts.now())
    return "planned" if work_file(registry, request).exists() else "no"


def _registry(parts: Parts, scene: Scene) -> Path:
    return parts.workspace.registry if parts.workspace else scene.files
