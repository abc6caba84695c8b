"""Of whom a number speaks: the community, an area, a part of a split area, a system or an organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from baloo.errors import UnknownName
from baloo.registry.model import Registry

__all__ = ["Scope", "area", "community", "find", "organisation", "part", "system"]


@dataclass(frozen=True, slots=True)
class Scope:
    """`name` is what `Answers` calls it, `path` where its page stands (empty for the community)."""

    name: str
    form: Literal["community", "area", "part", "system", "organisation"]
    id: str
    title: str
    path: str = ""
    target: int | None = None

    def slug(self, figure: str) -> str:
        """The name of one of its figures below `/charts/`."""
        return f"{self.path}/{figure}".removeprefix("/")


def community(registry: Registry) -> Scope:
    """Everybody."""
    whole = registry.community
    return Scope("community", "community", whole.id, whole.title, target=whole.target)


def area(registry: Registry, name: str) -> Scope:
    """An area. Raises UnknownName."""
    if name not in registry.areas:
        raise UnknownName("area", name, registry.areas)
    found = registry.areas[name]
    return Scope(f"area:{name}", "area", name, found.title or name, f"/areas/{name}", found.target)


def part(registry: Registry, name: str, value: str) -> Scope:
    """The part of a split area that has one value of the field it is split by. Raises UnknownName."""
    whole = area(registry, name)
    path = f"{whole.path}/{quote(value, safe='')}"
    return Scope(f"area:{name}/{value}", "part", name, f"{whole.title}: {value}", path)


def system(registry: Registry, name: str) -> Scope:
    """A system. Raises UnknownName."""
    if name not in registry.systems:
        raise UnknownName("system", name, registry.systems)
    return Scope(f"system:{name}", "system", name, registry.systems[name].title or name, f"/systems/{name}")


def organisation(registry: Registry, name: str) -> Scope:
    """An organisation. Raises UnknownName."""
    known = registry.organisations()
    if name not in known:
        raise UnknownName("organisation", name, known)
    return Scope(f"organisation:{name}", "organisation", name, name, f"/organisations/{quote(name, safe='')}")


_FOLDERS: dict[str, Callable[[Registry, str], Scope]] = {"areas": area, "systems": system, "organisations": organisation}


def find(registry: Registry, path: str) -> Scope:
    """The scope whose page stands at `path`, such as `areas/support` or `areas/localization/fr`. Raises UnknownName."""
    if not path:
        return community(registry)
    folder, _, rest = path.partition("/")
    if folder not in _FOLDERS or not rest:
        raise UnknownName("figure", path, _FOLDERS)
    name, _, value = rest.partition("/")
    if folder == "areas" and value:
        return part(registry, name, value)
    return _FOLDERS[folder](registry, rest)
