"""Reads the counted files of one manifest through DuckDB, each question by a statement of `metrics/sql/answers_*.sql`.

Who came and who stayed is found here among the rows of the keys in question: DuckDB takes longer to plan it than that takes.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
import msgspec
import numpy as np

from baloo.errors import StorageBroken
from baloo.metrics.derived import Manifest
from baloo.metrics.questions.held import Held

__all__ = ["Came", "Connection", "Kept", "Reader", "States"]

_BITS = 62  # keys in one word
_EPOCH = dt.date(1970, 1, 1)
_T = TypeVar("_T")
_integers = msgspec.json.Decoder(list[int])


class States(NamedTuple):
    """How many people hold exactly the keys `before` at the one day, and exactly those `after` at the other."""

    before: frozenset[int]
    after: frozenset[int]
    people: int


class Came(NamedTuple):
    """People who did not hold `key` at the end of the day `eve`, and held it on the next day that was asked about."""

    key: int
    eve: dt.date
    people: int
    returned: int  # those of them who had held it before the eve


class Kept(NamedTuple):
    """People who first held a key after the day `eve` and by the next one asked about; at `day`, those who held it then."""

    eve: dt.date
    day: dt.date | None
    people: int


class Connection:
    """One DuckDB in memory, opened at the first question: little memory, UTC. Safe to use from many threads.

    It has one thread of its own: a question takes 5 to 30 ms, and the other processor draws figures or takes in events meanwhile.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._base: duckdb.DuckDBPyConnection | None = None

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a statement. Raises StorageBroken where a counted file cannot be read."""
        return self._ask(sql, parameters, duckdb.DuckDBPyConnection.fetchall)

    def columns(self, sql: str) -> Mapping[str, np.ndarray[Any, Any]]:
        """All columns of a statement. Raises what `rows` raises."""
        return self._ask(sql, None, duckdb.DuckDBPyConnection.fetchnumpy)

    def _ask(self, sql: str, parameters: Mapping[str, object] | None, fetch: Callable[[duckdb.DuckDBPyConnection], _T]) -> _T:
        with self._lock:
            if self._base is None:
                self._base = duckdb.connect(config={"threads": "1", "memory_limit": "256MB", "preserve_insertion_order": "false"})
                self._base.execute("SET GLOBAL TimeZone = 'UTC'")
                self._base.execute("SET GLOBAL parquet_metadata_cache = true")
                self._base.execute("SET GLOBAL allocator_background_threads = true")  # gives 20 MB back after a question
            cursor = self._base.cursor()
        try:
            return fetch(cursor.execute(sql, dict(parameters or {})))
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise StorageBroken(
                f"The counted files cannot be read ({reason}).", remedy="Count anew with `baloo refresh --all`.",
            ) from error
        finally:
            cursor.close()


class Reader:
    """The files of one manifest. Holds none of them open between questions."""

    def __init__(self, folder: Path, manifest: Manifest, connection: Connection) -> None:
        self._connection = connection
        self._staff = [entry.key for entry in manifest.keys if (entry.scope, entry.measure) == ("community", "staff")]
        self._live = _live(folder, manifest)
        self._changes = _parquet(folder, manifest.changes)
        self._last: tuple[tuple[tuple[int, ...], bool], Held] | None = None

    def curves(self, keys: Iterable[int]) -> list[tuple[int, bool, list[int], list[int]]]:
        """(key, staff, days, deltas) in order of day, days counted from 1970-01-01. Keys without changes have no row."""
        if not self._changes:
            return []
        sql = _sql("curves").format(changes=self._changes, keys=_listed(keys))
        found = self._connection.rows(sql)
        return [(key, staff, _integers.decode(days), _integers.decode(deltas)) for key, staff, days, deltas in found]

    def states(self, keys: Sequence[int], a: dt.date, b: dt.date, staff: bool) -> list[States]:
        """People by the keys that they hold at day a and at day b, without those who hold none at both."""
        if not keys or not self._live:
            return []
        words = [keys[i:i + _BITS] for i in range(0, len(keys), _BITS)]
        cells = [(f"{day}{i}", day, _bits(word)) for day in ("a", "b") for i, word in enumerate(words)]
        sql = _sql("states").format(
            held=self._held(keys, staff),
            words=", ".join(f"BIT_OR(CASE WHEN start <= ${day} AND stop > ${day} THEN {bits} ELSE 0 END) AS {name}"
                            for name, day, bits in cells),
            columns=", ".join(name for name, _, _ in cells),
        )
        found = self._connection.rows(sql, {"a": a, "b": b})
        n = len(words)
        return [States(_unpack(words, row[:n]), _unpack(words, row[n:2 * n]), row[-1]) for row in found]

    def during(self, keys: Sequence[int], first: dt.date, last: dt.date, staff: bool) -> list[tuple[frozenset[int], int]]:
        """People by the keys that they held on any of the days from `first` to `last`."""
        if not keys or not self._live:
            return []
        words = [keys[i:i + _BITS] for i in range(0, len(keys), _BITS)]
        sql = _sql("during").format(
            held=self._held(keys, staff), columns=", ".join(f"w{i}" for i in range(len(words))),
            words=", ".join(f"BIT_OR({_bits(word)}) AS w{i}" for i, word in enumerate(words)),
        )
        return [(_unpack(words, row[:-1]), row[-1]) for row in self._connection.rows(sql, {"first": first, "last": last})]

    def came(self, keys: Sequence[int], days: Sequence[dt.date], staff: bool) -> list[Came]:
        """Who came between each day and the next, for each key; days are in order, and where nobody came there is no row."""
        if not keys or len(days) < 2 or not self._live:
            return []
        came = self._times(tuple(keys), staff).came([(day - _EPOCH).days for day in days])
        return [Came(key, days[i], people, returned) for key, i, people, returned in came]

    def cohorts(self, key: int | None, days: Sequence[dt.date], staff: bool) -> list[Kept]:
        """Who first held a key between each day and the next, and how many of them held it on each day after."""
        if key is None or not self._live:
            return []
        kept = self._times((key,), staff).cohorts([(day - _EPOCH).days for day in days])
        return [Kept(days[i], None if j is None else days[j], people) for i, j, people in kept]

    def _times(self, keys: tuple[int, ...], staff: bool) -> Held:
        """When people held the keys. What was read last is kept: a page asks several questions of the same key."""
        asked, last = (keys, staff), self._last
        if last is None or last[0] != asked:
            sql = _sql("times").format(held=self._held(keys, staff))
            self._last = last = (asked, Held.of(keys, self._connection.columns(sql)))
        return last[1]

    def _held(self, keys: Iterable[int], staff: bool) -> str:
        if staff or not self._staff:
            return _sql("everybody").format(live=self._live, keys=_listed(keys))
        return _sql("volunteers").format(live=self._live, keys=_listed(keys), staff=_listed(self._staff))


@cache
def _sql(name: str) -> str:
    return files("baloo.metrics").joinpath("sql", f"answers_{name}.sql").read_text("utf-8")


def _listed(keys: Iterable[int]) -> str:
    return ", ".join(str(int(key)) for key in keys)


def _parquet(folder: Path, names: Sequence[str]) -> str:
    quoted = ", ".join("'" + str(folder / name).replace("'", "''") + "'" for name in names)
    return f"read_parquet([{quoted}])" if names else ""


def _live(folder: Path, manifest: Manifest) -> str:
    """A subquery of the live rows: those of the whole files, less the people that were counted anew, and theirs."""
    whole, patch, replaced = (_parquet(folder, names) for names in (manifest.intervals, manifest.patch, manifest.replaced))
    parts = []
    if whole:
        less = f" WHERE NOT EXISTS (SELECT 1 FROM {replaced} AS r WHERE r.person = i.person)" if replaced else ""
        parts.append(f"SELECT key, person, start, stop FROM {whole} AS i{less}")
    if patch:
        parts.append(f"SELECT key, person, start, stop FROM {patch} AS p")
    return f"({' UNION ALL '.join(parts)})" if parts else ""


def _bits(word: Sequence[int]) -> str:
    cases = " ".join(f"WHEN {key} THEN {1 << i}" for i, key in enumerate(word))
    return f"CASE key {cases} ELSE 0 END"


def _unpack(words: Sequence[Sequence[int]], row: Sequence[int]) -> frozenset[int]:
    return frozenset(key for word, bits in zip(words, row, strict=True) for i, key in enumerate(word) if bits >> i & 1)
