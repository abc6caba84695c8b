"""What the lake holds, and what changed in it since a refresh: queries over its data files."""

from __future__ import annotations

from baloo.lake.base import LakeSnapshot
from baloo.metrics.derived import Manifest
from baloo.metrics.files import reading
from baloo.metrics.session import Session
from baloo.metrics.statements import render

__all__ = ["EVENT", "lay_out_delta", "live", "news", "staging"]

EVENT = "seq, doc, system, kind, day, identity_id, observation_id, object, extra"
_MANY = 500_000  # new rows; beyond, and beyond a fifth of the lake, reading all of it costs no more


def live(lake: LakeSnapshot, until: int | None = None) -> str:
    """Every production event that is not void; with `until` as the lake was at that seq."""
    if until is None and not lake.voids:
        return f"SELECT {EVENT} FROM {_events(lake.events)} AS e WHERE environment = 'production'"
    arrived, taken = ("TRUE", "TRUE") if until is None else (f"e.seq <= {until}", f"seq <= {until}")
    return render("live", files=_events(lake.events), voids=_voids(lake, taken), test=arrived)


def lay_out_delta(session: Session, lake: LakeSnapshot, since: int) -> bool:
    """Make table `delta` of what to add (sign 1) and take back (sign -1) to come from `since` to the lake as it is.

    False, and no table, where so much is new that the whole lake had better be read.
    """
    newer = _newer(lake, since)
    session.table(
        "delta",
        f"SELECT {EVENT}, 1 AS sign FROM ({render('live', files=_events(()), voids=_voids(lake, 'FALSE'), test='TRUE')}) AS e",
    )
    if newer:
        new = session.run(f"SELECT count(*) FROM ({reading(newer, 'seq')}) AS e WHERE seq > {since}")[0][0]
        if new > _MANY and new * 5 > session.run(f"SELECT count(*) FROM ({reading(lake.events, 'seq')}) AS e")[0][0]:
            return False
        arrived = render("live", files=_events(newer), voids=_voids(lake, "TRUE"), test=f"e.seq > {since}")
        session.insert("delta", f"SELECT {EVENT}, 1 AS sign FROM ({arrived}) AS e")
    if lake.voids:
        session.table(
            "revoked",
            f"SELECT doc, max(seq) AS last FROM ({reading(lake.voids, 'doc, seq')}) AS v WHERE seq > {since} GROUP BY doc",
        )
        if session.count("revoked"):
            before = render("live", files=_events(lake.events), voids=_voids(lake, f"seq <= {since}"), test=f"e.seq <= {since}")
            session.insert(
                "delta", render("revoked", before=before, columns=", ".join(f"e.{name.strip()}" for name in EVENT.split(",")))
            )
    return True


def news(session: Session, lake: LakeSnapshot, since: int) -> bool:
    """Whether the lake has an event or a void of after `since`; ask it after `lay_out_delta`. Its seq alone moves on without."""
    return bool(_newer(lake, since)) or bool(lake.voids and session.count("revoked"))


def staging(session: Session, lake: LakeSnapshot, before: Manifest | None) -> dict[str, tuple[int, str]]:
    """System to how many events of staging it has, and the ISO moment at which the last of them arrived.

    Reads what arrived since the manifest before; the whole lake where there is none, or where something was taken back since.
    """
    voids = reading(lake.voids, "seq")
    if before and lake.voids and session.run(f"SELECT 1 FROM ({voids}) AS v WHERE seq > {before.seq} LIMIT 1"):
        before = None
    found, since = (dict(before.staging), before.seq) if before else ({}, -1)
    files = _newer(lake, since)
    if files:
        columns = reading(files, "environment, system, received, seq, doc")
        session.table("staging", render("staging", files=columns, voids=_voids(lake, "TRUE"), since=str(since)))
        for system, events, last in session.run("SELECT system, events, last FROM staging ORDER BY system"):
            found[system] = (found.get(system, (0, ""))[0] + events, last.isoformat())
    return found


def _newer(lake: LakeSnapshot, since: int) -> tuple[str, ...]:
    """The files of events that have something of later than `since`."""
    lasts = lake.max_seq or (since + 1,) * len(lake.events)
    return tuple(file for file, last in zip(lake.events, lasts, strict=True) if last > since)


def _events(files: tuple[str, ...]) -> str:
    if files:
        return f"({reading(files, 'environment, ' + EVENT)})"
    types = {"seq": "BIGINT", "doc": "BIGINT", "day": "DATE", "identity_id": "BIGINT", "observation_id": "BIGINT"}
    columns = ", ".join(
        f"CAST(NULL AS {types.get(name.strip(), 'VARCHAR')}) AS {name.strip()}" for name in f"environment, {EVENT}".split(",")
    )
    return f"(SELECT {columns} WHERE FALSE)"


def _voids(lake: LakeSnapshot, test: str) -> str:
    if not lake.voids:
        return "SELECT CAST(NULL AS BIGINT) AS doc, CAST(NULL AS BIGINT) AS last WHERE FALSE"
    return f"SELECT doc, max(seq) AS last FROM ({reading(lake.voids, 'doc, seq')}) AS v WHERE {test} GROUP BY doc"
