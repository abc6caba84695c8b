"""How fresh each system is: from the last day of which something is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from baloo.registry.model import Area, Claim, Registry, System
from baloo.watch.heard import known_to
from baloo.watch.plan import coverage
from baloo.watch.stages import Progress, claimed_by, progress_of, silence
from baloo.web import scope as scopes
from baloo.web.scene import Scene
from baloo.web.scope import Scope

__all__ = ["Banner", "Feed", "all_feeds", "banner", "by_title", "claims_on", "feeds_of", "fresh", "progress"]


@dataclass(frozen=True, slots=True)
class Feed:
    """A system as a table shows it: what counts of it, how many are active there, how fresh it is, and what it
    only tried out (empty where nothing)."""

    scope: Scope
    what: str
    people: str
    state: Literal["fresh", "late", "silent", "closed"]
    verdict: str
    first: str
    last: str
    staging: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """How far it is counted, and which systems are not in."""

    late: bool
    counted: str
    text: str


def banner(scene: Scene, feeds: Sequence[Feed], systems: Iterable[Progress]) -> Banner:
    """What stands above the number, of all feeds and how far each system is. Raises NothingCounted."""
    words = scene.words
    late = [feed for feed in feeds if feed.state in {"late", "silent"}]
    named = words.listed([feed.scope.title for feed in late[:3]])
    text = words("banner-late", n=len(late), all=len(feeds), systems=named) if feeds else words("banner-none")
    found = coverage(systems)
    if found.integrated < found.known:
        text += " " + words("banner-part", integrated=found.integrated, known=found.known)
    return Banner(bool(late), words("banner-counted", moment=words.moment(scene.answers.stamp.refreshed)), text)


def progress(scene: Scene) -> list[Progress]:
    """How far each system is. Raises NothingCounted."""
    registry = scene.registry
    return progress_of(registry, known_to(scene.answers, registry, scene.heard()), scene.today)


def by_title(registry: Registry) -> list[str]:
    """The systems in the order in which people look for them."""
    return sorted(registry.systems, key=lambda name: (registry.systems[name].title or name).casefold())


def all_feeds(scene: Scene) -> list[Feed]:
    """Every system, by its title. Raises NothingCounted."""
    return [fresh(scene, scene.registry.systems[name]) for name in by_title(scene.registry)]


def feeds_of(scene: Scene, area: Area) -> list[Feed]:
    """The systems that feed an area or one that it is made of."""
    found: dict[str, list[Claim]] = {}
    for part in _with_parts(scene, area):
        for claim in part.counts:
            found.setdefault(claim.system, []).append(claim)
        for system in scene.registry.systems.values():
            if system.map and any(row.area == part.id for row in system.map.rows):
                found.setdefault(system.id, [])
    return [fresh(scene, scene.registry.systems[name], found[name]) for name in by_title(scene.registry) if name in found]


def claims_on(scene: Scene, system: str) -> list[Scope]:
    """The areas that contributions of a system count for."""
    return [scopes.area(scene.registry, area) for area in claimed_by(scene.registry, scene.registry.systems[system])]


def fresh(scene: Scene, system: System, claims: Iterable[Claim] = ()) -> Feed:
    """One system. With `claims`, what they count of it; else all that is counted."""
    words, claims = scene.words, list(claims)
    first, last = scene.answers.known_days(system.id)
    kinds = {kind for claim in claims for kind in claim.kinds or ()}
    if any(claim.kinds is None for claim in claims) or not claims:
        kinds = {kind.id for kind in system.kinds.values() if kind.contribution}
    if claims and all(claim.until is not None and claim.until <= scene.as_of for claim in claims):
        state: Literal["fresh", "late", "silent", "closed"] = "closed"
    elif last is None:
        state = "silent"
    else:
        state = "late" if silence(system, last, scene.today) is not None else "fresh"
    scope = scopes.system(scene.registry, system.id)
    return Feed(
        scope, " · ".join(system.kinds[kind].title for kind in sorted(kinds) if kind in system.kinds),
        scene.shown(scene.people(scope)), state, words("fresh-state", state=state),
        words.day(first) if first else words("fresh-never"), words.day(min(last, scene.today)) if last else words("fresh-never"),
        _staging(scene, system.id),
    )


def _staging(scene: Scene, system: str) -> str:
    found = scene.answers.staging(system)
    return scene.words("staging-text", n=found.events, moment=scene.words.moment(found.last)) if found else ""


def _with_parts(scene: Scene, area: Area) -> Iterable[Area]:
    yield area
    for part in scene.registry.parts_of(area.id):
        yield from _with_parts(scene, part)
