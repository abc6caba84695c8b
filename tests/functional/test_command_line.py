"""The command line from an empty folder to a number, and what it says when something is wrong."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2 as sqlite3
from tests.functional.conftest import Baloo, event

from baloo.sources.base import Chunk
from baloo.sources.files import EventsSource
from baloo.workspace import Workspace

Write = Callable[..., str]


def _answers(account: str, days: int = 2, **more: Any) -> list[dict[str, Any]]:
    return [event("forum.answer", f"2024-06-{day:02}", account, extra={"asker": "zoe"}, id=str(uuid.uuid4()), **more)
            for day in range(1, days + 1)]  # fmt: skip


def test_from_files_to_a_number(baloo: Baloo, write: Write):
    """Import and refresh give the number of people, with its day and its definition."""
    everybody = [*_answers("ama"), *_answers("jun"), *_answers("tove", 1), event("git.commit", "2024-01-01", "ama")]
    baloo("import", "events", write(everybody))
    baloo("refresh")

    found = baloo.json("count", "active", "--area", "support")
    assert (found["active"], found["as_of"]) == (2, "2024-06-30")
    assert "at least" in found["definition"] or "twice" in found["definition"]
    assert baloo.count() == 3
    assert baloo.count(area="support", level="casual") == 3
    assert baloo.count(system="code", as_of="2025-01-01") == 0


def test_a_file_imported_twice_counts_once(baloo: Baloo, write: Write):
    """The second import finds duplicates only, and nothing changes."""
    file = write([*_answers("ama"), event("git.commit", "2024-01-01", "jun")])
    first = baloo.json("import", "events", file)
    second = baloo.json("import", "events", file)

    assert (first["accepted"], first["duplicates"]) == (3, 0)
    assert (second["accepted"], second["duplicates"]) == (0, 3)


def test_the_last_body_under_an_id_counts(baloo: Baloo, write: Write):
    """The same id with another body is a revision, and the last received counts."""
    name = str(uuid.uuid4())
    baloo("import", "events", write([event("git.commit", "2024-06-01", "ama", id=name)], "first.ndjson"))
    done = baloo.json("import", "events", write([event("git.commit", "2022-01-01", "ama", id=name)], "second.ndjson"))
    baloo("refresh")

    assert done["revised"] == 1
    assert (baloo.count(area="coding"), baloo.count(area="coding", as_of="2022-02-01")) == (0, 1)


def test_an_id_of_another_system_replaces_nothing(baloo: Baloo, write: Write):
    """A document belongs to the system that sent it first; another's event under its id is refused and kept."""
    name = str(uuid.uuid4())
    baloo("import", "events", write([event("git.commit", "2024-06-01", "ama", id=name)], "first.ndjson"))
    second = write([event("forum.post", "2024-06-01", "jun", id=name)], "second.ndjson")
    done = json.loads(baloo("import", "events", second, "--json", code=3))
    baloo("refresh")

    assert done["refused"] == 1
    assert done["reasons"][0]["remedy"]
    assert (baloo.count(area="coding"), baloo.count(area="support", level="casual")) == (1, 0)
    assert baloo.json("quarantine", "list")[0]["slug"] == "not-yours"


def test_a_dry_run_keeps_nothing(baloo: Baloo, write: Write):
    """--dry-run judges and reports; it makes no file, and neither queue nor quarantine has anything afterwards."""
    file = write([*_answers("ama"), event("forum.answr", "2024-06-01", "ama")])
    before = sorted(baloo.root.rglob("*"))
    done = baloo.json("import", "events", file, "--dry-run")
    after = sorted(baloo.root.rglob("*"))
    baloo("refresh")

    assert before == after
    assert (done["accepted"], done["refused"], done["dry"]) == (2, 1, True)
    assert baloo.json("quarantine", "list") == []
    assert baloo.count() == 0


def test_refused_events_are_replayed_when_the_registry_knows_them(baloo: Baloo, write: Write):
    """An event of an undeclared kind is kept with its reason, and counts once after the kind is declared and it is replayed."""
    baloo("import", "events", write([event("forum.badge", "2024-06-01", "ama"), event("forum.post", "2024-06-01", "jun")]))
    (group,) = baloo.json("quarantine", "list")
    system = baloo.root / "registry" / "systems" / "forum.yaml"
    system.write_text(system.read_text("utf-8") + "  forum.badge: Got a badge\n", "utf-8")
    done = baloo.json("quarantine", "replay", "--all")
    again = baloo.json("quarantine", "replay", "--all")
    baloo("refresh")

    assert (group["pointer"], group["count"]) == ("/kind", 1)
    assert (done["accepted"], again["tried"]) == (1, 0)
    assert baloo.count(area="support", level="casual") == 2


