"""One Delta table: commits, what a power cut can leave behind, and what others read."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import deltalake
import pytest
from deltalake.exceptions import DeltaError

from baloo.errors import BalooError, StorageBroken, StorageFull
from baloo.lake import table as table_module
from baloo.lake.files import write
from baloo.lake.store import Lake
from walls import NOON, Walls, event, request


@pytest.fixture
def walls(tmp_path: Path) -> Iterator[Walls]:
    """A workspace with two loads."""
    made = Walls(tmp_path)
    made.load(request(event(1)))
    made.load(request(event(2)))
    yield made
    made.close()


def log_of(walls: Walls) -> Path:
    """The log of `events`."""
    return walls.folder / "lake" / "events" / "_delta_log"


def actions(walls: Walls, version: int) -> list[dict[str, Any]]:
    """What an entry of the log says."""
    return [json.loads(line) for line in (log_of(walls) / f"{version:020}.json").read_text().splitlines()]


def test_another_reader_of_delta_reads_the_table(walls: Walls):
    """Reader 1 and writer 2, no vectors, no column mapping, statistics of numbers and moments only."""
    found = deltalake.DeltaTable(walls.folder / "lake" / "events")
    protocol = found.protocol()
    stats = [action["add"]["stats"] for action in actions(walls, 1) if "add" in action]

    assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)
    assert [f.name for f in found.schema().fields][:3] == ["seq", "received_month", "received"]
    assert sorted(found.file_uris()) == sorted(walls.lake.snapshot().events)
    assert set(json.loads(stats[0])["minValues"]) == {"seq", "doc", "at"}
    assert found.get_add_actions(flatten=True).column("num_records").to_pylist() == [1, 1]


def test_statistics_bound_a_moment_from_above(walls: Walls):
    """Delta's moments are milliseconds: the upper bound is rounded up."""
    walls.load(request(event(3, at=NOON + 1)))
    (stats,) = [json.loads(action["add"]["stats"]) for action in actions(walls, 3) if "add" in action]

    assert (stats["minValues"]["at"], stats["maxValues"]["at"]) == ("2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20.001Z")


def test_a_snapshot_of_a_reader_grows(walls: Walls):
    """A second opening, for reading, sees the writer's commits."""
    reader = Lake.open(walls.folder / "lake", write=False)
    before = reader.snapshot()
    walls.load(request(event(3)))
    after = reader.snapshot()
    reader.close()

    assert (len(before.events), len(after.events)) == (2, 3)
    assert after.seq > before.seq
    assert after.max_seq == tuple(sorted(after.max_seq))


def test_a_reader_makes_nothing(tmp_path: Path):
    """Reading where there is no lake is an error, and leaves no folder."""
    with pytest.raises(StorageBroken):
        Lake.open(tmp_path / "lake", write=False)

    assert not (tmp_path / "lake").exists()


def test_a_table_cut_off_at_its_making_is_made_again(tmp_path: Path):
    """Its log's folder may be there, without an entry."""
    (tmp_path / "lake" / "events" / "_delta_log").mkdir(parents=True)
    walls = Walls(tmp_path)

    walls.load(request(event(1)))

    assert walls.numbers() == [1]
    walls.close()


