"""From what somebody types to identities: a person's id, `system:account`, `system:username`, or an address."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa

from baloo.errors import InputError
from baloo.people.keys import email_key
from baloo.people.sql import select_in
from baloo.records.store import Records
from baloo.records.tables import identities, members, observations

__all__ = ["person_of", "resolve_reference"]


def resolve_reference(records: Records, text: str) -> list[int]:
    """The identities that the text means, oldest first; they all belong to one person.

    A number means a person's id, or an identity's. Raises InputError where nobody or several persons are meant; it lists
    the ids of the persons, and does not repeat an address.
    """
    text = unicodedata.normalize("NFC", text).strip()
    with records.engine.connect().execution_options(writes=False) as connection:
        found = _named(connection, text)
        of = members.c
        persons = dict(select_in(connection, [of.identity_id, of.person_id], of.identity_id, found))
    people = sorted({persons.get(identity, identity) for identity in found})
    if not people:
        remedy = "Give a person's id, `system:account`, `system:username` or an address; `baloo people export` lists them."
        raise InputError("Nobody is known by this.", where=_shown(text), remedy=remedy)
    if len(people) > 1:
        ids = ", ".join(map(str, people[:12]))
        raise InputError(f"This means {len(people)} persons: {ids}.", where=_shown(text), remedy="Give the id of one of them.")
    return sorted(found)


def person_of(records: Records, identity: int) -> int:
    """The person that an identity belongs to now."""
    with records.engine.connect().execution_options(writes=False) as connection:
        found = connection.scalar(sa.select(members.c.person_id).where(members.c.identity_id == identity))
    return identity if found is None else int(found)


def _named(connection: sa.Connection, text: str) -> Sequence[int]:
    of = identities.c
    if text.isascii() and text.isdigit() and len(text) < 19:
        return connection.scalars(sa.select(of.id).where(of.id == int(text))).all()
    found = set()
    for place in (place for place, letter in enumerate(text) if letter == ":"):
        system, name = text[:place], text[place + 1 :]
        found |= set(_on_system(connection, system, name))
    if not found and "@" in text:
        found = set(connection.scalars(sa.select(observations.c.identity_id).where(observations.c.email_key == email_key(text))))
    return sorted(found)


def _on_system(connection: sa.Connection, system: str, name: str) -> Sequence[int]:
    """By account; where no account is called so, by username, the present or a former one."""
    of, seen = identities.c, observations.c
    found = connection.scalars(sa.select(of.id).where(of.system == system, of.account == name)).all()
    if not found:
        former = sa.select(of.id).join(observations, seen.identity_id == of.id)
        found = connection.scalars(former.where(of.system == system, seen.username == name).distinct()).all()
    if not found:
        found = connection.scalars(
            sa.select(of.id).join(observations, seen.identity_id == of.id)
            .where(of.system == system, seen.email_key == email_key(name)).distinct()
        ).all()  # fmt: skip
    return found


def _shown(text: str) -> str:
    return "the address" if "@" in text else text
