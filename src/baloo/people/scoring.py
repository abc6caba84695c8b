"""How likely two identities are one person, from named kinds of evidence with published weights. Nothing here reads or writes.

Weights are powers of ten of the odds; evidence of one group (names, logins, places, time) is not independent, so that of each
group the strongest counts. A score is the probability that the sum of the weights stands for.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import combinations

from baloo.people.matching import NEARBY, RARE, SILENCE, Blocks, Frequencies, apart
from baloo.people.names import Name, alike, contradict, parts, squash
from baloo.people.profiles import DIGITS, SHORTEST, Profile, initial_forms, joint_forms, name_of_mailbox
from baloo.people.rules import DIFFERENT_NAMES

__all__ = ["ASKED", "KINDS", "Kind", "Scored", "Scorer", "best_of", "candidates"]

ASKED = 0.3
"""Pairs of a lower score are not asked about."""

_ODDS = -1.0  # of two that meet in a block and have nothing else in common
_MANY = {
    "mailbox": 12, "login": 12, "name": 30, "role": 3, "joint": 8, "form": 8, "short": 8, "two": 8, "surname": 5, "word": 4,
    "domain": 4, "stem": 6, "start": 5, "end": 5,
}  # fmt: skip
_ALONE = ("same-organisation", "small-domain")  # say nothing by themselves: colleagues share them
_HOMONYMS = 0.05  # expected others of a name, to be common
_RARE_WORD = 3  # full names that a word may be in, to be remarkable


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of evidence: the group of which the strongest counts, its weight as a power of ten, and how it is said."""

    name: str
    group: str
    weight: float
    words: str


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("same-name", "name", 3.0, "the same full name"),
        Kind("longer-name", "name", 2.5, "the full name of the one is in the other's"),
        Kind("similar-name", "name", 1.6, "the same surname, and given names that begin alike or are written alike"),
        Kind("same-word", "name", 0.8, "a name that is one word is in both"),
        Kind("rare-word", "name", 0.6, "a word that few have in a name, a login or an address"),
        Kind("same-login", "login", 2.2, "the same login or local part"),
        Kind("login-but-digits", "login", 1.5, "the same login or local part, but for digits before or behind it"),
        Kind("name-as-login", "login", 2.5, "the full name of the one is the other's login or local part"),
        Kind("initials-as-login", "login", 1.6, "the name of the one, shortened, is the other's login or local part"),
        Kind("login-in-login", "login", 0.8, "the login of the one is the beginning or end of the other's"),
        Kind("same-address", "place", 3.4, "the same address, or the same account of a code host"),
        Kind("same-role", "place", 2.6, "the same address, as roles have it, and nobody else has it"),
        Kind("small-domain", "place", 1.4, "addresses at a domain that few have"),
        Kind("same-organisation", "place", 0.7, "addresses of one organisation"),
        Kind("same-time", "time", 0.4, "active on one system at about the same time"),
        Kind("pause", "time", -0.4, "two years lie between what they did on one system"),
        Kind("long-silence", "time", -0.7, "five years lie between what they did"),
        Kind("rare-name", "rarity", 0.4, "nobody else is expected to have this name"),
        Kind("common-name", "rarity", -1.4, "others are expected to have this name"),
        Kind("different-names", "against", -2.6, "their full names contradict each other"),
        Kind("other-surname", "against", -0.6, "their full names have a word in common and differ in the others"),
        Kind("two-accounts", "against", -2.0, "each has an account on the same system"),
    )
}


@dataclass(frozen=True, slots=True)
class Scored:
    """A pair a < b, its score from 0 to 1, and the kinds of evidence for and against it, the strongest first."""

    a: int
    b: int
    score: float
    rules: tuple[str, ...]
    against: tuple[str, ...]


def candidates(profiles: Mapping[int, Profile], blocks: Blocks) -> Iterator[tuple[int, int]]:
    """Pairs that share a key that few have, each once or more; a word only where it is all that one of them is called."""
    for word, members in blocks.get("word", {}).items():
        if len(members) <= _MANY["word"]:
            for one in members:
                if word in profiles[one].names:
                    yield from ((min(one, other), max(one, other)) for other in members if other != one)
    names, joint, stem = (blocks.get(kind, {}) for kind in ("name", "joint", "stem"))
    for kind, most in _MANY.items():
        if kind == "word":
            continue
        more = _BESIDE.get(kind)
        for key, members in blocks.get(kind, {}).items():
            if kind == "two":
                members = sorted({*members, *names.get(key, ())})  # noqa: PLW2901 - with those of two words
            if kind in ("form", "short", "stem"):
                others = [*joint.get(key, ()), *(stem.get(key, ()) if kind == "form" else ())]
                if others and len(members) + len(others) <= most:
                    yield from ((min(a, b), max(a, b)) for a in members for b in others if a != b)
            if kind not in ("form", "short") and 1 < len(members) <= most:
                pairs = combinations(sorted(members), 2)
                yield from pairs if more is None else ((a, b) for a, b in pairs if more(profiles[a], profiles[b]))