def test_an_entry_has_its_name_when_it_is_durable(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """A power cut leaves it whole or not at all: what it holds is synced before the name, the name before anybody is told."""
    seen: list[tuple[str, bool]] = []
    sync, rename = os.fsync, Path.replace

    def synced(handle: int) -> None:
        seen.append((Path(f"/proc/self/fd/{handle}").readlink().name, (log_of(walls) / f"{3:020}.json").exists()))
        sync(handle)

    def renamed(file: Path, to: Path) -> Path:
        seen.append((to.name, False))
        return rename(file, to)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    walls.lake.events.commit([], through=9)

    assert [there for _, there in seen] == [False, False, True]
    assert seen[0][0].startswith(f".{3:020}.json")
    assert seen[1][0] == f"{3:020}.json"
    assert seen[2][0] == "_delta_log"


def test_opening_makes_the_newest_entry_durable(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """A process that was killed between commit and sync left an entry that is there and not durable: it is written anew."""
    synced: list[Path] = []
    monkeypatch.setattr(table_module, "write_whole", lambda file, _: synced.append(file))
    walls.reopened().close()

    assert max(log_of(walls).glob("*.json")) in synced


@pytest.mark.parametrize("left", [b"", b"PAR1 torn"])
def test_a_torn_checkpoint_is_done_without(tmp_path: Path, left: bytes, monkeypatch: pytest.MonkeyPatch):
    """A power cut came before it was synced and its sum noted: the entries that it repeats are still there."""
    monkeypatch.setattr(table_module, "_CHECKPOINT_EVERY", 4)
    monkeypatch.setattr(table_module, "seal_checkpoint", lambda *_: None)
    walls = Walls(tmp_path)
    for n in range(6):
        walls.load(request(event(n + 1)))
    walls.close()
    (checkpoint,) = log_of(walls).glob("*.checkpoint.parquet")
    checkpoint.write_bytes(left)
    again = walls.reopened()

    assert again.numbers() == [1, 2, 3, 4, 5, 6]
    assert not checkpoint.exists()
    again.close()


def test_a_checkpoint_is_synced_before_old_entries_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """First the checkpoint itself, then what points to it and knows its sum, then the folder again."""
    monkeypatch.setattr(table_module, "_CHECKPOINT_EVERY", 2)
    walls = Walls(tmp_path)
    walls.load(request(event(1)))
    synced: list[str] = []
    sync = os.fsync

    def seen(handle: int) -> None:
        name = Path(f"/proc/self/fd/{handle}").readlink().name
        synced.append(name.removeprefix(".").removesuffix(f".{os.getpid()}.tmp"))
        sync(handle)

    monkeypatch.setattr(os, "fsync", seen)
    walls.lake.events.commit([], through=9)
    walls.close()

    assert synced == [
        f"{2:020}.json", "_delta_log",
        f"{2:020}.checkpoint.parquet", "_last_checkpoint", "_delta_log", "_delta_log",
    ]  # fmt: skip


class TestSums:
    """What was written to the log, against its sums."""

    @pytest.fixture
    def walls(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walls]:
        """A workspace whose table has a checkpoint and two entries after it."""
        monkeypatch.setattr(table_module, "_CHECKPOINT_EVERY", 4)
        made = Walls(tmp_path)
        for n in range(6):
            made.load(request(event(n + 1)))
        yield made
        made.close()

    @pytest.mark.parametrize("write", [False, True])
    @pytest.mark.parametrize("name", [f"{4:020}.checkpoint.parquet", f"{5:020}.json", f"{6:020}.json"])
    def test_a_flipped_bit_is_an_error_that_names_the_file(self, walls: Walls, name: str, write: bool):
        """Wherever it is in the file, whoever reads it."""
        walls.close()
        file = log_of(walls) / name
        whole = file.read_bytes()
        for place in {*range(0, len(whole), -(-len(whole) // 12)), len(whole) - 2, len(whole) - 20, len(whole) - 71}:
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(StorageBroken) as caught:
                Lake.open(walls.folder / "lake", write=write)

            assert caught.value.where == str(file)

    def test_what_is_not_read_may_be_damaged(self, walls: Walls):
        """An entry before the checkpoint says nothing that is asked for."""
        (log_of(walls) / f"{2:020}.json").write_bytes(b"x")

        assert walls.reopened().numbers() == [1, 2, 3, 4, 5, 6]

    def test_a_reader_that_goes_on_finds_it_too(self, walls: Walls):
        """What came after its opening is compared as well; and it goes on when the entry is whole again."""
        reader = Lake.open(walls.folder / "lake", write=False)
        walls.load(request(event(7)))
        file = log_of(walls) / f"{7:020}.json"
        whole = file.read_bytes()
        file.write_bytes(whole.replace(b'"size":', b'"size":1', 1))
        with pytest.raises(StorageBroken, match="not what was written"):
            reader.snapshot()
        file.write_bytes(whole)

        assert len(reader.snapshot().events) == 7
        reader.close()

    @pytest.mark.parametrize("cut", [b"", b'{"add":{"path"', b"\0" * 400])
    def test_a_torn_entry_is_an_error(self, walls: Walls, cut: bytes):
        """It was whole when it got its name: the rows that it tells of are gone from the queue."""
        walls.close()
        newest = max(log_of(walls).glob("*.json"))
        newest.write_bytes(cut)
        with pytest.raises(StorageBroken, match="not what was written"):
            walls.reopened()

    def test_a_table_that_delta_rs_wrote_has_no_sums_and_is_read(self, walls: Walls):
        """The entries of others are taken as they are, as long as they are JSON, and so is their checkpoint."""
        table = deltalake.DeltaTable(walls.folder / "lake" / "events")
        table.create_write_transaction([], "append", table.schema(), ["received_month"])
        table.create_checkpoint()
        table.create_write_transaction([], "append", table.schema(), ["received_month"])
        again = walls.reopened()
        again.load(request(event(7)))

        assert again.numbers() == [1, 2, 3, 4, 5, 6, 7]
        again.close()

    def test_others_read_what_we_wrote(self, walls: Walls):
        """delta-rs alone, without our checks: the same files, and the seq as a transaction."""
        table = deltalake.DeltaTable(walls.folder / "lake" / "events")

        assert sorted(table.file_uris()) == sorted(walls.lake.snapshot().events)
        assert table.transaction_version("baloo-loader") == 6
        assert table.history(1)[0]["operation"] == "WRITE"


def test_a_data_file_nobody_names_is_not_read(walls: Walls):
    """A power cut between data file and commit leaves a file that belongs to no table."""
    stray = walls.folder / "lake" / "events" / "received_month=2023-11" / ("0" * 64 + ".parquet")
    stray.write_bytes(b"PAR1 torn")

    assert walls.reopened().numbers() == [1, 2]


def test_a_full_disk_at_the_commit_keeps_the_rows(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """The rows stay in the queue and are loaded when there is room, by the same loader."""

    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    walls.send(request(event(3)))
    monkeypatch.setattr(table_module, "write_entry", full)
    with pytest.raises(StorageFull):
        walls.loader.load_once()
    monkeypatch.undo()

    walls.loader.load_once()

    assert walls.numbers() == [1, 2, 3]
    assert walls.queue.depth().rows == 0


def test_a_second_writer_is_noticed(walls: Walls):
    """Two processes that write the same table: the second is told, and nothing is lost."""
    other = Lake.open(walls.folder / "lake")
    walls.load(request(event(3)))
    with pytest.raises(StorageBroken):
        other.events.commit([], through=99)
    other.close()

    assert walls.numbers() == [1, 2, 3]


def test_a_second_writer_that_only_adds_is_noticed_too(walls: Walls):
    """Where delta-rs sees no conflict, the number of the commit tells."""
    other = Lake.open(walls.folder / "lake")
    walls.lake.events.commit([])
    with pytest.raises(StorageBroken, match="Somebody else"):
        other.events.commit([])
    other.close()


@pytest.mark.parametrize(("said", "expected"), [
    ("Generic error: No space left on device (os error 28)", StorageFull), ("Invalid table version", StorageBroken),
])  # fmt: skip
def test_errors_of_delta_are_told_in_our_words(tmp_path: Path, said: str, expected: type[BalooError]):
    """A full disk is told from a broken table."""
    with pytest.raises(expected), table_module._delta_errors(tmp_path):
        raise DeltaError(said)


def test_a_torn_pointer_to_the_checkpoint_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The checkpoint is found without it."""
    monkeypatch.setattr(table_module, "_CHECKPOINT_EVERY", 2)
    walls = Walls(tmp_path)
    for n in range(3):
        walls.load(request(event(n + 1)))
    walls.close()
    (log_of(walls) / "_last_checkpoint").write_bytes(b"")
    (log_of(walls) / "_commit_1.json.tmp").write_bytes(b"left by a crash")
    again = walls.reopened()

    assert again.numbers() == [1, 2, 3]
    assert not list(log_of(walls).glob("*.tmp"))
    again.close()


class TestVerify:
    """Data files against their names."""

    def test_a_whole_file_passes(self, walls: Walls):
        """Its name is the SHA-256 of what is in it."""
        for file in walls.lake.snapshot().events:
            walls.lake.verify(file)

    def test_a_flipped_bit_is_found(self, walls: Walls):
        """DuckDB would not notice."""
        file = Path(walls.lake.snapshot().events[0])
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)

        with pytest.raises(StorageBroken, match="not what was written"):
            Lake.open(walls.folder / "lake", write=False).verify(str(file))

    def test_a_missing_file_is_told(self, walls: Walls):
        """The error names the file."""
        file = walls.lake.snapshot().events[0]
        Path(file).unlink()

        with pytest.raises(StorageBroken, match="missing"):
            Lake.open(walls.folder / "lake", write=False).verify(file)


def test_nothing_is_left_of_a_file_that_could_not_be_written(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """A failed sync removes the file: it is made anew, never synced twice."""
    lake = walls.lake
    row = "SELECT 1 AS seq, 1 AS doc, '' AS namespace, '' AS environment, '' AS id, '' AS why"

    def failing(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StorageBroken):
        write(lake.duckdb, lake.voids.columns, lake.voids.folder, "2023-11", row)

    assert list(lake.voids.folder.glob("received_month=*/*")) == []


@pytest.mark.parametrize("stray", [".00000000000000000018.json.7277.tmp", "_commit_1.json.tmp"])
def test_what_a_killed_writer_left_half_written_is_cleared_away(walls: Walls, stray: str):
    """A temporary file in the log, hidden or not, is removed at the next opening, and nothing else."""
    before = walls.live()
    file = walls.folder / "lake" / "events" / "_delta_log" / stray
    file.write_text("{")

    again = walls.reopened()

    assert not file.exists()
    assert again.live() == before
    again.close()
