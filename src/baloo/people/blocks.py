"""Who meets whom where there are few identities: the same as `index.Index` in dictionaries. Nothing here reads or writes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from baloo.people.matching import Frequencies, counted
from baloo.people.profiles import FEW, KINDS, STRONG, Profile, keys

__all__ = ["small_blocks", "small_frequencies"]


def small_blocks(profiles: Iterable[Profile]) -> dict[str, dict[str, list[int]]]:
    """Kind and key to the identities that share it; keys that only suggest and that many have are left out."""
    spaces: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for one in profiles:
        for kind, text in keys(one):
            spaces[KINDS[kind], text].append((one.identity, kind))
    made: dict[str, dict[str, list[int]]] = {kind: {} for kind in KINDS}
    for (space, text), members in spaces.items():
        if len({identity for identity, _ in members}) > 1 and (space in STRONG or len(members) <= FEW):
            for identity, kind in sorted(members):
                made[kind].setdefault(text, []).append(identity)
    return made


def small_frequencies(profiles: Iterable[Profile]) -> Frequencies:
    """In how many full names each word is, in all and on each system."""
    names = {(one.system, name.key): name for one in profiles for name in one.names.values() if name.spaced}
    uses = {(key, word) for (system, key), name in names.items() for word in counted(name, system)}
    return Frequencies(len({key for _, key in names}), Counter(word for _, word in uses))
