"""The queue as a log in files, beyond what every queue does: crashes, changed bytes, lost files, and errors in our own words."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite3

from baloo.errors import BalooError, Busy, StorageBroken, StorageFull, WorkspaceError
from baloo.queue import log, segment
from baloo.queue.frames import HEAD, file_head
from baloo.queue.log import LogQueue
from baloo.queue.mark import Mark


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files end where their rows end: no room is made ahead."""
    monkeypatch.setattr(segment, "_PLENTY", 1 << 60)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[LogQueue]:
    """An empty queue that waits briefly for others."""
    made = LogQueue(tmp_path / "queue", wait=0.05)
    yield made
    made.close()


def files(queue: LogQueue) -> list[Path]:
    """Its files, oldest first."""
    return sorted(queue.path.glob("*.rows"))


def rows(queue: LogQueue) -> list[bytes]:
    """What waits, as somebody reads it who has just come."""
    anew = LogQueue(queue.path)
    try:
        return [row.data for row in anew.read(0, 10_000)]
    finally:
        anew.close()


def test_each_append_is_synced_before_it_returns(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """The sync comes last, over everything that was written."""
    synced: list[int] = []
    sync = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda handle: (sync(handle), synced.append(os.fstat(handle).st_size)))

    queue.append([b"row"])

    assert synced[-1] == files(queue)[0].stat().st_size


@pytest.mark.parametrize("call", ["pwrite", "fdatasync"])
@pytest.mark.parametrize(
    ("number", "expected"), [(errno.EIO, StorageBroken), (errno.ENOSPC, StorageFull), (errno.EROFS, WorkspaceError)]
)
def test_what_fails_is_cut_off_again_and_told(
    queue: LogQueue, monkeypatch: pytest.MonkeyPatch, call: str, number: int, expected: type[BalooError]
):
    """None of the rows is kept, the error names the queue and a remedy, and the next append is taken."""
    queue.append([b"before"])

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(expected) as raised:
        queue.append([b"lost"])
    monkeypatch.undo()
    seqs = queue.append([b"after"])

    assert seqs == [2]
    assert rows(queue) == [b"before", b"after"]
    assert raised.value.where == str(queue.path)
    assert raised.value.remedy


@pytest.mark.usefixtures("bare")
def test_a_zeroed_sector_before_other_rows_is_damage(queue: LogQueue):
    """An end is no end where rows follow: nothing is cut off, and the error names the file."""
    ends = []
    for n in range(5):
        queue.append([b"row %d " % n * 200])
        ends.append(files(queue)[0].stat().st_size)
    data = files(queue)[0].read_bytes()
    files(queue)[0].write_bytes(data[: ends[1]] + bytes(512) + data[ends[1] + 512 :])

    with pytest.raises(StorageBroken, match=r"\.rows"):
        LogQueue(queue.path)

    assert files(queue)[0].stat().st_size == len(data)


