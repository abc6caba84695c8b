"""Evidence on record: made to agree with what the rules find now, and with what a `.mailmap` says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from typing import Any

import sqlalchemy as sa

from baloo.people.ignored import when_ignored
from baloo.people.mailmap import Line, Mailmap
from baloo.people.matching import Naming, against
from baloo.people.persons import edges_of
from baloo.people.profiles import Profile, Sighting, profile
from baloo.people.resolver import STAGING
from baloo.people.rules import AGAINST, AUTOMATIC, BY_HAND, MAILMAP, RULES, Edge, group_input, star
from baloo.people.sql import chunks, insert_new, run_many, select_in, select_rows
from baloo.records.tables import edges, mailmap, observations

__all__ = ["agree", "doubt", "mailmaps", "naming", "read_profiles"]

_MANY = 20_000
_AT_ONCE = 20_000  # identities whose observations are read together

Triple = tuple[int, int, str]


def read_profiles(connection: sa.Connection, secret: bytes, only: Collection[int] | None = None) -> dict[int, Profile]:
    """The profiles of these identities, or of all; those of staging have none, and what is ignored is in none."""
    unwanted = when_ignored(connection, secret)
    found: dict[int, Profile] = {}
    joined = (
        "SELECT i.id, i.system, i.account, o.username, o.email, o.name, o.first, o.last"
        " FROM identities i LEFT JOIN observations o ON o.identity_id = i.id"
    )
    wanted: list[str] = [joined]
    if only is not None:
        wanted = [f"{joined} WHERE i.id IN ({', '.join(map(str, part))})" for part in chunks(sorted(only))]
    for statement in wanted:
        cursor: Any = connection.exec_driver_sql(statement).cursor
        waiting: defaultdict[int, list[Sighting]] = defaultdict(list)
        while rows := cursor.fetchmany(_AT_ONCE):
            for number, system, account, username, email, name, first, last in rows:
                if unwanted is not None:
                    username, email, name = (None if unwanted(text) else text for text in (username, email, name))  # noqa: PLW2901
                if not system.endswith(STAGING):
                    waiting[number].append(Sighting(number, system, account, username, email, name, first or 0, last or 0))
            for seen in waiting.values():
                found[seen[0].identity] = profile(seen, found.get(seen[0].identity))
            waiting.clear()
    return found


def naming(secret: bytes) -> Naming:
    """How the groups of rules are named: rule and key before the dot, and behind it what makes a part of the group special."""
    plain = group_input(secret, "")[:6]

    def name(rule: str, key: str, special: str) -> str:
        return f"{group_input(secret, rule, key)}.{group_input(secret, special)[:6] if special else plain}"

    return name


def mailmaps(connection: sa.Connection, keys: Iterable[str] | None, secret: bytes) -> list[Edge]:
    """The groups of identities that a `.mailmap` gives one author: those with one of these address keys, or all.

    Each source is a map of its own.
    """
    of, seen = mailmap.c, observations.c
    sources: defaultdict[str, list[Line]] = defaultdict(list)
    for _, source, *parts in sorted(
        select_rows(connection, of.id, of.source, of.proper_name, of.proper_email, of.commit_name, of.commit_email)
    ):
        sources[source].append(Line(*parts))
    asked = None if keys is None else set(keys)
    found: list[Edge] = []
    for source, lines in sources.items():
        said = Mailmap(lines)
        related = sorted(said.related(asked))
        sightings = select_in(connection, [seen.identity_id, seen.name, seen.email_key], seen.email_key, related)
        for author, group in said.groups(sightings).items():
            found += star(MAILMAP, group_input(secret, MAILMAP, source, *author), group)
    return found


def agree(
    connection: sa.Connection, found: Iterable[Edge], judged: Callable[[str, str], bool], about: Collection[int] | None, now: int,
    rules: Collection[str] = RULES,
) -> set[int]:
    """Make the evidence on record what was found; return the identities that a change concerns.

    `judged` tells of a rule and of a group that an edge on record rests on whether it was looked at now: then it stands only
    where it was found again. `about` are identities among whom such edges may be; None reads them all. `rules` are those
    of which anything was found or looked at. A pair that shares several groups has one row a rule, which names them all.
    """
    wanted: dict[Triple, str] = {}
    for edge in found:
        triple = (edge.a, edge.b, edge.rule)
        wanted[triple] = f"{wanted[triple]} {edge.inputs}" if triple in wanted else edge.inputs
    known = _known(connection, about, set(rules) - {BY_HAND})
    concerned: set[int] = set()
    rows, changed = [], []
    for triple, (number, inputs) in known.items():
        again = wanted.get(triple, "")
        if again == inputs:
            continue
        text = " ".join(sorted({one for one in inputs.split() if not judged(triple[2], one)} | set(again.split())))
        if text != inputs:
            changed.append({"row": number, "text": text})
            concerned.update(triple[:2])
    for (a, b, rule), groups in wanted.items():
        if (a, b, rule) not in known:
            concerned.update((a, b))
            rows.append(_row(a, b, rule, " ".join(sorted(set(groups.split()))) if " " in groups else groups, now))
    insert_new(connection, edges, rows)
    statement = sa.update(edges).where(edges.c.id == sa.bindparam("row")).values(inputs=sa.bindparam("text"))
    run_many(connection, statement, changed)
    return concerned


def doubt(
    connection: sa.Connection, secret: bytes, touched: Collection[int], profiles: dict[int, Profile], now: int
) -> set[int]:
    """Bring up to date what speaks against those being one person whom evidence joins with these identities."""
    rows = edges_of(connection, touched)
    holding = [edge for edge in rows.values() if edge.holds]
    missing = {end for edge in holding for end in (edge.a, edge.b)} - profiles.keys()
    profiles |= read_profiles(connection, secret, missing) if missing else {}
    stands = against(profiles, holding)
    ends = {end for edge in rows.values() for end in (edge.a, edge.b)}
    about = None if len(ends) > _MANY else ends
    return agree(connection, stands, lambda *_: True, about, now, AGAINST)


def _row(a: int, b: int, rule: str, inputs: str, now: int) -> dict[str, Any]:
    kind = RULES[rule]
    fixed = {"state": AUTOMATIC, "who": "", "reason": "", "made": now}
    return {"a": a, "b": b, "rule": rule, "inputs": inputs, "weight": kind.weight, "rule_version": kind.version, **fixed}


def _known(connection: sa.Connection, about: Collection[int] | None, rules: Set[str]) -> Mapping[Triple, tuple[int, str]]:
    """Rows of what these rules found: pair and rule to the row's id and what it rests on."""
    of = edges.c
    columns = [of.a, of.b, of.rule, of.id, of.inputs]
    rows: Sequence[tuple[Any, ...]]
    if about is None or len(about) > _MANY:
        rows = select_rows(connection, *columns, where=f"edges.rule IN ({', '.join(map(repr, sorted(rules)))})")
    else:
        asked = sorted(about)
        rows = select_in(connection, columns, of.a, asked) + select_in(connection, columns, of.b, asked)
    return {(a, b, rule): (number, inputs) for a, b, rule, number, inputs in rows if rule in rules}