class Scorer:
    """Scores pairs of the profiles; `blocks` are those of `profiles.keys`, whole where they matter."""

    def __init__(self, profiles: Mapping[int, Profile], blocks: Blocks, often: Frequencies) -> None:
        self._of, self._blocks, self._often = profiles, blocks, often
        self._relays: dict[str, bool] = {}

    def score(self, a: int, b: int) -> Scored:
        """What speaks for and against two identities being one person."""
        a, b = sorted((a, b))
        best: dict[str, tuple[float, str]] = {}
        for name, share in self._evidence(self._of[a], self._of[b]):
            kind = KINDS[name]
            weight = kind.weight * share
            if abs(weight) > abs(best.get(kind.group, (0.0, ""))[0]):
                best[kind.group] = (weight, name)
        if best.get("place", (0.0, ""))[1] in _ALONE and not best.keys() & {"name", "login"}:
            del best["place"]
        odds = _ODDS + sum(weight for weight, _ in best.values())
        ranked = sorted(best.values(), key=lambda item: (-abs(item[0]), item[1]))
        speak_for = tuple(name for weight, name in ranked if weight > 0)
        return Scored(a, b, round(1 / (1 + 10.0**-odds), 4), speak_for, tuple(name for weight, name in ranked if weight < 0))

    def _evidence(self, one: Profile, other: Profile) -> Iterator[tuple[str, float]]:
        """Kinds of evidence, each with the part of its weight that it has here; one fact is said once."""
        common = (one.mailboxes & other.mailboxes) | one.roles & other.roles
        told = {squash(parts(login)) for _, login in one.logins & other.logins}
        for mailbox in common:
            words = parts(mailbox.partition("@")[0])
            told |= {*words, squash(words), name_of_mailbox(mailbox).key}
        silence = max(one.first, other.first) - min(one.last, other.last)
        near = one.system if one.system == other.system and silence <= NEARBY else ""
        yield from _by_name(one, other, self._often, told, near)
        yield from _by_login(one, other, self._often, told, near)
        yield from self._by_place(one, other, common)
        if silence > SILENCE:
            yield "long-silence", 1.0
        elif one.system == other.system:
            yield ("same-time" if near else "pause"), 1.0
        rule = apart(one, other)
        if rule:
            kin = any(mine.full and set(mine.words) & other.words for mine in one.names.values())
            yield rule, 0.6 if kin and rule == DIFFERENT_NAMES else 1.0
        elif any(_differ(mine, theirs) for mine in one.full() for theirs in other.full()):
            yield "other-surname", 1.0

    def _by_place(self, one: Profile, other: Profile, common: Set[str]) -> Iterator[tuple[str, float]]:
        if one.logins & other.logins or any(not self._relay("mailbox", address) for address in common - one.roles):
            yield "same-address", 1.0
        elif any(not self._relay("role", address) for address in common & one.roles):
            yield "same-role", 1.0
        else:
            for domain in one.domains & other.domains:
                few = self._few("domain", domain)
                yield ("small-domain" if few else "same-organisation"), 1.0

    def _relay(self, kind: str, address: str) -> bool:
        """Whether three or more use an address whose names contradict each other; of a role's, whether three do at all."""
        if address not in self._relays:
            users = self._blocks.get(kind, {}).get(address, ())
            names = {name.key: name for user in users for name in self._of[user].names.values() if name.spaced}
            people: list[Name] = []
            for _, name in sorted(names.items()):
                if all(contradict(name, known) for known in people):
                    people.append(name)
            self._relays[address] = len(people) > 2 or (kind == "role" and not self._few(kind, address))
        return self._relays[address]

    def _few(self, kind: str, key: str) -> bool:
        """Whether only a few have what two have in common; what more than `FEW` have is in no block."""
        return 0 < len(self._blocks.get(kind, {}).get(key, ())) <= _MANY[kind]


