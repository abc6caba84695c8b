"""Refreshing: only whom it concerns, with the rows of a count from nothing, and whole whenever it is stopped."""

from __future__ import annotations

import datetime as dt
import errno
from dataclasses import replace
from pathlib import Path

import pytest

from baloo.errors import StorageFull
from baloo.metrics import refresh as refreshing
from baloo.metrics.derived import read_manifest
from baloo.metrics.files import Files, named
from baloo.metrics.session import Session
from baloo.metrics.tables import tables
from baloo.people.base import StaffSpan
from unit.metrics import small_world


@pytest.fixture(autouse=True)
def _few_count_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a world of nine, four are not yet everybody."""
    monkeypatch.setattr(refreshing, "_AFFECTED", 0.5)


@pytest.fixture
def world(tmp_path: Path):
    """A small world, counted once."""
    return small_world.lived_in(tmp_path)


def test_nothing_new_changes_nothing(world: small_world.World):
    """Where nothing arrived, the manifest stands."""
    before = read_manifest(world.derived)

    assert world.refresh().mode == "nothing"
    assert read_manifest(world.derived) == before


def test_a_load_without_events_changes_nothing(world: small_world.World):
    """A heartbeat moves the lake on and gives nobody anything to count: the manifest stands, and so do the pages."""
    before = read_manifest(world.derived)
    world.seq += 1

    assert world.refresh().mode == "nothing"
    assert read_manifest(world.derived) == before


def test_an_event_of_staging_is_told_and_counted_nowhere(world: small_world.World):
    """What was only tried out makes a new manifest, which says how much of it there is."""
    before = tables(world.derived)
    world.did((1, "wiki.edit", "2024-02-01", {"environment": "staging"}))
    mode = world.refresh().mode
    manifest = read_manifest(world.derived)

    assert mode != "nothing"
    assert manifest is not None
    assert manifest.staging["wiki"][0] == 1
    assert tables(world.derived)["intervals"] == before["intervals"]


def test_a_late_event_concerns_one(world: small_world.World):
    """An event of long ago has one person counted again, as a count from nothing would."""
    world.did((8, "wiki.edit", "2023-12-31", {"page": "dev/c", "locale": "pt"}))
    done = world.refresh()

    assert (done.mode, done.added, done.removed) == ("incremental", 1, 0)
    assert done.persons == 1
    assert tables(world.derived) == world.rebuilt()


def test_what_is_taken_back_is_gone(world: small_world.World):
    """A void takes its event out of every count."""
    extra = world.did((5, "wiki.edit", "2024-02-01", {"page": "dev/c", "locale": "nl", "strings": 9}))
    world.refresh()
    world.take_back(extra)
    done = world.refresh()

    assert (done.mode, done.added, done.removed) == ("incremental", 0, 1)
    assert tables(world.derived)["intervals"] == world.rebuilt()["intervals"]
    assert tables(world.derived)["counts"] == world.rebuilt()["counts"]


def test_what_is_tried_out_is_told_and_not_counted(world: small_world.World):
    """Events of staging stand in the manifest by system, with when the last arrived; one that is taken back does not."""
    tried = world.did((7, "forum.answer", "2024-03-12", {"owner": "u1", "environment": "staging"}))
    before = tables(world.derived)
    world.refresh()
    two = read_manifest(world.derived)
    world.take_back(tried)
    world.refresh()
    one = read_manifest(world.derived)

    assert two is not None
    assert one is not None
    assert two.staging == {"forum": (2, "2026-11-22T00:00:00+00:00")}
    assert one.staging == {"forum": (1, "2026-11-22T00:00:00+00:00")}
    assert tables(world.derived)["intervals"] == before["intervals"]


def test_a_merge_concerns_who_answered(world: small_world.World):
    """Where an asker turns out to be the answerer, the answerer is counted again too."""
    world.join(3, 101)
    done = world.refresh()

    assert (done.mode, done.persons) == ("incremental", 2)
    assert tables(world.derived) == world.rebuilt()


def test_leaving_out_and_staff(world: small_world.World):
    """Who is left out, on a roster, or used a staff address, is counted as such from the next refresh on."""
    world.excluded = [109]
    world.staff = [StaffSpan(101, dt.date(2024, 1, 1), None)]
    world.observations = [20]
    done = world.refresh()

    assert done.mode == "incremental"
    assert tables(world.derived) == world.rebuilt()
    assert {row[2] for row in tables(world.derived)["intervals"] if row[1] == "staff"} == {101, 102}


def test_many_patches_are_worked_in(world: small_world.World):
    """After many refreshes small files have been added up, and nothing is lost."""
    for day in range(1, 18):
        world.did((1 + day % 3, "forum.answer", f"2024-04-{day:02}", {"owner": f"u{day % 9}"}))
        world.refresh()
    manifest = read_manifest(world.derived)

    assert tables(world.derived) == world.rebuilt()
    assert len(manifest.changes) <= 13
    assert len(manifest.engine["counts"]) <= 14


def test_a_changed_rule_reads_no_events(world: small_world.World):
    """Another threshold is counted from the rollups alone: the lake's files may be gone."""
    expected, other = world.rebuilt(small_world.registry(regular=2)), world.rebuilt()
    for file, _ in world.files:
        Path(file).unlink()
    world.refresh(small_world.registry(regular=2))

    assert tables(world.derived) == expected
    assert expected != other


