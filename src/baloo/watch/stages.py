"""The stages by which a system becomes a part of the whole, told by what is true of it, not by what somebody says.

A stage is done only after the one before it; history and live pushes are two ways to the same, and either is enough to go on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from baloo.registry.model import AllOf, AnyOf, Area, Leaf, Registry, Rule, System, Work
from baloo.watch.heard import Known

__all__ = ["STAGES", "Progress", "Stage", "State", "claimed_by", "progress_of", "silence"]

State: TypeAlias = Literal["done", "in process", "blocked", "none"]
Name: TypeAlias = Literal["schema", "import", "push", "aggregation", "dashboard"]
STAGES: tuple[Name, ...] = ("schema", "import", "push", "aggregation", "dashboard")
_BEFORE: dict[Name, tuple[Name, ...]] = {  # one of them is done before
    "import": ("schema",), "push": ("schema",), "aggregation": ("import", "push"), "dashboard": ("aggregation",),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """How far one stage is, why in one word, and the open work on it.

    why: of a stage that is done `met`; else `work` (an open one blocks it), `before` (an earlier stage is not done), `some`
    (some kinds name a schema), `unfinished` (something arrived), `staging` (it tries out), `draft` (the rules are), `rule` (areas
    count it, and no rule asks for its kinds), `nothing`.
    """

    name: Name
    state: State
    why: str
    work: tuple[Work, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a system is. `silent` are the days since its last known day, where they are more than it may be silent."""

    system: System
    areas: tuple[str, ...]
    stages: tuple[Stage, ...]
    silent: int | None = None

    @property
    def integrated(self) -> bool:
        """Whether its people stand on the dashboard."""
        return self.stages[-1].state == "done"

    @property
    def percent(self) -> int:
        """How many of the stages are done, in percent; history and pushes are one, where either is done."""
        done = {stage.name for stage in self.stages if stage.state == "done"}
        return 25 * (len(done - {"import", "push"}) + bool(done & {"import", "push"}))


def progress_of(registry: Registry, known: Known, today: dt.date) -> list[Progress]:
    """How far each system is, in order of its title."""
    ordered = sorted(registry.systems.values(), key=lambda system: (system.title or system.id).casefold())
    return [_progress(registry, system, known, today) for system in ordered]


def silence(system: System, last: dt.date | None, today: dt.date) -> int | None:
    """The days since the last known day, where they are more than the system may be silent; None for one never heard of."""
    days = (today - last).days if last else 0
    return days if days > system.silent_days else None


def claimed_by(registry: Registry, system: System) -> dict[str, frozenset[str]]:
    """The areas that a system feeds, by `counts` or by its map, and the kinds that each takes of it."""
    every = frozenset(kind.id for kind in system.kinds.values() if kind.contribution)
    found: dict[str, frozenset[str]] = {}
    for area in registry.areas.values():
        for claim in area.counts:
            if claim.system == system.id:
                found[area.id] = found.get(area.id, frozenset()) | (every if claim.kinds is None else frozenset(claim.kinds))
    mapped = {row.area for row in system.map.rows} if system.map else set()
    return dict(sorted((found | dict.fromkeys(mapped & registry.areas.keys(), every)).items()))


def _progress(registry: Registry, system: System, known: Known, today: dt.date) -> Progress:
    claims = claimed_by(registry, system)
    works = [work for work in registry.work.values() if system.id in work.systems and work.state == "open"]
    last = known.days.get(system.id, (None, None))[1]
    facts: dict[Name, tuple[bool, str]] = {
        "schema": _schema(system),
        "import": (system.id in known.heard.imported, "unfinished" if last else "nothing"),
        "push": (system.id in known.heard.pushed, "staging" if system.id in known.tried else "nothing"),
        "aggregation": _aggregation(registry, claims),
        "dashboard": (last is not None, "nothing"),
    }
    stages: dict[Name, Stage] = {}
    for name, (met, why) in facts.items():
        own = tuple(work for work in works if work.stage == name)
        ready = name not in _BEFORE or any(stages[before].state == "done" for before in _BEFORE[name])
        stages[name] = _stage(name, own, why, met=met, ready=ready)
    return Progress(system, tuple(claims), tuple(stages.values()), silence(system, last, today))


def _stage(name: Name, works: tuple[Work, ...], why: str, *, met: bool, ready: bool) -> Stage:
    if any(work.blocks for work in works):
        return Stage(name, "blocked", "work", works)
    if met:
        return Stage(name, "done", "met", works) if ready else Stage(name, "in process", "before", works)
    if why == "nothing":
        return Stage(name, "in process", "work", works) if works else Stage(name, "none", why)
    return Stage(name, "in process", why, works)


def _schema(system: System) -> tuple[bool, str]:
    """Whether each kind names a schema. A registry in which one is not there, or does not compile, is not in force."""
    named = [kind.schema is not None for kind in system.kinds.values() if kind.contribution]
    return bool(named) and all(named), "some" if any(named) else "nothing"


def _aggregation(registry: Registry, claims: dict[str, frozenset[str]]) -> tuple[bool, str]:
    """Whether the rule that is counted in an area asks for what the system gives it, and somebody has agreed on that rule."""
    why = "rule" if claims else "nothing"
    for area, kinds in claims.items():
        for one in (registry.areas[area], *registry.whole_of(area)):
            if kinds & _asked(registry, one, kinds):
                if not one.draft:
                    return True, "met"
                why = "draft"
    return False, why


def _asked(registry: Registry, area: Area, every: frozenset[str]) -> frozenset[str]:
    """The kinds that make somebody active in an area, among `every`."""
    point = next((point for point in registry.pathway_of(area.id) if point.level == "active"), None)
    rule: Rule = point.versions[-1].when if point else registry.community.active
    return frozenset(kind for leaf in _leaves(rule) for kind in (every if leaf.kinds is None else leaf.kinds))


def _leaves(rule: Rule) -> Iterator[Leaf]:
    if isinstance(rule, Leaf):
        yield rule
    elif isinstance(rule, (AnyOf, AllOf)):
        for inner in rule.rules:
            yield from _leaves(inner)
