"""Persons in words: what they are called, what they did, and what speaks for two being one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from baloo.errors import UnknownName
from baloo.metrics.answers import NothingCounted
from baloo.metrics.persons import Did, Effect, joined
from baloo.people.faces import Face
from baloo.people.own import Known
from baloo.people.rules import RULES
from baloo.people.scoring import KINDS
from baloo.people.suggestions import Suggestion
from baloo.web import scope as scopes
from baloo.web.people.parts import Counted
from baloo.web.scene import Scene

__all__ = [
    "OUT", "Change", "Says", "Side", "Told", "accounts_of", "did_of", "effect_of", "evidence", "says_of", "side", "told",
    "when",
]

OUT = {"bot": "out-bot", "opted-out": "out-opted-out"}
"""Why somebody is in no count, to the words that say so."""

_SHOWN = 5  # of names, accounts and addresses
_STRONG = 2.0  # weight of a kind of evidence from which it is strong
_STRONG_RULE = 70  # weight of a rule from which it is strong
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Side:
    """A person on the page of a pair: facts in pairs of words."""

    person: int
    name: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Says:
    """A kind of evidence: how much it weighs, in words, and what it says."""

    weight: str
    words: str
    against: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A number that may change: what it counts, what it is, what it would be."""

    title: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a merge would do to the numbers, as a sentence and as rows."""

    text: str
    rows: tuple[Change, ...] = ()
    changes: bool = False


def when(scene: Scene, micros: int) -> str:
    """The day of a moment."""
    return scene.words.day((_EPOCH + dt.timedelta(microseconds=micros)).date())


def side(scene: Scene, counted: Counted, face: Face) -> Side:
    """A person as a side of a pair."""
    words = scene.words
    known = face.identities
    named = [(accounts_of(one)[:2], one.system) for one in known]
    accounts = [f"{' / '.join(names)} · {_system(scene, system)}" for names, system in named if names]
    spans = list(face.spans.values())
    did = did_of(scene, [row for one in known for row in counted.did(one.id)])
    facts = [
        (words("fact-names"), _listed(scene, [name for one in known for name in one.names])),
        (words("fact-accounts"), _listed(scene, accounts)),
        (words("fact-mail"), _listed(scene, [address for one in known for address in one.addresses])),
        (words("fact-first"), when(scene, min(a for a, _ in spans)) if spans else ""),
        (words("fact-last"), when(scene, max(z for _, z in spans)) if spans else ""),
        (words("fact-did"), "; ".join(did[:4])),
        (words("fact-out"), words.listed([words(OUT[why]) for why in face.excluded])),
    ]
    return Side(face.person, face.name, tuple((name, value) for name, value in facts if value))


def accounts_of(one: Known) -> list[str]:
    """What an identity is called on its system, the last username first."""
    return list(dict.fromkeys(filter(None, (*one.usernames, one.account))))


def did_of(scene: Scene, did: Iterable[Did]) -> list[str]:
    """What was done, in words, most first."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in did:
        sums[row.system, row.kind] += row.n
    systems = scene.registry.systems
    found = []
    for (system, kind), n in sums.most_common():
        declared = systems[system].kinds.get(kind) if system in systems else None
        found.append(scene.words("did-kind", kind=(declared.title if declared else "") or kind, n=scene.words.number(n)))
    return found


def evidence(scene: Scene, one: Suggestion) -> list[Says]:
    """What speaks for the two being one, and what against it."""
    found = [(name, False) for name in one.rules] + [(name, True) for name in one.against]
    return [says_of(scene, name, against=against) for name, against in found]


def says_of(scene: Scene, name: str, *, against: bool) -> Says:
    """A kind of evidence by its name."""
    kind, rule = KINDS.get(name), RULES.get(name)
    words = kind.words if kind else rule.words if rule else name.replace("-", " ")
    strong = abs(kind.weight) >= _STRONG if kind else bool(rule and rule.weight >= _STRONG_RULE)
    weight = scene.words("evidence-against") if against else scene.words("evidence-strong" if strong else "evidence-for")
    return Says(weight, words[:1].upper() + words[1:], against)


def effect_of(counted: Counted, one: Face, other: Face) -> Effect:
    """What joining two persons would do to the numbers; where one of them is out of every count, both will be."""
    held = [counted.held(face.ids) for face in (one, other)]
    if bool(one.excluded) == bool(other.excluded):
        return joined(*held)
    stays = held[0] if other.excluded else held[1]
    return Effect(tuple(sorted((scope, measure) for scope, measure in stays if measure == "active")))


def told(scene: Scene, effect: Effect) -> Told:
    """An effect in words."""
    words = scene.words
    try:
        rows = [row for scope, measure in effect.fewer if (row := _change(scene, scope, measure, fewer=True))]
        rows += [row for scope, measure in effect.perhaps if (row := _change(scene, scope, measure, fewer=False))]
    except NothingCounted:
        return Told(words("effect-unknown"))
    if not rows:
        return Told(words("effect-none"))
    return Told(words("effect-fewer" if effect.fewer else "effect-perhaps"), tuple(rows), changes=True)


def _change(scene: Scene, scope: str, measure: str, *, fewer: bool) -> Change | None:
    try:
        title = _title(scene, scope)
        now = scene.answers.count(scope, measure, as_of=scene.today).value
    except UnknownName:  # declared when it was counted, and no more
        return None
    if now is None:
        return None
    if measure.startswith("point:"):
        title = scene.words("effect-point", scope=title, point=measure.removeprefix("point:"))
    number = scene.words.number
    then = number(now - 1) if fewer else scene.words("effect-or", n=number(now), more=number(now + 1))
    return Change(title, number(now), then)


def _title(scene: Scene, scope: str) -> str:
    """What a scope is called. Raises UnknownName."""
    kind, _, name = scope.partition(":")
    area, slash, value = name.partition("/")
    registry = scene.registry
    if kind == "area":
        return (scopes.part(registry, area, value) if slash else scopes.area(registry, area)).title
    if kind in ("system", "organisation"):
        return (scopes.system if kind == "system" else scopes.organisation)(registry, name).title
    return scene.whole.title if kind == "community" else scene.words("effect-unclaimed")


def _system(scene: Scene, name: str) -> str:
    declared = scene.registry.systems.get(name)
    return (declared.title if declared else "") or name


def _listed(scene: Scene, texts: Sequence[str]) -> str:
    found = list(dict.fromkeys(texts))
    more = [scene.words("and-more", n=len(found) - _SHOWN)] if len(found) > _SHOWN else []
    return ", ".join(found[:_SHOWN] + more)
