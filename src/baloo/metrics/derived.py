"""The files of what was counted: a manifest and Parquet files beside it, in `data/derived/`, replaced whole and atomically.

`manifest.json` is a `Manifest`. Files are never changed after they are named in one. A reader opens the manifest, then the
files; the writer keeps the files of the manifest before the present one, so a reader in the middle of a page is not left without.

`intervals`: key INTEGER, person BIGINT, start DATE, stop DATE: `person` held measure `key` on the days in [start, stop);
stop 9999-12-31 is for ever. Rows are disjoint and not adjacent for one (key, person). The live rows are those of `intervals`
whose person is not in `replaced`, and those of `patch`. Bots and people who opted out have no rows.

`changes`: key INTEGER, staff BOOLEAN, day DATE, delta BIGINT: the number of people who hold `key` at day d is the sum of the
deltas with staff = false up to d; how many of them are staff at d, the same with staff = true.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from baloo.errors import BalooError, ExitCode
from baloo.workspace import write_whole

__all__ = ["FOREVER", "Key", "Manifest", "NothingCounted", "read_manifest", "write_manifest"]

FOREVER = "9999-12-31"


class NothingCounted(BalooError):
    """No refresh has run in this workspace yet."""

    slug = "nothing-counted"
    exit_code = ExitCode.INPUT
    status = 503

    def __init__(self) -> None:
        super().__init__("Nothing is counted yet.", remedy="Run `baloo refresh`.")


class Key(msgspec.Struct, frozen=True):
    """What one `key` of the tables means.

    scope: `community`, `unclaimed`, `area:ID` (a part of a split is `area:ID/VALUE`), `system:ID`, `organisation:ID`.
    measure: a level (`visitor`, `casual`, `active`, `core`), `point:ID` (of an area), `known` (first contribution day, for ever),
    `seen` (a contribution in the year), `new` (the feed's newcomers: one row [Monday, next Monday) a person and week),
    and for the community also `staff`.
    Several measures of one scope may share a key where they are the same by definition; each has its own entry.
    """

    key: int
    scope: str
    measure: str


class Manifest(msgspec.Struct, frozen=True):
    """One published state of what was counted. Paths are relative to the folder of the manifest."""

    version: int  # grows with each refresh
    seq: int  # what arrived up to this queue row is counted
    people_version: int
    registry_hash: str
    refreshed: str  # ISO moment
    keys: tuple[Key, ...] = ()
    intervals: tuple[str, ...] = ()
    patch: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()  # files with one column, person BIGINT
    changes: tuple[str, ...] = ()
    first_days: dict[str, str] = {}  # system to its first known day
    last_days: dict[str, str] = {}  # system to its last known day
    staging: dict[str, tuple[int, str]] = {}  # system to its events of staging, and the ISO moment when the last arrived
    no_number_before: dict[str, str] = {}  # scope, `scope core` or `scope point:p` to the day before which there is none
    engine: dict[str, tuple[str, ...]] = {}  # the engine's own tables (rollups, map of people ...): name to files


def read_manifest(folder: Path) -> Manifest | None:
    """The present manifest, or None where nothing was counted yet."""
    file = folder / "manifest.json"
    return msgspec.json.decode(file.read_bytes(), type=Manifest) if file.exists() else None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Publish a manifest; the files it names are durable before."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest)))
