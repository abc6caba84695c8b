"""A worked example of a rule: what somebody invented did, and from when to when they count."""

from __future__ import annotations

import datetime as dt

from baloo.metrics.windows import LAST_DAY, seen_range
from baloo.registry.model import AnyOf, Area, Leaf, Point, Rule, Window
from baloo.registry.words import count_words, deed, span_words, titles_for
from baloo.web.scene import Scene

__all__ = ["worked"]

_UNITS = frozenset({"contributions", "days", "objects", "people"})
_SPREAD = 20  # days over which many contributions are spread
_EVE = dt.timedelta(1)


def worked(scene: Scene, area: Area, point: Point) -> list[str]:
    """Sentences for the rule in force at the day asked for; none where it has no way in that one person's deeds alone decide."""
    version = point.at(scene.as_of)
    leaf = _way_in(version.when) if version else None
    if version is None or leaf is None:
        return []
    words, n = scene.words, leaf.threshold
    last = _last(scene.as_of)
    first = last - dt.timedelta(min(n - 1, _SPREAD) if leaf.of == "contributions" else n - 1)
    begins, stops = seen_range(leaf.window, last)[0], seen_range(leaf.window, first)[1]
    if begins >= stops:  # not all of it at once
        return []
    did = deed(leaf, titles_for(scene.registry, area.id))
    days = {"first": words.day(first), "last": words.day(last), "begins": words.day(begins)}
    said = [
        words("worked-did", did=did, of=leaf.of, n=n, said=count_words(n), at="once" if begins == last else "later", **days),
        _until(scene, point, stops),
    ]
    said += [words("worked-core")] if point.level == "core" else []
    said += [words("worked-short", of=leaf.of)] if n > 1 else []
    return [*said, words("worked-ways")] if isinstance(version.when, AnyOf) else said


def _way_in(rule: Rule) -> Leaf | None:
    """The first leaf that is enough by itself, asks for a number of deeds, and looks back only."""
    for leaf in rule.rules if isinstance(rule, AnyOf) else (rule,):
        if not isinstance(leaf, Leaf) or leaf.amount != "at_least" or leaf.of not in _UNITS or leaf.cap_per_day:
            continue
        if leaf.window.form != "around":
            return leaf
    return None


def _last(day: dt.date) -> dt.date:
    """The latest 4 May."""
    found = dt.date(day.year, 5, 4)
    return found if found <= day else dt.date(day.year - 1, 5, 4)


def _until(scene: Scene, point: Point, stops: dt.date) -> str:
    """How long that counts; `stops` is the first day on which the rule fails."""
    words = scene.words
    if stops == LAST_DAY or point.keeps == "ever":
        return words("worked-ever")
    if point.keeps is None:
        return words("worked-until", until=words.day(stops - _EVE))
    lost = seen_range(Window("within", point.keeps), stops - _EVE)[1]
    return words("worked-grace", out=words.day(stops), keeps=span_words(point.keeps), until=words.day(lost - _EVE))
