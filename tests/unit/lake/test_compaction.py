"""Compaction and vacuum: fewer files, the same answers."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from baloo.errors import StorageBroken
from baloo.lake import compaction
from baloo.lake.compaction import _small_groups
from baloo.lake.erase import erase
from baloo.lake.files import DataFile
from baloo.lake.store import Lake
from baloo.lake.words import Words
from walls import DAY, NOON, Walls, event, name, request, void


@pytest.fixture
def walls(tmp_path: Path) -> Iterator[Walls]:
    """An empty workspace."""
    made = Walls(tmp_path)
    yield made
    made.close()


def rows(walls: Walls) -> int:
    """Rows in the data files of `events`, void ones too."""
    return sum(file.rows for file in walls.lake.events.files())


def test_small_files_become_one_of_a_month_sorted_by_at(walls: Walls):
    """What is live is the same before and after."""
    for n in range(6):
        walls.load(request(event(n, at=NOON - n * DAY)), request(event(100 + n), received=NOON + 40 * DAY))
    before = walls.live("*")

    replaced = walls.lake.compact(walls.lake.events.through)

    (november, december) = walls.lake.snapshot().events
    moments = walls.lake.duckdb.execute(f"SELECT epoch_us(\"at\") FROM '{november}'").fetchall()
    assert replaced == 12
    assert moments == sorted(moments)
    assert walls.live("*") == before
    assert "received_month=2023-12" in december
    walls.lake.verify(november)


def test_one_rewrite_at_a_time_the_smallest_first(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """Who loads beside it need not wait for all of them."""
    monkeypatch.setattr(compaction, "_TINY", 1)
    for n in range(4):
        walls.load(request(*(event(100 * n + k) for k in range(9))))
    for n in range(4):
        walls.load(request(event(1000 + n)))

    sizes = []
    for _ in range(3):
        walls.lake.compact(walls.lake.events.through, most=1)
        sizes.append(sorted(file.rows for file in walls.lake.events.files()))

    assert sizes == [[4, 9, 9, 9, 9], [4, 36], [4, 36]]


def test_what_was_examined_is_not_examined_again(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """Without new voids no row becomes void: the rows of the lake are read once for the voids that are there."""
    for n in range(4):
        walls.load(request(event(n)))
    walls.load(request(event(0, extra='{"n":2}'), voids=[void(1)]))
    looked: list[int] = []
    look = compaction._void_rows
    monkeypatch.setattr(compaction, "_void_rows", lambda lake, files: looked.append(len(files)) or look(lake, files))

    for n in range(3):
        walls.lake.compact(walls.lake.events.through, most=0)
        walls.load(request(event(100 + n)))
    walls.load(request(voids=[void(2)]))
    walls.lake.compact(walls.lake.events.through)

    assert looked == [4, 0, 0, 8]
    assert rows(walls) == len(walls.numbers()) == 5


@pytest.mark.parametrize("rewrite", [
    pytest.param(lambda lake: lake.compact(9, purge=True), id="compaction"),
    pytest.param(lambda lake: erase(lake, [1], Words(), {}), id="erasure"),
])  # fmt: skip
def test_what_has_changed_is_not_written_anew_under_a_good_name(walls: Walls, rewrite: Callable[[Lake], object]):
    """DuckDB does not see that a bit has flipped; and whoever looks at the new file finds that it is what was written."""
    walls.load(request(event(1), event(2, account="\x01"), event(3)))
    walls.load(request(voids=[void(1)]))
    (path,) = walls.lake.snapshot().events
    walls.lake.verify(path)
    data = bytearray(Path(path).read_bytes())
    data[data.index(event(3).body.to_bytes(8, "little", signed=True))] ^= 1
    Path(path).write_bytes(data)

    with pytest.raises(StorageBroken, match="not what was written"):
        rewrite(walls.lake)


def test_few_files_are_left_alone(walls: Walls):
    """Three files are not worth a merge, and a second compaction finds nothing to do."""
    for n in range(3):
        walls.load(request(event(n)))
    version = walls.lake.events.version

    assert walls.lake.compact(walls.lake.events.through) == 0
    assert walls.lake.events.version == version


def test_what_the_counts_have_not_seen_is_left_alone(walls: Walls):
    """Files with a later seq stay as they are, and so do rows that only a later void takes back."""
    for n in range(5):
        seen = walls.load(request(event(n))).through
    walls.load(request(event(9), voids=[void(0)]))

    walls.lake.compact(seen)

    files = walls.lake.events.files()
    assert [(f.rows, f.max_seq) for f in files] == [(5, seen), (1, seen + 1)]
    assert walls.numbers() == [1, 2, 3, 4, 9]


def test_void_rows_leave_and_then_their_voids(walls: Walls):
    """Revised and deleted rows are gone from the files; a void with nothing left to take back goes too."""
    for n in range(5):
        walls.load(request(event(n)))
    walls.load(request(event(0, extra='{"n":2}'), voids=[void(1)]))
    before = walls.live("*")

    walls.lake.compact(walls.lake.events.through)

    assert walls.live("*") == before
    assert rows(walls) == 4
    assert walls.lake.voids.files() == ()


def test_a_document_taken_back_and_sent_late_again_counts(walls: Walls):
    """Also when compaction came between."""
    for n in range(5):
        walls.load(request(event(n)))
    walls.load(request(voids=[void(1)]))
    walls.lake.compact(walls.lake.events.through)
    loaded = walls.load(request(event(1)))

    assert loaded.accepted == 1
    assert walls.numbers() == [0, 1, 2, 3, 4]


def test_a_void_stays_while_its_row_does(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """A large file with few void rows is not rewritten; its voids are kept. `purge` rewrites it."""
    monkeypatch.setattr(compaction, "_LARGE", 10)
    walls.load(request(*[event(n) for n in range(10)]))
    walls.load(request(voids=[void(3)]))

    assert walls.lake.compact(walls.lake.events.through) == 0
    assert (rows(walls), len(walls.lake.voids.files())) == (10, 1)

    walls.lake.compact(walls.lake.events.through, purge=True)

    assert (rows(walls), walls.lake.voids.files()) == (9, ())
    assert walls.numbers() == [0, 1, 2, 4, 5, 6, 7, 8, 9]


def test_a_file_whose_rows_are_all_void_goes(walls: Walls):
    """Nothing is written in its place."""
    walls.load(request(event(1), event(2)))
    walls.load(request(voids=[void(1), void(2)]))
    walls.lake.compact(walls.lake.events.through)

    assert walls.lake.events.files() == ()
    assert walls.lake.voids.files() == ()


def test_a_merge_that_changes_nothing_is_not_committed(walls: Walls):
    """A file rewritten to the same bytes keeps its name, and stays in the table."""
    walls.load(request(event(1)))
    (file,) = walls.lake.events.files()
    version = walls.lake.events.version

    assert compaction._replace(walls.lake.events, [file], file, gone=False) == 0
    assert walls.lake.events.version == version


def test_the_load_goes_on_after_a_compaction(walls: Walls):
    """The seq of the last load outlives it."""
    for n in range(5):
        through = walls.load(request(event(n))).through
    walls.lake.compact(through)

    assert walls.reopened().lake.events.through == through


@pytest.mark.parametrize("seed", range(2))
def test_random_histories_are_the_same_compacted_or_not(tmp_path: Path, seed: int):
    """Loads, revisions, voids, late copies and compactions at random: the live rows are those without compactions."""
    luck = random.Random(seed)
    with_it, without = Walls(tmp_path / "a"), Walls(tmp_path / "b")
    for _ in range(15):
        numbers = [luck.randrange(12) for _ in range(luck.randrange(4))]
        row = request(
            *[event(n, extra=f'{{"n":{luck.randrange(2)}}}', at=NOON + luck.randrange(3)) for n in numbers],
            voids=[void(luck.randrange(12)) for _ in range(luck.randrange(3))], received=NOON + luck.randrange(2) * 40 * DAY,
        )
        for walls in (with_it, without):
            walls.load(row)
        if luck.random() < 0.4:
            through = with_it.lake.events.through - luck.randrange(4)
            with_it.lake.compact(through, purge=luck.random() < 0.3)

    columns = "id, seq, body, extra"
    assert with_it.live(columns) == without.live(columns)
    with_it.close()
    without.close()


@pytest.mark.parametrize(("sizes", "merged"), [
    ([1] * 3, 0), ([1] * 4, 4), ([10, 20, 30, 500_000], 0), ([400_000] * 4, 3), ([10] * 40 + [500_000], 40),
    ([1_000_000] * 9, 0), ([9_999] * 10 + [90_000, 350_000], 12),
])  # fmt: skip
def test_merged_are_files_of_like_size(sizes: list[int], merged: int):
    """A large file is not written again for a few rows."""
    files = [DataFile(str(n), 0, "2023-11", rows, 0, 0) for n, rows in enumerate(sizes)]

    groups = _small_groups(files)

    assert sum(len(group) for group in groups) == (merged if merged >= 4 else 0)


class TestVacuum:
    """Files that no table names."""

    def test_replaced_files_go_after_the_grace(self, walls: Walls):
        """Not before: somebody may be reading them."""
        for n in range(5):
            walls.load(request(event(n)))
        walls.lake.compact(walls.lake.events.through)
        now = dt.datetime.now(dt.UTC)

        assert walls.lake.vacuum(now) == 0
        assert walls.lake.vacuum(now + dt.timedelta(days=2)) == 5
        assert walls.numbers() == [0, 1, 2, 3, 4]

    def test_the_grace_begins_when_a_file_is_replaced(self, walls: Walls):
        """However old it is by then."""
        for n in range(5):
            walls.load(request(event(n)))
        for file in walls.lake.snapshot().events:
            os.utime(file, (0, 0))
        walls.lake.compact(walls.lake.events.through)

        assert walls.lake.vacuum(dt.datetime.now(dt.UTC)) == 0

    def test_leftovers_of_a_crash_go(self, walls: Walls):
        """Temporary files and data files that were never committed; nothing in the log."""
        walls.load(request(event(1)))
        month = walls.folder / "lake" / "events" / "received_month=2023-11"
        (month / ".x.tmp").write_bytes(b"")
        (month / "stray.parquet").write_bytes(b"")

        assert walls.lake.vacuum(dt.datetime.now(dt.UTC) + dt.timedelta(days=2)) == 2
        assert [row[0] for row in walls.reopened().live()] == [name(1)]
