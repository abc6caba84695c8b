"""A person's own side: what is known of them, what they choose, whether they are counted.

Whoever calls this has seen proof that the identity is theirs (see `baloo.people.links`), or is the operator. A choice is kept
with the identity that was shown and holds for the whole person; of several the last counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from baloo.errors import InputError
from baloo.people.hands import Changed, exclude
from baloo.people.marks import OPTED_OUT, identities_of, known_by, renew_opted_out
from baloo.people.persons import bump
from baloo.people.sql import note, read_meta, select_in
from baloo.records.rights import choices
from baloo.records.store import Records
from baloo.records.tables import exclusions, identities, members, observations

__all__ = ["LONGEST_NAME", "Known", "Own", "choose", "hidden_people", "opt_in", "opt_out", "opt_out_again", "own", "shown_names"]

LONGEST_NAME = 200
"""Longest name to be shown, in characters."""


@dataclass(frozen=True, slots=True)
class Known:
    """One identity of a person, as its system names it, with every other username, address and name seen with it."""

    id: int
    system: str
    account: str | None
    usernames: tuple[str, ...]
    addresses: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """All that the records know of one person. `shown_name` is what they chose to be called, None where they chose nothing."""

    person: int
    identities: tuple[Known, ...]
    shown_name: str | None
    hidden: bool
    opted_out: bool

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that they have used."""
        return tuple(dict.fromkeys(address for one in self.identities for address in one.addresses))


def own(records: Records, identity: int) -> Own:
    """What is known of the person that an identity belongs to. Raises InputError where there is no such identity."""
    with records.engine.connect().execution_options(writes=False) as connection:
        theirs = identities_of(connection, [identity])
        i, o, c = identities.c, observations.c, choices.c
        rows = select_in(connection, [i.id, i.system, i.account, i.username, i.email, i.name], i.id, theirs)
        if identity not in {row[0] for row in rows}:
            raise InputError("There is no such identity.", remedy="It may have been erased. Ask for a new link.")
        seen = sorted(select_in(connection, [o.id, o.identity_id, o.username, o.email, o.name], o.identity_id, theirs))
        out = select_in(connection, [exclusions.c.why], exclusions.c.identity_id, theirs)
        chosen = sorted(select_in(connection, [c.made, c.identity_id, c.shown_name, c.hidden], c.identity_id, theirs))
        person = connection.scalar(sa.select(members.c.person_id).where(members.c.identity_id == identity))

    def known(number: int, system: str, account: str | None, *first: str | None) -> Known:
        others = [*(rest for _, n, *rest in seen if n == number), first]
        usernames, addresses, names = (tuple(dict.fromkeys(filter(None, column))) for column in zip(*others, strict=True))
        return Known(number, system, account, usernames, addresses, names)

    _, _, shown_name, hidden = chosen[-1] if chosen else (0, 0, None, False)
    return Own(
        identity if person is None else int(person), tuple(known(*row) for row in sorted(rows)), shown_name, bool(hidden),
        (OPTED_OUT,) in out,
    )


def choose(records: Records, identity: int, *, shown_name: str | None, hidden: bool, now: int) -> None:
    """Choose the name to be shown (None: what systems call them), and whether to stand in public views at all.

    Raises InputError for a name that is too long or no single line.
    """
    name = (shown_name or "").strip() or None
    if name is not None and (len(name) > LONGEST_NAME or not name.isprintable()):
        raise InputError(f"A name is one line of at most {LONGEST_NAME} characters.", remedy="Choose a shorter one.")
    with records.engine.begin() as connection:
        connection.execute(sa.delete(choices).where(choices.c.identity_id.in_(identities_of(connection, [identity]))))
        if name is not None or hidden:
            connection.execute(sa.insert(choices).values(identity_id=identity, shown_name=name, hidden=hidden, made=now))
        note(connection, f"person, identity {identity}", "choices made", "hidden" if hidden else "", now)


def opt_out(records: Records, identity: int, *, who: str, reason: str = "", now: int) -> Changed:
    """Take the person out of every count from the next refresh on, and their events at the door from now on."""
    return exclude(records, [identity], why=OPTED_OUT, who=who, reason=reason, now=now)


def opt_in(records: Records, identity: int, *, who: str, now: int) -> Changed:
    """Take an opting out back: what is known of the person counts again. A bot stays one."""
    with records.engine.begin() as connection:
        of = exclusions.c
        theirs = identities_of(connection, [identity])
        gone = sorted(n for n, why in select_in(connection, [of.identity_id, of.why], of.identity_id, theirs) if why == OPTED_OUT)
        if not gone:
            return Changed(read_meta(connection, "people_version"))
        connection.execute(sa.delete(exclusions).where(of.identity_id.in_(gone), of.why == OPTED_OUT))
        note(connection, who, "people included", " ".join(map(str, gone)), now)
        renew_opted_out(connection, records.secret, now)
        return Changed(bump(connection), tuple(gone))


def opt_out_again(records: Records, marks: set[bytes], *, now: int) -> None:
    """Take the people out who have one of the marks: they opted out after a backup was made that is restored now."""
    with records.engine.connect().execution_options(writes=False) as connection:
        out = known_by(connection, records.secret, marks) if marks else []
    if out:
        exclude(records, out, why=OPTED_OUT, who="restore", now=now)


def shown_names(records: Records, persons: Iterable[int]) -> dict[int, str]:
    """The names that persons chose to be shown by; who chose none is left out."""
    return {person: name for person, name, _ in _choices(records, persons) if name}


def hidden_people(records: Records, persons: Iterable[int]) -> set[int]:
    """Those of the persons who are to stand in no public view."""
    return {person for person, _, hidden in _choices(records, persons) if hidden}


def _choices(records: Records, persons: Iterable[int]) -> list[tuple[int, str | None, bool]]:
    """(person, shown name, hidden) of those who chose something: the last choice of each."""
    with records.engine.connect().execution_options(writes=False) as connection:
        of, c = members.c, choices.c
        whose = dict(select_in(connection, [of.identity_id, of.person_id], of.person_id, sorted(set(persons))))
        rows = sorted(select_in(connection, [c.made, c.identity_id, c.shown_name, c.hidden], c.identity_id, sorted(whose)))
    return [*{whose[n]: (whose[n], name, bool(hidden)) for _, n, name, hidden in rows}.values()]
