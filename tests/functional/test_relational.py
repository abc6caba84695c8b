"""A database as a source: a query, a mapping, and where the last run ended."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from tests.functional.conftest import Baloo

from baloo.errors import InputError
from baloo.sources.journal import Journal
from baloo.sources.relational import sql_sources
from postgres import PASSWORD

MAPPING = """
query: SELECT id, happened_on, logged_by, contributor, description FROM ah_contributions WHERE void = 0;
watermark: happened_on
system: forum
kind: forum.post
at: {column: happened_on, zone: Africa/Accra}
id: {column: id}
actor: {email: {column: contributor}}
extra: {logged_by: {column: logged_by}}
"""
ROWS = """
(1, '2024-06-01 10:00:00', 'tove', 'ama@example.org', 'Held a workshop', 0),
(2, '2024-06-02 10:00:00', 'tove', 'jun@example.org', 'Wrote a page', 0),
(3, '2024-06-02 10:00:00', 'badges', 'idris@example.org', 'Earned a badge', 0),
(4, '2024-06-03 10:00:00', 'tove', 'kofi@example.org', 'A mistake', 1)
"""
COLUMNS = "id int, happened_on timestamp, logged_by text, contributor text, description text, void int"
TABLE = f"CREATE TABLE ah_contributions ({COLUMNS})"


class Database(NamedTuple):
    """A database at an address."""

    url: str

    def do(self, *statements: str) -> None:
        """Run statements, and keep what they did."""
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database as the seeds' integration database was."""
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'integration.sqlite'}"
    found = Database(url)
    found.do("DROP TABLE IF EXISTS ah_contributions", TABLE, f"INSERT INTO ah_contributions VALUES {ROWS}")
    monkeypatch.setenv("THE_DATABASE", url)
    return found


def _mapping(folder: Path, text: str = MAPPING) -> str:
    (folder / "adhoc.yaml").write_text(text, "utf-8")
    return str(folder / "adhoc.yaml")


def test_a_database_is_read_from_where_the_last_run_ended(baloo: Baloo, database: Database, tmp_path: Path):
    """B21: all that the query gives, then only what is at or behind the watermark, of which what is known counts once."""
    asked = ("import", "sql", _mapping(tmp_path), "--url-env", "THE_DATABASE")
    dry = baloo.json(*asked, "--dry-run")
    first = baloo.json(*asked)
    database.do("INSERT INTO ah_contributions VALUES (5, '2024-06-04 10:00:00', 'tove', 'ama@example.org', '', 0)")
    again = baloo.json(*asked)
    whole = baloo.json(*asked, "--since", "2024-01-01")
    late = baloo.json(*asked, "--since", "2024-06-03")

    assert [(run["read"], run["accepted"], run["duplicates"]) for run in (dry, first, again, whole, late)] == [
        (3, 3, 0), (3, 3, 0), (3, 1, 2), (4, 0, 4), (1, 0, 1),
    ]  # fmt: skip
    assert [run["source"] for run in baloo.json("runs")["runs"]] == ["sql"] * 4


def test_a_row_without_a_watermark_is_not_passed_over(database: Database, tmp_path: Path):
    """It comes each time, and the others go on from the last value; a query may have colons, per cent signs and casts."""
    day, note = "CAST('2024-06-01' AS text) AS happened", "'10:30 :now 5%' AS logged_by"
    text = MAPPING.replace("{column: happened_on,", "{column: happened,").replace("on, logged_by", f"on, {day}, {note}")
    database.do("INSERT INTO ah_contributions VALUES (9, NULL, 'tove', 'ama@example.org', '', 0)")
    file, journal = Path(_mapping(tmp_path, text)), Journal(tmp_path / "journal")
    runs = [[event for source in sql_sources(database.url, file, journal) for chunk in source.chunks(0)
             for event in map(json.loads, chunk.body.splitlines())] for _ in range(2)]

    assert [len(events) for events in runs] == [4, 3]
    assert {(event["at"], event["extra"]["logged_by"]) for event in runs[0]} == {("2024-06-01T00:00:00+00:00", "10:30 :now 5%")}