def _by_name(one: Profile, other: Profile, often: Frequencies, told: set[str], near: str) -> Iterator[tuple[str, float]]:
    for mine in one.names.values():
        for theirs in other.names.values():
            said = mine.key == theirs.key and mine.key in told and not (mine.spaced and theirs.spaced)
            if mine.full and theirs.full and not said and not contradict(mine, theirs):
                yield from _full_names(mine, theirs, often, near)
    shared = {word for word in one.words & other.words if len(word) > 2 and word not in told}
    if shared:
        rarest = min(often.words[word] for word in shared)
        if any(len(name.words) == 1 and name.words[0] in shared for known in (one, other) for name in known.names.values()):
            yield "same-word", 1.0 if rarest <= _RARE_WORD else 0.5
        if rarest <= _RARE_WORD:
            yield "rare-word", 1.0


def _full_names(mine: Name, theirs: Name, often: Frequencies, near: str) -> Iterator[tuple[str, float]]:
    common = set(mine.words) & set(theirs.words)
    if mine.key == theirs.key:
        yield "same-name", 1.0
    elif len(common) > 1:
        yield "longer-name", 1.0
    elif common and _begin_alike(mine, theirs, common):
        yield "similar-name", 1.0
    else:
        return
    expected = _others(often, common, near)
    if expected <= RARE:
        yield "rare-name", 1.0
    yield from _common(expected)


def _others(often: Frequencies, words: Collection[str], near: str) -> float:
    return often.nearby(words, near) if near else often.homonyms(words)


def _common(expected: float) -> Iterator[tuple[str, float]]:
    if expected > _HOMONYMS:
        yield "common-name", min(1.0, (math.log10(expected) + 1.5) / 2)


def _differ(mine: Name, theirs: Name) -> bool:
    common = set(mine.words) & set(theirs.words)
    rest = [[word for word in name.words if word not in common] for name in (mine, theirs)]
    return bool(common and all(rest)) and not any(alike(a, b) for a in rest[0] for b in rest[1])


def _begin_alike(mine: Name, theirs: Name, common: set[str]) -> bool:
    rest = [[*(word for word in name.words if word not in common), *name.initials] for name in (mine, theirs)]
    return any(alike(a, b) or (min(len(a), len(b)) == 1 and a[0] == b[0]) for a in rest[0] for b in rest[1])


def _by_login(one: Profile, other: Profile, often: Frequencies, told: set[str], near: str) -> Iterator[tuple[str, float]]:
    for handle in (one.handles.keys() & other.handles.keys()) - told:
        plain = often.words[handle] > 0 or len(handle) < 6
        strong = one.handles[handle] or other.handles[handle]
        yield "same-login", (0.3 if plain else 0.8) + (0.2 if strong else 0.0)
    logins = [{handle: handle.strip(DIGITS) for handle in known.handles.keys() - told} for known in (one, other)]
    for named, login, stems in ((one, other, logins[1].values()), (other, one, logins[0].values())):
        for name in named.full():
            if name.key in login.names or not any(name.words[0] in stem or name.words[-1] in stem for stem in stems):
                continue  # a login made of the name that both have says nothing more; most are made of another
            if not joint_forms(name).isdisjoint(stems):
                yield "name-as-login", 1.0
                yield from _common(_others(often, name.words, near))
            if not initial_forms(name).isdisjoint(stems):
                yield "initials-as-login", 1.0
    for a, stem in logins[0].items():
        for b, other_stem in logins[1].items():
            if a != b and len(stem) >= SHORTEST and stem == other_stem:
                yield "login-but-digits", 0.4 if often.words[stem] else 1.0
            elif _within(a, b):
                yield "login-in-login", 1.0


def _within(a: str, b: str) -> bool:
    """Whether one of two logins is the beginning or end of the other."""
    short, long_ = (a, b) if len(a) < len(b) else (b, a)
    return 5 < len(short) < len(long_) and (long_.startswith(short) or long_.endswith(short))


def _one_in_other(one: Profile, other: Profile) -> bool:
    for handle in one.handles:
        for another in other.handles:  # in loops, for many are compared
            if _within(handle, another):
                return True
    return False


def _word_in_common(one: Profile, other: Profile) -> bool:
    return not one.words.isdisjoint(other.words)


_BESIDE: Mapping[str, Callable[[Profile, Profile], bool]] = {
    "domain": _word_in_common, "start": _one_in_other, "end": _one_in_other
}  # fmt: skip
"""Kinds of keys that many share by chance, and what two must have beside one to be compared."""


def best_of(scored: Iterable[Scored], person: Mapping[int, int]) -> list[Scored]:
    """The strongest for each two persons."""
    best: defaultdict[tuple[int, int], Scored | None] = defaultdict(lambda: None)
    for one in scored:
        p, q = sorted((person.get(one.a, one.a), person.get(one.b, one.b)))
        known = best[p, q]
        if p != q and (known is None or (-one.score, one.a, one.b) < (-known.score, known.a, known.b)):
            best[p, q] = one
    return [one for one in best.values() if one is not None]
