"""Files of events and CSV files become numbered chunks, and what cannot be read is named by its place."""

from __future__ import annotations

import gzip
import itertools
import json
import random
from pathlib import Path

import pytest

from baloo.errors import InputError
from baloo.sources.base import Source
from baloo.sources.csv_file import CsvSource, read_mapping
from baloo.sources.files import EventsSource

LINES = [json.dumps({"n": n, "fill": "x" * 2_000}).encode() for n in range(2_000)]


def _numbers(source: Source, done: int = 0) -> list[int]:
    return [json.loads(line)["n"] for chunk in source.chunks(done) for line in chunk.body.splitlines() if line.strip()]


@pytest.mark.parametrize("end", [b"\n", b""], ids=["with a last newline", "without"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_each_line_is_read_once(tmp_path: Path, packed: bool, end: bytes):
    """Plain and gzipped NDJSON give every line once, in order, whether or not the last one ends."""
    data = b"\n".join(LINES) + end
    file = tmp_path / "events.ndjson"
    file.write_bytes(gzip.compress(data) if packed else data)

    assert _numbers(EventsSource(file)) == list(range(2_000))


@pytest.mark.parametrize("done", [0, 1, 499, 1_000, 1_999, 2_000])
def test_a_resumed_run_begins_behind_what_is_done(tmp_path: Path, done: int):
    """The first `done` lines are not given again."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(LINES) + b"\n")

    assert _numbers(EventsSource(file), done) == list(range(done, 2_000))


def test_chunks_know_their_place(tmp_path: Path):
    """Each chunk says on which line it begins, how many lines are behind it, and how much of the file is read."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(LINES) + b"\n")

    chunks = list(EventsSource(file).chunks(0))

    assert len(chunks) > 2
    assert chunks[0].first_line == 1
    assert all(b.first_line == a.done + 1 for a, b in itertools.pairwise(chunks))
    assert (chunks[-1].done, chunks[-1].share) == (2_000, 1.0)


def test_an_array_is_a_file_of_events_too(tmp_path: Path):
    """A JSON array gives its elements."""
    file = tmp_path / "events.json"
    file.write_bytes(b" [" + b",\n".join(LINES) + b"]")

    found = [event["n"] for chunk in EventsSource(file).chunks(0) for event in json.loads(chunk.body)]

    assert found == list(range(2_000))


def test_a_truncated_gzip_gives_what_stands_before(tmp_path: Path):
    """The whole lines before the damage are given; then the error names the line."""
    file = tmp_path / "events.ndjson.gz"
    packed = gzip.compress(b"\n".join(b'{"n": %d, "fill": "%s"}' % (n, str(hash(str(n))).encode() * 20) for n in range(9_000)))
    file.write_bytes(packed[: len(packed) // 2])
    read = []

    with pytest.raises(InputError, match="cut off") as caught:
        read.extend(line for chunk in EventsSource(file).chunks(0) for line in chunk.body.splitlines())

    assert caught.value.where is not None
    assert caught.value.where.startswith(str(file))


def _read(file: Path) -> list[bytes]:
    return [chunk.body for chunk in EventsSource(file).chunks(0)]


@pytest.mark.parametrize("line", [b"{}", b"[{}]"], ids=["lines", "array"])
def test_nothing_is_taken_from_a_damaged_gzip(tmp_path: Path, line: bytes):
    """A checksum that does not fit is found before the first event is given, for some of them may be garbage."""
    file = tmp_path / "events.gz"
    packed = bytearray(gzip.compress(line.replace(b"{}", b",\n".join(LINES) if line[:1] == b"[" else b"\n".join(LINES))))
    packed[-6] ^= 0xFF
    file.write_bytes(packed)

    with pytest.raises(InputError, match="damaged") as caught:
        next(EventsSource(file).chunks(0))

    assert caught.value.where == str(file)


def test_a_flipped_bit_is_no_cut(tmp_path: Path):
    """Where it makes a gzip end too early, the file is damaged all the same: nothing is taken, neither before nor behind it."""
    luck = random.Random(7)
    lines = [json.dumps({"n": n, "word": "".join(luck.choices("abcdefgh", k=30))}).encode() for n in range(60)]
    packed, file = gzip.compress(b"\n".join(lines), mtime=0), tmp_path / "events.gz"
    words = set()
    for bit in range(80, len(packed) * 8, 5):
        changed = bytearray(packed)
        changed[bit // 8] ^= 1 << bit % 8
        file.write_bytes(changed)
        with pytest.raises(InputError) as caught:
            _read(file)
        words.add(caught.value.message)

    assert words == {"The gzip file is damaged."}


@pytest.mark.parametrize("length", [3, 5, 11])
def test_a_gzip_that_ends_in_its_head_is_cut_off(tmp_path: Path, length: int):
    """Of a file that lost all but its first bytes, the error says so."""
    file = tmp_path / "events.gz"
    file.write_bytes(gzip.compress(LINES[0])[:length])

    with pytest.raises(InputError, match="cut off"):
        _read(file)


def test_one_event_may_stand_on_several_lines(tmp_path: Path):
    """A file with a single JSON value, written for people, is one chunk."""
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"n": 1, "m": [2]}, indent=2), "utf-8")

    assert [json.loads(body) for body in _read(file)] == [{"n": 1, "m": [2]}]


def test_a_byte_order_mark_hides_no_array(tmp_path: Path):
    """An array behind a byte order mark is an array, however long."""
    file = tmp_path / "events.json"
    file.write_bytes(b"\xef\xbb\xbf[" + b",\n".join(LINES) + b"]")

    assert sum(len(json.loads(body)) for body in _read(file)) == 2_000


def test_blank_lines_are_passed_over(tmp_path: Path):
    """However many blank lines a file has, they are no events and no fault."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(LINES[0] + b"\n" * 500_000 + LINES[1])

    assert _numbers(EventsSource(file)) == [0, 1]


def test_an_array_that_breaks_off_goes_to_the_door_whole(tmp_path: Path):
    """What cannot be taken apart is given as it is, so that the door names line and column."""
    file = tmp_path / "events.json"
    file.write_bytes(b"[" + LINES[0] + b",\n{")

    assert _read(file) == [file.read_bytes()]


def test_another_encoding_is_named(tmp_path: Path):
    """A file in UTF-16 is refused with the remedy."""
    file = tmp_path / "events.ndjson"
    file.write_text(LINES[0].decode(), "utf-16")

    with pytest.raises(InputError, match="UTF-16"):
        _read(file)


def test_a_changed_file_is_another_input(tmp_path: Path):
    """The key changes with the content, so that a resumed run never skips lines of a new file."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(LINES[:10]))
    before = EventsSource(file).key
    file.write_bytes(b"\n".join(LINES[:11]))

    assert EventsSource(file).key != before


def test_a_missing_file_is_named(tmp_path: Path):
    """A file that is not there is an error with its path."""
    with pytest.raises(InputError, match="no such file") as caught:
        EventsSource(tmp_path / "nothing.ndjson")

    assert caught.value.where == str(tmp_path / "nothing.ndjson")


MAPPING = """
system: workshops
kind: workshop.held
at: {column: Date, format: "%d.%m.%Y %H:%M", zone: Europe/Athens}
id: {column: Number}
object: {column: Link}
actor:
  email: {column: E-mail}
  name: {column: Name}
extra:
  city: {column: City}
  people: {column: People, type: number}
  tags: {column: Tags, type: list}
"""


def _csv(tmp_path: Path, rows: str, mapping: str = MAPPING) -> CsvSource:
    file, rules = tmp_path / "workshops.csv", tmp_path / "mapping.yaml"
    file.write_text(rows, "utf-8")
    rules.write_text(mapping, "utf-8")
    return CsvSource(file, read_mapping(rules), rules)


def test_a_row_becomes_an_event_by_the_mapping(tmp_path: Path):
    """Columns are found by name, numbers and lists are typed, times have their zone, and an id of any text becomes a UUID."""
    head = "Number,Date,Name,E-mail,City,People,Tags,Link"
    source = _csv(tmp_path, f"{head}\n7,01.07.2024 12:00,Ama,ama@example.org,Athens,12,a;b,\n")

    event = json.loads(next(iter(source.chunks(0))).body)

    assert event == {
        "schema": "contribution", "version": 1, "system": "workshops", "kind": "workshop.held",
        "at": "2024-07-01T12:00:00+03:00", "id": event["id"], "actor": {"email": "ama@example.org", "name": "Ama"},
        "extra": {"city": "Athens", "people": 12, "tags": ["a", "b"]},
    }  # fmt: skip
    assert len(event["id"]) == 36


def test_a_column_may_hold_a_name_with_an_address_and_a_time_in_seconds(tmp_path: Path):
    """The types and times are those of the registry's mappings."""
    mapping = """
system: workshops
kind: workshop.held
at: {column: When, format: unix}
id: {column: Id}
actor: {email: {column: Host, type: email}, name: {column: Host, type: name}}
"""
    row = "1719824400,Ama Mensah <ama@example.org>,6F1A0C3E-2B47-4D0E-9A51-0D3C8B7F9E10"
    event = json.loads(next(iter(_csv(tmp_path, f"When,Host,Id\n{row}\n", mapping).chunks(0))).body)

    assert event["actor"] == {"email": "ama@example.org", "name": "Ama Mensah"}
    assert (event["at"], event["id"]) == ("2024-07-01T09:00:00+00:00", "6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10")


def test_the_same_row_has_the_same_id(tmp_path: Path):
    """Ids are made from the system and the row's own id, so that a second import is a duplicate."""
    rows = "Number,Date,Name,E-mail,City,People,Tags,Link\n7,01.07.2024 12:00,Ama,ama@example.org,Athens,12,a,\n"

    ids = {json.loads(next(iter(_csv(tmp_path, rows).chunks(0))).body)["id"] for _ in range(2)}

    assert len(ids) == 1


@pytest.mark.parametrize(
    ("rule", "row", "says"),
    [
        ('{column: When, format: "%d.%m.%Y"}', "June", "not of the format `%d.%m.%Y`"),
        ("{column: When, format: unix}", "yesterday", "not of the format `unix`"),
        ("{column: When, format: unix}", "", "not of the format `unix`"),
        ("{column: When, zone: Europe/Athens}", "01.06.2024", "not ISO 8601, which it must be without a `format`"),
    ],
)
def test_a_time_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, rule: str, row: str, says: str):
    """The chunk knows of which event the time is not as the mapping says, and where it stands; of the others nothing."""
    good = {"unix": "1719824400"}.get(rule[-5:-1], "01.07.2024" if "format" in rule else "2024-07-01")
    mapping = f"system: workshops\nkind: workshop.held\nat: {rule}\nactor: {{account: {{column: Who}}}}\n"
    chunk = next(iter(_csv(tmp_path, f"When,Who\n{good},ama\n{row},jun\n{good},lea\n", mapping).chunks(0)))

    assert list(chunk.faults) == [1]
    assert chunk.faults[1].where.endswith("workshops.csv:3")
    assert says in chunk.faults[1].reason


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (MAPPING.replace("kind:", "knid:"), "Did you mean `kind`"),
        (MAPPING.replace("  email:", "  e-mail:"), "Did you mean `email`"),
        (MAPPING.replace("column: City", "column: Citty"), "Did you mean `City`"),
        (MAPPING.replace("Europe/Athens", "Europe/Atlantis"), "no time zone"),
        (MAPPING.replace("kind: workshop.held", ""), "`kind` is missing"),
        ("a: [", "yaml:1: This is not YAML"),
        (MAPPING.replace("column: City", "colum: City"), "Did you mean `column`"),
        (MAPPING.replace("type: list", "type: lists"), "Did you mean `list`"),
        (MAPPING.replace("Europe/Athens", "5"), "`zone` must be a text"),
        (MAPPING.replace('"%d.%m.%Y %H:%M"', "5"), "`format` must be a text"),
        (MAPPING.replace("%d.%m", "%d.%Q"), "is no format of a time"),
        (MAPPING.replace("%H:%M", "%"), "is no format of a time"),
        (MAPPING.replace("column: Date, ", ""), "names no column"),
        (MAPPING[: MAPPING.index("extra")] + "extra: [city]", "`extra` is a list of"),
        (MAPPING + "system: other", "not YAML"),
    ],
)
def test_a_wrong_mapping_is_explained(tmp_path: Path, wrong: str, says: str):
    """An unknown key, column or zone is named with the nearest valid one."""
    with pytest.raises(InputError) as caught:
        list(_csv(tmp_path, "Number,Date,Name,E-mail,City,People,Tags,Link\n", wrong).chunks(0))

    assert says in str(caught.value)


