"""The weekly feed: the seeds' own address and shape, and `/api/v1/feed` with more to choose."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from baloo.errors import UnknownName
from baloo.metrics.answers import FeedRow
from baloo.web.api.asked import Asked, Hiding, Present, WithoutStaff, state_headers
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.api.shapes import Feed, Week
from baloo.web.few import Few

__all__ = ["HANDLERS", "contributor"]


@get("/data/contributor/{file:str}", sync_to_thread=True, summary="The dashboard's feed")
def contributor(request: Asked, answers: Present, file: FromPath[str]) -> Response[list[Week]]:
    """`/data/contributor/VIEW.json`: 52 weeks of a view, newest first. `new`: seen in the week and not in the year before it.

    `totalactive`: distinct people in the year that ends with the week's Sunday. Only weeks that are over stand there.
    Its shape is the seeds', and what reads it knows numbers only: they stand here as they are, however small.
    """
    view, dot, form = file.rpartition(".")
    if not dot or form != "json":
        raise UnknownName("file", file, [f"{name}.json" for name in answers.views()])
    headers = {**state_headers(request), "cache-control": "public, max-age=600"}
    return Response(_weeks(answers.feed(view), Few(1)), headers=headers)


def feed(
    request: Asked, answers: Present, few: Hiding,
    view: Annotated[str, QueryParameter(description="`all`, `unclaimed`, an area, a system; letters and digits count.")] = "all",
    weeks: Annotated[int, QueryParameter(ge=1, le=520, description="How many, at most 520.")] = 52,
    until: Annotated[dt.date | None, QueryParameter(description="The last week is the one that was over by this day.")] = None,
    exclude_staff: WithoutStaff = False,
) -> Response[Feed]:
    """The same weeks as the dashboard's feed, with a choice of how many, until when, and with staff or without."""
    rows = answers.feed(view, weeks, until, not exclude_staff)
    scope = answers.view(view)
    return reply(request, Feed(view, scope.name, exclude_staff, _weeks(rows, few), few.k, answers.stamp))


HANDLERS = [*in_both_forms(feed, "New and active people by week")]


def _weeks(rows: list[FeedRow], few: Few) -> list[Week]:
    return [Week(row.wkcommencing, few.kept(row.new), few.kept(row.totalactive)) for row in rows]
