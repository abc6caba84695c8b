"""Persons as an operator sees them: what to call them, and each of their identities as its system names it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from baloo.people.own import Known
from baloo.people.sql import select_in
from baloo.records.rights import choices
from baloo.records.store import Records
from baloo.records.tables import exclusions, identities, members, observations

__all__ = ["Face", "faces", "persons_of"]


@dataclass(frozen=True, slots=True)
class Face:
    """A person. `spans` has of each identity when it was seen first and last (microseconds), `excluded` why nobody counts them.

    `shown` is the name that they chose, None where they chose none.
    """

    person: int
    identities: tuple[Known, ...]
    spans: dict[int, tuple[int, int]]
    shown: str | None
    excluded: tuple[str, ...]

    @property
    def name(self) -> str:
        """What to call them: the chosen name, else the first of their names, usernames, accounts and addresses."""
        known = self.identities
        said = [self.shown, *(n for one in known for n in one.names), *(n for one in known for n in one.usernames)]
        said += [*(one.account for one in known), *(n for one in known for n in one.addresses)]
        return next(filter(None, said), str(self.person))

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the identities, oldest first."""
        return tuple(one.id for one in self.identities)


def faces(records: Records, persons: Collection[int]) -> dict[int, Face]:
    """The persons by their ids; who is no person is left out."""
    i, o, m = identities.c, observations.c, members.c
    wanted = sorted(set(persons))
    with records.engine.connect().execution_options(writes=False) as connection:
        person = dict(select_in(connection, [m.identity_id, m.person_id], m.person_id, wanted))
        alone = set(wanted) - set(person.values())  # seen, and not looked at so far
        ids = sorted({*person, *alone})
        rows = select_in(connection, [i.id, i.system, i.account, i.username, i.email, i.name], i.id, ids)
        columns = [o.id, o.identity_id, o.username, o.email, o.name, o.first, o.last]
        seen = sorted(select_in(connection, columns, o.identity_id, ids))
        out = select_in(connection, [exclusions.c.identity_id, exclusions.c.why], exclusions.c.identity_id, ids)
        columns = [choices.c.made, choices.c.identity_id, choices.c.shown_name]
        chosen = sorted(select_in(connection, columns, choices.c.identity_id, ids))
    shown = {person.get(n, n): name for _, n, name in chosen if name}
    ways: defaultdict[int, list[tuple[str | None, ...]]] = defaultdict(list)
    spans: dict[int, tuple[int, int]] = {}
    for _, n, username, email, name, first, last in seen:
        ways[n].append((username, email, name))
        a, z = spans.get(n, (first, last))
        spans[n] = min(a, first), max(z, last)
    known: defaultdict[int, list[Known]] = defaultdict(list)
    for n, system, account, *first_seen in sorted(rows):
        said = zip(*(*ways[n], first_seen), strict=True)
        usernames, addresses, names = (tuple(dict.fromkeys(filter(None, column))) for column in said)
        known[person.get(n, n)].append(Known(n, system, account, usernames, addresses, names))
    why: defaultdict[int, set[str]] = defaultdict(set)
    for n, reason in out:
        why[person.get(n, n)].add(reason)
    found = {}
    for one, theirs in known.items():
        of = {k.id: spans[k.id] for k in theirs if k.id in spans}
        found[one] = Face(one, tuple(theirs), of, shown.get(one), tuple(sorted(why[one])))
    return found


def persons_of(records: Records, wanted: Collection[int]) -> dict[int, int]:
    """The person of each identity now; an identity that is nobody's is its own."""
    m = members.c
    with records.engine.connect().execution_options(writes=False) as connection:
        found = dict(select_in(connection, [m.identity_id, m.person_id], m.identity_id, sorted(set(wanted))))
    return {one: int(found.get(one, one)) for one in wanted}

