"""What each identity says of itself, ready to be compared, and the keys under which those that may be one person meet.

Nothing here reads or writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from baloo.people.names import Name, fold, parts, read_address, read_name, squash
from baloo.people.wordlists import NOBODY, NOT_NAMES, ROLES

__all__ = [
    "DAY", "DIGITS", "FEW", "KINDS", "SHORTEST", "STRONG", "Key", "Profile", "Sighting",
    "from_mailbox", "initial_forms", "joint_forms", "keys", "keys_of_user", "name_of_mailbox", "profile",
]  # fmt: skip

DAY = 86_400_000_000
"""Microseconds."""

Key = tuple[str, str]
"""The kind of what is shared, and what it is."""

KINDS = {
    "login": "login", "mailbox": "mailbox", "name": "name", "two": "name", "joint": "handle", "form": "handle", "short": "handle",
    "stem": "handle", "surname": "surname", "word": "word", "role": "role", "domain": "domain", "start": "start", "end": "end",
}  # fmt: skip
"""Kinds of keys to the space that they are in: those of one space meet where their text is equal."""

STRONG = frozenset({"login", "mailbox", "name", "handle"})
"""Spaces of keys by which rules join; the others only suggest."""

FEW = 12
"""More members than this of a key that only suggests, and it suggests nothing."""

SHORTEST = 4  # letters of a handle
_AFFIX = 6  # letters at either end of a handle under which it is found
DIGITS = "0123456789"
_HOSTS = ("github", "gitlab")
_NONE: frozenset[Any] = frozenset()


class Sighting(NamedTuple):
    """An observation: an identity, its system, and what it was called; `first` and `last` are microseconds since 1970."""

    identity: int
    system: str
    account: str | None
    username: str | None
    email: str | None
    name: str | None
    first: int
    last: int


class Profile:
    """What is known of an identity. Days count from 1970; `handles` are words it goes by, True for logins and such.

    `roles` are addresses of a role, which several people may use.
    """

    __slots__ = (
        "accounts", "domains", "first", "handles", "identity", "last", "logins", "mailboxes", "names", "roles", "said", "system",
    )  # fmt: skip

    def __init__(self, identity: int, system: str) -> None:
        self.identity = identity
        self.system = system
        self.accounts: Set[str] = _NONE
        self.names: dict[str, Name] = {}
        self.mailboxes: Set[str] = _NONE
        self.roles: Set[str] = _NONE
        self.said: set[str] | None = None
        self.domains: Set[str] = _NONE
        self.logins: Set[tuple[str, str]] = _NONE
        self.handles: dict[str, bool] = {}
        self.first = 1 << 40
        self.last = -(1 << 40)

    @property
    def words(self) -> set[str]:
        """The words of its names and mailboxes; kept from the first time on."""
        if self.said is None:
            self.said = _words(self)
        return self.said

    def full(self) -> Iterator[Name]:
        """Names that tell who it is."""
        return (name for name in self.names.values() if name.full)

    def __repr__(self) -> str:
        return f"Profile({self.identity})"  # never what it is called


def _words(known: Profile) -> set[str]:
    found = {word for name in known.names.values() for word in name.words}
    return found.union(*(parts(fold(mailbox.partition("@")[0])) for mailbox in known.mailboxes))


def profile(sightings: Sequence[Sighting], known: Profile | None = None) -> Profile:
    """The profile of one identity from all its observations; `known` is what it is from others of them."""
    made = known or Profile(sightings[0].identity, sightings[0].system)
    for seen in sightings:
        _learn(made, seen)
    return made


def _learn(known: Profile, seen: Sighting) -> None:
    known.first = min(known.first, seen.first // DAY)
    known.last = max(known.last, seen.last // DAY)
    if seen.account is not None:
        known.accounts = known.accounts | {seen.account}
    if seen.username:
        login = fold(seen.username)
        known.logins = known.logins | {(next((host for host in _HOSTS if host in seen.system), seen.system), login)}
        _handle(known, squash(parts(login)), strong=True)
    if seen.email:
        _learn_address(known, seen.email)
    if seen.name:
        name = read_name(seen.name)
        if name.words:
            if name.spaced and seen.email and _spelt(name, seen.email):
                name = name._replace(spaced=False)
            known.names[name.key] = name if name.spaced else known.names.get(name.key, name)
            if not name.spaced:
                joint = squash(name.words)
                _handle(known, joint, strong=len(name.words) == 1 or any(map(str.isdigit, joint)))


@lru_cache(10_000)
def _alone(text: str) -> frozenset[str]:
    """A set of one, the same for all who have it."""
    return frozenset((text,))


def _learn_address(known: Profile, text: str) -> None:
    address = read_address(text)
    if address.domain:
        known.domains = known.domains | {address.domain} if known.domains else _alone(address.domain)
    if address.login:
        number = {(address.host, f"#{address.number}")} if address.number else set()
        known.logins = known.logins | number | {(address.host, address.login)}
        _handle(known, squash(parts(address.login)), strong=True)
    elif address.role:
        known.roles = known.roles | {text.casefold()}
    elif address.local:
        name = name_of_mailbox(address.local)
        if name.full:
            known.names.setdefault(name.key, name)
        if address.mailbox:
            known.mailboxes = known.mailboxes | {address.mailbox}
        _handle(known, squash(name.words), strong=False)


def _spelt(name: Name, address: str) -> bool:
    """Whether the domain of an address is a name in one word: so it may be an alias, and speaks against no other name there."""
    domain = fold(address.rpartition("@")[2]).replace("-", "")
    return len(name.words) > 1 and name.words[0] in domain and not joint_forms(name).isdisjoint(domain.split("."))


def _handle(known: Profile, joint: str, *, strong: bool) -> None:
    if len(joint) >= SHORTEST and joint not in ROLES and joint not in NOBODY and not joint.isdigit():
        known.handles[joint] = strong or known.handles.get(joint, False)


def joint_forms(name: Name) -> set[str]:
    """A full name in one word, in either order, with and without what stands between first and last."""
    words = name.words
    forms = {squash(words), squash(words[::-1])}
    return forms | {words[0] + words[-1], words[-1] + words[0]} if len(words) > 2 else forms


def from_mailbox(mailbox: str) -> str:
    """The handle that a mailbox gives."""
    return squash(parts(fold(mailbox.partition("@")[0])))


def name_of_mailbox(mailbox: str) -> Name:
    """What stands before the `@`, as a name; in full where it has several words and nothing else."""
    words = parts(fold(mailbox.partition("@")[0]))
    full = len(words) > 1 and all(len(word) > 1 and word.isalpha() for word in words) and NOT_NAMES.isdisjoint(words)
    return Name(words, (), full=full, spaced=False)


def initial_forms(name: Name) -> set[str]:
    """A full name as logins shorten it: initials and the last word, or the other way round."""
    words = name.words
    forms = {words[0][0] + words[-1], words[-1] + words[0][0], words[0] + words[-1][0]}
    if name.initials:
        forms.add(words[0][0] + name.initials[0] + words[-1])
    if len(words) > 2:
        forms.add("".join(word[0] for word in words[:-1]) + words[-1])
    return {form for form in forms if len(form) >= SHORTEST}


def keys_of_user(known: Profile) -> set[Key]:
    """Mailboxes and accounts."""
    found: set[Key] = {("mailbox", mailbox) for mailbox in known.mailboxes}
    return found | {("login", f"{host} {login}") for host, login in known.logins} if known.logins else found


def keys(known: Profile) -> set[Key]:
    """All under which the identity is found: what is shared under a key may make two identities one person."""
    found = keys_of_user(known)
    found |= {("role", role) for role in known.roles} | {("domain", domain) for domain in known.domains}
    for handle in known.handles:
        found.add(("joint", handle))
        if len(handle) >= _AFFIX:
            found |= {("start", handle[:_AFFIX]), ("end", handle[-_AFFIX:])}
        stem = handle.strip(DIGITS)
        if stem != handle and len(stem) >= _AFFIX:
            found.add(("stem", stem))
    found |= {("word", word) for word in _words(known) if len(word) > 3}
    for key, name in known.names.items():
        if not name.full:
            found.add(("word", key))
            continue
        found.add(("name", key))
        found |= {("form", form) for form in joint_forms(name)} | {("short", form) for form in initial_forms(name)}
        words = sorted(set(name.words))
        if 2 < len(words) <= 4:
            found.update(("two", f"{one} {other}") for one, other in combinations(words, 2))
        found.add(("surname", f"{name.words[0][0]} {name.words[-1]}"))
    return found
