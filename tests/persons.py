"""Fictional people in records of their own, and the pages of persons over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import pretend
from asking import pretend_site
from baloo.access.links import entry_link
from baloo.access.roles import Grant
from baloo.access.sessions import Sessions
from baloo.clock import FixedClock
from baloo.metrics.persons import Persons
from baloo.metrics.questions.reader import Connection
from baloo.people.find import find
from baloo.people.resolver import Actor, Resolver
from baloo.queue.base import Event
from baloo.records.store import Records
from baloo.records.tables import suggestions
from baloo.web.people.parts import Counted, Parts
from baloo.web.signin.audit import routes as audit_routes
from baloo.web.signin.gate import Gate
from baloo.web.signin.pages import Desk
from baloo.web.signin.pages import routes as signin_routes

__all__ = ["NOON", "link_of", "pairs_to_review", "persons_parts", "seen", "signing_in"]

NOON = int(dt.datetime.combine(pretend.TODAY, dt.time(12), dt.UTC).timestamp() * 1_000_000)
_FIRST = ("Ama", "Jun", "Tove", "Idris", "Marisol", "Petra", "Ravi", "Malik", "Nkechi", "Olu")


def seen(records: Records, *actors: Actor) -> list[int]:
    """The identities of actors who did something; persons are found after."""
    rest: tuple[Any, ...] = (None, "{}", "production", 1)
    events = [Event("i", "event", "1", NOON, None, actor.system, "k", *actor[1:], *rest) for actor in actors]
    ids = [identity for identity, _ in Resolver(records).resolve(events)]
    find(records)
    return ids


def pairs_to_review(records: Records, n: int) -> list[tuple[int, int]]:
    """`n` pairs of people, each somebody on the forum and an account of the wiki, suggested by two sorts of evidence."""
    actors = []
    for i in range(n):
        name = f"{_FIRST[i % 10]} Nr{i:03}"
        actors.append(Actor("forum", f"f{i}", f"user{i}", f"p{i}@example.org", name))
        actors.append(Actor("wiki", f"w{i}", f"editor{i}"))
    ids = seen(records, *actors)
    pairs = list(zip(ids[::2], ids[1::2], strict=True))
    with records.engine.begin() as connection:
        connection.execute(sa.delete(suggestions))
        connection.execute(sa.insert(suggestions), [
            {"a": a, "b": b, "score": 0.6 + i / 1000, "rules": ("similar-name same-time", "same-login")[i % 2],
             "against": "two-accounts" if i % 4 == 0 else "", "effect": n - i, "made": NOON}
            for i, (a, b) in enumerate(pairs)
        ])
    return pairs


def link_of(parts: Parts, who: str = "operator tove", role: str = "steward") -> str:
    """The token of a link that signs somebody in."""
    return entry_link(parts.records, Grant(role), who=who, now=NOON)


def signing_in(parts: Parts) -> tuple[Gate, list[Any]]:
    """The gate before Marula's pages of persons, and the pages with which one signs in; there is no provider."""
    sessions = Sessions(parts.records)
    gate = Gate(parts.clock, sessions, parts.site.reached)
    return gate, [*signin_routes(Desk(parts.site, gate, sessions, lambda: None)), *audit_routes(parts)]


@contextmanager
def persons_parts(folder: Path, **environment: str) -> Iterator[Parts]:
    """Marula's pages of persons over empty records in a folder; where `derived` in it has counts, they are asked."""
    records = Records.open(folder / "records.sqlite")
    clock = FixedClock(dt.datetime.combine(pretend.TODAY, dt.time(12), dt.UTC))
    try:
        yield Parts(pretend_site(**environment), records, Counted(Persons(folder / "derived", Connection())), clock)
    finally:
        records.close()