def test_what_was_committed_late_is_met(postgres: str, tmp_path: Path):
    """A transaction that took a while shows its row behind later ones: the next run begins ten minutes before the last value."""
    Database(postgres).do("DROP TABLE IF EXISTS ah_contributions", TABLE, f"INSERT INTO ah_contributions VALUES {ROWS}")
    file, journal, came = Path(_mapping(tmp_path)), Journal(tmp_path / "journal"), []
    for late in ("(5, '2024-06-02 09:55:00', 'tove', 'ama@example.org', '', 0)", "(6, '2024-06-01 10:05:00', '', '', '', 0)"):
        came.append([json.loads(line)["id"] for one in sql_sources(postgres, file, journal) for chunk in one.chunks(0)
                     for line in chunk.body.splitlines()])
        Database(postgres).do(f"INSERT INTO ah_contributions VALUES {late}")
    came.append([json.loads(line)["id"] for one in sql_sources(postgres, file, journal) for chunk in one.chunks(0)
                 for line in chunk.body.splitlines()])

    assert [len(ids) for ids in came] == [3, 3, 3]
    assert came[1] == came[2]
    assert len({*came[0], *came[1]}) == 4


def test_a_connection_that_is_lost_in_the_middle(postgres: str, tmp_path: Path):
    """What came is kept, the password is not said, and the next run brings the rest."""
    many = "SELECT n, timestamp '2024-01-01' + n * interval '1 minute', 'tove', 'ama@example.org', '', 0"
    database = Database(postgres)
    database.do("DROP TABLE IF EXISTS ah_contributions", TABLE)
    database.do(f"INSERT INTO ah_contributions {many} FROM generate_series(1, 5000) AS n")
    file, journal = Path(_mapping(tmp_path)), Journal(tmp_path / "journal")
    (source,) = sql_sources(postgres, file, journal)
    chunks = source.chunks(0)
    came = [next(chunks), next(chunks)]
    database.do("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
                " WHERE usename = 'reader' AND pid <> pg_backend_pid()")
    with pytest.raises(InputError, match="The database says: ") as lost:
        list(chunks)
    (again,) = sql_sources(postgres, file, journal)
    rest = list(again.chunks(0))

    ids = [[json.loads(line)["id"] for line in chunk.body.splitlines()] for chunk in (*came, *rest)]
    assert len({one for chunk in ids for one in chunk}) == 5000
    assert sum(map(len, ids)) == 5011  # the last one, and ten minutes before it, once more
    assert PASSWORD not in str(lost.value)