def test_who_is_active_is_core_by_the_same_rule(tmp_path: Path):
    """A core point with the rule of the first active one is held by the same people on the same days."""
    told, rule = small_world.registry(), small_world.leaf(2)
    pathway = (small_world.point("regular", "active", rule), small_world.point("deep", "core", rule))
    told = replace(told, areas={"forum": replace(told.areas["support"], id="forum", pathway=pathway)})
    world = small_world.World(tmp_path)
    world.did((1, "forum.edit", "2024-01-05", {}), (1, "forum.edit", "2024-01-09", {}), (2, "forum.edit", "2024-01-09", {}))

    world.refresh(told)

    held = [(measure, *row) for scope, measure, *row in tables(world.derived)["intervals"] if scope == "area:forum"]
    spans = {measure: [row for name, *row in held if name == measure] for measure in ("active", "core")}
    assert spans["core"] == spans["active"] == [[101, dt.date(2024, 1, 9), dt.date(2024, 2, 4)]]


@pytest.mark.parametrize("written", range(1, 12))
def test_stopped_at_any_file(world: small_world.World, monkeypatch: pytest.MonkeyPatch, written: int):
    """A refresh that dies after any of its files leaves the last state whole, and the next one succeeds."""
    before = tables(world.derived)
    world.did((2, "forum.answer", "2024-02-03", {"owner": "u5"}))
    write = Files.write
    seen: list[str] = []

    def dying(self: Files, session: Session, name: str, select: str) -> str:
        if len(seen) == written:
            raise KeyboardInterrupt
        seen.append(name)
        return write(self, session, name, select)

    monkeypatch.setattr(Files, "write", dying)
    try:
        world.refresh()
    except KeyboardInterrupt:
        assert tables(world.derived) == before
    monkeypatch.undo()
    world.refresh()

    assert tables(world.derived) == world.rebuilt()


def test_stopped_before_the_manifest(world: small_world.World, monkeypatch: pytest.MonkeyPatch):
    """A refresh that dies with all files written has published nothing."""
    before = tables(world.derived)
    world.did((2, "forum.answer", "2024-02-03", {"owner": "u5"}))
    with monkeypatch.context() as patched:
        patched.setattr(refreshing, "write_manifest", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            world.refresh()

    assert tables(world.derived) == before


def test_files_outlive_their_manifest_by_one(world: small_world.World):
    """A reader in the middle of a page still finds the files of the manifest before; those before it are gone."""
    first = read_manifest(world.derived)
    for day in (3, 4):
        world.did((2, "forum.answer", f"2024-02-0{day}", {"owner": "u5"}))
        world.refresh(whole=True)
        second, first = first, read_manifest(world.derived)
    there = {file.name for file in world.derived.glob("*.parquet")}

    assert there == {name for manifest in (first, second) for name in named(manifest) if name.endswith(".parquet")}
    assert not (world.derived / "tmp").exists()


def test_a_full_disk(world: small_world.World, monkeypatch: pytest.MonkeyPatch):
    """Where there is no room, the error says so and the last counts stand."""
    before = tables(world.derived)
    world.did((2, "forum.answer", "2024-02-03", {"owner": "u5"}))

    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Files, "write", full)

    with pytest.raises(StorageFull):
        world.refresh()
    assert tables(world.derived) == before


def test_nothing_there_yet(tmp_path: Path):
    """An empty lake is counted too, and what comes after it."""
    world = small_world.World(tmp_path)
    first = world.refresh()
    world.did((2, "forum.answer", "2024-02-03", {"owner": "u5"}))
    world.refresh()

    assert (first.mode, first.added, first.version) == ("whole", 0, 1)
    assert tables(world.derived) == world.rebuilt()
