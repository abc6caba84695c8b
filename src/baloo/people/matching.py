"""The automatic tier: which identities are one person beyond reasonable doubt. Nothing here reads or writes.

Identities that share a key (see `profiles.keys`) are a block, and each block is judged by itself: what it finds rests on its
members and on how frequent words are in full names, never on the order in which anybody came.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from baloo.people.names import Name, alike, contradict, fold, parts, squash
from baloo.people.profiles import DIGITS, Profile, from_mailbox, initial_forms, joint_forms, name_of_mailbox
from baloo.people.rules import (
    DIFFERENT_NAMES,
    INITIALS_AS_LOGIN,
    LONGER_NAME,
    NAME_AND_PLACE,
    NAME_AS_LOGIN,
    RARE_NAME,
    SAME_ACCOUNT,
    SAME_ADDRESS,
    SAME_LOGIN,
    TWO_ACCOUNTS,
    Edge,
    star,
)  # fmt: skip

__all__ = [
    "RARE", "RULES_OF", "Blocks", "Frequencies", "Naming", "against", "apart", "counted", "found", "shared_by_several",
]  # fmt: skip

RARE, RARE_NEARBY = 0.005, 0.1  # expected homonyms: alone, and with activity in one system at about the same time
PLACE = 0.3  # expected homonyms, up to which a login or local part that the name gives counts beside the name
SILENCE, NEARBY = 1826, 730  # days between the last of the one and the first of the other
_UNSEEN = 0.35  # what a word that one name has alone counts for: of words seen once, so many are seen again (Good and Turing)
_KIN = 10.0  # words that both stand in other names too may be of one language, in which they go together more often than chance
_STRANGERS = 3  # names without anything in common that make a mailbox one that several use
_LOGIN, _NUMBERED, _SHORT, _JOINT = 8, 5, 6, 7  # letters that make a login (with a digit), or a name in one word, one's own

RULES_OF = {
    "login": (SAME_ACCOUNT,), "mailbox": (SAME_ADDRESS,), "name": (NAME_AND_PLACE, RARE_NAME), "joint": (SAME_LOGIN,),
    "form": (NAME_AS_LOGIN,), "short": (INITIALS_AS_LOGIN,), "two": (LONGER_NAME,),
}  # fmt: skip
"""The rules that judge the blocks of each kind of key."""

Blocks = Mapping[str, Mapping[str, list[int]]]
"""The kind of key, the key, the identities that have it."""

Naming = Callable[[str, str, str], str]
"""Of a rule, a key and what makes a part of its block special: what an edge rests on, without personal data."""


@dataclass(slots=True)
class Frequencies:
    """In how many different full names each word stands (see `counted`), and how many such names there are."""

    names: int = 0
    words: Counter[str] = field(default_factory=Counter)

    def homonyms(self, words: Iterable[str], system: str = "", spellings: int = 1) -> float:
        """How many others are expected to have all these words in their name: in the community, or on a system.

        It is N times the product of the words' shares in other names than those with all of them, of which there are `spellings`.
        """
        there = f"@{system}" if system else ""
        total = max(self.words[there] if there else self.names, 1)
        often = [max(self.words[word + there] - spellings, 0) for word in set(words)]
        return total * math.prod((number + _UNSEEN) / total for number in often) * (_KIN if all(often) else 1.0)

    def nearby(self, words: Iterable[str], system: str, spellings: int = 1) -> float:
        """How many others on a system are expected to have these words, by what is frequent there and in the community."""
        words = set(words)
        share = min(self.words[f"@{system}"] / max(self.names, 1), 1.0)
        return max(self.homonyms(words, system, spellings), self.homonyms(words, "", spellings) * share)


def counted(name: Name, system: str) -> set[str]:
    """What counts in how many names a name's words are: each word, each `word@system`, and `@system` for how many are there."""
    words = {*name.words, ""}
    return {*name.words, *(f"{word}@{system}" for word in words)}


def apart(one: Profile, other: Profile) -> str:
    """The rule that speaks against these two being one person, or nothing."""
    if one.system == other.system and one.accounts and other.accounts and not one.accounts & other.accounts:
        return TWO_ACCOUNTS
    for mine in one.names.values():
        if mine.spaced and any(contradict(mine, theirs) for theirs in other.names.values()):
            return DIFFERENT_NAMES
    return ""


def found(profiles: Mapping[int, Profile], blocks: Blocks, often: Frequencies, name: Naming) -> list[Edge]:
    """The edges of the automatic tier; `name` makes what an edge rests on."""
    return list(_Tier(profiles, blocks, often, name).edges())


def shared_by_several(profiles: Mapping[int, Profile], members: Sequence[int], *, strangers: bool = True) -> bool:
    """Whether two of those who use one mailbox or login cannot be one person, or three names have nothing in common.

    An account is one's own whatever its owner called themselves in the course of time: without `strangers` only the first counts.
    """
    if any(apart(profiles[a], profiles[b]) for a, b in combinations(members, 2)):
        return True
    names = [name for member in members for name in profiles[member].names.values()]
    if not strangers or len(names) < _STRANGERS:
        return False
    unlike: list[Name] = []
    for name in names:
        if not any(_kin(name, known) for known in unlike):
            unlike.append(name)
    return len(unlike) >= _STRANGERS


