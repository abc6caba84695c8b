"""The review: who may be one person, answered one by one, by rule, and taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from baloo.access.sessions import Caller
from baloo.errors import InputError
from baloo.people.faces import Face, faces, persons_of
from baloo.people.hands import Pair
from baloo.people.second import Proposal, accept_by_two, proposed
from baloo.people.suggestions import Suggestion, accept, by_person, by_rule, later, reject, suggested
from baloo.web.people.decided import Done, done_now
from baloo.web.people.parts import Parts
from baloo.web.people.sides import effect_of, evidence, says_of, side, told
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["Answered", "answer", "answer_group", "pair_of", "review", "rules_page"]

_DAY = 86_400_000_000
_PUT_OFF = 30 * _DAY
_AHEAD = 200  # persons about whom the counts are asked at once
_SIDE_BY_SIDE = 12  # other suggestions of a person that a page shows
_GROUP = 200  # pairs that a page of a group shows, and that are answered with it
_FEW = 5


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer did: the batch for undoing it, 0 where there is none, and a word about it for the next page."""

    batch: int
    said: str = ""


def review(scene: Scene, parts: Parts, desk: Caller, *, person: int | None, pair: Pair | None, done: Done | None) -> Page:
    """The suggestions of one person, the one that is asked about first; without a person, of whom most is at stake."""
    words = scene.words
    found = suggested(parts.records, now=parts.now())
    groups = by_person(found)
    now = persons_of(parts.records, [person])[person] if person is not None else None
    chosen = now if now in groups else next(iter(groups), None)
    recent = done_now(scene, parts, _FEW)
    values = {"desk": desk, "left": len(found), "people": len(groups), "done": done, "one": None, "recent": recent}
    if chosen is not None:
        mine = sorted(groups[chosen], key=lambda one: (one.pair != pair, -one.effect, -one.score, one.pair))
        known = _known(parts, scene, mine, groups)
        values |= _asked(scene, parts, desk, mine[0], known) | {
            "person": known[chosen], "rest": [_row(scene, one, chosen, known) for one in mine[1 : _SIDE_BY_SIDE + 1]],
            "more": max(len(mine) - _SIDE_BY_SIDE - 1, 0), "alike": _alike(found, mine[0]),
        }
    title = words("review-title") if chosen is not None else words("review-nobody")
    return Page("review.html", title, words("review-description"), values=values)


def _asked(scene: Scene, parts: Parts, desk: Caller, one: Suggestion, known: dict[int, Face]) -> dict[str, object]:
    stays, joins = known[one.stays], known[one.joins]
    waiting = proposed(parts.records).get(one.pair) if scene.settings["two_people_merge"] else None
    return {
        "one": one, "stays": side(scene, parts.counted, stays), "joins": side(scene, parts.counted, joins),
        "evidence": evidence(scene, one), "effect": told(scene, effect_of(parts.counted, stays, joins)),
        "score": f"{one.score:.2f}", "two": bool(scene.settings["two_people_merge"]), "waiting": _waiting(waiting, desk),
    }


def _waiting(proposal: Proposal | None, desk: Caller) -> str:
    """Whose yes waits: `own`, `other`, or nobody's."""
    return "" if proposal is None else "own" if proposal.who == desk.who else "other"


def _known(parts: Parts, scene: Scene, mine: Sequence[Suggestion], groups: dict[int, list[Suggestion]]) -> dict[int, Face]:
    """The persons of the page; what they hold and did is asked together with that of those who come next."""
    shown = {end for one in mine[: _SIDE_BY_SIDE + 1] for end in (one.stays, one.joins)}
    known = faces(parts.records, shown)
    if not parts.counted.knows(n for face in known.values() for n in face.ids):
        ahead = faces(parts.records, {*shown, *islice(groups, _AHEAD)})
        parts.counted.learn([n for face in ahead.values() for n in face.ids], scene)
    return known


def _row(scene: Scene, one: Suggestion, person: int, known: dict[int, Face]) -> dict[str, object]:
    other = one.joins if one.stays == person else one.stays
    return {
        "pair": f"{one.a}-{one.b}", "name": known[other].name, "score": f"{one.score:.2f}",
        "says": [says_of(scene, name, against=False).words for name in one.rules[:2]],
    }


def _alike(found: Sequence[Suggestion], one: Suggestion) -> dict[str, object] | None:
    """The others that rest on the same rules, where there are some."""
    n = sum((other.rules, other.against) == (one.rules, one.against) for other in found) - 1
    return {"n": n, "href": f"/people/rules?{_query(one)}"} if n else None


