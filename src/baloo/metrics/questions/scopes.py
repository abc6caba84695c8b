"""The names that questions take, and what they stand for today."""

from __future__ import annotations

import re
from collections.abc import Iterator

from baloo.errors import UnknownName
from baloo.metrics.derived import Manifest
from baloo.metrics.questions.values import Scope
from baloo.registry.model import Registry

__all__ = ["LEVELS", "Names", "plain"]

LEVELS = ("visitor", "casual", "active", "core")
_MEASURES = (*LEVELS, "known", "seen", "new")


def plain(name: str) -> str:
    """A view's name as the feed compares it: lower case, letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


class Names:
    """Resolves scopes, areas, views and measures of one counted state against the registry."""

    def __init__(self, registry: Registry, manifest: Manifest) -> None:
        self.registry = registry
        self._keys = {(entry.scope, entry.measure): entry.key for entry in manifest.keys}
        self._counted = {entry.scope for entry in manifest.keys}
        self._whole = manifest.registry_hash == registry.hash
        self._former = {was: area.id for area in registry.areas.values() for was in area.was}
        self.scopes = {scope.name: scope for scope in self._every()}
        self.views = self._views()

    def scope(self, name: str) -> str:
        """The present name of a scope; an area's former ids lead to it. Raises UnknownName."""
        if name.startswith("area:"):
            return f"area:{self.area(name)}"
        if name not in self.scopes:
            what, _, rest = name.partition(":")
            same = [s.id for s in self.scopes.values() if s.kind == what]
            if rest and (same or what == "organisation"):  # a community need not name any
                raise UnknownName(what, rest, same)
            raise UnknownName("scope", name, [s for s in self.scopes if "/" not in s])
        return name

    def area(self, name: str) -> str:
        """The present id of an area by its id, a former one or its scope; a part of a split is `ID/VALUE`. Raises UnknownName."""
        area, slash, value = name.removeprefix("area:").partition("/")
        found = self._former.get(area, area) if area not in self.registry.areas else area
        found = f"{found}{slash}{value}"
        if f"area:{found}" not in self.scopes:
            same = [s.id for s in self.scopes.values() if s.kind == "area" and ("/" in s.id) == bool(slash)]
            raise UnknownName("area", name.removeprefix("area:"), same)
        return found

    def view(self, name: str) -> str:
        """The scope of a view of the feed. Raises UnknownName with the valid ones."""
        wanted = plain(name)
        former = {plain(was): f"area:{area}" for was, area in self._former.items()}
        found = self.views.get(wanted) or former.get(wanted)
        if found is None:
            raise UnknownName("view", name, self.views)
        return found

    def measure(self, scope: str, level: str) -> str:
        """Checks a level, another measure (`known`, `seen`, `new`) or `point:ID` of a scope. Raises UnknownName."""
        if level in _MEASURES or (scope, level) in self._keys:
            return level
        kind, _, name = scope.partition(":")
        points = self.registry.pathway_of(name.partition("/")[0]) if kind == "area" else ()
        valid = [*_MEASURES, *(f"point:{point.id}" for point in points)]
        if level not in valid:
            raise UnknownName("level", level, valid)
        return level

    def key(self, scope: str, measure: str) -> int | None:
        """The key of a measure in the counted files; None where nobody ever held it."""
        return self._keys.get((scope, measure))

    def family(self, scope: str, measure: str) -> Iterator[int]:
        """Keys that are likely to be asked for with this one: the same measure of each whole scope, or a scope's points."""
        if measure.startswith("point:"):
            return (key for (of, m), key in self._keys.items() if of == scope and m.startswith("point:"))
        return (key for (of, m), key in self._keys.items() if m == measure and ("/" not in of or of == scope))

    def counted(self, scope: str) -> bool:
        """Whether the counted state knows of the scope: one declared since has no number yet, not zero."""
        return self._whole or scope in self._counted

    def top_areas(self) -> list[str]:
        """Ids of the areas that are part of no other, in order."""
        return sorted(area.id for area in self.registry.areas.values() if area.part_of is None)

    def _every(self) -> Iterator[Scope]:
        registry = self.registry
        yield Scope("community", "community", registry.community.id, registry.community.title, registry.community.target)
        yield Scope("unclaimed", "unclaimed", "unclaimed", "Unclaimed")
        for area in sorted(registry.areas.values(), key=lambda a: a.id):
            organisation = registry.organisation_of(area.id)
            yield Scope(f"area:{area.id}", "area", area.id, area.title, area.target, area.part_of, organisation)
        for name in sorted(self._counted):
            whole, slash, value = name.removeprefix("area:").partition("/")
            if slash and whole in registry.areas:
                title = f"{registry.areas[whole].title}: {value}"
                yield Scope(name, "area", f"{whole}/{value}", title, None, whole, registry.organisation_of(whole))
        for system in sorted(registry.systems.values(), key=lambda s: s.id):
            yield Scope(f"system:{system.id}", "system", system.id, system.title)
        for organisation in registry.organisations():
            yield Scope(f"organisation:{organisation}", "organisation", organisation, organisation)

    def _views(self) -> dict[str, str]:
        found = {"all": "community", "unclaimed": "unclaimed"}
        for scope in self.scopes.values():
            if scope.kind in ("area", "system") and "/" not in scope.id:
                found.setdefault(plain(scope.id), scope.name)
        return found