def test_linking_and_unlinking_change_the_count_at_the_next_refresh(baloo: Baloo, write: Write):
    """Two accounts become one person by a link and two again by an unlink; neither rewrites a fact."""
    people = [{"account": "ama"}, {"account": "ama-m", "email": "ama@example.org"}]
    baloo("import", "events", write([event("forum.post", "2024-06-01", who) for who in people]))
    baloo("refresh")
    before = baloo.count(system="forum")
    files = sorted((baloo.root / "data" / "lake").rglob("*.parquet"))
    baloo("people", "link", "forum:ama", "ama@example.org", "--reason", "she said so")
    baloo("refresh")
    linked = baloo.count(system="forum")
    baloo("people", "unlink", "forum:ama", "forum:ama-m")
    baloo("refresh")

    assert (before, linked, baloo.count(system="forum")) == (2, 1, 2)
    assert sorted((baloo.root / "data" / "lake").rglob("*.parquet")) == files


def test_the_same_address_on_two_systems_is_one_person(baloo: Baloo, write: Write):
    """Addresses are compared trimmed and case-folded, across systems."""
    baloo("import", "events", write([
        event("forum.post", "2024-06-01", {"account": "ama", "email": "Ama@Example.org "}),
        event("git.commit", "2024-06-01", {"name": "Ama Mensah", "email": "ama@example.org"}),
    ]))  # fmt: skip
    baloo("refresh")

    assert baloo.count() == 1


def test_the_export_is_csv_as_it_arrived(baloo: Baloo, write: Write):
    """`people export` gives system, account, username, email, name and person, one line an observation."""
    ama = {"account": "ama", "username": "", "email": "Ama@Example.org", "name": "Ama"}
    baloo("import", "events", write([event("forum.post", "2024-06-01", ama)]))

    rows = list(csv.DictReader(io.StringIO(baloo("people", "export"))))

    assert rows == [{"system": "forum", **ama, "person": "1"}]


def test_staff_and_bots_can_be_left_out(baloo: Baloo, write: Write):
    """Bots are in no count; staff, by the domain of an address they used, are left out by a switch."""
    baloo("import", "events", write([
        event("git.commit", "2024-06-01", {"account": "sam", "email": "sam@marula.example"}),
        event("git.commit", "2024-06-01", {"account": "ama", "email": "ama@example.org"}),
        event("git.commit", "2024-06-01", "weaver-bot"),
    ]))  # fmt: skip
    baloo("people", "exclude", "code:weaver-bot", "--bot")
    baloo("refresh")

    assert baloo.count(area="coding") == 2
    assert baloo.json("count", "active", "--area", "coding", "--exclude-staff")["active"] == 1


def test_a_csv_file_is_imported_by_its_mapping(baloo: Baloo, tmp_path: Path):
    """Rows become events; a second import adds nothing."""
    (tmp_path / "posts.csv").write_text("When,Who,Mail\n2024-06-01,ama,ama@example.org\n2024-06-02,jun,\n", "utf-8")
    (tmp_path / "posts.yaml").write_text(
        "system: forum\nkind: forum.post\nat: {column: When}\nactor: {account: {column: Who}, email: {column: Mail}}\n", "utf-8")
    arguments = ("import", "csv", str(tmp_path / "posts.csv"), "--mapping", str(tmp_path / "posts.yaml"))

    first, second = baloo.json(*arguments), baloo.json(*arguments)

    assert (first["accepted"], second["duplicates"]) == (2, 2)


def test_a_date_of_another_format_is_told_by_the_format(baloo: Baloo, tmp_path: Path):
    """A date that is not as the mapping says is told with format, column, line and remedy, in the report and in quarantine."""
    (tmp_path / "posts.csv").write_text("When,Who\n01.06.2024,ama\n2 June 2024,jun\n2024-06-03,lea\n,tove\n", "utf-8")
    (tmp_path / "posts.yaml").write_text(
        'system: forum\nkind: forum.post\nat: {column: When, format: "%d.%m.%Y"}\nactor: {account: {column: Who}}\n', "utf-8")

    done = baloo.json("import", "csv", str(tmp_path / "posts.csv"), "--mapping", str(tmp_path / "posts.yaml"))

    assert (done["accepted"], done["refused"]) == (2, 2)
    assert done["reasons"] == [{
        "pointer": "/at", "reason": "The time in the column `When` is not of the format `%d.%m.%Y`.", "count": 2,
        "first": f"{tmp_path / 'posts.csv'}:3",
        "remedy": "Correct the lines, or the format that was asked for, and import the file again."}]
    assert [(group["slug"], group["count"]) for group in baloo.json("quarantine", "list")] == [("not-of-format", 2)]


