"""Entries of a table's log, in Delta's form: each is synced before it has its name, and holds a sum of what it says.

The sum stands at the end of `commitInfo`, which Delta leaves to whoever commits, and goes over every byte before it. That of a
checkpoint stands in `_last_checkpoint`, among the tags. Other readers of Delta pass both by. What delta-rs wrote by itself has no
sum and is taken as it is.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from baloo.errors import StorageBroken
from baloo.lake.files import DataFile, digest
from baloo.lake.tables import APP, MONTH, Columns
from baloo.workspace import fsync_path, write_whole

__all__ = [
    "POINTER", "changes", "check_checkpoint", "check_entry", "checkpoint_of", "entry_of", "seal_checkpoint", "sum_of_checkpoint",
    "table_of", "write_entry",
]  # fmt: skip

POINTER = "_last_checkpoint"
_SUM = "sha256"
_TAIL = len(f',"{_SUM}":""}}}}\n') + 64
_DELTA_RS = b'"engineInfo":"delta-rs'


def entry_of(log: Path, version: int) -> Path:
    """The file of an entry."""
    return log / f"{version:020}.json"


def checkpoint_of(log: Path, version: int) -> Path:
    """The file of a checkpoint: the table as it is after the entry of the same version."""
    return log / f"{version:020}.checkpoint.parquet"


def table_of(columns: Columns, settings: dict[str, str], now: int) -> list[dict[str, Any]]:
    """The actions that make a table; `now` is milliseconds since 1970."""
    return [
        {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
        {"metaData": {
            "id": str(uuid.uuid4()), "name": columns.name, "format": {"provider": "parquet", "options": {}},
            "schemaString": columns.schema.to_json(), "partitionColumns": [MONTH], "configuration": settings, "createdTime": now,
        }},
    ]  # fmt: skip


def changes(
    add: Sequence[DataFile], remove: Sequence[DataFile], through: int | None, now: int, *, new_data: bool
) -> list[dict[str, Any]]:
    """The actions of a commit: data files that come and go, and the seq loaded with them."""
    actions: list[dict[str, Any]] = [
        {"add": {
            "path": f.path, "partitionValues": {MONTH: f.month}, "size": f.size, "modificationTime": now,
            "dataChange": new_data, "stats": f.stats,
        }} for f in add
    ]  # fmt: skip
    actions += [
        {"remove": {
            "path": f.path, "deletionTimestamp": now, "dataChange": new_data, "extendedFileMetadata": True,
            "partitionValues": {MONTH: f.month}, "size": f.size,
        }} for f in remove
    ]  # fmt: skip
    if through is not None:
        actions.append({"txn": {"appId": APP, "version": through, "lastUpdated": now}})
    return actions


def write_entry(file: Path, operation: str, actions: Sequence[dict[str, Any]], now: int) -> None:
    """Write an entry that nobody wrote yet. When this returns it is durable; a power cut leaves it whole or not at all.

    Raises StorageBroken where it is there, OSError where it cannot be written.
    """
    if file.exists():
        raise StorageBroken("Somebody else writes this table.", where=str(file), remedy="Stop the other process.")
    info = {"commitInfo": {"timestamp": now, "operation": operation, "engineInfo": "baloo"}}
    lines = "\n".join(json.dumps(action, separators=(",", ":")) for action in [*actions, info])
    write_whole(file, _sealed(lines.removesuffix("}}").encode()))


def check_entry(file: Path) -> None:
    """Compare an entry with its sum. Raises StorageBroken where it is not what was written, OSError where it cannot be read."""
    data = file.read_bytes()
    if data != _sealed(data[:-_TAIL]) and not (_DELTA_RS in data and _is_json(data)):
        raise _broken(file)


def seal_checkpoint(log: Path, version: int) -> None:
    """Make a checkpoint that delta-rs has written durable, and note its sum where it is pointed to."""
    checkpoint = checkpoint_of(log, version)
    fsync_path(checkpoint)
    pointer = json.loads((log / POINTER).read_bytes())
    pointer["tags"] = {_SUM: digest(checkpoint)}
    write_whole(log / POINTER, json.dumps(pointer, separators=(",", ":")).encode())


def sum_of_checkpoint(log: Path, version: int) -> str | None:
    """The sum that a checkpoint had when it was written, None where none was noted."""
    try:
        pointer = json.loads((log / POINTER).read_bytes())
        return str(pointer["tags"][_SUM]) if pointer["version"] == version else None
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def check_checkpoint(log: Path, version: int) -> None:
    """Compare a checkpoint with the sum that was noted for it, if one was.

    Raises StorageBroken where it is not what was written.
    """
    noted = sum_of_checkpoint(log, version)
    file = checkpoint_of(log, version)
    if noted is not None and digest(file) != noted:
        raise _broken(file)


def _sealed(lines: bytes) -> bytes:
    """An entry whose last line is still open, with its sum."""
    return b'%s,"%s":"%s"}}\n' % (lines, _SUM.encode(), hashlib.sha256(lines).hexdigest().encode())


def _is_json(data: bytes) -> bool:
    try:
        return all(isinstance(json.loads(line), dict) for line in data.splitlines())
    except ValueError:
        return False


def _broken(file: Path) -> StorageBroken:
    return StorageBroken("A file of a table's log is not what was written.", where=str(file), remedy="Restore it from a backup.")
