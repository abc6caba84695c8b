"""What area, system and organisation pages share: the number, its change, its trend, its comings and goings."""

from __future__ import annotations

from typing import Any

from baloo.web.figures.active import active
from baloo.web.figures.changes import changes, tiles
from baloo.web.figures.quarters import quarters
from baloo.web.scene import Scene
from baloo.web.scope import Scope

__all__ = ["delta", "flags", "numbers"]


def numbers(scene: Scene, scope: Scope) -> dict[str, Any]:
    """The values that `scope.html` needs of any scope."""
    words = scene.words
    trend = active(scene, scope)
    scene.begin(trend.picture)
    comings = quarters(scene, scope)
    scene.begin(comings.picture if comings else None)
    now, then = scene.people(scope), scene.people(scope, as_of=scene.year_ago)
    made, summed = tiles(scene, scope)
    shown = now is not None and not scene.hides(now)
    return {
        "scope": scope, "now": now, "number": scene.shown(now), "few": not shown,
        "lead": words("scope-none") if not now else words("scope-lead", n=now) if shown else words("few-kept", k=scene.few.k),
        "delta": delta(scene, now, then), "goal": _goal(scene, scope, now) if shown and now is not None else "",
        "flags": flags(scene, scope),
        "trend": trend, "tiles": made, "sum": summed, "changes": changes(scene, scope),
        "quarters": comings,
    }


def _goal(scene: Scene, scope: Scope, now: int) -> str:
    if not scope.target:
        return ""
    target = scene.words.number(scope.target)
    if now < scope.target:
        return scene.words("scope-goal", n=scope.target - now, target=target)
    return scene.words("scope-goal-there", target=target)


def flags(scene: Scene, scope: Scope) -> list[str]:
    """What to know of the number: that it may still change, or that it looks back to before anything is known."""
    count = scene.answers.count(scope.name, "active", scene.as_of, staff=scene.staff)
    found = [scene.words("provisional")] if count.provisional else []
    return [*found, scene.words("warming-up")] if count.warming_up else found


def delta(scene: Scene, now: int | None, then: int | None) -> str:
    """The change on a year ago, in words; empty where one of the numbers is not shown."""
    if now is None or then is None or scene.hides(now) or scene.hides(then) or not (now or then):
        return ""
    if now == then:
        return scene.words("delta-same")
    return scene.words("delta-more" if now > then else "delta-fewer", n=abs(now - then))
