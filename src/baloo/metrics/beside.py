"""Counts another plan over what was counted last, beside it: a question that the published keys do not answer.

It reads the rollups and the people of one manifest, and writes what it counts into a folder of its own, as a manifest that
`Answers` and `Reader` read like any other. Nothing is published, nothing of the state changes, and a refresh may go on meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from baloo.lake.base import LakeSnapshot
from baloo.metrics.arrivals import live
from baloo.metrics.counting import HELD, Counting
from baloo.metrics.days import lay_out_days, lay_out_parts, lay_out_staff
from baloo.metrics.derived import Manifest, NothingCounted, read_manifest
from baloo.metrics.files import Files, named, reading
from baloo.metrics.plan import Plan
from baloo.metrics.publish import whole
from baloo.metrics.session import Session
from baloo.metrics.store import Store
from baloo.metrics.who import TABLES, lay_out_views
from baloo.registry.model import Registry

__all__ = ["Held", "beside", "count_beside"]

_PREFIX = "beside-"
_LEFT = 86_400.0  # seconds after which a folder is taken to be nobody's
_TRIES = 5  # to take hold of the files of a manifest before a refresh or two delete them


class Held(msgspec.Struct, frozen=True):
    """A state held fast: its manifest, and a folder that has its files, until the block ends."""

    folder: Path
    manifest: Manifest


@contextlib.contextmanager
def beside(derived: Path) -> Iterator[Held]:
    """Hold the state that was counted last. Its files stay as long as the block runs, whatever is counted meanwhile.

    Raises NothingCounted where no refresh has run.
    """
    if read_manifest(derived) is None:
        raise NothingCounted
    _sweep(derived)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=derived) as name:
        folder = Path(name)
        yield Held(folder, _take_hold(derived, folder))


def count_beside(held: Held, plan: Plan, registry: Registry, lake: Callable[[], LakeSnapshot], memory_mb: int = 1500) -> Manifest:
    """Count a plan for everybody; the manifest of that, in the folder of `held`.

    `lake` is asked only where the plan looks into events in a way that the state has not: it is read as far as the state goes.
    """
    with Session(held.folder / "tmp", memory_mb) as session:
        files = Files(held.folder, held.manifest.version + 1)
        store = Store.of(session, files, plan, registry, held.manifest)
        if store.missing():
            store.adapt(live(lake(), held.manifest.seq))
        for table in TABLES:
            session.table(table, reading(files.paths(held.manifest.engine[table])))
        lay_out_views(session)
        lay_out_parts(store)
        counting = Counting(session, plan, store.sources)
        session.put("tops", HELD, [])
        lay_out_days(store, plan.sources)
        lay_out_staff(store)
        counting.run()
        published = whole(session, files, plan, counting)
    parts = {**published.parts(), "registry_hash": registry.hash, "no_number_before": plan.no_number_before, "engine": {}}
    return msgspec.structs.replace(held.manifest, **parts)


def _take_hold(derived: Path, folder: Path) -> Manifest:
    """Link the files of the present manifest into a folder; a refresh that deletes them in between makes another one present."""
    for _ in range(_TRIES):
        manifest = read_manifest(derived)
        if manifest is None:
            break
        with contextlib.suppress(FileNotFoundError):
            for name in (name for name in named(manifest) if name.endswith(".parquet")):
                _link(derived / name, folder / name)
            return manifest
    raise NothingCounted


def _link(file: Path, link: Path) -> None:
    if link.exists():
        return
    try:
        os.link(file, link)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without links
        shutil.copyfile(file, link)


def _sweep(derived: Path) -> None:
    """Delete what was left behind where somebody was killed."""
    for left in derived.glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - _LEFT:
                shutil.rmtree(left, ignore_errors=True)
