"""Rules in plain English, said to the person they count: the sentence of the definitions page.

The words for what people do are the titles of kinds, which are written as what somebody did: `Answered a question`. So a rule
reads `You count as active in Support when you answered a question for somebody else at least ten times in the last 30 days.`
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from baloo.registry.model import (
    AllOf,
    AnyOf,
    Area,
    Leaf,
    Not,
    Point,
    PointsLine,
    Reached,
    Registry,
    Rule,
    Scalar,
    Span,
    Test,
    Where,
    Window,
)

__all__ = ["Titles", "count_words", "deed", "default_definition", "definition", "sentence", "span_words", "titles_for"]

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_AMOUNT = {
    "days": "on at least {n} {days}",
    "weeks": "in at least {n} {weeks}",
    "months": "in at least {n} {months}",
    "objects": "on at least {n} {things}",
    "people": "for at least {n} {people}",
}
_ONES = {"days": "day", "weeks": "week", "months": "month", "things": "thing", "people": "other person"}
_MANY = {
    "days": "days", "weeks": "different weeks", "months": "different months",
    "things": "different things", "people": "other people",
}  # fmt: skip
_SHARE = {
    "contributions": "contributions", "days": "days of contributing", "weeks": "weeks of contributing",
    "months": "months of contributing", "objects": "things worked on", "people": "people helped", "points": "points",
}  # fmt: skip
_WHOSE = {"others": " for somebody else", "own": " for yourself", None: ""}


@dataclass(frozen=True, slots=True)
class Titles:
    """The words for what a rule names. `points` is by (area, point); area None is the rule's own."""

    kinds: Mapping[str, str]
    areas: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[tuple[str | None, str], str] = field(default_factory=dict)


def titles_for(registry: Registry, area: str | None = None) -> Titles:
    """The titles that rules of `area` read with; where two systems share a kind, the area's own system gives its title."""
    claimed = {claim.system for claim in registry.areas[area].counts} if area else set()
    systems = sorted(registry.systems.values(), key=lambda s: (s.id not in claimed, s.id), reverse=True)
    kinds = {kind.id: kind.title for system in systems for kind in system.kinds.values()}
    points: dict[tuple[str | None, str], str] = {
        (a, point.id): point.title or point.id for a in registry.areas for point in registry.pathway_of(a)
    }
    if area:
        points |= {(None, point.id): point.title or point.id for point in registry.pathway_of(area)}
    return Titles(kinds, {a.id: a.title for a in registry.areas.values()}, points)


def definition(registry: Registry, area: Area, point: Point, day: dt.date) -> str:
    """The rule of a point of an area that is in force at a day, as whole sentences that end with a full stop."""
    version = point.at(day)
    if version is None:
        since = point.versions[0].since or day
        return f"Nobody counts as {_LEVEL[point.level]} in {area.title} before {since.day} {since:%B %Y}."
    pathway = registry.pathway_of(area.id)
    titles = titles_for(registry, area.id)
    says = sentence(version.when, titles)
    first = next((p for p in pathway if p.level == "active"), None)
    if point.level == "core":
        head = f"You count as core in {area.title} when you are active and {says.removeprefix('you ')}"
    elif point.level == "active" and first is not None and point.id != first.id:
        head = f"You reach “{point.title or point.id}” in {area.title} when {says}"
    else:
        head = f"You count as {_LEVEL[point.level]} in {area.title} when {says}"
    return f"{head}.{_keeps(point.keeps)}"


_LEVEL = {"visitor": "a visitor", "casual": "casual", "active": "active", "core": "core"}


def default_definition(registry: Registry, title: str) -> str:
    """The community's own rule as it is said of an area or a system called `title` that has none."""
    return f"You count as active in {title} when {sentence(registry.community.active, titles_for(registry))}."


def _keeps(keeps: Span | Literal["ever"] | None) -> str:
    if keeps is None:
        return ""
    if keeps == "ever":
        return " Once yours, it stays yours."
    return f" You keep it for {span_words(keeps)} after that stops being true."


def sentence(rule: Rule, titles: Titles | Mapping[str, str]) -> str:
    """A rule as a clause that begins with `you`, without a full stop. `titles` may be kind ids to titles alone."""
    return f"you {_says(rule, titles if isinstance(titles, Titles) else Titles(titles), 0)}"


def _says(rule: Rule, titles: Titles, depth: int) -> str:
    """What follows `you`; `depth` is the number of `any` and `all` around."""
    if isinstance(rule, AnyOf):
        return _joined(rule.rules, "or", titles, depth)
    if isinstance(rule, AllOf):
        positive = tuple(r for r in rule.rules if not isinstance(r, Not))
        nots = [_says(r.rule, titles, depth + 1) for r in rule.rules if isinstance(r, Not)]
        text = _joined(positive, "and", titles, depth)
        return f"{text}, unless you {' or '.join(nots)}" if nots else text
    if isinstance(rule, Not):
        message = "`not` stands only under `all`, which `check` sees to"
        raise ValueError(message)  # noqa: TRY004 - it is the place that is wrong, not the type
    if isinstance(rule, Reached):
        return _reached(rule, titles)
    return f"{_did(rule, titles)} {window_words(rule.window)}{_cap(rule)}"


def _joined(rules: tuple[Rule, ...], word: Literal["or", "and"], titles: Titles, depth: int) -> str:
    """Several rules in a row; a window that they share is said once, at the end."""
    if len(rules) == 1:
        return _says(rules[0], titles, depth)
    windows = {r.window for r in rules if isinstance(r, Leaf)}
    shared = depth == 0 and len(windows) == 1 and all(isinstance(r, Leaf) and not r.cap_per_day for r in rules)
    texts = [_did(r, titles) if shared and isinstance(r, Leaf) else _says(r, titles, depth + 1) for r in rules]
    if depth == 0:
        tail = f", {window_words(windows.pop())}" if shared else ""
        return f", {word} ".join(texts) + tail
    prefix = "either " if word == "or" else "both " if len(texts) == 2 else ""
    text = prefix + f" {word} ".join(texts)
    return text if depth == 1 else f"({text})"


