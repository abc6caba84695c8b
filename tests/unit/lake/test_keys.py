"""In which files a key may stand: never one too few, whatever was loaded, merged, taken back and erased."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pytest

from baloo.errors import StorageBroken, StorageFull
from baloo.lake import keys as keys_module
from baloo.lake.files import DataFile
from baloo.lake.keys import Keys
from walls import DAY, NOON, Walls, event, request, void


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are sorted from the first batch on, in pieces of a few, most of them in files."""
    monkeypatch.setattr(keys_module, "_EAGER", 1_000)
    monkeypatch.setattr(keys_module, "_PIECE", 8)
    monkeypatch.setattr(keys_module, "_HELD", 12)
    monkeypatch.setattr(keys_module, "_STEP", 30)


@pytest.fixture
def walls(tmp_path: Path, small: None) -> Iterator[Walls]:
    """A workspace with twelve files of five events, no two of which are alike."""
    made = Walls(tmp_path)
    for first in range(0, 60, 5):
        made.load(request(*(event(n) for n in range(first, first + 5))))
    yield made
    made.close()


def narrowed(walls: Walls, keys: Keys, hashes: list[tuple[int, int | None]], taken: list[int]) -> list[str]:
    """The files for a batch of (doc, natural), and documents taken back."""
    connection = walls.lake.duckdb
    connection.execute('CREATE OR REPLACE TEMP TABLE batch (doc BIGINT, "natural" BIGINT)')
    connection.execute("CREATE OR REPLACE TEMP TABLE taken (doc BIGINT)")
    for row in hashes:
        connection.execute("INSERT INTO batch VALUES (?, ?)", row)
    for doc in taken:
        connection.execute("INSERT INTO taken VALUES (?)", [doc])
    walls.lake.refresh()
    return keys.narrow(connection, walls.lake.events.files())


def rows(walls: Walls) -> list[tuple[int, int, str]]:
    """(doc, natural, file) of each row."""
    files = list(walls.lake.snapshot().events)
    return walls.lake.duckdb.execute(f'SELECT doc, "natural", filename FROM read_parquet({files!r}, filename = true)').fetchall()


def test_each_row_is_found_by_each_of_its_hashes(walls: Walls):
    """By its document, by its natural key, and by a void; and in no other file than where it is."""
    keys = Keys(walls.lake)
    for doc, natural, file in rows(walls):
        assert narrowed(walls, keys, [(doc, None)], []) == [file]
        assert narrowed(walls, keys, [(1, natural)], []) == [file]
        assert narrowed(walls, keys, [], [doc]) == [file]

    assert narrowed(walls, keys, [(1, 2), (3, None)], [4]) == []


