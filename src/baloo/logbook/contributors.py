"""Who an entry is of: somebody who is known, found by what is typed, or somebody new.

Whoever is known and has no identity on the system that takes the entries gets one, an account that is called by the number of
the identity that was chosen and is linked to it by hand: so an entry names nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.errors import InputError
from baloo.people.actor import STAGING, Actor
from baloo.people.faces import Face, faces, persons_of
from baloo.people.hands import link
from baloo.people.keys import email_key
from baloo.people.refer import resolve_reference
from baloo.people.resolver import Resolver, identity_key
from baloo.people.sql import select_in
from baloo.records.store import Records
from baloo.records.tables import identities, observations
from baloo.registry.values import TYPES

__all__ = ["SHORTEST", "Contributor", "Found", "chosen", "known_as", "named", "search"]

SHORTEST = 3
"""Letters from which on somebody is looked for."""
_MOST = 8  # persons who are shown
_LOOKED_AT = 200  # identities
_ON = "written down by hand"


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who may be meant: the id of a person, what to call them, and what they are called where."""

    person: int
    name: str
    accounts: tuple[tuple[str, str], ...]  # system, account or username


@dataclass(frozen=True, slots=True)
class Contributor:
    """Who an entry is of. `person` is 0 for somebody new, of whom `actor` says what is known; `key` is how they were named."""

    key: str
    person: int = 0
    actor: tuple[tuple[str, str], ...] = ()


def search(records: Records, text: str) -> list[Found]:
    """Persons whose name or username begins so, whose name has a word that does, or whose address or `system:account` it is.

    Nobody for less than three letters.
    """
    text = " ".join(text.split())
    if len(text) < SHORTEST:
        return []
    if ":" in text and " " not in text:
        person = _known(records, text)
        return [_found(face) for face in faces(records, [person] if person else []).values()]
    o = observations.c
    words = [column.istartswith(text, autoescape=True) for column in (o.name, o.username)]
    words += [o.name.icontains(f" {text}", autoescape=True)]
    with records.engine.connect().execution_options(writes=False) as connection:
        by_address = [o.email_key == email_key(text)] if "@" in text else words
        ids = list(connection.scalars(sa.select(o.identity_id).where(sa.or_(*by_address)).distinct().limit(_LOOKED_AT)))
    found = faces(records, set(persons_of(records, ids).values()))
    shown = [_found(face) for face in found.values() if _offered(face)]
    return sorted(shown, key=lambda one: (one.name.casefold(), one.person))[:_MOST]


def chosen(records: Records, identity: int) -> Contributor:
    """The person of an identity that was chosen. Raises InputError where nobody is offered by that number."""
    person = persons_of(records, [identity])[identity]
    face = faces(records, [person]).get(person)
    if face is None or not _offered(face):
        raise InputError("Nobody is known by this number.", where="who", remedy="Look for them again.")
    return Contributor(f"identity-{person}", person)


def named(records: Records, text: str) -> Contributor:
    """Whom a text names: `system:account`, an address, `Name <address>` or a name.

    Raises InputError where it means several persons, or an account that nobody is known by.
    """
    text = " ".join(text.split())
    if not text:
        raise InputError("It does not say who did it.", where="who", remedy="Write an address, a name or `system:account`.")
    email, name = TYPES["email"](text), TYPES["name"](text)
    if not email and (":" not in text or " " in text):
        return Contributor(text, actor=(("name", text),))
    person = _known(records, str(email or text))
    if person:
        return Contributor(str(email or text), person)
    if not email:
        raise InputError("Nobody is known by this account.", where="who", remedy="Write an address, or a name and an address.")
    said = (("email", str(email)), *((("name", str(name)),) if name else ()))
    return Contributor(str(email), actor=said)


def known_as(
    records: Records, system: str, whom: Iterable[Contributor], *, who: str, now: int
) -> list[tuple[dict[str, str], int]]:
    """(actor of an event of the system, identity or 0 for somebody new) of each; who is known has one there afterwards."""
    whom = list(whom)
    persons = sorted({one.person for one in whom if one.person})
    there = _there(records, system, persons)
    strangers = [person for person in persons if person not in there]
    if strangers:
        accounts = {person: f"identity-{person}" for person in strangers}
        Resolver(records, now=lambda: now).ensure_accounts([(system, account) for account in accounts.values()])
        keys = {identity_key(Actor(system, account)): person for person, account in accounts.items()}
        with records.engine.connect().execution_options(writes=False) as connection:
            made = dict(select_in(connection, [identities.c.key, identities.c.id], identities.c.key, sorted(keys)))
        link(records, [(made[key], person) for key, person in keys.items()], who=who, reason=_ON, now=now)
        there |= {person: (made[key], {"account": accounts[person]}) for key, person in keys.items()}
    return [(there[one.person][1], there[one.person][0]) if one.person else (dict(one.actor), 0) for one in whom]


def _there(records: Records, system: str, persons: Sequence[int]) -> dict[int, tuple[int, dict[str, str]]]:
    """Of each person who has an identity on the system: its id and an actor that is it."""
    found: dict[int, tuple[int, dict[str, str]]] = {}
    wanted = {one.id: face.person for face in faces(records, persons).values() for one in face.identities if one.system == system}
    i = identities.c
    with records.engine.connect().execution_options(writes=False) as connection:
        rows = select_in(connection, [i.id, i.account, i.username, i.email, i.name], i.id, sorted(wanted))
    for number, *said in sorted(rows):
        found.setdefault(wanted[number], (number, _actor(*said)))
    return found


def _actor(account: str | None, username: str | None, email: str | None, name: str | None) -> dict[str, str]:
    """No more than the identity's key needs."""
    own: Mapping[str, str | None] = {"account": account} if account else {"username": username} if username else {
        "email": email, "name": name}
    return {field: text for field, text in own.items() if text}


def _known(records: Records, text: str) -> int:
    """The person that an account or address means, 0 for nobody who is offered. Raises InputError for several."""
    try:
        found = resolve_reference(records, text)
    except InputError as error:
        if error.message.startswith("Nobody"):
            return 0
        raise InputError("This means several persons.", where="who", remedy="Write `system:account` of one of them.") from error
    person = persons_of(records, found[:1])[found[0]]
    face = faces(records, [person]).get(person)
    return person if face is not None and _offered(face) else 0


def _offered(face: Face) -> bool:
    """Whether somebody may be found: nobody who is in no count, and nobody who was only tried out."""
    return not face.excluded and not all(one.system.endswith(STAGING) for one in face.identities)


def _found(face: Face) -> Found:
    accounts = [(one.system, name) for one in face.identities if (name := (*one.usernames, one.account or "")[0])]
    return Found(face.person, face.name, tuple(sorted(pair for pair in accounts if not pair[1].startswith("identity-"))))
