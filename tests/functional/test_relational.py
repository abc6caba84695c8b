"""A database as a source: a query, a mapping, and where the last run ended."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.functional.conftest import Baloo

MAPPING = """
query: SELECT id, happened_on, logged_by, contributor, description FROM ah_contributions WHERE void = 0;
watermark: happened_on
system: forum
kind: forum.post
at: {column: happened_on, format: "%Y-%m-%d %H:%M:%S", zone: Africa/Accra}
id: {column: id}
actor: {email: {column: contributor}}
extra: {logged_by: {column: logged_by}}
"""
ROWS = [
    (1, "2024-06-01 10:00:00", "tove", "ama@example.org", "Held a workshop", 0),
    (2, "2024-06-02 10:00:00", "tove", "jun@example.org", "Wrote a page", 0),
    (3, "2024-06-02 10:00:00", "badges", "idris@example.org", "Earned a badge", 0),
    (4, "2024-06-03 10:00:00", "tove", "kofi@example.org", "A mistake", 1),
]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database as the seeds' integration database was."""
    file = tmp_path / "integration.sqlite"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE ah_contributions (id, happened_on, logged_by, contributor, description, void)")
        connection.executemany("INSERT INTO ah_contributions VALUES (?, ?, ?, ?, ?, ?)", ROWS)
    monkeypatch.setenv("THE_DATABASE", f"sqlite:///{file}")
    return file


def _mapping(folder: Path, text: str = MAPPING) -> str:
    (folder / "adhoc.yaml").write_text(text, "utf-8")
    return str(folder / "adhoc.yaml")


def test_a_database_is_read_from_where_the_last_run_ended(baloo: Baloo, database: Path, tmp_path: Path):
    """All that the query gives, then only what is at or behind the watermark, of which what is known counts once."""
    asked = ("import", "sql", _mapping(tmp_path), "--url-env", "THE_DATABASE")
    dry = baloo.json(*asked, "--dry-run")
    first = baloo.json(*asked)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO ah_contributions VALUES (5, '2024-06-04 10:00:00', 'tove', 'ama@example.org', '', 0)")
    again = baloo.json(*asked)
    whole = baloo.json(*asked, "--since", "2024-01-01")

    assert [(run["read"], run["accepted"], run["duplicates"]) for run in (dry, first, again, whole)] == [
        (3, 3, 0), (3, 3, 0), (3, 1, 2), (4, 0, 4),
    ]  # fmt: skip
    assert [run["source"] for run in baloo.json("runs")["runs"]] == ["sql"] * 3


@pytest.mark.parametrize(("change", "says"), [
    (("contributor}", "contribtor}"), "The query gives no column `contribtor`. Did you mean `contributor`?"),
    (("watermark: happened_on\n", ""), "`watermark` is missing."),
    (("ah_contributions", "nowhere"), "The database says: no such table: nowhere."),
], ids=["a column", "no watermark", "no table"])  # fmt: skip
def test_what_is_wrong_is_said(baloo: Baloo, database: Path, tmp_path: Path, change: tuple[str, str], says: str):
    """A column that the query does not give, a mapping that is not whole, what the database answers."""
    said = baloo.run("import", "sql", _mapping(tmp_path, MAPPING.replace(*change)), "--url-env", "THE_DATABASE", code=4)

    assert says in " ".join(said.stderr.split())


def test_no_password_is_said(baloo: Baloo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Of an address that is none, nor of one whose driver is missing."""
    for url in ("postgres at ama:sesame", "mysql+nothing://ama:sesame@db.example.org/x", "mysql+mysqldb://ama:sesame@db/x"):
        monkeypatch.setenv("THE_DATABASE", url)
        said = baloo.run("import", "sql", _mapping(tmp_path), "--url-env", "THE_DATABASE", code=4)

        assert "sesame" not in said.stdout + said.stderr


def test_no_address_is_an_error(baloo: Baloo, tmp_path: Path):
    """An empty variable is named."""
    said = baloo.run("import", "sql", _mapping(tmp_path), "--url-env", "NO_SUCH_VARIABLE", code=4)

    assert "NO_SUCH_VARIABLE" in said.stderr