@pytest.mark.parametrize("arguments", [("show", "9" * 23), ("replay", "9" * 23), ("list", "--limit", "9" * 23)], ids=" ".join)
def test_a_number_that_is_no_id_is_told(baloo: Baloo, arguments: tuple[str, ...]):
    """An id or limit that no database can hold is a wrong word of the command, not a fault."""
    said = baloo.run("quarantine", *arguments, code=2)

    assert "less than or equal to" in said.stderr


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        (b'{"at": "1969-12-31T00:00:00Z"}', "/at"),
        (b'{"at": "2999-01-01T00:00:00Z"}', "/at"),
        (b'{"system": "fourm"}', "/system"),
        (b'{"extra": {"n": NaN}}', ""),
        (b'{"object": "\xff"}', ""),
    ],
    ids=["before 1970", "far ahead", "unknown system", "NaN", "invalid UTF-8"],
)
def test_a_bad_event_is_kept_with_its_place_and_the_rest_goes_on(baloo: Baloo, tmp_path: Path, line: bytes, pointer: str):
    """One bad line of a file is refused with its pointer; the lines around it count."""
    good = event("forum.post", "2024-06-01", "ama")
    parts = json.dumps({**good, "actor": {"account": "jun"}}).encode()
    bad = line if pointer == "" else json.dumps({**json.loads(parts), **json.loads(line)}).encode()
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join([json.dumps(good).encode(), bad, parts]) + b"\n")

    done = baloo.json("import", "events", str(file))

    assert (done["accepted"], done["refused"]) == (2, 1)
    assert done["reasons"][0]["pointer"] == pointer


def test_a_truncated_gzip_keeps_what_stands_before(baloo: Baloo, tmp_path: Path):
    """What was read counts, the exit code says input, and the file imported whole afterwards counts nothing twice."""
    events = [event("forum.post", "2024-06-01", f"person-{n}", id=str(uuid.uuid4())) for n in range(4_000)]
    packed = gzip.compress("".join(json.dumps(e) + "\n" for e in events).encode())
    file = tmp_path / "events.ndjson.gz"
    file.write_bytes(packed[: len(packed) * 3 // 4])
    broken = baloo.run("import", "events", str(file), code=4)
    file.write_bytes(packed)
    whole = baloo.json("import", "events", str(file))

    assert "cut off" in broken.stderr
    assert whole["accepted"] + whole["duplicates"] == 4_000
    assert whole["duplicates"] > 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("import", "events", "nothing.ndjson"), 4, "no such file"),
        (("count", "active", "--area", "suport"), 4, "Did you mean `support`"),
        (("count", "active", "--as-of", "yesterday"), 4, "Write it like"),
        (("count", "active", "--level", "activ"), 4, "Did you mean `active`"),
        (("import", "git", ".", "--system", "cod"), 4, "Did you mean `code`"),
        (("token", "create", "cod"), 4, "Did you mean `code`"),
        (("import", "events", __file__, "--namespace", "balo"), 4, "Did you mean `baloo`"),
        (("people", "link", "forum:nobody", "forum:none"), 4, "Nobody is known"),
        (("count", "active", "--organisation", "moco"), 4, "There is no organisation `moco`."),
        (("cuont",), 2, "cuont"),
        (("quarantine", "replay"), 4, "Which events"),
        (("quarantine", "replay", "99"), 4, "None of these ids waits"),
        (("token", "create", "code", "--expires", "2020-01-01"), 4, "That day is over"),
    ],
)
def test_a_wrong_word_is_explained(baloo: Baloo, write: Write, arguments: tuple[str, ...], code: int, says: str):
    """A name that is off gets the nearest valid one, on stderr, with the exit code of its kind."""
    baloo("import", "events", write(_answers("ama")))
    baloo("refresh")
    done = baloo.run(*arguments, code=code)

    assert says in done.stderr
    assert done.stdout == ""


def test_a_file_of_which_nothing_was_read_is_told_alone(baloo: Baloo, tmp_path: Path, write: Write):
    """Beside a file that cannot be read the report counts what others had; where nothing was read there is none."""
    text = tmp_path / "text.ndjson"
    text.write_bytes("\ufeff{}".encode("utf-16-le"))
    alone = baloo.run("import", "events", str(text), code=4)
    beside = baloo.run("import", "events", str(text), write(_answers("ama")), code=4)

    assert (alone.stdout, "Save it as UTF-8" in alone.stderr) == ("", True)
    assert beside.stdout.startswith("2 read: 2 accepted")


