"""Roles and what they include. Pure: no input, no output, no storage.

A role is held everywhere, or at a place: an area (`area:reps`) or a system (`system:sumo`). Nothing here asks who is staff.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from baloo.errors import InputError, UnknownName

__all__ = ["PLACED", "ROLES", "Grant", "grant", "held"]

ROLES = {
    "visitor": "sees what is public; everybody is one, without signing in",
    "contributor": "has signed in",
    "logger": "logs what was done for an area",
    "analyst": "asks for what is not public, without names",
    "owner": "looks after a system or an area, and may log for it",
    "steward": "looks after who is who: the review, persons, the audit; may log and ask everywhere",
    "admin": "may do everything",
}
"""Each role and what it is for, from the least to the most."""

PLACED = {"logger": ("area",), "owner": ("system", "area")}
"""The roles that are held at a place, and the sorts of it."""

_INCLUDES = {
    "contributor": ("visitor",), "logger": ("contributor",), "analyst": ("contributor",), "owner": ("logger",),
    "steward": ("logger", "analyst"), "admin": ("steward", "owner"),
}


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role; `place` is where it is held, empty for everywhere."""

    role: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.role} {self.place}" if self.place else self.role


def grant(role: str, *, area: str = "", system: str = "") -> Grant:
    """A grant as it is written. Raises UnknownName for a role that is none, InputError for a place that does not fit it."""
    if role not in ROLES:
        raise UnknownName("role", role, ROLES)
    places = [f"{sort}:{name}" for sort, name in (("area", area), ("system", system)) if name]
    sorts = PLACED.get(role, ())
    if len(places) != bool(sorts) or not all(place.partition(":")[0] in sorts for place in places):
        where = " or ".join(f"one {sort}" for sort in sorts) or "no area and no system"
        raise InputError(f"The role `{role}` is given for {where}.")
    return Grant(role, *places)


def held(grants: Iterable[Grant], role: str, places: Collection[str] | None = None) -> bool:
    """Whether somebody with these grants holds a role: anywhere, or at one of `places` where they are given.

    For an area, `places` are the area and all that it lies in: who looks after the whole looks after its parts.
    """
    return any(
        role in _reach(one.role) and (places is None or not one.place or one.place in places or role not in PLACED)
        for one in grants
    )


def _reach(role: str) -> set[str]:
    """A role and all that it includes."""
    return {role}.union(*(_reach(less) for less in _INCLUDES.get(role, ())))
