"""Where somebody may write down what was done: areas that declare `log`. Pure: a registry and rights, no storage."""

from __future__ import annotations

from dataclasses import dataclass

from baloo.access.sessions import Caller
from baloo.errors import Forbidden, UnknownName
from baloo.registry.byhand import Log
from baloo.registry.lookup import resolve_area
from baloo.registry.model import Area, Registry

__all__ = ["Place", "open_place", "place", "places"]


@dataclass(frozen=True, slots=True)
class Place:
    """An area and what is logged for it. `schema` is that of the kind, with its version."""

    area: Area
    log: Log
    schema: tuple[str, str]

    @property
    def needs(self) -> tuple[str, ...]:
        """The fields of `extra` that an entry must have besides those of every entry."""
        return tuple(name for name in self.log.needs if name != "link")


def places(registry: Registry, caller: Caller | None = None) -> list[Place]:
    """The areas that are logged for, by title; with `caller`, those for which they may log."""
    found = [_place(registry, area, area.log) for area in registry.areas.values() if area.log]
    mine = [one for one in found if caller is None or _may(registry, caller, one)]
    return sorted(mine, key=lambda one: (one.area.title, one.area.id))


def place(registry: Registry, name: str) -> Place:
    """The place of an area. Raises UnknownName for one that is none, or for which nothing is logged by hand."""
    area = resolve_area(registry, name)
    if area.log is None:
        raise UnknownName("area with `log`", name, [one.area.id for one in places(registry)])
    return _place(registry, area, area.log)


def open_place(registry: Registry, name: str, caller: Caller) -> Place:
    """The place of an area for who may log there. Raises what `place` raises, and Forbidden for everybody else."""
    found = place(registry, name)
    if not _may(registry, caller, found):
        raise Forbidden("Only loggers of this area may write here.", remedy="Ask who looks after the area to make you one.")
    return found


def _place(registry: Registry, area: Area, log: Log) -> Place:
    schema = registry.systems[log.system].kinds[log.kind].schema or "contribution"
    versions = [version for name, version in registry.schemas if name == schema]
    return Place(area, log, (schema, max(versions, key=lambda text: (len(text), text), default="1")))


def _may(registry: Registry, caller: Caller, found: Place) -> bool:
    """Who looks after the whole, or after the system that takes what is logged, may log too."""
    areas = [found.area.id, *(area.id for area in registry.whole_of(found.area.id))]
    return caller.may("logger", *(f"area:{area}" for area in areas), f"system:{found.log.system}")
