"""The figures by the last part of their address below `/charts/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from baloo.web.figures.active import active
from baloo.web.figures.areas import areas
from baloo.web.figures.changes import changes
from baloo.web.figures.cohorts import cohorts
from baloo.web.figures.figure import Figure
from baloo.web.figures.moves import moves
from baloo.web.figures.once import once
from baloo.web.figures.overlap import overlap
from baloo.web.figures.pathway import pathway
from baloo.web.figures.quarters import quarters
from baloo.web.scene import Scene
from baloo.web.scope import Scope

__all__ = ["FIGURES", "offered"]

FIGURES: Mapping[str, Callable[[Scene, Scope], Figure | None]] = {
    "active": active, "areas": areas, "areas-per-person": once, "changes": changes, "cohorts": cohorts, "moves": moves,
    "overlap": overlap, "pathway": pathway, "quarters": quarters,
}

_FORMS: Mapping[str, frozenset[str]] = {
    "community": frozenset({"active", "areas", "areas-per-person", "changes", "cohorts", "moves", "overlap", "quarters"}),
    "area": frozenset({"active", "areas", "changes", "cohorts", "moves", "pathway", "quarters"}),
    "part": frozenset({"active", "changes", "cohorts", "pathway", "quarters"}),
    "system": frozenset({"active", "changes", "quarters"}),
    "organisation": frozenset({"active", "areas", "changes", "quarters"}),
}


def offered(scope: Scope) -> frozenset[str]:
    """The names of the figures that a scope has."""
    return _FORMS[scope.form]
