"""Three sentences of what is new: who came, which area passed its target or grew most, and what is nearest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from baloo.web.figures.active import passed
from baloo.web.figures.areas import inner
from baloo.web.scene import Scene
from baloo.web.scope import Scope

__all__ = ["Sentence", "this_week"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the page of what it speaks of."""

    text: str
    href: str | None = None


def this_week(scene: Scene) -> list[Sentence]:
    """At most three sentences; none of a number of people that is not shown."""
    found = [_newcomers(scene), *_targets(scene), _growth(scene), _nearest(scene)]
    return [sentence for sentence in found if sentence][:3]


def _newcomers(scene: Scene) -> Sentence | None:
    rows = scene.answers.feed("all", 1, scene.as_of, staff=scene.staff)
    if not rows or scene.hides(rows[0].new):
        return None
    day = scene.words.day(rows[0].wkcommencing)
    return Sentence(scene.words("week-new", n=rows[0].new, day=day))


def _targets(scene: Scene) -> list[Sentence]:
    """Areas that reached their target in the last four weeks."""
    found = []
    for scope in inner(scene, scene.whole):
        rows = scene.weeks(scope, scene.as_of - dt.timedelta(weeks=12)) if scope.target else []
        since = passed(rows, scope.target or 0)
        if since and rows[0].day < since and since > scene.as_of - dt.timedelta(weeks=4):
            found.append(Sentence(
                scene.words("week-target", scope=scope.title, target=scene.words.number(scope.target or 0)), scope.path,
            ))
    return found


def _growth(scene: Scene) -> Sentence | None:
    """The area that gained most people in four weeks."""
    before = scene.as_of - dt.timedelta(weeks=4)
    gains = [(gain, scope) for scope in inner(scene, scene.whole) if (gain := _gain(scene, scope, before)) > 0]
    if not gains:
        return None
    gain, scope = max(gains, key=lambda found: (found[0], found[1].title))
    return Sentence(scene.words("week-growth", n=gain, scope=scope.title), scope.path)


def _gain(scene: Scene, scope: Scope, before: dt.date) -> int:
    now, then = scene.people(scope), scene.people(scope, as_of=before)
    return 0 if now is None or then is None or scene.hides(now) or scene.hides(then) else now - then


def _nearest(scene: Scene) -> Sentence | None:
    """The area that lacks fewest people of its target."""
    short = [
        (scope.target - now, scope) for scope in inner(scene, scene.whole)
        if scope.target and (now := scene.people(scope)) and not scene.hides(now) and now < scope.target
    ]
    if not short:
        return None
    missing, scope = min(short, key=lambda found: (found[0], found[1].title))
    target = scene.words.number(scope.target or 0)
    return Sentence(scene.words("week-nearest", n=missing, scope=scope.title, target=target), scope.path)
