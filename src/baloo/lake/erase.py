"""Erasure: the rows of identities go from the data files, and the words of a person from what others' rows say.

Files are written anew and committed in the place of the old ones, which are deleted at once: nobody but the holder of `lake.lock`
reads them for long. Done again after a crash, it finds nothing left to do. Others' rows keep their hashes of document, body and
natural key, so that what comes again is still found to be there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from arro3.core import Array, DataType, Table

from baloo.lake.files import DataFile, blaming, parquet, quoted, write
from baloo.lake.store import Lake
from baloo.lake.table import DeltaLog
from baloo.lake.words import Words
from baloo.workspace import fsync_path

__all__ = ["Fields", "Gone", "erase", "foresee"]

_AT_ONCE = 10_000
Fields: TypeAlias = "Mapping[tuple[str, str], tuple[str | None, Collection[str]]]"
"""Of each (system, kind): the field that names an account, and the fields that rules look at."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What an erasure takes from the lake: contributions, others' rows with a word in them, and the data files they stand in."""

    rows: int = 0
    texts: int = 0
    files: int = 0


def foresee(lake: Lake, identities: Sequence[int], words: Words, fields: Fields) -> Gone:
    """What an erasure would take; nothing is changed."""
    lake.refresh()
    rows = _list_rows(lake, identities)
    texts = _list_texts(lake, words, fields)
    return Gone(sum(rows.values()), sum(texts.values()), len({*rows, *texts}))


def erase(lake: Lake, identities: Sequence[int], words: Words, fields: Fields) -> Gone:
    """Take the rows of the identities and the words out of every file, and delete what no table names any more.

    Raises StorageFull where there is no room for the files that are written anew; the next call begins again.
    """
    lake.refresh()
    rows = _list_rows(lake, identities)
    texts = _list_texts(lake, words, fields)
    old = [file for file in lake.events.files() if file.path in rows or file.path in texts]
    _erase_voids(lake)
    with blaming([str(lake.events.folder / file.path) for file in old]):
        new = [_without(lake, file) for file in old]
    if old:
        lake.events.commit([file for file in new if file is not None], old)
    _unlink(lake)
    return Gone(sum(rows.values()), sum(texts.values()), len(old))


def _list_rows(lake: Lake, identities: Sequence[int]) -> dict[str, int]:
    """The table `erased` of rows to leave out, by place, with their documents; how many there are in each file."""
    listed = ", ".join(str(int(number)) for number in identities) or "NULL"
    source = parquet(_paths(lake.events), lake.events.columns, places=True)
    lake.duckdb.execute(f"""
        CREATE OR REPLACE TEMP TABLE erased AS
        SELECT filename, file_row_number, seq, doc, namespace, environment, id FROM {source} WHERE identity_id IN ({listed})
    """)
    return _by_file(lake, "erased")


def _list_texts(lake: Lake, words: Words, fields: Fields) -> dict[str, int]:
    """The table `cleaned` of others' rows whose texts change, with the new ones; how many there are in each file."""
    lake.duckdb.execute("""
        CREATE OR REPLACE TEMP TABLE cleaned (filename VARCHAR, file_row_number BIGINT, object VARCHAR, extra VARCHAR)
    """)
    for chunk in _cleaned(lake, words, fields):
        columns: list[list[Any]] = [list(column) for column in zip(*chunk, strict=True)]
        kinds = (DataType.utf8(), DataType.int64(), DataType.utf8(), DataType.utf8())
        names = ("filename", "file_row_number", "object", "extra")
        lake.duckdb.register("changed", Table.from_pydict({
            name: Array(values, kind) for name, values, kind in zip(names, columns, kinds, strict=True)}))
        lake.duckdb.execute("INSERT INTO cleaned FROM changed")
        lake.duckdb.unregister("changed")
    place = "(filename, file_row_number)"
    lake.duckdb.execute(f"DELETE FROM cleaned WHERE {place} IN (SELECT {place} FROM erased)")
    return _by_file(lake, "cleaned")


def _cleaned(lake: Lake, words: Words, fields: Fields) -> Iterator[list[tuple[str, int, str | None, str]]]:
    """The rows that change, from those in which a spelling of a word stands, or an escape that may hide one, or an owner."""
    if not words:
        return
    with lake.duckdb.cursor() as reader:  # beside the tables that are filled meanwhile
        source = parquet(_paths(lake.events), lake.events.columns, places=True)
        found = reader.execute(
            f"SELECT filename, file_row_number, system, kind, object, extra FROM {source} WHERE {_suspicion(words, fields)}")
        while rows := found.fetchmany(_AT_ONCE):
            changed = []
            for filename, place, system, kind, target, extra in rows:
                owner, ruled = fields.get((system, kind), (None, ()))
                new_target = words.clean(target) if target else target
                new_extra = words.clean_fields(extra, system=system, owner=owner, ruled=ruled)
                if (new_target, new_extra) != (target, extra):
                    changed.append((filename, place, new_target, new_extra))
            if changed:
                yield changed


