"""`/audit`: who changed what, newest first, for stewards."""

from __future__ import annotations

import datetime as dt
from typing import Any

from litestar import Response, get

from baloo.records.audit import noted
from baloo.web.people.parts import Parts, shown
from baloo.web.people.visits import Asked, id_of
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["routes"]

_SHOWN = 100
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def routes(parts: Parts) -> list[Any]:
    """The handler."""

    @get("/audit", include_in_schema=False, name="page /audit")
    async def audit(request: Asked) -> Response[Any]:
        said = request.query_params.get("before")

        def page(scene: Scene) -> Page:
            found = noted(parts.records, before=id_of(said) if said else None, limit=_SHOWN)
            words = scene.words
            return Page("audit.html", words("audit-title"), words("audit-description"), values={
                "desk": request.user, "left": None, "older": found[-1].id if len(found) == _SHOWN else None,
                "rows": [{
                    "when": words.moment(_EPOCH + dt.timedelta(microseconds=one.made)), "who": one.who, "what": one.what,
                    "detail": one.detail,
                } for one in found],
            })

        return await shown(parts, request, page)

    return [audit]