def _reached(rule: Reached, titles: Titles) -> str:
    name, _, value = (rule.area or "").partition("/")
    title = titles.points.get((name or None, rule.point), rule.point)
    area = titles.areas.get(name, name) + (f", {value}," if value else "")
    return f"have reached “{title}”" + (f" in {area}" if name else "")


def _did(leaf: Leaf, titles: Titles) -> str:
    """A leaf without its window."""
    where = _where(leaf.where)
    if leaf.amount == "top":
        what = f" of those who {_verbs(leaf.kinds, titles)}" if leaf.kinds else ""
        share = f"{leaf.threshold}% of all {_SHARE[leaf.of]}{what}{where}{_WHOSE[leaf.whose]}"
        return f"were among the fewest people who together made {share}"
    if leaf.of == "points" and leaf.amount == "at_least":
        lines = "; ".join(_points_line(line, leaf, titles) for line in leaf.points)
        unit = "point" if leaf.threshold == 1 else "points"
        return f"earned at least {count_words(leaf.threshold)} {unit}{where}{_WHOSE[leaf.whose]} ({lines})"
    did = deed(leaf, titles)
    if leaf.amount == "first":
        return f"{did} for the first time ever"
    return f"{did}{_amount(leaf)}"


def deed(leaf: Leaf, titles: Titles) -> str:
    """What a leaf asks of somebody, without how much and when: `answered a question for somebody else`."""
    return f"{_verbs(leaf.kinds, titles)}{_WHOSE[leaf.whose]}{_where(leaf.where)}"


def _amount(leaf: Leaf) -> str:
    n = leaf.threshold
    if leaf.of == "contributions":
        return "" if n == 1 else " at least twice" if n == 2 else f" at least {count_words(n)} times"
    units = _ONES if n == 1 else _MANY
    return " " + _AMOUNT[leaf.of].format(n=count_words(n), **units)


def _points_line(line: PointsLine, leaf: Leaf, titles: Titles) -> str:
    """`120 each time you reviewed an add-on (where queue is nomination)`."""
    kinds = line.kinds or leaf.kinds
    what = f"each time you {_verbs(kinds, titles)}{_where(line.where, bare=True)}"
    if line.per is None:
        return f"{line.each:,} {what}"
    beyond = f" beyond {count_words(line.over)}" if line.over else ""
    for_each = f"{line.each:,} for each of its {_field(line.per)}{beyond}"
    return f"{for_each}, {what}" if kinds or line.where else for_each


def _cap(leaf: Leaf) -> str:
    if leaf.cap_per_day is None:
        return ""
    unit = "" if leaf.of != "points" else " point" if leaf.cap_per_day == 1 else " points"
    return f", with no day worth more than {count_words(leaf.cap_per_day)}{unit}"


def _verbs(kinds: Iterable[str] | None, titles: Titles) -> str:
    """`wrote or merged a change`, `answered a question or wrote an article`; `contributed` for all kinds."""
    if kinds is None:
        return "contributed"
    said = list(dict.fromkeys(_lower(titles.kinds.get(kind, kind)) for kind in kinds))
    tails = {text.partition(" ")[2] for text in said}
    if len(said) > 1 and len(tails) == 1 and "" not in tails:
        return f"{_or(text.partition(' ')[0] for text in said)} {tails.pop()}"
    return _or(said)


def _lower(title: str) -> str:
    """A title in the middle of a sentence; a word such as `SUMO` keeps its capitals."""
    return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title


def _or(texts: Iterable[str]) -> str:
    *first, last = texts
    return f"{', '.join(first)} or {last}" if first else last


def _where(where: Where, *, bare: bool = False) -> str:
    """` (where locale is fr or de and queue is new)`; `bare` leaves out the brackets."""
    if not where:
        return ""
    text = "where " + " and ".join(f"{_field(name)} {_test(test)}" for name, test in where)
    return f" {text}" if bare else f" ({text})"


def _field(name: str) -> str:
    return name.replace("_", " ")


def _test(test: Test) -> str:
    values = [_value(value) for value in test.values]
    if test.op == "missing":
        return "is not given" if test.values[0] else "is given"
    if test.op == "not":
        return "is neither " + " nor ".join(values) if len(values) > 1 else f"is something other than {values[0]}"
    return {"in": "is", "at_least": "is at least", "below": "is below", "starts": "starts with"}[test.op] + " " + _or(values)


def _value(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:,}" if isinstance(value, int | float) else value


def window_words(window: Window) -> str:
    """`in the last 30 days`, `in the last whole month`, `in the 2 weeks before or after today`, `at any time`."""
    if window.form == "ever" or window.span is None:
        return f"in the last whole {window.period}" if window.form == "calendar" else "at any time"
    if window.form == "around":
        return f"in the {span_words(window.span, bare=True)} before or after today"
    return f"in the last {span_words(window.span, bare=True)}"


def span_words(span: Span, *, bare: bool = False) -> str:
    """`30 days`, `1 year`; `bare` leaves out the 1: `year`."""
    if span.n == 1:
        unit = span.unit.removesuffix("s")
        return unit if bare else f"1 {unit}"
    return f"{span.n} {span.unit}"


def count_words(n: int) -> str:
    """A number up to twelve as a word, a larger one with its thousands parted."""
    return _SMALL[n] if 0 <= n < len(_SMALL) else f"{n:,}"