def _query(one: Suggestion) -> str:
    return urlencode({"rules": " ".join(one.rules), **({"against": " ".join(one.against)} if one.against else {})})


def rules_page(scene: Scene, parts: Parts, desk: Caller, *, rules: str, against: str, done: Done | None) -> Page:
    """The suggestions by the rules that they rest on; with rules, those of one group, to be answered together."""
    words = scene.words
    found = suggested(parts.records, now=parts.now())
    groups = [several for several in by_rule(found).values() if not rules or _is(several[0], rules, against)]
    one = groups[0][:_GROUP] if rules and groups else []
    shown = one or [pair for several in groups for pair in several[:_FEW]]
    known = faces(parts.records, {end for pair in shown for end in (pair.stays, pair.joins)})
    if one:
        parts.counted.learn([n for face in known.values() for n in face.ids], scene)
    listed = [{
        "says": evidence(scene, several[0]), "n": len(several), "href": f"/people/rules?{_query(several[0])}",
        "low": f"{min(pair.score for pair in several):.2f}", "high": f"{max(pair.score for pair in several):.2f}",
        "pairs": [(known[pair.stays].name, known[pair.joins].name) for pair in several[:_FEW]],
    } for several in groups]
    rows = [{
        "stays": known[pair.stays], "joins": known[pair.joins], "score": f"{pair.score:.2f}", "pair": f"{pair.a}-{pair.b}",
        "effect": words.number(pair.effect), "changes": effect_of(parts.counted, known[pair.stays], known[pair.joins]).changes,
    } for pair in one]
    return Page("review_rules.html", words("rules-title"), words("review-description"), values={
        "desk": desk, "left": len(found), "groups": listed, "rows": rows, "rules": rules, "against": against,
        "digest": _digest(one), "done": done, "two": bool(scene.settings["two_people_merge"]),
    })


def answer(scene: Scene, parts: Parts, desk: Caller, pairs: Sequence[Pair], said: str) -> Answered:
    """Carry out `yes`, `no` or `later`. Raises InputError for another answer."""
    records, now, who = parts.records, parts.now(), desk.who
    if said == "no":
        return Answered(reject(records, pairs, who=who, now=now).batch)
    if said == "later":
        return Answered(later(records, pairs, until=now + _PUT_OFF, who=who, now=now).batch)
    if said != "yes":
        raise InputError("An answer is `yes`, `no` or `later`.")
    if not scene.settings["two_people_merge"]:
        done = accept(records, pairs, who=who, now=now)
        return Answered(done.batch, "refused" if done.refused else "")
    joined, waits = accept_by_two(records, pairs, changing=_changing(scene, parts, pairs), who=who, now=now)
    if not joined.batch and not waits.batch:
        return Answered(0, "refused" if joined.refused else "own")
    return Answered(joined.batch or waits.batch, "waits" if waits.batch else "")


def answer_group(
    scene: Scene, parts: Parts, desk: Caller, *, rules: str, against: str, digest: str, said: str,
) -> Answered:
    """Answer the pairs of a group that the page showed. Raises InputError where the group has changed since."""
    found = [one for one in suggested(parts.records, now=parts.now()) if _is(one, rules, against)][:_GROUP]
    if _digest(found) != digest or not found:
        raise InputError("These suggestions have changed since the page was made.", remedy="Go back and look at them again.")
    return answer(scene, parts, desk, [one.pair for one in found], said)


def pair_of(text: str) -> Pair:
    """Two identities as forms write them, `12-34`. Raises InputError."""
    a, _, b = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (a, b)):
        raise InputError("A pair is two identities, like 12-34.")
    return int(a), int(b)


def _changing(scene: Scene, parts: Parts, pairs: Sequence[Pair]) -> set[Pair]:
    """Those of the pairs whose joining changes a number."""
    person = persons_of(parts.records, {end for pair in pairs for end in pair})
    known = faces(parts.records, set(person.values()))
    parts.counted.learn([n for face in known.values() for n in face.ids], scene)
    ends = {pair: (known.get(person[pair[0]]), known.get(person[pair[1]])) for pair in pairs}
    return {pair for pair, (one, other) in ends.items() if one and other and effect_of(parts.counted, one, other).changes}


def _is(one: Suggestion, rules: str, against: str) -> bool:
    return (" ".join(one.rules), " ".join(one.against)) == (rules, against)


def _digest(found: Sequence[Suggestion]) -> str:
    return hashlib.sha256(repr([one.pair for one in found]).encode()).hexdigest()[:16]
