"""What somebody did, from the lake: all their contributions across systems, whole, for themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from baloo.lake.base import EVENTS, VOIDS, LakeSnapshot
from baloo.lake.files import connect, parquet
from baloo.lake.store import Lake
from baloo.lake.tables import TABLES
from baloo.people.marks import identities_of
from baloo.people.sql import select_in
from baloo.records.store import Records
from baloo.records.tables import identities, observations

__all__ = ["contributions", "counts", "shows"]

_AT_ONCE = 2_000
_COLUMNS = (
    "id", "schema", "version", "at", "at_offset", "system", "kind", "object", "extra", "environment", "namespace", "received",
)


def contributions(records: Records, lake: Path, identity: int) -> Iterator[dict[str, Any]]:
    """Every event of the person that an identity belongs to, oldest first, in the form of version 1.

    `namespace` and `received` are told beside it. What was taken back or revised is left out.
    """
    whose, actors = _whose(records, identity)
    snapshot = Lake.open(lake, write=False).snapshot()
    columns = ", ".join(f'e."{name}"' for name in _COLUMNS)
    with connect() as engine:
        found = engine.execute(
            f'SELECT e.observation_id, {columns} FROM ({_live(snapshot)}) AS e WHERE e.identity_id IN ({_listed(whose)}) '
            'ORDER BY e."at", e.seq')
        while rows := found.fetchmany(_AT_ONCE):
            for observation, *values in rows:
                yield _event(actors.get(observation, {}), dict(zip(_COLUMNS, values, strict=True)))


def counts(records: Records, lake: Path, identity: int) -> dict[tuple[str, str], int]:
    """How many contributions of the person there are of each (system, kind), without those of staging."""
    whose, _ = _whose(records, identity)
    snapshot = Lake.open(lake, write=False).snapshot()
    with connect() as engine:
        rows = engine.execute(
            f"SELECT e.system, e.kind, count(*) FROM ({_live(snapshot)}) AS e "
            f"WHERE e.identity_id IN ({_listed(whose)}) AND e.environment = 'production' GROUP BY ALL ORDER BY ALL").fetchall()
    return {(system, kind): n for system, kind, n in rows}


def shows(records: Records, lake: Path, identity: int, code: str) -> bool:
    """Whether an account has said a code (see `links.code_for`) before anybody else did: who knows the code has the account.

    What a contribution was done on is passed over, and so is a code that somebody else said first: whoever replies to something
    has its title or its address in their contribution, and did not choose it. A name or an address alone is no account: anybody
    may write it into a commit.
    """
    i = identities.c
    with records.engine.connect().execution_options(writes=False) as connection:
        if not any(any(row) for row in select_in(connection, [i.account, i.username], i.id, [identity])):
            return False
    events = parquet(Lake.open(lake, write=False).snapshot().events, TABLES[EVENTS])
    said = f"FROM {events} WHERE contains(extra, $code) AND environment = 'production' AND identity_id"
    with connect() as engine:
        ((first,),) = engine.execute(f'SELECT min("at") {said} = {int(identity)}', {"code": code}).fetchall()
        if first is None:
            return False
        values = {"code": code, "first": first}
        return not engine.execute(f'SELECT 1 {said} <> {int(identity)} AND "at" <= $first LIMIT 1', values).fetchall()


def _whose(records: Records, identity: int) -> tuple[list[int], dict[int, dict[str, str]]]:
    """The identities of a person, and the actor of each of their observations."""
    i, o = identities.c, observations.c
    with records.engine.connect().execution_options(writes=False) as connection:
        whose = identities_of(connection, [identity])
        account = dict(select_in(connection, [i.id, i.account], i.id, whose))
        rows = select_in(connection, [o.id, o.identity_id, o.username, o.email, o.name], o.identity_id, whose)
    names = ("account", "username", "email", "name")
    said = {n: dict(zip(names, (account.get(of), *rest), strict=True)) for n, of, *rest in rows}
    return whose, {n: {name: text for name, text in actor.items() if text} for n, actor in said.items()}


def _live(snapshot: LakeSnapshot) -> str:
    """The events that nobody took back or revised."""
    events, voids = parquet(snapshot.events, TABLES[EVENTS]), parquet(snapshot.voids, TABLES[VOIDS])
    return f"""
        SELECT e.* FROM {events} AS e LEFT JOIN (
            SELECT doc, namespace, environment, id, max(seq) AS last FROM {voids} WHERE seq <= {snapshot.seq} GROUP BY ALL
        ) AS v USING (doc, namespace, environment, id) WHERE v.last IS NULL OR e.seq >= v.last
    """


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids))


def _event(actor: dict[str, str], row: dict[str, Any]) -> dict[str, Any]:
    minutes = row["at_offset"]
    zone = dt.UTC if minutes is None else dt.timezone(dt.timedelta(minutes=minutes))
    return {
        "id": row["id"], "schema": row["schema"], "version": row["version"], "at": row["at"].astimezone(zone).isoformat(),
        "system": row["system"], "kind": row["kind"], "actor": actor,
        **({"object": row["object"]} if row["object"] else {}), "extra": msgspec.json.decode(row["extra"]),
        "environment": row["environment"], "namespace": row["namespace"],
        "received": row["received"].astimezone(dt.UTC).isoformat(),
    }