def test_every_file_with_a_hash_is_found(walls: Walls):
    """A document with several revisions stands in several files."""
    for n in range(3):
        walls.load(request(event(7, extra=f'{{"n":{n}}}')))
    found = rows(walls)
    (doc,) = {doc for doc, _, _ in found if sum(other == doc for other, _, _ in found) > 1}

    assert set(narrowed(walls, Keys(walls.lake), [(doc, None)], [])) == {file for other, _, file in found if other == doc}


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, StorageFull), (errno.EIO, StorageBroken)])
def test_a_sync_that_fails_passes_no_row_over(walls: Walls, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]):
    """What was being merged is there as it was: the batch is refused, and taken when the disk is well."""
    keys, synced = Keys(walls.lake), os.fdatasync
    calls: list[int] = []

    def failing(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 4:
            raise OSError(number, "no")
        synced(handle)

    monkeypatch.setattr(os, "fdatasync", failing)
    with pytest.raises(error):
        narrowed(walls, keys, [(1, 2)], [])

    assert narrowed(walls, keys, [], []) == []
    assert len(calls) > 4
    assert narrowed(walls, keys, [(doc, natural) for doc, natural, _ in rows(walls)], []) == list(walls.lake.snapshot().events)


def test_many_hashes_at_once(walls: Walls):
    """All files for all rows, in the order in which the table has them."""
    hashes = [(doc, natural) for doc, natural, _ in rows(walls)]

    assert narrowed(walls, Keys(walls.lake), hashes, []) == list(walls.lake.snapshot().events)


def test_files_that_were_merged_are_found_in_their_new_place(walls: Walls):
    """The same keys before a compaction, after it, and after what came then."""
    keys = Keys(walls.lake)
    docs = [doc for doc, _, _ in rows(walls)]
    narrowed(walls, keys, [(docs[0], None)], [])
    walls.lake.compact(walls.lake.events.through)
    walls.load(request(event(1000)))

    assert len({file for _, _, file in rows(walls)}) == 2
    for doc, _, file in rows(walls):
        assert narrowed(walls, keys, [(doc, None)], []) == [file]


def test_without_numbers_for_files_it_begins_again(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """A process may live longer than there are numbers for its files."""
    monkeypatch.setattr(keys_module, "_BITS", 4)
    monkeypatch.setattr(keys_module, "_FILE", 15)
    keys = Keys(walls.lake)
    narrowed(walls, keys, [(1, None)], [])
    walls.lake.compact(walls.lake.events.through)
    for n in range(6):
        walls.load(request(event(1000 + n)))
        for doc, _, file in rows(walls)[::15]:
            assert file in narrowed(walls, keys, [(doc, None)], [])


def test_a_file_that_is_damaged_is_named(walls: Walls):
    """Who does not know its keys could take a duplicate for new."""
    file = Path(walls.lake.snapshot().events[3])
    walls.lake._verified.clear()
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)

    with pytest.raises(StorageBroken) as caught:
        narrowed(walls, Keys(walls.lake), [(1, None)], [])

    assert caught.value.where == str(file)


def test_who_loads_little_sorts_little(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """Files whose keys were not taken in yet are all looked into; a batch pays for some more of them."""
    monkeypatch.setattr(keys_module, "_EAGER", 12)
    keys = Keys(walls.lake)

    assert [len(narrowed(walls, keys, [(1, 1 << 40)], [])) for _ in range(7)] == [10, 8, 5, 3, 0, 0, 0]


def test_what_is_sorted_while_nothing_waits_need_not_be_paid_for(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """Each time some files more, until there are no others."""
    monkeypatch.setattr(keys_module, "_EAGER", 0)
    keys = Keys(walls.lake)
    left = [len(narrowed(walls, keys, [(1, None)], []))]
    for _ in range(16):
        keys.get_ready()
        left.append(len(narrowed(walls, keys, [(1, None)], [])))

    assert left[0] == 12
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0


def test_no_file_is_missed_in_a_random_history(tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch):
    """Loads, revisions, voids, twins, late copies, compactions and restarts: who looks into every file finds no more."""
    narrow = Keys.narrow
    missed, found = [], []

    def checked(keys: Keys, connection: duckdb.DuckDBPyConnection, files: Sequence[DataFile]) -> list[str]:
        given = narrow(keys, connection, files)
        paths = [str(walls.lake.events.folder / file.path) for file in files]
        there = connection.execute(f"""
            SELECT DISTINCT filename FROM read_parquet({paths!r}, filename = true)
            WHERE doc IN (SELECT doc FROM batch UNION ALL SELECT doc FROM taken) OR "natural" IN (SELECT "natural" FROM batch)
        """).fetchall() if files else []  # fmt: skip
        missed.extend({file for (file,) in there} - set(given))
        found.extend(there)
        return given

    monkeypatch.setattr(Keys, "narrow", checked)
    luck = random.Random(4)
    walls = Walls(tmp_path)
    for _ in range(30):
        numbers = [luck.randrange(40) for _ in range(luck.randrange(6))]
        walls.load(request(
            *[event(n, at=NOON + luck.randrange(2), extra=f'{{"n":{luck.randrange(2)}}}') for n in numbers],
            event(100 + luck.randrange(9), at=NOON, object=f"https://forum.example.org/{luck.randrange(40)}"),
            voids=[void(luck.randrange(40)) for _ in range(luck.randrange(2))], received=NOON + luck.randrange(2) * 40 * DAY,
        ))  # fmt: skip
        if luck.random() < 0.2:
            walls.lake.compact(walls.lake.events.through - luck.randrange(4), purge=luck.random() < 0.3)
        if luck.random() < 0.1:
            walls = walls.reopened()
    walls.close()

    assert len(found) > 50
    assert missed == []