def test_what_another_process_wrote_is_synced_before_it_is_read(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """Somebody may have died between the write and the sync: what the loader takes for durable is."""
    other = LogQueue(queue.path)
    monkeypatch.setattr(Mark, "write", lambda *_: None)
    other.append([b"row"])
    other.close()
    monkeypatch.undo()
    calls: list[str] = []
    sync, read = os.fdatasync, segment.rows_of
    monkeypatch.setattr(os, "fdatasync", lambda handle: (calls.append("sync"), sync(handle)))
    monkeypatch.setattr(segment, "rows_of", lambda *given: (calls.append("rows"), read(*given))[1])

    queue.read(0, 9)

    assert calls == ["sync", "rows"]


def test_who_reads_waits_for_nobody(queue: LogQueue):
    """Whatever holds the lock, for however long: what is durable can be read, counted and dropped."""
    seqs = queue.append([b"one", b"two"])
    with (queue.path / "lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        assert [row.data for row in queue.read(0, 9)] == [b"one", b"two"]
        assert queue.last() == seqs[-1]
        queue.drop(seqs[-1])
        assert queue.read(0, 9) == []


def test_rows_that_are_not_told_are_not_read(queue: LogQueue):
    """Who appends has not yet heard that they are durable."""
    queue.append([b"one"])
    said = (queue.path / "told").read_bytes()
    queue.append([b"two"])
    (queue.path / "told").write_bytes(said)
    with (queue.path / "lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        assert [row.data for row in queue.read(0, 9)] == [b"one"]
        assert queue.read(1, 9) == []


@pytest.mark.parametrize("many", [1, 5])
def test_who_opens_finds_what_was_not_told(queue: LogQueue, many: int):
    """After a crash that came between the sync and the telling, or a power cut that took what was told."""
    queue.append([b"one"])
    said = (queue.path / "told").read_bytes()
    for _ in range(many):
        queue.append([b"two"])
    queue.close()
    (queue.path / "told").write_bytes(said)

    anew = LogQueue(queue.path)

    assert anew.last() == 1 + many
    assert rows(anew) == [b"one", *[b"two"] * many]
    anew.close()


def test_what_is_told_is_judged(queue: LogQueue):
    """A number that is half written, or damaged, is looked up in the rows."""
    queue.append([b"one", b"two"])
    (queue.path / "told").write_bytes(b"\1" * 32)

    assert queue.last() == 2
    assert [row.data for row in queue.read(0, 9)] == [b"one", b"two"]


def test_a_file_that_is_dropped_while_somebody_looks_is_no_fault(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """Who only looks on, as the page of the status does, finds nothing where the loader has just taken all."""
    queue.append([b"one"])
    other, said, names = LogQueue(queue.path), (queue.path / "told").read_bytes(), [1]
    queue.drop(1)
    (queue.path / "told").write_bytes(said)
    monkeypatch.setattr("baloo.queue.log.segments", lambda _: names)

    assert other.read(1, 9) == []
    monkeypatch.undo()
    other.close()


def test_what_a_crash_left_of_a_new_file_is_taken_away(queue: LogQueue):
    """It never was one of the queue's."""
    queue.append([b"one"])
    (queue.path / "00000000000000000002.new").write_bytes(b"half")
    queue.close()

    anew = LogQueue(queue.path)

    assert not list(queue.path.glob("*.new"))
    assert anew.append([b"two"]) == [2]
    anew.close()


def test_a_row_that_comes_while_a_new_file_is_made_stays(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """All that was there is dropped; the file goes on, for the row is in it."""
    queue.append([b"one"])
    other = LogQueue(queue.path)
    prepare = segment.Segment.prepare

    def meanwhile(folder: Path, first: int) -> segment.Segment:
        other.append([b"two"])
        return prepare(folder, first)

    monkeypatch.setattr(segment.Segment, "prepare", meanwhile)

    queue.drop(1)

    assert [row.data for row in queue.read(0, 9)] == [b"two"]
    assert other.append([b"three"]) == [3]
    assert not list(queue.path.glob("*.new"))
    other.close()


def test_a_file_goes_only_when_it_is_on_disk_that_it_was_dropped(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """Else rows that are gone would be missed after a power cut. Nobody in this process holds the file's room."""
    queue.append([b"row"])
    queue.read(0, 9)
    (file,) = files(queue)
    calls: list[str] = []
    sync, unlink = Mark.sync, Path.unlink
    monkeypatch.setattr(Mark, "sync", lambda self: (calls.append("sync"), sync(self))[1])
    monkeypatch.setattr(Path, "unlink", lambda self, **named: (calls.append(self.name), unlink(self, **named))[1])

    queue.drop(1)

    assert calls == ["sync", file.name]
    held = [Path(link).resolve() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert not [path for path in held if str(path).startswith(str(file))]


def test_rows_that_can_not_be_cut_off_are_never_read(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """A new file is begun with the same seq; where it begins, the old one ends."""
    queue.append([b"before"])

    def fail(*_: object) -> int:
        raise OSError(errno.EIO, "")

    monkeypatch.setattr(os, "fdatasync", fail)
    monkeypatch.setattr(os, "ftruncate", fail)
    with pytest.raises(StorageBroken):
        queue.append([b"lost"])
    monkeypatch.undo()
    other = LogQueue(queue.path)

    assert other.append([b"theirs"]) == [2]
    assert queue.append([b"after"]) == [3]
    assert rows(queue) == [b"before", b"theirs", b"after"]
    other.close()


def test_no_seq_is_given_twice_while_the_disk_takes_nothing(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """Where no new file can be begun either nobody else reads the rows that may not be read, until it can."""
    queue.append([b"before"])
    other = LogQueue(queue.path, wait=0.05)

    def fail(*_: object, **__: object) -> int:
        raise OSError(errno.EROFS, "")

    for call in ("fdatasync", "ftruncate", "fsync"):
        monkeypatch.setattr(os, call, fail)
    with pytest.raises(WorkspaceError):
        queue.append([b"lost"])
    monkeypatch.undo()
    with pytest.raises(Busy):
        other.append([b"theirs"])

    assert [row.data for row in other.read(0, 9)] == [b"before"]
    assert queue.append([b"after"]) == [2]
    assert [row.data for row in other.read(0, 9)] == [b"before", b"after"]
    other.close()


def test_an_interrupted_append_leaves_nothing_behind(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """Ctrl-C between the write and the sync takes the rows back."""

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fdatasync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        queue.append([b"row"])
    monkeypatch.undo()

    assert queue.append([b"next"]) == [1]
    assert rows(queue) == [b"next"]


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("room", [0, 50, 4_000])
def test_wherever_a_write_was_cut_off_the_rows_before_it_stay(tmp_path: Path, room: int):
    """A file ends at any byte of its last append, or has zeros from there on: that append is gone, and the next is taken."""
    made = LogQueue(tmp_path / "made")
    made.append([b"one", b"two"])
    (file,) = files(made)
    whole = file.stat().st_size
    made.append([b"three" * 20, b"four"])
    data = file.read_bytes()
    made.close()
    found = []
    content = range(whole + HEAD, len(data.rstrip(b"\xff")))
    ends = [*(() if room else range(whole, whole + HEAD)), *content]  # no sector ends within a head
    for end in ends:
        folder = tmp_path / f"cut-{end}"
        folder.mkdir()
        (folder / file.name).write_bytes(data[:end] + bytes(room))
        queue = LogQueue(folder)
        found.append((queue.append([b"five"]), [row.data for row in queue.read(0, 9)]))
        queue.close()

    assert found == [([3], [b"one", b"two", b"five"])] * len(ends)


@pytest.mark.usefixtures("bare")
def test_sectors_that_never_reached_the_disk_are_no_damage(tmp_path: Path):
    """After a power cut a file may be as long as it was written, with zeros where a sector is missing: that append is cut off."""
    made = LogQueue(tmp_path / "made")
    made.append([b"one"])
    (file,) = files(made)
    whole = file.stat().st_size
    made.append([os.urandom(5000)])
    data = file.read_bytes()
    made.close()
    found = []
    for sector in range(whole // 512, len(data) // 512):
        folder = tmp_path / f"hole-{sector}"
        folder.mkdir()
        first = max(whole, sector * 512)
        (folder / file.name).write_bytes(data[:first] + bytes(sector * 512 + 512 - first) + data[sector * 512 + 512 :])
        queue = LogQueue(folder)
        found.append([row.data for row in queue.read(0, 9)])
        queue.close()

    assert found == [[b"one"]] * len(found)
    assert len(found) == 10


def test_a_bit_that_flips_is_found(tmp_path: Path):
    """Wherever it is in whatever file: the rows are right, or an error names the file."""
    luck = random.Random(5)
    made = LogQueue(tmp_path / "made")
    said = [b"row %d of Ama " % n * 9 for n in range(60)]
    for n in range(0, 60, 5):
        made.append(said[n : n + 5])
    data = {file.name: file.read_bytes() for file in made.path.iterdir()}
    made.close()
    found = []
    for n in range(200):
        folder = tmp_path / str(n)
        folder.mkdir()
        for name, whole in data.items():
            (folder / name).write_bytes(whole)
        victim = folder / luck.choice([name for name, whole in data.items() if whole])
        bytes_ = bytearray(victim.read_bytes())
        bytes_[luck.randrange(len(bytes_))] ^= 1 << luck.randrange(8)
        victim.write_bytes(bytes_)
        try:
            with closing(LogQueue(folder)) as queue:
                found.append([row.data for row in queue.read(0, 999)] == said)
        except StorageBroken as error:
            found.append(str(folder) in str(error))

    assert found == [True] * 200


def test_a_file_is_made_room_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What follows is written over zeros, by whoever appends; who opens it then finds the same."""
    monkeypatch.setattr(segment, "_ROOM", 1_000)
    queue = LogQueue(tmp_path / "queue")
    (begun,) = files(queue)
    assert begun.stat().st_size == HEAD + 1_000
    other = LogQueue(queue.path)
    said = [b"row %d " % n * 7 for n in range(200)]
    for n in range(0, 200, 4):
        (other if n % 3 else queue).append(said[n : n + 4])
    (file,) = files(queue)
    end = file.read_bytes().rstrip(b"\0")
    other.close()

    assert rows(queue) == said
    assert 0 < file.stat().st_size - len(end) < 2_000
    assert LogQueue(queue.path).append([b"next"]) == [201]


@pytest.mark.usefixtures("bare")
def test_no_room_is_made_where_it_is_scarce(queue: LogQueue):
    """A disk that is nearly full has its last bytes for what is appended."""
    for n in range(9):
        queue.append([b"row %d " % n * 9])

    assert len(rows(queue)) == 9
    assert files(queue)[0].read_bytes()[-1:] != b"\0"


def test_a_file_that_is_gone_is_missed(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """Rows that were acknowledged and never dropped are asked for: the error says which."""
    monkeypatch.setattr(log, "_LONG", 100)
    for n in range(6):
        queue.append([b"row %d " % n * 9])
    assert len(files(queue)) == 6
    files(queue)[2].unlink()

    with pytest.raises(StorageBroken, match="Rows 3 to 3"):
        rows(queue)

    files(queue)[0].unlink()

    with pytest.raises(StorageBroken, match="Rows 1 to 1"):
        rows(queue)


def test_rows_are_read_across_files(queue: LogQueue, monkeypatch: pytest.MonkeyPatch):
    """In one go, in pieces, and from the middle of what was appended together."""
    monkeypatch.setattr(log, "_LONG", 300)
    said = [b"row %d" % n for n in range(90)]
    for n in range(0, 90, 9):
        queue.append(said[n : n + 9])
    pieces: list[bytes] = []
    while len(pieces) < 90:
        pieces += [row.data for row in queue.read(len(pieces), 7)]

    assert len(files(queue)) > 3
    assert pieces == rows(queue) == said


def test_dropped_rows_leave_the_disk(queue: LogQueue):
    """Names and addresses stay in no file when everything is in the lake."""
    seqs = queue.append([b"tove@example.org " * 1000])
    queue.drop(seqs[-1])

    assert all(b"tove@example.org" not in file.read_bytes() for file in queue.path.iterdir())
    assert len(files(queue)) == 1


def test_a_power_cut_before_the_mark_brings_nothing_wrong(queue: LogQueue):
    """The mark of what is dropped is lost: the rows of the newest file are there again, their seqs unchanged."""
    seqs = queue.append([b"a", b"b", b"c"])
    queue.drop(seqs[0])
    (queue.path / "dropped").unlink()
    again = LogQueue(queue.path)

    assert [row.seq for row in again.read(seqs[0], 9)] == seqs[1:]
    assert again.last() == 3
    again.close()


def test_a_file_whose_beginning_was_cut_off_is_begun_anew(queue: LogQueue):
    """A crash while a new file is made leaves one without a head: it is passed over, and the seqs go on."""
    queue.append([b"one"])
    files(queue)[0].with_name(f"{2:020d}.rows").write_bytes(b"")

    assert queue.append([b"two"]) == [2]
    assert rows(queue) == [b"one", b"two"]


@pytest.mark.parametrize("gone", [HEAD, 512])
def test_a_beginning_that_is_gone_takes_no_rows_with_it(queue: LogQueue, gone: int):
    """A file without a head that has rows was not cut off while it was made: it stays, and is told."""
    queue.append([b"x" * 1_000])
    with files(queue)[0].open("r+b") as file:
        file.write(bytes(gone))

    with pytest.raises(StorageBroken, match="written otherwise"):
        LogQueue(queue.path)
    assert len(files(queue)) == 1


@pytest.mark.usefixtures("bare")
def test_a_sender_cannot_forge_a_frame(queue: LogQueue):
    """What is torn stays torn, whatever stands in its rows: the salt of the file is not known."""
    other = LogQueue(queue.path.with_name("other"))
    other.append([b"forged"])
    (theirs,) = files(other)
    queue.append([b"whole"])
    (ours,) = files(queue)
    size = ours.stat().st_size
    queue.append([theirs.read_bytes()[HEAD:] * 20])
    ours.write_bytes(ours.read_bytes()[:size] + bytes(512 - size % 512) + ours.read_bytes()[size + 512 - size % 512 :])
    other.close()

    assert rows(queue) == [b"whole"]


def test_a_writer_that_leaves_no_gap_is_busy(queue: LogQueue):
    """The wait ends, and the same object works when the gap comes."""
    other = LogQueue(queue.path)
    with other._alone(), pytest.raises(Busy):
        queue.append([b"row"])
    other.close()

    assert queue.append([b"row"]) == [1]


def test_a_queue_of_a_newer_version_is_refused(queue: LogQueue):
    """It may hold what this version does not understand."""
    head = bytearray(file_head(1, b"salt"))
    head[7:8] = b"9"
    head[-4:] = zlib.crc32(head[:-4]).to_bytes(4, "little")
    files(queue)[0].write_bytes(head)

    with pytest.raises(WorkspaceError, match="newer Baloo"):
        LogQueue(queue.path)


@pytest.mark.parametrize("waiting", [0, 3, 2500])
def test_the_queue_of_an_older_baloo_is_taken_over(tmp_path: Path, waiting: int):
    """What waits in its SQLite file keeps its seqs, the next seq goes on from the last one given, and the file is gone."""
    folder = tmp_path / "queue"
    folder.mkdir()
    older = sqlite3.connect(folder / "queue.sqlite", isolation_level=None)
    older.execute("PRAGMA journal_mode=WAL")
    older.execute("CREATE TABLE rows (seq INTEGER PRIMARY KEY AUTOINCREMENT, data BLOB NOT NULL)")
    older.executemany("INSERT INTO rows (data) VALUES (?)", [(b"row %d" % n,) for n in range(10 + waiting)])
    older.execute("DELETE FROM rows WHERE seq <= 10")
    older.close()
    queue = LogQueue(folder)
    found = queue.read(10, 9_999)

    assert [(row.seq, row.data) for row in found] == [(n + 1, b"row %d" % n) for n in range(10, 10 + waiting)]
    assert queue.append([b"next"]) == [11 + waiting]
    assert not list(folder.glob("*sqlite*"))
    queue.close()


@pytest.mark.parametrize("break_it", [
    lambda file: file.write_bytes(b"not a log at all" * 9), lambda file: file.rename(file.with_name(f"{7:020d}.rows")),
])  # fmt: skip
def test_a_file_that_is_no_log_is_told(queue: LogQueue, break_it: Callable[[Path], object]):
    """The error names the file."""
    break_it(files(queue)[0])

    with pytest.raises(StorageBroken, match=r"\.rows"):
        LogQueue(queue.path)
