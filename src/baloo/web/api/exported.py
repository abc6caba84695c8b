"""The table that was exported last, by week, area and system: `/contributor_active`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated

import msgspec
from litestar import Response
from litestar.params import QueryParameter

from baloo.errors import BalooError, UnknownName
from baloo.metrics.answers import Stamp
from baloo.metrics.questions.values import ALL, Cell
from baloo.publish.contributor_active import kept
from baloo.web.api.asked import Asked, Day, Hiding, workspace_of
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.few import Few

__all__ = ["HANDLERS"]

_NUMBERS = ("total", "new", "active")


class NothingExported(BalooError):
    """`baloo export` has not written a file or a database here yet."""

    slug = "nothing-exported"
    status = 404

    def __init__(self) -> None:
        super().__init__("Nothing was exported yet.", remedy="Run `baloo export`, with a file or a database.")


class WeekOf(msgspec.Struct):
    """The people of one week, team and source, each once; rows are not to be added up."""

    c_date: dt.date  # the week's Monday
    team_name: str  # an area, `all` or `unclaimed`
    source_name: str  # a system, or `all`
    total: int | None  # contributed there from it in the year up to the week's Sunday
    new: int | None  # of them, in the week and not in the year before
    active: int | None  # of them, active there by the area's rule; where the source is `all` everybody who is


class Exported(msgspec.Struct):
    """The rows of the last export, the newest week first."""

    exclude_staff: bool
    exported: dt.datetime
    rows: list[WeekOf]
    hidden_below: int
    stamp: Stamp  # of what was counted when it was exported


def contributor_active(
    request: Asked, few: Hiding, start: Day = None, end: Day = None,
    team: Annotated[str | None, QueryParameter(description="Only this area, `all` or `unclaimed`.")] = None,
    source: Annotated[str | None, QueryParameter(description="Only this system, or `all`.")] = None,
) -> Response[Exported]:
    """People by week, area and system as `baloo export` wrote them last, for the weeks whose Monday is from `start` to `end`.

    The people of each row were counted once; of no row follow those of another.
    """
    found = kept(workspace_of(request))
    if found is None:
        raise NothingExported
    _check("team", team, (cell.area for cell in found.cube.cells))
    _check("source", source, (cell.system for cell in found.cube.cells))
    cells = [cell for cell in found.cube.cells if (start or cell.week) <= cell.week <= (end or cell.week)]
    rows = [
        WeekOf(cell.week, cell.area, cell.system, *numbers) for cell, numbers in zip(cells, _shown(cells, few), strict=True)
        if (team or cell.area) == cell.area and (source or cell.system) == cell.system
    ]
    return reply(request, Exported(found.exclude_staff, found.exported, rows, few.k, found.cube.stamp))


HANDLERS = in_both_forms(contributor_active, "By week, area and system, as it was exported last")


def _check(what: str, name: str | None, valid: Iterable[str]) -> None:
    if name is not None and name not in (known := set(valid)):
        raise UnknownName(what, name, known)


def _shown(cells: Sequence[Cell], few: Few) -> list[tuple[int | None, ...]]:
    """The numbers of each cell; None where they are of few, and where what stands beside them and their total would tell."""
    columns = []
    for name in _NUMBERS:
        numbers = {i: n for i, cell in enumerate(cells) if (n := getattr(cell, name)) is not None}
        hidden = {i for i, n in numbers.items() if few.hides(n)}
        for beside in (_groups(cells, lambda c: (c.week, c.area), lambda c: c.system),
                       _groups(cells, lambda c: (c.week, c.system), lambda c: c.area)):
            for group in beside:
                kept_back = few.beside_sum({i: numbers[i] for i in group if i in numbers})
                hidden |= {i for i, n in kept_back.items() if n is None}
        columns.append([None if i in hidden else numbers.get(i) for i in range(len(cells))])
    return list(zip(*columns, strict=True))


def _groups(cells: Sequence[Cell], by: Callable[[Cell], object], part: Callable[[Cell], str]) -> Iterable[list[int]]:
    """The places of cells that stand beside one total."""
    found: dict[object, list[int]] = {}
    for i, cell in enumerate(cells):
        if part(cell) != ALL:
            found.setdefault(by(cell), []).append(i)
    return found.values()
