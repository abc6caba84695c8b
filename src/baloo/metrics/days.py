"""Rollups under the people of today: tables `days`, `keyed`, `staff_days`, `roster_here` and `parts`, from which leaves are
counted."""

from __future__ import annotations

from collections.abc import Iterable

from baloo.metrics.plan import Source
from baloo.metrics.statements import render
from baloo.metrics.store import Store

__all__ = ["lay_out_days", "lay_out_parts", "lay_out_staff"]


def lay_out_parts(store: Store) -> None:
    """Number every part that any split has; 0 is no part."""
    split = [source for source in store.plan.sources if source.split]
    names = store.session.run(f"SELECT DISTINCT part FROM ({store.details_of(split)}) AS d ORDER BY part") if split else []
    store.session.put(
        "parts", {"part": "INTEGER", "name": "VARCHAR"}, [(0, ""), *((number, name) for number, (name,) in enumerate(names, 1))]
    )


def lay_out_days(store: Store, sources: Iterable[Source], *, test: str = "TRUE") -> None:
    """Make `days` and `keyed` of some sources, of the identities that pass the test on `identity_id`."""
    session = store.session
    base = ", ".join(str(store.sources.number(source)) for source in sources if source.base) or "NULL"
    plain = [source for source in sources if not source.base and not source.keyed]
    keyed = [source for source in sources if source.keyed]
    session.table("days", render("days", rollup=store.counts_of(f"source IN ({base}) AND {test}"), part="CAST(0 AS INTEGER)"))
    if plain:
        rollup = f"SELECT d.*, p.part AS number FROM ({store.details_of(plain, test)}) AS d JOIN parts AS p ON p.name = d.part"
        session.insert("days", render("days", rollup=rollup, part="r.number"))
    session.table("keyed", render("keyed", rollup=store.details_of(keyed, test)))


def lay_out_staff(store: Store, *, test: str = "TRUE", roster: str = "SELECT * FROM roster") -> None:
    """Make `staff_days`, who contributed from a staff address when, and `roster_here`, the part of the roster that is asked
    for."""
    store.session.table("roster_here", roster)
    kinds = ", ".join(str(store.sources.number(source)) for source in store.plan.kinds) or "NULL"
    seen = f"observation_id IN (SELECT observation FROM staff_observations) AND source IN ({kinds}) AND {test}"
    store.session.table("staff_days", render("staff_days", rollup=store.counts_of(seen)))
