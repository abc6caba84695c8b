"""Questions about single persons, for those who correct who is who: what they hold, what they did, what joining would change.

The answers name persons and identities by their ids. They are for operators and for the person, never for public pages.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple, TypeAlias

from baloo.metrics.derived import Manifest, read_manifest
from baloo.metrics.files import Files, reading
from baloo.metrics.publish import live_rows
from baloo.metrics.questions.reader import Connection

__all__ = ["Did", "Effect", "Held", "Persons", "joined"]

Held: TypeAlias = "frozenset[tuple[str, str]]"
"""(scope, measure) that somebody holds, `known` among them; see `metrics.derived`."""


class Did(NamedTuple):
    """What an identity did of one kind: how often, the first day and the last."""

    system: str
    kind: str
    n: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Effect:
    """What joining two persons would do to the numbers of people, by scope and measure.

    `fewer`: both are counted, and would be once. `perhaps`: neither is, both are known there, and together they may be: at most
    one more. Whatever is in neither stays as it is.
    """

    fewer: tuple[tuple[str, str], ...] = ()
    perhaps: tuple[tuple[str, str], ...] = ()

    @property
    def changes(self) -> bool:
        """Whether a number may change."""
        return bool(self.fewer or self.perhaps)


class Persons:
    """Asks the state that was counted last."""

    def __init__(self, derived: Path, connection: Connection) -> None:
        self._derived = derived
        self._connection = connection

    def held(self, whom: Collection[int], day: dt.date) -> dict[int, Held]:
        """What persons held at the end of a day, by the ids that they had when it was counted; who held nothing is left out."""
        manifest = read_manifest(self._derived)
        if manifest is None or not whom:
            return {}
        sql = _sql("persons_held").format(live=live_rows(Files(self._derived, 0), manifest), whom=_listed(whom))
        names = _names(manifest)
        found: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
        for person, key in self._connection.rows(sql, {"day": day}):
            found[person].update(names.get(key, ()))
        return {person: frozenset(held) for person, held in found.items()}

    def did(self, identities: Collection[int]) -> dict[int, list[Did]]:
        """What identities did, by system and kind, in all time; without what was of staging or taken back."""
        manifest = read_manifest(self._derived)
        if manifest is None or not identities or "counts" not in manifest.engine:
            return {}
        counts, sources = (reading([self._derived / name for name in manifest.engine[table]]) for table in ("counts", "sources"))
        found: defaultdict[int, list[Did]] = defaultdict(list)
        for identity, *rest in self._connection.rows(
            _sql("persons_did").format(counts=counts, sources=sources, whom=_listed(identities))
        ):
            found[identity].append(Did(*rest))
        return dict(found)


def joined(one: Held, other: Held) -> Effect:
    """What joining two who hold these would change in how many are active, and have reached each point."""
    both = one & other
    fewer = {(scope, measure) for scope, measure in both if measure == "active" or measure.startswith("point:")}
    open_ = {(scope, "active") for scope, measure in both if measure == "known"} - one - other
    if not any(scope.startswith("area:") for scope, _ in open_):  # who is in no area more is in no whole of areas either
        open_ = {(scope, measure) for scope, measure in open_ if scope != "community" and not scope.startswith("organisation:")}
    return Effect(tuple(sorted(fewer)), tuple(sorted(open_)))


def _names(manifest: Manifest) -> Mapping[int, Iterable[tuple[str, str]]]:
    names: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for key in manifest.keys:
        names[key.key].append((key.scope, key.measure))
    return names


@cache
def _sql(name: str) -> str:
    return files("baloo.metrics").joinpath("sql", f"{name}.sql").read_text("utf-8")


def _listed(ids: Iterable[int]) -> str:
    return ", ".join(str(int(one)) for one in ids)
