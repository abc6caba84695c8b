"""Compaction: few large data files of many small ones, without the rows that are void; and the removal of files nobody names.

Only what the counts have seen is touched (`through`), so that an incremental refresh never meets an old row in a new file, and
always finds the row that a new void takes back. The events are committed before the voids: between the two commits a void may
have nothing left to take back, which is harmless.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from baloo.lake.files import DataFile, parquet, write
from baloo.lake.table import DeltaLog

if TYPE_CHECKING:
    from baloo.lake.store import Lake

__all__ = ["GRACE", "Examined", "compact", "vacuum"]

GRACE = dt.timedelta(days=1)
"""How long a file stays that no longer belongs to a table: longer than any reader, or a backup, needs it."""

_LARGE = 1_000_000  # rows: a file of so many is left alone
_TINY = 10_000  # rows: files up to this are merged with any others
_FEWEST = 4  # files that are worth a merge
_VOID_SHARE = 0.2  # of a file's rows; with more void ones it is rewritten


def compact(lake: Lake, through: int, *, purge: bool = False, most: int | None = None) -> int:
    """Merge small files of the same month, and leave out the rows that are void by voids up to `through`; files replaced.

    With `purge` no void row stays in any file. `most` is how many rewrites are begun, one after the other, the smallest first.
    """
    lake.refresh()
    through = min(through, lake.events.through)
    _list_void_documents(lake, through)
    old = [file for file in lake.events.files() if file.max_seq <= through]
    all_voids = through >= lake.voids.through
    examined = lake.examined.void if all_voids and lake.examined.version == lake.voids.version else {}
    new = [file for file in old if file.path not in examined and file.min_seq < lake.voids.through]
    void = {**dict.fromkeys((file.path for file in new), 0), **_void_rows(lake, new), **examined}
    groups = _small_groups(old)
    merged = {file.path for group in groups for file in group}
    share = 0.0 if purge else _VOID_SHARE
    groups += [[file] for file in old if file.path not in merged and void.get(file.path, 0) > share * file.rows]
    groups = sorted(groups, key=lambda group: sum(file.rows for file in group))[:most]
    replaced = sum(_rewrite(lake, group, void) for group in groups)
    if not examined or any(void.get(file.path) for group in groups for file in group):
        replaced += _compact_voids(lake, through)
    lake.examined = Examined(lake.voids.version if all_voids else -1, void)
    return replaced


@dataclass(frozen=True, slots=True)
class Examined:
    """How many rows of each file all voids take back, as of a version of `voids`; of files with a row older than a void."""

    version: int = -1
    void: Mapping[str, int] = field(default_factory=dict)


def vacuum(lake: Lake, now: dt.datetime, grace: dt.timedelta = GRACE) -> int:
    """Delete files that belong to no table and were last touched before `now - grace`; how many."""
    lake.refresh()
    deleted = 0
    for log in (lake.events, lake.voids):
        named = {log.folder / file.path for file in log.files()}
        for file in [*log.folder.glob("*/*.parquet"), *log.folder.glob("*/.*.tmp")]:
            if "_delta_log" in file.parts or file in named or file.stat().st_mtime > (now - grace).timestamp():
                continue
            file.unlink()
            deleted += 1
    return deleted


def _small_groups(files: Sequence[DataFile]) -> list[list[DataFile]]:
    """Files of a month to merge: from the smallest up, as long as the next is not much larger than those before together."""
    groups = []
    by_month = sorted((f for f in files if f.rows < _LARGE), key=lambda f: (f.month, f.rows, f.path))
    for _, month in groupby(by_month, key=lambda f: f.month):
        group: list[DataFile] = []
        total = 0
        for file in month:
            if total >= _LARGE or (group and file.rows > max(2 * total, _TINY)):
                groups.append(group)
                group, total = [], 0
            group.append(file)
            total += file.rows
        groups.append(group)
    return [group for group in groups if len(group) >= _FEWEST]


def _list_void_documents(lake: Lake, through: int) -> None:
    """The table `void`: each document that was taken back, and the last seq that did it."""
    source = parquet([str(lake.voids.folder / f.path) for f in lake.voids.files()], lake.voids.columns)
    lake.duckdb.execute(f"""
        CREATE OR REPLACE TEMP TABLE void AS
        SELECT doc, namespace, environment, id, max(seq) AS last FROM {source} WHERE seq <= {through} GROUP BY ALL
    """)


def _void_rows(lake: Lake, files: Sequence[DataFile]) -> dict[str, int]:
    """How many rows of each file are void, where any are; one too many where a hash is shared by chance."""
    if not files or not lake.duckdb.execute("SELECT 1 FROM void LIMIT 1").fetchall():
        return {}
    paths = {str(lake.events.folder / file.path): file.path for file in files}
    rows = lake.duckdb.execute(f"""
        SELECT filename, count(*) FROM {parquet(list(paths), lake.events.columns, places=True)} AS e
        JOIN (SELECT doc, max(last) AS last FROM void GROUP BY doc) USING (doc) WHERE e.seq < last GROUP BY filename
    """).fetchall()
    return {paths[name]: count for name, count in rows}


def _rewrite(lake: Lake, group: Sequence[DataFile], void: Mapping[str, int]) -> int:
    """One file for a group of a month; none where nothing is left of it."""
    events = lake.events
    files = parquet(events.sound(group), events.columns)
    gone = any(void.get(file.path) for file in group)
    source = f"SELECT e.* FROM {files} AS e"
    if gone:
        source += " LEFT JOIN void AS v USING (doc, namespace, environment, id) WHERE v.last IS NULL OR e.seq >= v.last"
    return _replace(events, group, write(lake.duckdb, events.columns, events.folder, group[0].month, source), gone=gone)


def _compact_voids(lake: Lake, through: int) -> int:
    """One file of voids a month, without those that have nothing left to take back."""
    voids, events = lake.voids, lake.events
    old = [file for file in voids.files() if file.max_seq <= through]
    if not old:
        return 0
    left = parquet([str(events.folder / f.path) for f in events.files()], events.columns)
    lake.duckdb.execute(f"""
        CREATE OR REPLACE TEMP TABLE needed AS
        SELECT doc, min(seq) AS first FROM {left} WHERE doc IN (SELECT doc FROM void) GROUP BY doc
    """)
    replaced = 0
    for month, group in groupby(sorted(old, key=lambda f: f.month), key=lambda f: f.month):
        files = list(group)
        source = f"""
            SELECT v.* FROM {parquet(voids.sound(files), voids.columns)} AS v
            JOIN needed USING (doc) WHERE first < v.seq
        """
        new = write(lake.duckdb, voids.columns, voids.folder, month, source)
        rows = sum(file.rows for file in files)
        if len(files) > 1 or new is None or new.rows < rows:
            replaced += _replace(voids, files, new, gone=new is None or new.rows < rows)
    return replaced


def _replace(log: DeltaLog, old: Sequence[DataFile], new: DataFile | None, *, gone: bool) -> int:
    """Commit the new file in the place of the old ones, which stay for those who read them now."""
    removed = [file for file in old if new is None or file.path != new.path]
    if not removed:
        return 0
    for file in removed:
        os.utime(log.folder / file.path)  # `vacuum` counts the grace from here
    added = [new] if new is not None and len(removed) == len(old) else []
    log.commit(added, removed, new_data=gone)
    return len(removed)
