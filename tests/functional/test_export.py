"""`baloo export`: the table by week, area and system, in a file, a database that a dashboard reads, and the API."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.datastructures import State
from litestar.testing import TestClient
from tests.functional.conftest import Baloo, event

from baloo.web.api.routes import routes
from baloo.workspace import Workspace

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "export.md"
HEAD = ["c_date", "team_name", "source_name", "total", "new", "active"]
DID = [
    event("forum.answer", "2024-06-03", "ama", extra={"asker": "lea"}),
    event("forum.answer", "2024-06-04", "ama", extra={"asker": "jun"}), event("git.commit", "2024-06-05", "ama@code"),
    event("git.commit", "2024-06-05", "tove"), event("forum.post", "2024-06-12", "jun"),
]  # fmt: skip
JOINED = ("people", "link", "forum:ama", "code:ama@code", "--reason", "she said so")


@pytest.fixture
def counted(baloo: Baloo, write: Callable[..., str]) -> Baloo:
    """Ama with an account on each system, Tove and Jun, counted."""
    baloo("import", "events", write(DID))
    baloo("refresh")
    return baloo


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a dashboard's database, which the environment has."""
    found = request.getfixturevalue("postgres") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'dashboard.sqlite'}"
    _do(found, *(f"DROP TABLE IF EXISTS contributor_active{more}" for more in ("", "_updated")))
    monkeypatch.setenv("DASHBOARD", found)
    return str(found)


def test_totals_count_people_once(counted: Baloo):
    """E06, G09: Ama, of two systems and two areas, is one person in every total as soon as it is known that she is one; and
    `count` finds her in both areas."""
    in_both = {"areas": "support,coding", "op": "intersection", "window": "2 weeks", "as_of": "2024-06-30"}
    before, none = _newest(counted), counted.count(**in_both)
    counted(*JOINED)
    counted("refresh")
    after, one = _newest(counted), counted.count(**in_both)
    wrong = counted.run("count", "active", "--window", "2 week", code=4).stderr

    assert before == {
        ("all", "all"): (4, 0, 3), ("all", "code"): (2, 0, 2), ("all", "forum"): (2, 0, 1), ("coding", "all"): (2, 0, 2),
        ("coding", "code"): (2, 0, 2), ("support", "all"): (2, 0, 1), ("support", "forum"): (2, 0, 1),
    }  # fmt: skip
    assert (none, one) == (0, 1)
    assert "`2 week` is no window." in wrong
    assert after == before | {("all", "all"): (3, 0, 2), ("all", "code"): (2, 0, 2), ("all", "forum"): (2, 0, 1)}


def test_the_same_rows_in_a_file(counted: Baloo, tmp_path: Path):
    """A file has what stdout gets, as CSV or as JSON; of another form it is refused; nothing is left beside what was counted."""
    printed = _rows(counted("export", "--weeks", "4"))
    files = [tmp_path / "out.csv", tmp_path / "out.json"]
    for file in files:
        counted("export", str(file), "--weeks", "4")
    refused = counted.run("export", str(tmp_path / "out.xlsx"), code=4).stderr

    assert [row["c_date"] for row in printed] == sorted((row["c_date"] for row in printed), reverse=True)
    assert _rows(files[0].read_text()) == printed
    assert [{name: str(value) for name, value in row.items()} for row in json.loads(files[1].read_text())] == printed
    assert ".csv or .json" in refused
    assert not list(Workspace.open(counted.root).derived.glob("beside-*"))


