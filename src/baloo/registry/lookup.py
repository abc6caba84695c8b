"""Questions that other rooms ask of a registry: an area by any of its ids, and how far ahead a rule looks."""

from __future__ import annotations

from collections.abc import Iterator

from baloo.errors import UnknownName
from baloo.registry.model import AllOf, AnyOf, Area, Claim, Leaf, Not, Registry, Rule

__all__ = ["horizon_days", "horizons", "leaves", "resolve_area"]


def resolve_area(registry: Registry, name: str) -> Area:
    """The area of a present or former id. Raises UnknownName with the nearest one."""
    if name in registry.areas:
        return registry.areas[name]
    for area in registry.areas.values():
        if name in area.was:
            return area
    raise UnknownName("area", name, registry.areas)


def leaves(rule: Rule) -> Iterator[Leaf]:
    """The leaves of a rule, in the order written; what it reaches is not followed."""
    if isinstance(rule, Leaf):
        yield rule
    elif isinstance(rule, Not):
        yield from leaves(rule.rule)
    elif isinstance(rule, AnyOf | AllOf):
        for inner in rule.rules:
            yield from leaves(inner)


def horizon_days(registry: Registry, system: str, kind: str) -> int:
    """How many days ahead an event of this kind may be dated: the longest `around` that covers it, 0 where none does."""
    return horizons(registry).get((system, kind), 0)


def horizons(registry: Registry) -> dict[tuple[str, str], int]:
    """(system, kind) to the longest `around` that covers it, in days; without those that no `around` covers."""
    found: dict[tuple[str, str], int] = {}
    everywhere = {(s.id, kind) for s in registry.systems.values() for kind in s.kinds}
    _look(registry, registry.community.active, everywhere, found)
    for area in registry.areas.values():
        ahead = [leaf for point in area.pathway for version in point.versions for leaf in leaves(version.when)]
        if any(leaf.window.form == "around" for leaf in ahead):
            fed = _fed(registry, area.id)
            for leaf in ahead:
                _look(registry, leaf, fed, found)
    return found


def _look(registry: Registry, leaf: Leaf, fed: set[tuple[str, str]], found: dict[tuple[str, str], int]) -> None:
    span = leaf.window.span
    if leaf.window.form != "around" or span is None:
        return
    days = span.n * (7 if span.unit == "weeks" else 1)
    for system, kind in fed:
        covered = kind in leaf.kinds if leaf.kinds else registry.systems[system].kinds[kind].contribution
        if covered:
            found[system, kind] = max(days, found.get((system, kind), 0))


def _fed(registry: Registry, area: str) -> set[tuple[str, str]]:
    """(system, kind) that an area and its parts count."""
    family = {area} | {a.id for a in registry.areas.values() if any(w.id == area for w in registry.whole_of(a.id))}
    fed = {pair for part in family for claim in registry.areas[part].counts for pair in _claimed(registry, claim)}
    for system in registry.systems.values():
        if system.map and any(row.area in family for row in system.map.rows):
            fed |= {(system.id, kind) for kind in system.kinds}
    return fed


def _claimed(registry: Registry, claim: Claim) -> Iterator[tuple[str, str]]:
    kinds = registry.systems[claim.system].kinds
    return ((claim.system, kind) for kind in (claim.kinds or kinds) if kind in kinds)
