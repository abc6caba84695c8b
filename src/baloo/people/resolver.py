"""Finds or makes the identity and the observation of each event's actor, durably, in bulk.

An identity's key is (system, account), else (system, username), else (system, email, name), in NFC and otherwise as
they arrived; an empty text counts as absent. Whatever else an actor is called beside the key makes an observation, with
its first and last `at`.

Actors of staging have identities of their own, under the name of the system and `STAGING`, without the keys by which evidence
is found: anybody may send such events, and what they say of who is who must change no count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import msgspec
import sqlalchemy as sa

from baloo.people.actor import STAGING, Actor
from baloo.people.keys import email_key, owner_key
from baloo.people.marks import Suppressed
from baloo.people.sql import insert_known, insert_new, run_many, select_in
from baloo.queue.base import Event, Refusal
from baloo.records.store import Records
from baloo.records.tables import identities, observations

__all__ = ["STAGING", "Actor", "Resolver", "identity_key"]

CACHE = 200_000
"""Actors kept in memory; about 100 MB."""

Quarantine: TypeAlias = "Callable[[int, int, str, str | None, Sequence[object]], None]"
_Raw: TypeAlias = "tuple[str, str | None, str | None, str | None, str | None]"


_OBSERVED = [observations.c.key, observations.c.id, observations.c.first, observations.c.last]


class _Slot:
    """What is known of one actor: the ids, and the span of its observation as far as this process knows it."""

    __slots__ = ("first", "ids", "last")

    def __init__(self, ids: tuple[int, int], first: int, last: int) -> None:
        self.ids, self.first, self.last = ids, first, last

    def widen(self, span: tuple[int, int]) -> bool:
        """Take in a span; whether it goes beyond what was known."""
        first, last = span
        wider = first < self.first or last > self.last
        if wider:
            self.first, self.last = min(first, self.first), max(last, self.last)
        return wider


def identity_key(actor: Actor) -> str:
    """The key of a tidy actor's identity, as JSON."""
    if actor.account is not None:
        return _json(actor.system, "account", actor.account)
    if actor.username is not None:
        return _json(actor.system, "username", actor.username)
    return _json(actor.system, "address", actor.email, actor.name)