def test_nothing_of_a_secret_or_a_person_is_said(baloo: Baloo, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Neither of a password that is wrong, nor of a value that is not what the query wants: not in errors, nor in the runs."""
    Database(postgres).do("DROP TABLE IF EXISTS ah_contributions", TABLE, f"INSERT INTO ah_contributions VALUES {ROWS}")
    monkeypatch.setenv("THE_DATABASE", postgres.replace(PASSWORD, "another-secret"))
    said = [baloo.run("import", "sql", _mapping(tmp_path), "--url-env", "THE_DATABASE", code=4)]
    monkeypatch.setenv("THE_DATABASE", postgres)
    text = MAPPING.replace("contributor,", "contributor::int AS contributor,")
    said.append(baloo.run("import", "sql", _mapping(tmp_path, text), "--url-env", "THE_DATABASE", code=4))
    told = " ".join(" ".join(out) for out in said) + json.dumps(baloo.json("runs"))

    assert "password authentication failed" in told
    assert [run["why"].partition(" What")[0] for run in baloo.json("runs")["runs"]] == [
        "adhoc.yaml: The database does not give it (DataError).", "adhoc.yaml: The database does not give it (OperationalError)."]
    assert "a value is not of the type that the query wants" in told
    assert not any(secret in told for secret in (PASSWORD, "another-secret", "ama@"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_schedule_reads_a_database(baloo: Baloo, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """B15: as the registry says, with the address from a file that the environment names; by hand thereafter nothing is new."""
    registry = baloo.root / "registry"
    (registry / "queries").mkdir()
    parts = [MAPPING.replace("void = 0;", f"void = 0 AND logged_by = '{who}'") for who in ("tove", "badges")]
    _mapping(registry / "queries", "\n".join("-" + textwrap.indent(part, "  ") for part in parts))
    source = 'source: {name: sql, mapping: queries/adhoc.yaml, cron: "17 3 * * *", key_env: FORUM_DATABASE}\n'
    with (registry / "systems" / "forum.yaml").open("a", encoding="utf-8") as file:
        file.write(source)
    (tmp_path / "secret").write_text(database.url + "\n", "utf-8")
    monkeypatch.setenv("FORUM_DATABASE_FILE", str(tmp_path / "secret"))
    baloo("check")
    command = [sys.executable, "-m", "baloo.worker", "fetch", str(baloo.root), "forum"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as run:  # it ends when whoever began it is gone
        ended = run.wait()
    by_hand = baloo.json("import", "sql", "--system", "forum")
    runs = baloo.json("runs")["runs"]

    assert ended == 0
    assert [(run["asked"], run["outcome"], run["accepted"]) for run in runs] == [
        ("hand", "done", 0), ("schedule", "done", 3)]
    assert (by_hand["read"], by_hand["duplicates"]) == (2, 2)


@pytest.mark.parametrize(("change", "says"), [
    (("contributor}", "contribtor}"), "The query gives no column `contribtor`. Did you mean `contributor`?"),
    (("watermark: happened_on\n", ""), "`watermark` is missing."),
    (("ah_contributions", "nowhere"), "nowhere"),
], ids=["a column", "no watermark", "no table"])  # fmt: skip
def test_what_is_wrong_is_said(baloo: Baloo, database: Database, tmp_path: Path, change: tuple[str, str], says: str):
    """A column that the query does not give, a mapping that is not whole, what the database answers."""
    said = baloo.run("import", "sql", _mapping(tmp_path, MAPPING.replace(*change)), "--url-env", "THE_DATABASE", code=4)

    assert says in " ".join(said.stderr.split())


def test_no_password_is_said(baloo: Baloo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Of an address that is none, nor of one whose driver is missing; a password with an `@` and a `:` is taken for a port."""
    bad = ("postgres at ama:sesame", "mysql+nothing://ama:sesame@db.example.org/x", "mysql+mysqldb://ama:sesame@db/x")
    for url in (*bad, "postgresql+psycopg://ama:open@:sesame@db.example.org/x"):
        monkeypatch.setenv("THE_DATABASE", url)
        said = baloo.run("import", "sql", _mapping(tmp_path), "--url-env", "THE_DATABASE", code=4)

        assert "sesame" not in said.stdout + said.stderr


def test_a_file_that_is_not_there_is_not_made(baloo: Baloo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """SQLite would make an empty one, and say that the table is missing."""
    monkeypatch.setenv("THE_DATABASE", f"sqlite:///{tmp_path / 'tools.sqlite'}")
    said = baloo.run("import", "sql", _mapping(tmp_path), "--url-env", "THE_DATABASE", code=4)

    assert "There is no file of a database there." in said.stderr
    assert not (tmp_path / "tools.sqlite").exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_text_that_is_kept_as_bytes(database: Database, tmp_path: Path):
    """It is a text: MySQL has such columns."""
    text = MAPPING.replace("logged_by, contributor", "CAST(logged_by AS blob) AS logged_by, contributor")
    (source,) = sql_sources(database.url, Path(_mapping(tmp_path, text)), None)
    events = [json.loads(line) for chunk in source.chunks(0) for line in chunk.body.splitlines()]

    assert [event["extra"]["logged_by"] for event in events] == ["tove", "tove", "badges"]


def test_no_address_is_an_error(baloo: Baloo, tmp_path: Path):
    """An empty variable is named."""
    said = baloo.run("import", "sql", _mapping(tmp_path), "--url-env", "NO_SUCH_VARIABLE", code=4)

    assert "NO_SUCH_VARIABLE" in said.stderr
