"""Which contributions are an area's, a leaf's, or nobody's: claims and maps become sources and feeds. Touches no storage."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from baloo.metrics.plan import Feed, Source, Term
from baloo.registry.model import Area, Kind, Leaf, Registry, System

__all__ = ["Selections"]


class Selections:
    """The feeds of a registry's scopes. A scope's feeds are found once and kept."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._kinds = [
            (system, kind) for _, system in sorted(registry.systems.items()) for _, kind in sorted(system.kinds.items())
        ]
        self._maps = {
            name: hashlib.sha256(repr((system.map.field, system.map.rows)).encode()).hexdigest()[:16]
            for name, system in registry.systems.items()
            if system.map
        }

    def area(self, area: str, *, parted: bool = False) -> tuple[Feed, ...]:
        """All that an area claims, of every kind, facts that are no contributions too."""
        inside = tuple(sorted(self._inside(area)))
        split = self._registry.areas[area].split_by if parted else None
        return tuple(
            replace(feed, source=replace(feed.source, split=split))
            for system, kind in self._kinds
            for feed in self._feeds(system, kind, self._terms(inside, system, kind))
        )

    def system(self, system: str) -> tuple[Feed, ...]:
        """Everything of one system."""
        return tuple(Feed(Source(at.id, kind.id)) for at, kind in self._kinds if at.id == system)

    def everything(self) -> tuple[Feed, ...]:
        """Everything of every system."""
        return tuple(Feed(Source(system.id, kind.id)) for system, kind in self._kinds)

    def unclaimed(self) -> tuple[Feed, ...]:
        """What no area claims."""
        everywhere = tuple(sorted(self._registry.areas))
        return tuple(
            feed for system, kind in self._kinds for feed in self._unclaimed(system, kind, self._terms(everywhere, system, kind))
        )

    def contributions(self, feeds: Iterable[Feed]) -> tuple[Feed, ...]:
        """Those of the feeds whose kind is a contribution."""
        return tuple(feed for feed in feeds if self._kind(feed).contribution)

    def chosen(self, feeds: Iterable[Feed], leaf: Leaf) -> tuple[Feed, ...]:
        """What a leaf asks for of a scope's feeds, with what it needs kept of each event."""
        kinds = leaf.kinds
        named = self.contributions(feeds) if kinds is None else (feed for feed in feeds if feed.source.kind in kinds)
        return tuple(replace(feed, source=source) for feed in named if (source := self._asked(feed, leaf)) is not None)

    def _kind(self, feed: Feed) -> Kind:
        return self._registry.systems[feed.source.system].kinds[feed.source.kind]

    def _asked(self, feed: Feed, leaf: Leaf) -> Source | None:
        """The source narrowed to the leaf's tests; None where nothing of it can ever count."""
        source = replace(feed.source, where=leaf.where)
        if leaf.whose or leaf.of == "people":
            if (field := self._kind(feed).owner_field) is None:
                return None
            source = replace(source, owner_field=field)
        if leaf.of == "objects":
            source = replace(source, objects=True)
        if leaf.of == "points":
            lines = tuple(replace(line, kinds=None) for line in leaf.points if line.kinds is None or source.kind in line.kinds)
            return replace(source, points=lines) if lines else None
        return source

    def _inside(self, area: str) -> Iterator[str]:
        """The area and all its parts, to any depth."""
        yield area
        for part in self._registry.parts_of(area):
            yield from self._inside(part.id)

    def _terms(self, areas: tuple[str, ...], system: System, kind: Kind) -> tuple[Term, ...]:
        """Each way in which one of the areas claims contributions of a kind."""
        found = [
            Term(claim.where, claim.since, claim.until)
            for area in areas
            for claim in self._area(area).counts
            if claim.system == system.id and (claim.kinds is None or kind.id in claim.kinds)
        ]
        mapped = tuple(area for area in areas if system.map and any(row.area == area for row in system.map.rows))
        if mapped:
            found.append(Term(areas=mapped))
        return tuple(term for _, term in sorted({repr(term): term for term in found}.items()))

    def _area(self, area: str) -> Area:
        return self._registry.areas[area]

    def _feeds(self, system: System, kind: Kind, terms: tuple[Term, ...]) -> Iterator[Feed]:
        """What the terms claim of a kind, each event once."""
        source = Source(system.id, kind.id)
        if all(term.plain for term in terms):
            for since, until in _merged(terms):
                yield Feed(source, since, until)
        elif len(terms) == 1:
            [term] = terms
            yield Feed(self._with(source, (replace(term, since=None, until=None),)), term.since, term.until)
        elif any(term == Term() for term in terms):
            yield Feed(source)
        else:
            yield Feed(self._with(source, terms))

    def _unclaimed(self, system: System, kind: Kind, terms: tuple[Term, ...]) -> Iterator[Feed]:
        """What none of the terms claims of a kind."""
        source = Source(system.id, kind.id)
        if any(term == Term() for term in terms):
            return
        if all(term.plain for term in terms):
            for since, until in _gaps(_merged(terms)):
                yield Feed(source, since, until)
        else:
            yield Feed(replace(self._with(source, terms), unclaimed=True))

    def _with(self, source: Source, terms: tuple[Term, ...]) -> Source:
        mapped = any(term.areas is not None for term in terms)
        return replace(source, terms=terms, map_hash=self._maps[source.system] if mapped else "")


def _merged(terms: Iterable[Term]) -> list[tuple[dt.date | None, dt.date | None]]:
    """The days of the terms as disjoint ranges [since, until), in order."""
    merged: list[tuple[dt.date, dt.date]] = []
    for since, until in sorted((term.since or dt.date.min, term.until or dt.date.max) for term in terms):
        if since >= until:
            continue
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return [(None if since == dt.date.min else since, None if until == dt.date.max else until) for since, until in merged]


def _gaps(ranges: list[tuple[dt.date | None, dt.date | None]]) -> Iterator[tuple[dt.date | None, dt.date | None]]:
    """The days in none of the ranges."""
    since: dt.date | None = None
    for start, stop in ranges:
        if start is not None:
            yield since, start
        if stop is None:
            return
        since = stop
    yield since, None