def _suspicion(words: Words, fields: Fields) -> str:
    """A condition that each row fulfils whose texts may change."""
    tests = ["false"]
    if words.needles:
        any_of = quoted("(?i)" + "|".join(map(re.escape, words.needles)))
        tests += [f"regexp_matches({text}, {any_of})" for text in ("object", "extra")]
        plain = "".join(words.needles).isascii()
        tests.append("regexp_matches(extra, '\\\\u00[2-7]|\\\\/')" if plain else "regexp_matches(extra, '\\\\[u/]')")
    for (system, kind), (owner, _) in fields.items():
        theirs = ", ".join(quoted(account) for of, account in words.accounts if of == system)
        if owner is not None and theirs:
            pointer = "/" + owner.replace("~", "~0").replace("/", "~1")
            said = f"lower(trim(nfc_normalize(json_extract_string(extra, {quoted(pointer)}))))"
            tests.append(f"(system = {quoted(system)} AND kind = {quoted(kind)} AND {said} IN ({theirs}))")
    return " OR ".join(tests)


def _without(lake: Lake, file: DataFile) -> DataFile | None:
    """A file anew, without the rows of `erased` and with the texts of `cleaned`; None where nothing is left of it."""
    events = lake.events
    source = parquet(events.sound([file]), events.columns, places=True)
    return write(lake.duckdb, events.columns, events.folder, file.month, f"""
        SELECT e.* EXCLUDE (filename, file_row_number) REPLACE (
            CASE WHEN c.filename IS NULL THEN e.object ELSE c.object END AS object,
            CASE WHEN c.filename IS NULL THEN e.extra ELSE c.extra END AS extra
        ) FROM {source} AS e
        ANTI JOIN erased AS d USING (filename, file_row_number)
        LEFT JOIN cleaned AS c USING (filename, file_row_number)
    """)


def _erase_voids(lake: Lake) -> None:
    """Leave out voids that have nothing left to take back when the rows of `erased` are gone."""
    voids, events = lake.voids, lake.events
    left = parquet(_paths(events), events.columns, places=True)
    lake.duckdb.execute(f"""
        CREATE OR REPLACE TEMP TABLE needless AS
        SELECT v.seq, v.doc, v.namespace, v.environment, v.id FROM {parquet(_paths(voids), voids.columns)} AS v
        SEMI JOIN erased USING (doc, namespace, environment, id)
        WHERE NOT EXISTS (
            SELECT 1 FROM (SELECT * FROM {left} ANTI JOIN erased USING (filename, file_row_number)) AS e
            WHERE e.doc = v.doc AND e.namespace = v.namespace AND e.environment = v.environment AND e.id = v.id AND e.seq < v.seq
        )
    """)
    touched: list[DataFile] = []
    new = []
    for file in voids.files():
        source = parquet([str(voids.folder / file.path)], voids.columns)
        keys = "USING (seq, doc, namespace, environment, id)"
        if lake.duckdb.execute(f"SELECT 1 FROM {source} SEMI JOIN needless {keys} LIMIT 1").fetchall():
            voids.sound([file])
            touched.append(file)
            rest = f"SELECT * FROM {source} ANTI JOIN needless {keys}"
            new.append(write(lake.duckdb, voids.columns, voids.folder, file.month, rest))
    if touched:
        voids.commit([file for file in new if file is not None], touched)


def _unlink(lake: Lake) -> None:
    """Delete what no table names: replaced files, what a crash left, and what the engine spilled."""
    for log in (lake.events, lake.voids):
        named = {log.folder / file.path for file in log.files()}
        for file in [*log.folder.glob("*=*/*.parquet"), *log.folder.glob("*=*/.*.tmp")]:
            if file not in named:
                file.unlink()
        for home in log.folder.glob("*=*"):
            with suppress(OSError):
                home.rmdir()  # a month of which nothing is left
            if home.exists():
                fsync_path(home)
        fsync_path(log.folder)
    shutil.rmtree(lake.folder / "_spill", ignore_errors=True)


def _paths(log: DeltaLog) -> list[str]:
    return [str(log.folder / file.path) for file in log.files()]


def _by_file(lake: Lake, table: str) -> dict[str, int]:
    """How many rows of each data file a table has."""
    prefix = len(str(lake.events.folder)) + 1
    rows = lake.duckdb.execute(f"SELECT filename, count(*) FROM {table} GROUP BY filename").fetchall()
    return {filename[prefix:]: count for filename, count in rows}