def _kin(one: Name, other: Name) -> bool:
    """Whether two names may be forms of one: a word in common or alike, the one shortened in the other, or in another script."""
    if one.words[0].isascii() != other.words[0].isascii() or any(alike(a, b) for a in one.words for b in other.words):
        return True
    for short, long_ in ((one, other), (other, one)):
        joint = squash(short.words)
        if joint in joint_forms(long_) | initial_forms(long_) or squash(long_.words).startswith(joint[:4]):
            return True
    return False


class _Tier:
    def __init__(
        self, profiles: Mapping[int, Profile], blocks: Blocks, often: Frequencies, name: Naming
    ) -> None:
        self.of, self.blocks, self.often, self.name = profiles, blocks, often, name
        self.shared: set[str] = set()
        self.nobodys: dict[int, set[str]] = {}  # names that identities have from a mailbox which several use

    def edges(self) -> Iterator[Edge]:
        yield from self._one_user(SAME_ACCOUNT, "login")
        yield from self._one_user(SAME_ADDRESS, "mailbox")
        for mailbox in self.shared & self.blocks.get("mailbox", {}).keys():
            for member in self.blocks["mailbox"][mailbox]:
                self.nobodys.setdefault(member, set()).add(name_of_mailbox(mailbox).key)
        for key, members in self._several("name"):
            yield from self._one_name(key, [member for member in members if self._named(member, key)])
        for key, members in self._several("joint"):
            yield from self._one_login(key, members)
        for key, members in self.blocks.get("form", {}).items():
            yield from self._name_as_login(key, members)
        for key, members in self.blocks.get("short", {}).items():
            yield from self._initials(key, members)
        for key, members in self.blocks.get("two", {}).items():
            yield from self._longer(key, sorted({*members, *self.blocks.get("name", {}).get(key, ())}))

    def _several(self, kind: str) -> Iterator[tuple[str, list[int]]]:
        return ((key, members) for key, members in self.blocks.get(kind, {}).items() if len(members) > 1)

    def _one_user(self, rule: str, kind: str) -> Iterator[Edge]:
        """What one person has: whoever used it is one person, unless some of them cannot be."""
        for key, members in self._several(kind):
            if shared_by_several(self.of, members, strangers=rule != SAME_ACCOUNT):
                self.shared.add(key)
            else:
                yield from star(rule, self.name(rule, key, ""), members)

    def _one_name(self, key: str, members: list[int]) -> Iterator[Edge]:
        expected = self.often.homonyms(key.split())
        by_place: defaultdict[str, list[int]] = defaultdict(list)
        for member in members:
            known = self.of[member]
            places = {mailbox.partition("@")[0] for mailbox in known.mailboxes} | known.handles.keys()
            if expected > PLACE:  # a login that is made of a name says no more than the name
                given = _given(known)
                places = {place for place in places if squash(parts(fold(place).strip(DIGITS))) not in given}
            for place in {*places, *known.roles, *(known.domains if expected <= 1 else ())}:
                by_place[place].append(member)
        for place, there in by_place.items():
            if len(there) > 1:
                yield from star(NAME_AND_PLACE, self.name(NAME_AND_PLACE, key, place), there)
        yield from self._rare(RARE_NAME, key, members, [key])

    def _rare(self, rule: str, key: str, members: Sequence[int], names: Collection[str]) -> Iterator[Edge]:
        """Those whom a rare name joins: all but for a long silence; where it is less rare, those of one system at one time."""
        spellings = {name: self._spellings(name) for name in names}
        if max(self.often.homonyms(name.split(), "", spellings[name]) for name in names) <= RARE:
            yield from self._runs(rule, key, members, SILENCE)
        else:
            yield from self._close(rule, key, members, spellings)

    def _close(self, rule: str, key: str, members: Sequence[int], spellings: Mapping[str, int]) -> Iterator[Edge]:
        """Those of one system at about the same time, where nobody else there is expected to have one of the names."""
        systems: defaultdict[str, list[int]] = defaultdict(list)
        for member in members:
            systems[self.of[member].system].append(member)
        for system, there in systems.items():
            if max(self.often.nearby(name.split(), system, number) for name, number in spellings.items()) <= RARE_NEARBY:
                yield from self._runs(rule, key, there, NEARBY, system)

    def _spellings(self, key: str) -> int:
        """How many names have all words of a name of two."""
        words = set(key.split())
        longer = (self.of[member].names.values() for member in self.blocks.get("two", {}).get(key, ()))
        return len({key, *(name.key for names in longer for name in names if name.spaced and words <= set(name.words))})

    def _runs(self, rule: str, key: str, members: Sequence[int], silence: int, system: str = "") -> Iterator[Edge]:
        """Stars of those between whom no longer silence lies."""
        ranked = sorted(members, key=lambda member: self.of[member].first)
        run, end = ranked[:1], self.of[ranked[0]].last if ranked else 0
        for member in ranked[1:]:
            known = self.of[member]
            if known.first - end > silence:
                yield from self._star(rule, key, system, run)
                run = []
            run.append(member)
            end = max(end, known.last)
        yield from self._star(rule, key, system, run)

    def _star(self, rule: str, key: str, system: str, run: list[int]) -> Iterator[Edge]:
        if len(run) > 1:
            yield from star(rule, self.name(rule, key, f"{system} {self.of[run[0]].first}"), run)

    def _named(self, member: int, key: str) -> bool:
        """Whether somebody has a name, and not from a mailbox that several use."""
        return self.of[member].names[key].spaced or key not in self.nobodys.get(member, ())

    def _full(self, member: int) -> Iterator[Name]:
        return (name for name in self.of[member].full() if self._named(member, name.key))

    def _by_login(self, key: str) -> list[int]:
        """Who goes by a login; not those who have it from a mailbox that several use."""
        members = self.blocks.get("joint", {}).get(key, ())
        return [n for n in members if self.of[n].handles[key] or not self._shares(self.of[n], key)]

    def _shares(self, known: Profile, handle: str) -> bool:
        return any(from_mailbox(mailbox) == handle for mailbox in known.mailboxes & self.shared)

    def _one_login(self, key: str, members: list[int]) -> Iterator[Edge]:
        if not (len(key) >= _LOGIN or (len(key) >= _NUMBERED and _has_digit(key))) or self._is_name(key):
            return
        stem = key.strip("0123456789")
        members = self._by_login(key)
        strong = any(self.of[member].handles[key] for member in members)
        if strong and len(stem) > 2 and not shared_by_several(self.of, members):
            yield from self._runs(SAME_LOGIN, key, members, NEARBY if _has_digit(key) else NEARBY // 2)

    def _is_name(self, key: str) -> bool:
        """Whether a login is a word of somebody's name, or what somebody's name gives: then others may have it, too."""
        return bool(self.often.words[key] or any(self.blocks.get(kind, {}).get(key) for kind in ("form", "short")))

    def _name_as_login(self, key: str, named: list[int]) -> Iterator[Edge]:
        others = self._by_login(key) if len(key) >= _JOINT else []
        if not others or others == named:
            return
        members = sorted({*named, *others})
        names = {name.key for member in named for name in self._full(member) if key in joint_forms(name)}
        if names and not shared_by_several(self.of, members):
            yield from self._rare(NAME_AS_LOGIN, key, members, names)

    def _initials(self, key: str, named: list[int]) -> Iterator[Edge]:
        others = self._by_login(key) if len(key) >= _SHORT else []
        if not others or others == named:
            return
        names = {name.key: name for member in named for name in self._full(member) if key in initial_forms(name)}
        members = sorted({*named, *others})
        if len(names) != 1 or shared_by_several(self.of, members):
            return
        (name,) = names.values()
        if self.often.words[_surname(name, key)] > 1:
            also = set(name.words)
            members = sorted({*named, *(member for member in others if also & self.of[member].words)})
        spellings = {name.key: self._spellings(name.key)}
        if self.often.homonyms(name.words, "", spellings[name.key]) <= RARE_NEARBY:
            yield from self._runs(INITIALS_AS_LOGIN, key, members, NEARBY)
        else:
            yield from self._close(INITIALS_AS_LOGIN, key, members, spellings)

    def _longer(self, key: str, members: list[int]) -> Iterator[Edge]:
        words = set(key.split())
        members = [member for member in members if any(words <= set(name.words) for name in self._full(member))]
        spellings = {name.key for member in members for name in self._full(member) if words <= set(name.words)}
        if len(spellings) > 1 and not shared_by_several(self.of, members):
            yield from self._rare(LONGER_NAME, key, members, [key])


def _given(known: Profile) -> set[str]:
    """Logins that somebody's full names give."""
    return {login for name in known.full() for login in (*name.words, *joint_forms(name), *initial_forms(name))}


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _surname(name: Name, form: str) -> str:
    """The word of a name that a shortened form has whole."""
    return max((word for word in name.words if word in form), key=len, default=name.words[-1])


def against(profiles: Mapping[int, Profile], edges: Iterable[Edge]) -> list[Edge]:
    """What speaks against two of those whom edges join, directly or not, being one person."""
    parent: dict[int, int] = {}

    def root(identity: int) -> int:
        parent.setdefault(identity, identity)
        while parent[identity] != identity:
            parent[identity] = identity = parent[parent[identity]]
        return identity

    for edge in edges:
        parent[root(edge.a)] = root(edge.b)
    together: defaultdict[int, list[int]] = defaultdict(list)
    for identity in list(parent):
        together[root(identity)].append(identity)
    stands = []
    for members in together.values():
        for a, b in combinations(sorted(members), 2):
            rule = apart(profiles[a], profiles[b])
            if rule:
                stands.append(Edge(a, b, rule, rule))
    return stands
