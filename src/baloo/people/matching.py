"""The automatic tier: which identities are one person beyond reasonable doubt. Nothing here reads or writes.

Identities that share a key (see `profiles.keys`) are a block, and each block is judged by itself: what it finds rests on its
members and on how frequent words are in full names, never on the order in which anybody came.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from baloo.people.names import Name, alike, contradict, squash
from baloo.people.profiles import Profile, from_mailbox, initial_forms, joint_forms, name_of_mailbox
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

__all__ = ["RULES_OF", "Blocks", "Frequencies", "Naming", "against", "apart", "found", "shared_by_several"]

RARE, RARE_NEARBY = 0.005, 0.05  # expected homonyms: alone, and with activity in one system at about the same time
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
    """In how many different full names each word stands, and how many such names there are."""

    names: int = 0
    words: Counter[str] = field(default_factory=Counter)

    def homonyms(self, words: Iterable[str]) -> float:
        """How many others are expected to have all these words in their name: N times the product of their shares."""
        words = set(words)
        total = max(self.names, 1)
        expected = float(total)
        for word in words:
            expected *= (max(self.words[word] - 1, 0) + _UNSEEN) / total
        return expected * _KIN if all(self.words[word] > 1 for word in words) else expected


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


def shared_by_several(profiles: Mapping[int, Profile], members: Sequence[int]) -> bool:
    """Whether two of those who use one mailbox or login cannot be one person, or three names have nothing in common."""
    if any(apart(profiles[a], profiles[b]) for a, b in combinations(members, 2)):
        return True
    strangers: list[Name] = []
    for name in (name for member in members for name in profiles[member].names.values()):
        if not any(_kin(name, known) for known in strangers):
            strangers.append(name)
    return len(strangers) >= _STRANGERS


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
            if shared_by_several(self.of, members):
                self.shared.add(key)
            else:
                yield from star(rule, self.name(rule, key, ""), members)

    def _one_name(self, key: str, members: list[int]) -> Iterator[Edge]:
        words = key.split()
        expected = self.often.homonyms(words)
        places: defaultdict[str, list[int]] = defaultdict(list)
        for member in members:
            known = self.of[member]
            local = {mailbox.partition("@")[0] for mailbox in known.mailboxes}
            for place in {*local, *known.roles, *known.handles, *(known.domains if expected <= 1 else ())}:
                places[place].append(member)
        for place, there in places.items():
            if len(there) > 1:
                yield from star(NAME_AND_PLACE, self.name(NAME_AND_PLACE, key, place), there)
        yield from self._rare(RARE_NAME, key, members, expected)

    def _rare(self, rule: str, key: str, members: Sequence[int], expected: float) -> Iterator[Edge]:
        """Those whom a rare name joins: all but for a long silence; where it is less rare, those of one system at one time."""
        if expected <= RARE:
            yield from self._runs(rule, key, members, SILENCE)
        elif expected <= RARE_NEARBY:
            systems: defaultdict[str, list[int]] = defaultdict(list)
            for member in members:
                systems[self.of[member].system].append(member)
            for system, there in systems.items():
                yield from self._runs(rule, key, there, NEARBY, system)

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
        if self.often.words[key] or not (len(key) >= _LOGIN or (len(key) >= _NUMBERED and any(map(str.isdigit, key)))):
            return
        stem = key.strip("0123456789")
        members = self._by_login(key)
        strong = any(self.of[member].handles[key] for member in members)
        if strong and len(stem) > 2 and not shared_by_several(self.of, members):
            yield from self._runs(SAME_LOGIN, key, members, NEARBY)

    def _name_as_login(self, key: str, named: list[int]) -> Iterator[Edge]:
        others = self._by_login(key) if len(key) >= _JOINT else []
        if not others or others == named:
            return
        members = sorted({*named, *others})
        names = [name for member in named for name in self._full(member) if key in joint_forms(name)]
        if not names:
            return
        expected = max(self.often.homonyms(name.words) for name in names)
        if not shared_by_several(self.of, members):
            yield from self._rare(NAME_AS_LOGIN, key, members, expected)

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
        yield from self._runs(INITIALS_AS_LOGIN, key, members, NEARBY)

    def _longer(self, key: str, members: list[int]) -> Iterator[Edge]:
        words = set(key.split())
        members = [member for member in members if any(words <= set(name.words) for name in self._full(member))]
        spellings = {name.key for member in members for name in self._full(member) if words <= set(name.words)}
        if len(spellings) > 1 and not shared_by_several(self.of, members):
            yield from self._rare(LONGER_NAME, key, members, self.often.homonyms(words))


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
