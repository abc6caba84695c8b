"""Status: how far each system is, how fresh, what waits, and what is planned."""

from __future__ import annotations

from dataclasses import dataclass

from baloo.ingest.refusals import REMEDIES
from baloo.metrics.answers import NothingCounted
from baloo.watch.heard import Known
from baloo.watch.plan import coverage, roadmap
from baloo.watch.stages import Progress, Stage, progress_of
from baloo.web import scope as scopes
from baloo.web.pages.freshness import all_feeds, banner, progress
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.site import Page

__all__ = ["status"]


@dataclass(frozen=True, slots=True)
class Row:
    """A system as the table of stages shows it."""

    scope: Scope
    areas: list[Scope]
    progress: Progress
    stages: list[tuple[Stage, str, str]]  # with its state and its reason in words


def status(scene: Scene) -> Page:
    """How far and how fresh each system is, what is planned, and what waits in quarantine."""
    words, registry = scene.words, scene.registry
    try:
        feeds, systems = all_feeds(scene), progress(scene)
        found = banner(scene, feeds, systems)
    except NothingCounted:
        found, feeds = None, []
        systems = progress_of(registry, Known(scene.heard(), {}), scene.today)
    covered = coverage(systems)
    return Page(
        "status.html", words("menu-status"), words("status-description"), "status", values={
            "banner": found, "feeds": feeds, "rows": [_row(scene, one) for one in systems], "covered": covered,
            "silent": [one for one in systems if one.silent is not None], "roadmap": roadmap(registry, systems, scene.today),
            "refused": _refused(scene),
        },
    )


def _row(scene: Scene, one: Progress) -> Row:
    words, registry = scene.words, scene.registry
    return Row(
        scopes.system(registry, one.system.id), [scopes.area(registry, area) for area in one.areas], one,
        [(stage, words("stage-state", state=stage.state.replace(" ", "-")), words("stage-why", why=stage.why, stage=stage.name))
         for stage in one.stages],
    )


def _refused(scene: Scene) -> list[tuple[int, str, str, str]]:
    """What waits in quarantine: how many, of which system, why, and what to do."""
    refused: dict[tuple[str, str], int] = {}
    for group in scene.waiting():
        system = group.system if group.system and group.system in scene.registry.systems else ""
        key = (system, group.slug)
        refused[key] = refused.get(key, 0) + group.count
    return sorted(((n, *key, REMEDIES.get(key[1], "")) for key, n in refused.items()), reverse=True)