def test_a_community_without_areas_is_told_why_nobody_counts(baloo: Baloo):
    """Where no area is declared, nobody can be active, and the number comes with what to do."""
    for area in (baloo.root / "registry" / "areas").glob("*.yaml"):
        area.unlink()
    baloo("refresh")
    done = baloo.run("count", "active", code=0)

    assert done.stdout == "0\n"
    assert "No area is declared yet" in done.stderr


def test_a_group_without_a_command_says_what_it_has_once(baloo: Baloo):
    """`baloo count` alone lists its commands, under one line of usage, with the exit code of wrong words."""
    done = baloo.run("count", code=2)

    assert done.stderr.startswith("Usage: baloo")
    assert done.stderr.count("Usage:") == 1
    assert "How many people are active" in done.stderr


def test_an_invalid_registry_is_named_by_file_line_and_key(baloo: Baloo):
    """`check` prints file, line, key and the nearest valid name, and its exit code says problems."""
    (baloo.root / "registry" / "areas" / "support.yaml").write_text("area: support\ntitel: Support\ncounts: [{system: forum}]\n")

    done = baloo.run("check", code=3)

    assert "support.yaml:2" in done.stdout
    assert "title" in done.stdout


def test_a_folder_that_is_no_workspace_is_said(tmp_path: Path):
    """Outside a workspace each command says so, and how to make one."""
    done = Baloo(tmp_path / "nowhere").run("refresh", code=5)

    assert "baloo init" in done.stderr


def test_a_workspace_of_a_newer_version_is_refused(baloo: Baloo):
    """A newer workspace, or newer records, are refused with what to do; nothing is touched."""
    file = baloo.root / "baloo.toml"
    file.write_text(file.read_text("utf-8").replace("workspace = 1", "workspace = 99"), "utf-8")
    newer = baloo.run("refresh", code=5)
    file.write_text(file.read_text("utf-8").replace("workspace = 99", "workspace = 1"), "utf-8")
    baloo("people", "export")
    with sqlite3.connect(baloo.root / "data" / "records" / "records.sqlite") as records:
        records.execute("UPDATE meta SET value = '99' WHERE name = 'version'")
    newer_records = baloo.run("people", "export", code=5)

    assert "Install a newer Baloo" in newer.stderr
    assert "Install a newer Baloo" in newer_records.stderr


def test_init_does_not_overwrite(baloo: Baloo):
    """A second `init` in the same folder is refused."""
    done = baloo.run("init", str(baloo.root), code=5)

    assert "already" in done.stderr


def test_two_refreshes_at_once_are_told_apart(baloo: Baloo):
    """While one process holds the lake, another says who holds it."""
    with Workspace.open(baloo.root).lock("lake", "a test"):
        done = baloo.run("refresh", code=6)

    assert "a test" in done.stderr


def test_a_damaged_data_file_is_named_and_not_counted(baloo: Baloo, write: Write):
    """A flipped bit in the lake stops the refresh with the file's name; the last counts stand."""
    baloo("import", "events", write([event("git.commit", "2024-06-01", who) for who in ("ama", "jun")]))
    baloo("refresh")
    (file,) = (baloo.root / "data" / "lake" / "events").glob("received_month=*/*.parquet")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))

    done = baloo.run("refresh", "--all", code=7)

    assert file.name in done.stderr
    assert baloo.count(area="coding") == 2


def test_an_import_that_is_stopped_says_that_it_goes_on(baloo: Baloo, write: Write, monkeypatch: pytest.MonkeyPatch):
    """Ctrl+C ends with 130 and a word; the same command goes on behind what is kept."""
    file = write([event("forum.post", "2024-06-01", f"a{number}") for number in range(3_000)])
    whole = EventsSource.chunks

    def stopped(source: EventsSource, done: int) -> Iterator[Chunk]:
        yield next(whole(source, done))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(EventsSource, "chunks", stopped)
        said = baloo.run("import", "events", file, code=130)
    again = baloo.json("import", "events", file)

    assert "goes on from there" in said.stderr
    assert again["resumed"] + again["accepted"] == 3_000
    assert again["resumed"] > 0


def test_a_worker_whose_import_was_killed_loads_and_ends(baloo: Baloo):
    """Nobody reads what it would say; it ends without a fault."""
    command = [sys.executable, "-m", "baloo.worker", "drain", str(baloo.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        assert worker.stderr is not None
        worker.stdout.close()
        worker.stdin.close()
        said = worker.stderr.read()

    assert (worker.returncode, said) == (0, b"")
