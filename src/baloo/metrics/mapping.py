"""Which areas a system's map gives to a value, and when (REGISTRY.md 3.11): the longest row that holds on the day wins. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from itertools import pairwise

from baloo.registry.model import AreaMap, MapRow

__all__ = ["AreasOf"]

Segment = tuple[dt.date, dt.date, str]  # since, until, `|area|area|`


class AreasOf:
    """A map made ready for looking up many values."""

    def __init__(self, of: AreaMap) -> None:
        self._rows: dict[tuple[bool, str], list[MapRow]] = {}
        for row in of.rows:
            self._rows.setdefault((row.prefix, row.value), []).append(row)
        self._lengths = sorted({len(row.value) for row in of.rows if row.prefix}, reverse=True)

    def segments(self, value: str) -> Iterator[Segment]:
        """The areas of a field's value, given as JSON text, on disjoint ranges of days; of a list, those of each element."""
        found = json.loads(value)
        texts = [_text(item) for item in found] if isinstance(found, list) else [_text(found)]
        candidates = [list(self._candidates(text)) for text in texts if text is not None]
        days = {dt.date.min, dt.date.max}
        for rows in candidates:
            for row in rows:
                days |= {row.since or dt.date.min, row.until or dt.date.max}
        ordered = sorted(days)
        for since, until in pairwise(ordered):
            areas = {row.area for rows in candidates for row in _longest(rows, since)}
            if areas:
                yield since, until, f"|{'|'.join(sorted(areas))}|"

    def _candidates(self, text: str) -> Iterator[MapRow]:
        """The rows that match, longest first."""
        yield from self._rows.get((False, text), ())
        for length in self._lengths:
            if length <= len(text):
                yield from self._rows.get((True, text[:length]), ())


def _longest(rows: list[MapRow], day: dt.date) -> list[MapRow]:
    """Of the rows that match, longest first, the first that holds on a day; all of them where the same value has several."""
    holding = [row for row in rows if (row.since or dt.date.min) <= day < (row.until or dt.date.max)]
    return [row for row in holding if (row.value, row.prefix) == (holding[0].value, holding[0].prefix)]


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    return None if value is None or isinstance(value, list | dict) else json.dumps(value)