def test_a_table_is_kept_up_to_date(counted: Baloo, url: str):
    """First all rows, then none, then those that a merge changed; the page's query gives them, and older weeks stay."""
    _do(url)
    first = counted.json("export", "--url-env", "DASHBOARD", "--weeks", "2")
    _do(url, "INSERT INTO contributor_active VALUES ('2010-01-04', 'all', 'all', 7, 1, NULL)")
    same = counted.json("export", "--url-env", "DASHBOARD", "--weeks", "2")
    counted(*JOINED)
    counted("refresh")
    merged = counted.json("export", "--url-env", "DASHBOARD", "--weeks", "2")
    wanted = [list(row.values())[:5] for row in _rows(counted("export", "--weeks", "2"))]

    assert (first["added"], first["same"]) == (14, 0)
    assert same == {"added": 0, "changed": 0, "removed": 0, "same": 14}
    assert merged == {"added": 0, "changed": 2, "removed": 0, "same": 12}
    assert _asked(url, "2011-01-03") == wanted
    assert _asked(url, "2009-12-28") == [*wanted, ["2010-01-04", "all", "all", "7", "1"]]
    assert len(_select(url, "SELECT counted, exported FROM contributor_active_updated")) == 1


def test_the_api_gives_what_was_exported_last(counted: Baloo, tmp_path: Path):
    """Before the first export it says what to do; then it gives the rows, and no number of few, nor what would tell of one."""
    with (counted.root / "baloo.toml").open("a") as settings:
        settings.write("public_k = 2\n")
    workspace = Workspace.open(counted.root)
    state = State({"workspace": workspace})
    with TestClient(Litestar(routes(), state=state, openapi_config=None)) as client:
        early = client.get("/api/v1/contributor_active")
        counted("export", str(tmp_path / "out.csv"), "--weeks", "3")
        body = client.get("/api/v1/contributor_active?start=2024-06-17").json()
        unknown = client.get("/api/v1/contributor_active?team=suport").json()
        table = client.get("/api/v1/contributor_active.csv?team=all&source=all")

    assert (early.status_code, early.json()["type"]) == (404, "nothing-exported")
    assert {(row["team_name"], row["source_name"]): (row["total"], row["new"], row["active"]) for row in body["rows"]} == {
        ("all", "all"): (4, 0, 3), ("all", "code"): (2, 0, None), ("all", "forum"): (2, 0, None), ("coding", "all"): (2, 0, None),
        ("coding", "code"): (2, 0, 2), ("support", "all"): (2, 0, None), ("support", "forum"): (2, 0, None),
    }  # fmt: skip
    assert (body["hidden_below"], body["exclude_staff"], body["stamp"]["counted_to"]) == (2, False, "2024-06-12")
    assert unknown["nearest"] == "support"
    assert [row["c_date"] for row in _rows(table.text)] == ["2024-06-17", "2024-06-10", "2024-06-03"]


def test_each_export_is_a_run(counted: Baloo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What an export brought, and why one failed, stands among the runs; one that failed is an alarm until one goes well."""
    monkeypatch.setenv("DASHBOARD", "sqlite:////nowhere/at/all.db")
    said = counted.run("export", "--url-env", "DASHBOARD", code=4).stderr
    failed = counted.json("runs", "--system", "export")
    counted("export", str(tmp_path / "out.csv"), "--weeks", "1")
    good = counted.json("runs", "--system", "export")

    assert "The database says: unable to open database file." in said
    assert [(run["source"], run["outcome"]) for run in failed["runs"]] == [("database", "failed")]
    assert failed["runs"][0]["why"].startswith("all.db: The database does not take it (OperationalError).")
    assert [alarm["what"] for alarm in failed["alarms"]] == ["failed"]
    assert [(run["source"], run["outcome"], run["accepted"]) for run in good["runs"][:1]] == [("file", "done", 7)]
    assert good["alarms"] == []


def _newest(baloo: Baloo) -> dict[tuple[str, str], tuple[int, ...]]:
    rows = _rows(baloo("export", "--weeks", "1"))
    return {(row["team_name"], row["source_name"]): (int(row["total"]), int(row["new"]), int(row["active"])) for row in rows}


def _rows(text: str) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == HEAD
    return rows


def _asked(url: str, latest: str) -> list[list[str]]:
    """What the page's query gives."""
    query = re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0]
    return [[str(value) for value in row] for row in _select(url, query.replace(":latest", f"'{latest}'"))]


def _select(url: str, query: str) -> list[Any]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return list(connection.exec_driver_sql(query))


def _do(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
