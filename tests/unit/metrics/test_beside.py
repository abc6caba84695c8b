"""Counted beside the published state: as that state was, whatever has arrived since."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from baloo.lake.base import LakeSnapshot
from baloo.metrics.beside import beside, count_beside
from baloo.metrics.compile import compile_registry
from baloo.metrics.derived import Manifest, NothingCounted, read_manifest
from baloo.registry.model import Area, Claim, Registry
from baloo.registry.model import Test as Line
from harness import live_rows
from unit.metrics import small_world


def test_it_is_the_state_that_was_counted(tmp_path: Path):
    """Every form of rule, and one that looks where none did before, gives what a refresh of that moment gave, whatever arrives,
    is taken back and is counted meanwhile."""
    world = small_world.lived_in(tmp_path)
    other = _another()
    world.refresh(other, whole=True, derived=tmp_path / "truth")
    with beside(world.derived) as held:
        last = world.did((8, "wiki.edit", "2024-07-02", {"page": "x/late"}), (1, "git.edit", "2024-03-01", {}))
        world.take_back(last - 2)
        for _ in range(2):  # the second deletes the files of the state that is held
            world.refresh(whole=True)
        files, seqs = zip(*world.files, strict=True)
        lake = LakeSnapshot(1, world.seq, files, tuple(world.voids), seqs)
        rows = _rows(held.folder, count_beside(held, compile_registry(other), other, lambda: lake))
    truth = read_manifest(tmp_path / "truth")

    assert truth is not None
    assert rows == _rows(tmp_path / "truth", truth)
    assert {scope for scope, *_ in rows} >= {"area:late", "area:words/fr", "community"}


def test_nothing_is_left_behind(tmp_path: Path):
    """Where nothing was counted nothing is made; what somebody who was killed left is deleted when it is a day old."""
    with pytest.raises(NothingCounted), beside(tmp_path):
        pass
    world = small_world.lived_in(tmp_path)
    old, new = (world.derived / f"beside-{name}" for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (time.time() - 90_000,) * 2)
    with beside(world.derived):
        pass

    assert (old.exists(), new.exists()) == (False, True)
    assert [path.name for path in tmp_path.glob("beside-*")] == []


def _another() -> Registry:
    """Another threshold, and an area by a field that no rule asked for."""
    told = small_world.registry(regular=2)
    late = Area("late", "Late", counts=(Claim("wiki", where=(("page", Line("starts", ("x",))),)),))
    return replace(told, areas={**told.areas, "late": late}, hash="another")


def _rows(folder: Path, manifest: Manifest) -> list[tuple[object, ...]]:
    names: dict[int, list[tuple[str, str]]] = {}
    for key in manifest.keys:
        names.setdefault(key.key, []).append((key.scope, key.measure))
    return sorted((*name, *row) for key, *row in live_rows(folder, manifest) for name in names[key])