def test_a_column_of_the_mapping_stands_there_once(tmp_path: Path):
    """Of two columns with one name nobody can say which is meant; columns that the mapping does not name may be double."""
    head, row = "Number,Date,Name,E-mail,City,People,Tags,Link", "7,01.07.2024 12:00,Ama,ama@example.org,Athens,12,a;b,"

    assert list(_csv(tmp_path, f"{head},Note,Note\n{row},x,y\n").chunks(0))
    with pytest.raises(InputError, match=r"workshops\.csv:1: The column `E-mail` is there more than once"):
        list(_csv(tmp_path, f"{head},E-mail\n{row},jun@example.org\n").chunks(0))


def test_a_csv_that_is_not_utf8_is_refused(tmp_path: Path):
    """A file in another encoding is refused with the remedy."""
    source = _csv(tmp_path, "Number,Date,Name,E-mail,City,People,Tags,Link\n")
    (tmp_path / "workshops.csv").write_bytes("Number,Date,Name,E-mail,City,People,Tags,Link\n1,,Größe".encode("latin-1"))

    with pytest.raises(InputError, match=r"workshops\.csv:2: This is not UTF-8"):
        list(source.chunks(0))


def test_a_quotation_mark_that_never_ends_is_named_with_its_line(tmp_path: Path):
    """A file that cannot be read on says on which line that begins."""
    rows = "Number,Date,Name,E-mail,City,People,Tags,Link\n7,,Ama,,,,,\n8,,\"Jun,,,,,\n9,,Tove,,,,,\n"

    with pytest.raises(InputError, match=r"workshops\.csv:3: This is not CSV"):
        list(_csv(tmp_path, rows).chunks(0))


def test_a_file_without_a_header_gives_nobody_away(tmp_path: Path):
    """Where the first line names no columns, the error does not repeat it: it may be somebody's."""
    with pytest.raises(InputError, match="must name its columns") as caught:
        list(_csv(tmp_path, "7,01.07.2024 12:00,Ama,ama@example.org,Athens,12,a;b,\n").chunks(0))

    assert "example.org" not in str(caught.value)


def test_a_long_field_is_left_to_the_door(tmp_path: Path):
    """A text of any length is read, so that one row is refused and not the file."""
    rows = f"Number,Date,Name,E-mail,City,People,Tags,Link\n7,,{'x' * 200_000},,,,,\n8,,Jun,,,,,\n"

    assert [len(json.loads(line)["actor"]["name"]) for line in next(iter(_csv(tmp_path, rows).chunks(0))).body.splitlines()] == [
        200_000, 3,
    ]  # fmt: skip
