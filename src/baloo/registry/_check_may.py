"""What `check` says of who may do what: roles that need a place and have none, and places that are not there."""

from __future__ import annotations

from baloo.registry._names import Names

__all__ = ["PLACES", "check_may"]

PLACES = {"logger": ("area",), "owner": ("system", "area")}
"""The roles that are held at a place, and what may name it."""


def check_may(names: Names) -> None:
    """Each line of `may` in community.yaml: its role has the place that it needs, and the place is declared."""
    entry = names.draft.community
    if entry is None:
        return
    for i, line in enumerate(entry.data.get("may", ())):
        role, named, sorts = line["role"], [sort for sort in ("area", "system") if sort in line], PLACES.get(line["role"], ())
        if len(named) != bool(sorts) or not set(named) <= set(sorts):
            where = " or ".join(f"one {sort}" for sort in sorts) or "no area and no system"
            names.report(entry, ("may", i, "role"), f"The role `{role}` is given for {where}.", slug="place-of-role")
        if "area" in line and names.area_of(line["area"]) is None:
            wrong = names.unknown("area", line["area"], names.areas)
            if wrong:
                names.report(entry, ("may", i, "area"), **wrong)
        if "system" in line:
            wrong = names.unknown("system", line["system"], names.systems)
            if wrong:
                names.report(entry, ("may", i, "system"), **wrong)