class Resolver:
    """`lake.base.Identities` over the records. One process at a time loads; others may read and add beside it."""

    def __init__(self, records: Records, quarantine: Quarantine | None = None, *, now: Callable[[], int] = lambda: 0) -> None:
        """`quarantine` keeps refusals; `now` gives microseconds since 1970, for `created`."""
        self._engine = records.engine
        self._quarantine = quarantine
        self._now = now
        self._cache: dict[_Raw, _Slot] = {}
        self._owners: set[tuple[str, str]] = set()
        self._suppressed = Suppressed(records)

    def resolve(
        self, events: Sequence[Event], spans: Sequence[tuple[int, int]] | None = None, owners: Sequence[tuple[str, str]] = ()
    ) -> list[tuple[int, int]]:
        """(identity_id, observation_id) of each event's actor, made where they are new, and durable when this returns.

        `spans` has the first and the last `at` of what each event stands for, where that is more than itself. An identity stands
        for each of `owners`, too.
        """
        if len(self._cache) > CACHE or len(self._owners) > CACHE:
            self.forget()
        actors: list[_Raw] = [
            (e.system if e.environment == "production" else e.system + STAGING, e.account, e.username, e.email, e.name)
            for e in events
        ]
        try:
            self._see(_joined(actors, [(e.at, e.at) for e in events] if spans is None else spans), owners)
        except BaseException:
            self.forget()  # what it says may not be on the disk
            raise
        return [self._cache[actor].ids for actor in actors]

    def suppressing(self) -> Callable[[Event], bool] | None:
        """Says of an event whether it is of somebody who opted out or was erased; None where there is nobody."""
        self._suppressed.renew()
        covers = self._suppressed.covers
        return None if self._suppressed.nobody else lambda e: covers(e.system, e.account, e.username, e.email, e.name)

    def ensure_accounts(self, accounts: Sequence[tuple[str, str]]) -> None:
        """Make sure that an identity stands for each (system, account), so that it can be linked; no facts needed."""
        self.resolve([], owners=accounts)

    def quarantine(self, seq: int, received: int, namespace: str, sender: str | None, refusals: Sequence[object]) -> None:
        """Keep refusals, once for each (seq, index), with what was given for it; none that names who was erased."""
        if self._quarantine is None:
            raise TypeError("This resolver was made without a quarantine.")
        names = self._suppressed.names_erased
        kept = [one for one in refusals if not (isinstance(one, Refusal) and names(one.body, one.system))]
        self._quarantine(seq, received, namespace, sender, kept)

    def erased(self, accounts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Those of the accounts (system, account) whose owner was erased."""
        gone = self._suppressed.erased
        return [pair for pair in accounts if gone(Actor(*pair)) or gone(Actor(pair[0], None, pair[1]))]

    def forget(self) -> None:
        """Empty the memory, after somebody else changed or erased identities."""
        self._cache.clear()
        self._owners.clear()

    def _see(self, seen: dict[_Raw, tuple[int, int]], owners: Sequence[tuple[str, str]]) -> None:
        """Know actors and owners, and write the observations that are new or whose span grows."""
        cache = self._cache
        unknown = [actor for actor in seen if actor not in cache]
        grown = [slot for actor, span in seen.items() if (slot := cache.get(actor)) and slot.widen(span)]
        strange = [owner for owner in owners if owner not in self._owners]
        if unknown or grown or strange:
            with self._engine.begin() as connection:
                self._learn(connection, unknown, seen)
                grown += [slot for actor in unknown if (slot := cache[actor]).widen(seen[actor])]
                _widen(connection, grown)
                self._ensure(connection, strange)
            self._owners.update(strange)

    def _ensure(self, connection: sa.Connection, accounts: Sequence[tuple[str, str]]) -> None:
        """Make an identity for each (system, account) that has none, not even by that name as a username."""
        wanted = {owner_key(a.system, a.account or ""): a for a in (Actor(s, t).tidy() for s, t in accounts) if a.account}
        for (key,) in select_in(connection, [identities.c.owner_key], identities.c.owner_key, list(wanted)):
            wanted.pop(key, None)
        insert_new(connection, identities, [_identity_row(identity_key(a), a, self._now()) for a in wanted.values()])

    def _learn(self, connection: sa.Connection, unknown: list[_Raw], seen: dict[_Raw, tuple[int, int]]) -> None:
        """Read or make the rows of actors that are not in the memory."""
        actors = [Actor(*raw).tidy() for raw in unknown]
        keys = [identity_key(actor) for actor in actors]
        known = _ids(connection, list(dict.fromkeys(keys)))
        fresh = {key: actor for key, actor in zip(keys, actors, strict=True) if key not in known}
        if fresh:
            now = self._now()
            rows = [_identity_row(key, actor, now) for key, actor in fresh.items()]
            known |= dict(insert_known(connection, identities, [identities.c.key, identities.c.id], rows))
        found = [(raw, known[key], actor) for raw, key, actor in zip(unknown, keys, actors, strict=True)]
        self._learn_observations(connection, found, seen)

    def _learn_observations(
        self, connection: sa.Connection, actors: list[tuple[_Raw, int, Actor]], seen: dict[_Raw, tuple[int, int]]
    ) -> None:
        keys = [_json(identity, actor.username, actor.email, actor.name) for _, identity, actor in actors]
        known = _observed(connection, list(dict.fromkeys(keys)))
        fresh = {
            key: {
                "identity_id": identity, "key": key, "username": actor.username, "email": actor.email, "name": actor.name,
                "email_key": _found_by(actor), "first": seen[raw][0], "last": seen[raw][1],
            }
            for key, (raw, identity, actor) in zip(keys, actors, strict=True)
            if key not in known
        }
        if fresh:
            known |= _spanned(insert_known(connection, observations, _OBSERVED, list(fresh.values())))
        for key, (raw, identity, _) in zip(keys, actors, strict=True):
            observation, first, last = known[key]
            self._cache[raw] = _Slot((identity, observation), first, last)


def _joined(actors: Sequence[_Raw], spans: Sequence[tuple[int, int]]) -> dict[_Raw, tuple[int, int]]:
    """Each actor once, with the span of all there is of it, in order of appearance."""
    joined: dict[_Raw, tuple[int, int]] = {}
    for actor, span in zip(actors, spans, strict=True):
        known = joined.setdefault(actor, span)
        if known is not span:
            joined[actor] = (min(known[0], span[0]), max(known[1], span[1]))
    return joined


def _widen(connection: sa.Connection, wider: list[_Slot]) -> None:
    of = observations.c
    first, last = sa.bindparam("at_first", type_=sa.BigInteger), sa.bindparam("at_last", type_=sa.BigInteger)
    statement = (
        sa.update(observations)
        .where(of.id == sa.bindparam("observation"))
        .values(first=sa.case((of.first > first, first), else_=of.first), last=sa.case((of.last < last, last), else_=of.last))
    )
    run_many(connection, statement, [{"observation": s.ids[1], "at_first": s.first, "at_last": s.last} for s in wider])


def _identity_row(key: str, actor: Actor, created: int) -> dict[str, Any]:
    owner = None if actor.system.endswith(STAGING) else actor.account if actor.account is not None else actor.username
    return {
        "key": key, "system": actor.system, "account": actor.account, "username": actor.username, "email": actor.email,
        "name": actor.name, "email_key": _found_by(actor), "created": created,
        "owner_key": None if owner is None else owner_key(actor.system, owner),
    }


def _found_by(actor: Actor) -> str | None:
    """The key by which evidence finds an actor's address; none for an actor of staging."""
    return None if actor.system.endswith(STAGING) else email_key(actor.email)


def _ids(connection: sa.Connection, keys: list[str]) -> dict[str, int]:
    of = identities.c
    return dict(select_in(connection, [of.key, of.id], of.key, keys))


def _observed(connection: sa.Connection, keys: list[str]) -> dict[str, tuple[int, int, int]]:
    return _spanned(select_in(connection, _OBSERVED, observations.c.key, keys))


def _spanned(rows: list[tuple[Any, ...]]) -> dict[str, tuple[int, int, int]]:
    return {key: (number, first, last) for key, number, first, last in rows}


def _json(*values: str | int | None) -> str:
    return msgspec.json.encode(values).decode()
