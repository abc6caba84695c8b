"""What stands in the lake of an area's entries, and what it has already of somebody on a day, from whatever system."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import msgspec

from baloo.lake.base import EVENTS, VOIDS, LakeSnapshot
from baloo.lake.files import blaming, connect, parquet, quoted
from baloo.lake.store import Lake
from baloo.lake.tables import TABLES
from baloo.logbook.entry import Entry
from baloo.logbook.found import Already, Stood
from baloo.logbook.places import Place
from baloo.people.sql import select_in
from baloo.records.store import Records
from baloo.records.tables import identities, observations

__all__ = ["Shelf"]

_COLUMNS = 'e.id, e.namespace, e."at", e.object, e.extra, e.identity_id, e.observation_id, e.seq'


class Shelf:
    """Asks the lake as it is when the shelf is made; `through` is the queue's row up to which everything is in it."""

    def __init__(self, records: Records, folder: Path) -> None:
        self._records = records
        begun = (folder / EVENTS).is_dir()
        self._snapshot = Lake.open(folder, write=False).snapshot() if begun else LakeSnapshot(0, 0, (), (), ())
        self.through = self._snapshot.seq

    def entries(self, place: Place, *, limit: int, ids: Collection[str] = (), after: Stood | None = None) -> list[Stood]:
        """The entries of an area, the latest days first; with `ids` those alone, with `after` those behind that one.

        However they came: by hand, file or push.
        """
        log = place.log
        tests = [f"json_extract_string(e.extra, {quoted(_pointer(name))}) = {quoted(_said(value))}" for name, value in log.said]
        tests += [f"e.id IN ({', '.join(map(quoted, sorted(ids)))})"] if ids else []
        tests += [_behind(after)] if after else []
        tests = [f"e.system = {quoted(log.system)}", f"e.kind = {quoted(log.kind)}", "e.environment = 'production'", *tests]
        asked = f'SELECT {_COLUMNS} FROM live AS e WHERE {" AND ".join(tests)} ORDER BY e.day DESC, e.seq DESC, e.id'
        rows = self._rows(asked, limit)
        actors = self._actors({row[5] for row in rows}, {row[6] for row in rows})
        return [_stood(place, row, actors.get(row[6]) or actors.get(row[5], {})) for row in rows]

    def already(self, place: Place, asked: Sequence[tuple[Collection[int], Entry]], *, who: str) -> list[list[Already]]:
        """What is there of each: contributions of these identities, that day, that the area counts or that have the very link.

        What is private is told to who logged it, `who`, alone.
        """
        whom = sorted({identity for identities_, _ in asked for identity in identities_})
        if not whom:
            return [[] for _ in asked]
        days = sorted({entry.day.isoformat() for _, entry in asked})
        rows = self._rows(
            "SELECT e.identity_id, e.day, e.system, e.kind, e.object FROM live AS e "
            f"WHERE e.identity_id IN ({', '.join(map(str, whom))}) AND e.environment = 'production' "
            f"AND e.day IN ({', '.join(f'DATE {quoted(day)}' for day in days)}) "
            "AND (json_extract_string(e.extra, '/private') IS DISTINCT FROM 'true' "
            f"OR json_extract_string(e.extra, '/logged_by') = {quoted(who)}) ORDER BY ALL", 10_000)
        found: list[list[Already]] = []
        for whose, entry in asked:
            of = [
                Already(system, kind, bool(entry.link) and target == entry.link)
                for identity, day, system, kind, target in rows if identity in whose and day == entry.day
            ]
            found.append([one for one in dict.fromkeys(of) if one.same or _counts(place, one.system, one.kind)])
        return found

    def _rows(self, sql: str, limit: int) -> list[tuple[Any, ...]]:
        """The first rows of a statement, which finds the events that nobody took back or revised in `live`."""
        with blaming((*self._snapshot.events, *self._snapshot.voids)), connect() as engine:
            return engine.execute(f"WITH live AS ({self._live()}) {sql} LIMIT {int(limit)}").fetchall()

    def _live(self) -> str:
        found = self._snapshot
        events, voids = parquet(found.events, TABLES[EVENTS]), parquet(found.voids, TABLES[VOIDS])
        return (
            f"SELECT e.* FROM {events} AS e LEFT JOIN (SELECT doc, namespace, environment, id, max(seq) AS last FROM {voids} "
            f"WHERE seq <= {found.seq} GROUP BY ALL) AS v USING (doc, namespace, environment, id) "
            "WHERE v.last IS NULL OR e.seq >= v.last"
        )

    def _actors(self, whom: Collection[int], seen: Collection[int]) -> dict[int, dict[str, str]]:
        """The actor of each observation: account, else username, else address and name, as the identity's key has them."""
        i, o = identities.c, observations.c
        with self._records.engine.connect().execution_options(writes=False) as connection:
            keys = {n: rest for n, *rest in select_in(connection, [i.id, i.account, i.username], i.id, sorted(whom))}
            rows = select_in(connection, [o.id, o.identity_id, o.email, o.name], o.id, sorted(seen))
        found = {}
        for number, identity, email, name in rows:
            account, username = keys.get(identity, (None, None))
            said = {"account": account, "username": None if account else username, "email": email, "name": name}
            found[number] = {field: text for field, text in said.items() if text}
        return found


def _stood(place: Place, row: tuple[Any, ...], actor: dict[str, str]) -> Stood:
    ident, namespace, at, target, extra, identity, _, seq = row
    said = msgspec.json.decode(extra)
    text = {name: str(said.get(name) or "") for name in ("type", "description", "link", "logged_by", *place.needs)}
    entry = Entry(
        at.astimezone(dt.UTC).date(), text["type"], text["description"], target or text["link"], said.get("private") is True,
        tuple((name, text[name]) for name in place.needs),
    )
    return Stood(ident, namespace, entry, identity, actor, text["logged_by"], seq, said)


def _counts(place: Place, system: str, kind: str) -> bool:
    """Whether the area counts something of this kind."""
    return any(claim.system == system and (claim.kinds is None or kind in claim.kinds) for claim in place.area.counts)


def _behind(one: Stood) -> str:
    """What is true of the entries that stand behind one in the list."""
    day = f"DATE {quoted(one.entry.day.isoformat())}"
    same = f"e.day = {day} AND (e.seq < {one.seq} OR (e.seq = {one.seq} AND e.id > {quoted(one.id)}))"
    return f"(e.day < {day} OR ({same}))"


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
