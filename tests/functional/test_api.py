"""The read API over HTTP, on a small counted community: shapes, tables, errors, caching, health."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Never
from urllib.parse import quote

import pytest
from httpx import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import MethodNotAllowedException
from litestar.testing import TestClient

from baloo.access.roles import Grant
from baloo.access.sessions import Caller
from baloo.clock import FixedClock
from baloo.ingest.http import WIRES, is_door_path
from baloo.metrics.answers import AnswersSource
from baloo.registry.model import Area, Claim, Leaf, Point, Registry, Span, Version, Window
from baloo.web.api.problems import wrong_method
from baloo.web.api.routes import routes
from baloo.workspace import Workspace
from counted import FOREVER, Counted, day, registry
from hostile.naughty import NAUGHTY

CLOCK = FixedClock(dt.datetime(2016, 12, 28, 12, tzinfo=dt.UTC))  # a Wednesday
WITHIN = Leaf(Window("within", Span(90, "days")), "at_least", 1)
PATHWAY = (
    Point("first", "casual", (Version(WITHIN),), "First deed"),
    Point("regular", "active", (Version(WITHIN), Version(WITHIN, day("2016-06-01"))), "Regular"),
)
AMA, JUN, TOVE, IDRIS = 1, 2, 3, 4
ID = "6f1f6e0e-7d7c-4c1b-9a43-0a4d8f3d2a10"


def declared() -> Registry:
    """Two areas beside each other, one of which was called otherwise, and one inside."""
    return registry(
        Area("code", "Code", was=("hacking",), counts=(Claim("forge"),), pathway=PATHWAY),
        Area("help-desk", "Help desk", counts=(Claim("desk"),), organisation="foundation"),
        Area("shell", "Shell", part_of="code"),
    )


def counted() -> Counted:
    """Ama is staff and codes; Jun codes and helps; Tove moved from helping to code; Idris helped long ago."""
    spans = {
        ("area:code", "active"): [(AMA, "2015-02-01", None), (JUN, "2016-01-01", None), (TOVE, "2016-08-01", None)],
        ("area:code", "point:first"): [
            (AMA, "2015-02-01", None), (JUN, "2016-01-01", None), (TOVE, "2016-07-01", None), (IDRIS, "2016-01-01", None)],
        ("area:code", "point:regular"): [(AMA, "2015-02-01", None), (JUN, "2016-01-01", None), (TOVE, "2016-08-01", None)],
        ("area:help-desk", "active"): [
            (JUN, "2015-06-01", None), (TOVE, "2015-03-01", "2016-05-01"), (IDRIS, "2015-01-05", "2015-09-01")],
        ("area:help-desk", "known"): [(JUN, "2015-06-01", None), (TOVE, "2015-03-01", None), (IDRIS, "2015-01-05", None)],
        ("community", "active"): [
            (AMA, "2015-02-01", None), (JUN, "2015-06-01", None), (TOVE, "2015-03-01", "2016-05-01"), (TOVE, "2016-08-01", None),
            (IDRIS, "2015-01-05", "2015-09-01")],
        ("community", "seen"): [(AMA, "2015-02-01", None), (JUN, "2015-06-01", None), (TOVE, "2015-03-01", None)],
        ("community", "new"): [(TOVE, "2016-12-19", "2016-12-26")],
        ("community", "staff"): [(AMA, "2015-01-01", None)],
    }
    rows = [(*name, who, day(a), day(b) if b else FOREVER) for name, held in spans.items() for who, a, b in held]
    first, last = {"forge": "2015-01-05", "desk": "2015-01-05"}, {"forge": "2016-12-27", "desk": "2016-12-20"}
    return Counted(rows, first_days=first, last_days=last)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with nothing counted, whose numbers are all shown."""
    return Workspace.init(tmp_path / "hill", settings="public_k = 1\n")


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient[Litestar]]:
    """A client of the API alone, of a workspace where something is counted."""
    counted().write(workspace.derived)
    yield from served(workspace)


def page(_: object, error: Exception) -> Never:
    """A page for addresses that are not the API's; here there are none."""
    raise error


def served(workspace: Workspace, caller: Caller | None = None) -> Iterator[TestClient[Litestar]]:
    """A client of the API of a workspace, which knows who asks."""

    def known(connection: Any, _: object) -> None:
        connection.scope["user"] = caller

    state = State({"answers": AnswersSource(workspace.derived, declared, CLOCK), "workspace": workspace})
    app = Litestar(routes(), state=state, openapi_config=None, exception_handlers={MethodNotAllowedException: wrong_method(page)},
                   guards=[known])
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def problem(response: Response, status: int, slug: str) -> dict[str, Any]:
    """Every error has one shape: problem+json with type, title, status, detail, and never more than the known fields."""
    body: dict[str, Any] = response.json()
    assert (status, "application/problem+json") == (response.status_code, response.headers["content-type"].partition(";")[0])
    assert body.keys() >= {"type", "title", "status", "detail"}
    assert body.keys() <= {"type", "title", "status", "detail", "where", "remedy", "nearest", "valid"}
    assert (slug, status) == (body["type"], body["status"])
    assert response.headers["access-control-allow-origin"] == "*"
    return body


def test_active_of_the_community(client: TestClient[Litestar]) -> None:
    """The number comes with its day, its rule in words, the sum of areas beside it and the state it comes from."""
    body = client.get("/api/v1/active").json()

    assert body.pop("definition").startswith("You count as active in The Hill")
    assert body == {
        "active": 3, "few": False, "as_of": "2016-12-28", "scope": "community", "level": "active", "exclude_staff": False,
        "provisional": False, "warming_up": False, "areas": None, "op": None, "window": None,
        "sum_of_areas": {
            "areas": [{"area": "code", "people": 3}, {"area": "help-desk", "people": 1}], "sum": 4, "total": 3, "unclaimed": 0},
        "hidden_below": 1,
        "stamp": {"version": 1, "seq": 10, "refreshed": "2020-01-01T12:00:00Z", "counted_to": "2016-12-27"},
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("area=code", 3), ("area=hacking", 3), ("area=code&exclude_staff=true", 2), ("area=help-desk&as_of=2015-07-01", 3),
        ("system=forge", 0), ("organisation=foundation", 0), ("scope=area:code", 3), ("scope=unclaimed", 0), ("level=seen", 3),
        ("areas=code,help-desk", 3), ("areas=code,help-desk&op=intersection", 1), ("areas=code,help-desk&op=difference", 2),
        ("areas=help-desk,code&op=difference", 0), ("areas=code,help-desk&op=difference&exclude_staff=true", 1),
        ("as_of=1999-01-01", 0),
        ("area=help-desk&window=1 year", 2), ("area=help-desk&window=243 days", 2), ("area=help-desk&window=242 days", 1),
        ("window=2 years", 4), ("areas=code,help-desk&op=intersection&window=1 year", 2),
        ("areas=code,help-desk&op=difference&window=12 months", 1),
        ("areas=code,help-desk&op=difference&window=1 year&exclude_staff=true", 0),
    ],
)
def test_active_of_what_is_asked(client: TestClient[Litestar], query: str, expected: int) -> None:
    """G09: each parameter narrows the number; former ids, combined areas and windows are understood."""
    response = client.get(f"/api/v1/active?{query}")

    assert (200, expected) == (response.status_code, response.json()["active"])


def test_series(client: TestClient[Litestar]) -> None:
    """Months end on their last day, and the one that runs is given at today and marked."""
    rows = client.get("/api/v1/series?grain=month&start=2016-10-15&area=code").json()["rows"]

    assert rows == [
        {"day": "2016-10-31", "value": 3, "provisional": False}, {"day": "2016-11-30", "value": 3, "provisional": False},
        {"day": "2016-12-28", "value": 3, "provisional": True},
    ]


def test_a_step_of_a_pathway_over_time(client: TestClient[Litestar]) -> None:
    """A point of an area's pathway is a series like a level; a point that nobody declared is named with those that are."""
    body = client.get("/api/v1/series?area=code&point=first&grain=month&start=2016-06-01&end=2016-07-31").json()
    unknown = problem(client.get("/api/v1/series?area=code&point=frist"), 404, "unknown-name")

    assert (body["level"], [(row["day"], row["value"]) for row in body["rows"]]) == (
        "point:first", [("2016-06-30", 3), ("2016-07-31", 4)])
    assert unknown["nearest"] == "point:first"


def test_an_extract(client: TestClient[Litestar]) -> None:
    """Each scope has a row for each period, with kind and title beside it; too many rows are refused."""
    rows = list(csv.DictReader(io.StringIO(client.get("/api/v1/extract.csv?grain=month&start=2016-11-01").text)))
    code = [row for row in rows if row["scope"] == "area:code"]

    assert {row["scope"] for row in rows} == {scope["name"] for scope in client.get("/api/v1/scopes").json()["rows"]}
    assert code[0] == {
        "day": "2016-11-30", "kind": "area", "scope": "area:code", "title": "Code", "level": "active", "people": "3",
        "provisional": "false"}
    assert [row["provisional"] for row in code] == ["false", "true"]
    assert len(client.get("/api/v1/extract").json()["rows"]) == len(rows) // 2 * 53
    problem(client.get("/api/v1/extract?grain=day&start=1970-01-01"), 400, "bad-parameter")


def test_cohorts_of_weeks(client: TestClient[Litestar]) -> None:
    """Weeks begin on Monday."""
    rows = client.get("/api/v1/cohorts?area=help-desk&grain=week&start=2015-01-05&end=2015-01-18").json()["rows"]

    assert [(row["start"], row["end"], row["people"]) for row in rows] == [
        ("2015-01-05", "2015-01-11", 1), ("2015-01-12", "2015-01-18", 0)]


def test_lapse(client: TestClient[Litestar]) -> None:
    """The coming Sundays, as they would be if nobody did anything more; as a table too."""
    body = client.get("/api/v1/lapse?area=code&weeks=2&exclude_staff=true").json()

    assert (body["scope"], body["today"], body["exclude_staff"]) == ("area:code", "2016-12-28", True)
    assert body["rows"] == [
        {"day": "2017-01-01", "value": 2, "provisional": True}, {"day": "2017-01-08", "value": 2, "provisional": True}]
    assert client.get("/api/v1/lapse.csv?weeks=1").text.splitlines() == ["day,value,provisional", "2017-01-01,3,true"]


def test_flows_add_up(client: TestClient[Litestar]) -> None:
    """Flows of the community come with those of each top-level area and their sum."""
    body = client.get("/api/v1/flows?start=2015-12-31&end=2016-12-31").json()

    assert body["rows"] == [{"start": "2015-12-31", "end": "2016-12-31", "before": 3, "stayed": 3, "left": 0, "joined": 0,
                             "returned": 0, "after": 3}]
    assert (body["areas"]["code"]["joined"], body["areas"]["help-desk"]["left"]) == (2, 1)
    assert (body["sum_of_areas"]["before"], body["sum_of_areas"]["after"]) == (3, 4)


def test_flows_by_period(client: TestClient[Litestar]) -> None:
    """Each quarter is compared with its eve; who comes back returned."""
    rows = client.get("/api/v1/flows?grain=quarter&start=2016-04-01&end=2016-09-30").json()["rows"]

    assert [(r["start"], r["end"], r["left"], r["returned"]) for r in rows] == [
        ("2016-03-31", "2016-06-30", 1, 0), ("2016-06-30", "2016-09-30", 0, 1)]


def test_cohorts(client: TestClient[Litestar]) -> None:
    """Who first was active in each quarter, and of them who was at the end of each later one; the last is cut at today."""
    body = client.get("/api/v1/cohorts?area=help-desk&start=2015-01-01&end=2015-12-31").json()
    whole = client.get("/api/v1/cohorts?grain=year&start=2015-01-01").json()["rows"]

    assert [(row["start"], row["end"], row["people"]) for row in body["rows"]] == [
        ("2015-01-01", "2015-03-31", 2), ("2015-04-01", "2015-06-30", 1), ("2015-07-01", "2015-09-30", 0),
        ("2015-10-01", "2015-12-31", 0)]
    assert body["rows"][0]["later"] == [
        {"day": "2015-06-30", "people": 2}, {"day": "2015-09-30", "people": 1}, {"day": "2015-12-31", "people": 1}]
    assert (body["scope"], body["grain"], body["level"]) == ("area:help-desk", "quarter", "active")
    assert [(row["end"], row["later"]) for row in whole] == [
        ("2015-12-31", [{"day": "2016-12-28", "people": 3}]), ("2016-12-28", [])]


def test_cohorts_as_a_table(client: TestClient[Litestar]) -> None:
    """A row is one cohort at the end of one later period; staff can be left out."""
    query = "area=help-desk&start=2015-04-01&end=2015-12-31&exclude_staff=true"

    assert client.get(f"/api/v1/cohorts.csv?{query}").text.splitlines()[:3] == [
        "start,end,people,after,day,still", "2015-04-01,2015-06-30,1,1,2015-09-30,1", "2015-04-01,2015-06-30,1,2,2015-12-31,1"]


def test_no_cohort_tells_of_few(tmp_path: Path) -> None:
    """Where those who stayed, or those who did not, are few, neither is told, nor anything of a cohort of few."""
    for client in hiding(tmp_path):
        rows = client.get("/api/v1/cohorts?start=2015-01-01&end=2015-12-31").json()["rows"]

        assert [(row["people"], [later["people"] for later in row["later"]]) for row in rows] == [
            (3, [3, None, None]), (None, [None, None]), (0, [0]), (0, [])]


def test_moves_overlap_and_pathway(client: TestClient[Litestar]) -> None:
    """People who move, who are in several areas, and how far they are."""
    moves = client.get("/api/v1/moves?start=2015-12-31&end=2016-12-28").json()
    overlap = client.get("/api/v1/overlap").json()
    pathway = client.get("/api/v1/pathway?area=code").json()

    assert moves["rows"] == [{"source": "help-desk", "target": "code", "people": 1}]
    assert overlap["rows"] == [{"areas": ["code"], "people": 2}, {"areas": ["code", "help-desk"], "people": 1}]
    assert (overlap["people"], overlap["sum_of_areas"], overlap["by_number_of_areas"]) == (3, 4, {"1": 2, "2": 1})
    assert [(s["point"], s["people"], s["rate"]) for s in pathway["rows"]] == [("first", 4, None), ("regular", 3, 0.75)]
    assert pathway["levels"][-1] == {"level": "inactive", "people": 0, "exactly": 0}


def test_the_seeds_feed(client: TestClient[Litestar]) -> None:
    """The seeds' feed is a bare list of 52 weeks, newest first, that any page may read; only weeks that are over stand there."""
    response = client.get("/data/contributor/All.json")
    rows = response.json()

    assert rows[0] == {"wkcommencing": "2016-12-19", "new": 1, "totalactive": 3}
    assert rows[1] == {"wkcommencing": "2016-12-12", "new": 0, "totalactive": 3}
    assert (len(rows), response.headers["access-control-allow-origin"]) == (52, "*")
    assert "max-age" in response.headers["cache-control"]


def hiding(tmp_path: Path) -> Iterator[TestClient[Litestar]]:
    """A client of the same, where fewer than three people are few."""
    workspace = Workspace.init(tmp_path / "vale", settings="public_k = 3\n")
    counted().write(workspace.derived)
    yield from served(workspace)


def test_numbers_of_few_are_null(tmp_path: Path) -> None:
    """What a page does not show is null in the API and its tables; nobody is a number like any other; the feed hides none."""
    for client in hiding(tmp_path):
        one, whole = (client.get(f"/api/v1/active{query}").json() for query in ("?area=help-desk", ""))
        week = client.get("/api/v1/feed").json()["rows"][0]
        seeds = client.get("/data/contributor/all.json").json()[0]
        line = client.get("/api/v1/series.csv?area=help-desk&grain=month&start=2016-12-01").text.splitlines()[1]
        steps = client.get("/api/v1/pathway?area=code").json()["rows"]

        assert (one["active"], one["few"], one["hidden_below"]) == (None, True, 3)
        assert (whole["active"], whole["few"], whole["sum_of_areas"]["unclaimed"]) == (3, False, 0)
        assert week == {"wkcommencing": "2016-12-19", "new": None, "totalactive": 3}
        assert seeds == {"wkcommencing": "2016-12-19", "new": 1, "totalactive": 3}
        assert line == "2016-12-28,,true"
        assert [(step["people"], step["rate"]) for step in steps] == [(4, None), (3, 0.75)]


def test_no_sum_gives_few_away(tmp_path: Path) -> None:
    """Beside a number that is null stands a second one, wherever their sum is given."""
    for client in hiding(tmp_path):
        areas = client.get("/api/v1/active").json()["sum_of_areas"]
        both = client.get("/api/v1/active?areas=code,help-desk&op=union").json()
        flows = client.get("/api/v1/flows?start=2015-12-31&end=2016-12-31").json()
        overlap = client.get("/api/v1/overlap").json()

        assert [area["people"] for area in areas["areas"]] == [None, None]
        assert (both["active"], both["few"]) == (None, True)  # 3 and 1 are 4, but for the one in both
        assert client.get("/api/v1/active?areas=code,help-desk&window=1 month").json()["active"] is None
        assert (flows["rows"][0]["joined"], flows["sum_of_areas"]["joined"]) == (0, None)
        assert (overlap["rows"], set(overlap["by_number_of_areas"].values())) == ([], {None})
        assert client.get("/api/v1/moves?start=2015-12-31&end=2016-12-28").json()["rows"] == []


def test_a_view_that_nobody_knows(client: TestClient[Litestar]) -> None:
    """An unknown view is 404, with the valid ones; names compare by letters and digits."""
    body = problem(client.get("/data/contributor/helpdsk.json"), 404, "unknown-name")

    assert (body["nearest"], body["valid"]) == ("helpdesk", ["all", "code", "desk", "forge", "helpdesk", "shell", "unclaimed"])
    assert client.get("/data/contributor/Help-Desk.json").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "slug", "nearest"),
    [
        ("/api/v1/active?areaa=code", 400, "bad-parameter", "area"),
        ("/api/v1/active?area=code&area=shell", 400, "bad-parameter", None),
        ("/api/v1/active?area=code&system=forge", 400, "bad-parameter", None),
        ("/api/v1/active?as_of=2016-02-30", 400, "bad-parameter", None),
        ("/api/v1/active?as_of=1969-12-31", 400, "bad-parameter", None),
        ("/api/v1/active?as_of=", 400, "bad-parameter", None),
        ("/api/v1/active?level=activ", 400, "bad-parameter", "active"),
        ("/api/v1/active?exclude_staff=perhaps", 400, "bad-parameter", None),
        ("/api/v1/active?op=union", 400, "bad-parameter", None),
        ("/api/v1/active?window=90", 400, "bad-parameter", None),
        ("/api/v1/active?window=1%20days", 400, "bad-parameter", None),
        ("/api/v1/active?area=cod", 404, "unknown-name", "code"),
        ("/api/v1/active?system=forg", 404, "unknown-name", "forge"),
        ("/api/v1/active?organisation=nobody", 404, "unknown-name", None),
        ("/api/v1/active?scope=comunity", 404, "unknown-name", "community"),
        ("/api/v1/active?areas=code,shel", 404, "unknown-name", "shell"),
        ("/api/v1/series?grain=fortnight", 400, "bad-parameter", None),
        ("/api/v1/series?grain=day&start=1970-01-01&end=2999-01-01", 400, "bad-parameter", None),
        ("/api/v1/flows?start=2016-12-01&end=2016-01-01", 400, "input", None),
        ("/api/v1/pathway", 400, "bad-parameter", None),
        ("/api/v1/feed?weeks=0", 400, "bad-parameter", None),
        ("/api/v1/feed?view=cde", 404, "unknown-name", "code"),
        ("/api/v1/activ", 404, "unknown-name", "/api/v1/active"),
        ("/data/contributor/alll.json", 404, "unknown-name", "all"),
        ("/data/contributor/all.json?weeks=3", 400, "bad-parameter", None),
    ],
)
def test_errors_have_one_shape(client: TestClient[Litestar], path: str, status: int, slug: str, nearest: str | None) -> None:
    """A wrong parameter is 400, an unknown name 404; both say which, and the nearest valid one."""
    body = problem(client.get(path), status, slug)

    assert nearest == body.get("nearest")


def test_it_is_only_read(client: TestClient[Litestar]) -> None:
    """Anything but a GET is refused in the same shape."""
    response = client.post("/api/v1/active")

    assert problem(response, 405, "wrong-method")


def test_nothing_counted_yet(workspace: Workspace) -> None:
    """Before the first refresh the API says what to run, and the process is alive and ready."""
    for client in served(workspace):
        body = problem(client.get("/api/v1/active"), 503, "nothing-counted")
        ready = client.get("/health/ready")

        assert body["remedy"] == "Run `baloo refresh`."
        assert (ready.status_code, ready.json()["counted_version"]) == (200, None)


def test_a_present_answer_is_not_sent_again(client: TestClient[Litestar], workspace: Workspace) -> None:
    """With the ETag of the last answer comes 304, until something else is counted."""
    etag = client.get("/api/v1/active").headers["etag"]
    again = client.get("/api/v1/active", headers={"if-none-match": etag})
    changed = counted()
    changed.version = 2
    changed.write(workspace.derived)
    later = client.get("/api/v1/active", headers={"if-none-match": etag})

    assert (304, etag, b"") == (again.status_code, again.headers["etag"], again.content)
    assert (later.status_code, later.json()["stamp"]["version"]) == (200, 2)


def test_definitions_of_a_day(client: TestClient[Litestar]) -> None:
    """Each day has the rule that was in force, with the days from which it was and was no more."""
    spans = [
        [(row["since"], row["until"]) for row in client.get(f"/api/v1/definitions?as_of={on}").json()["rows"]
         if (row["scope"], row["point"]) == ("area:code", "regular")]
        for on in ("2016-05-31", "2016-06-01")
    ]

    assert spans == [[(None, "2016-06-01")], [("2016-06-01", None)]]


@pytest.mark.parametrize("path", ["series", "flows", "moves", "overlap", "pathway", "scopes", "definitions", "feed"])
def test_tables_equal_the_rows(client: TestClient[Litestar], path: str) -> None:
    """The CSV has a line for each row of the JSON, under the same names."""
    query = {"pathway": "?area=code", "moves": "?start=2015-12-31"}.get(path, "")
    table = client.get(f"/api/v1/{path}.csv{query}")
    rows = client.get(f"/api/v1/{path}{query}").json()["rows"]
    read = list(csv.DictReader(io.StringIO(table.text)))

    assert table.headers["content-type"].startswith("text/csv")
    assert [list(row) for row in rows] == [list(line) for line in read]
    assert rows


def test_status_and_health(client: TestClient[Litestar]) -> None:
    """The status says how fresh everything is; health says whether it works."""
    status = client.get("/api/v1/status").json()
    ready = client.get("/health/ready").json()

    assert status["systems"][0] == {
        "system": "desk", "first": "2015-01-05", "last": "2016-12-20", "staging": None}
    assert status["waiting"] == {"rows": 0, "oldest": None}
    assert client.get("/health").json() == {"status": "alive", "problems": [], "heartbeat_age_seconds": None}
    assert (ready["ready"], ready["queue_rows"], ready["counted_version"]) == (True, 0, 1)


def test_the_description(client: TestClient[Litestar]) -> None:
    """OpenAPI knows every address and parameter."""
    described = client.get("/api/openapi.json").json()
    active = described["paths"]["/api/v1/active"]["get"]

    assert {"/api/v1/active", "/api/v1/flows.csv", "/data/contributor/{file}", "/health/ready"} <= described["paths"].keys()
    assert {p["name"] for p in active["parameters"]} == {
        "area", "system", "organisation", "scope", "exclude_staff", "as_of", "level", "areas", "op", "window"}
    assert list(described["paths"]["/api/v1/flows.csv"]["get"]["responses"]["200"]["content"]) == ["text/csv"]
    assert list(active["responses"]["default"]["content"]) == ["application/problem+json"]


def test_the_door_is_described(client: TestClient[Litestar]) -> None:
    """Each protocol of the door has an address in OpenAPI, and each address that events are sent to is the door's."""
    paths = client.get("/api/openapi.json").json()["paths"]
    sent = [path for path, item in paths.items() if any("door" in how.get("tags", ()) for how in item.values())]
    filled = [path.replace("{version}", "1").replace("{id}", ID).replace("{", "").replace("}", "") for path in sent]

    assert {"post"} == paths["/submit/{namespace}/"].keys()
    assert {"put", "delete"} == paths["/submit/{namespace}/{id}"].keys()
    assert all(map(is_door_path, filled))
    assert [wire.__name__ for wire in WIRES if not any(map(wire.claims, filled))] == []


def _values(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """What a parameter may be, by its description, and what it may not."""
    junk = st.text(max_size=20) | st.sampled_from([*NAUGHTY[::7], "9" * 400, "2016-02-30", "code/", "a,b", "-1"])
    options = schema.get("oneOf", [schema])
    said = [str(value) for one in options for value in one.get("enum", ())] + ["code", "help-desk", "2016-06-01", "true", "7"]
    return st.sampled_from(said) | junk


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_question_is_answered_as_described(client: TestClient[Litestar], data: st.DataObject) -> None:
    """Whatever the parameters are: an answer of the described type, or a problem; never a fault."""
    paths = client.get("/api/openapi.json").json()["paths"]
    read = {path for path, item in paths.items() if "log" not in item.get("get", {"tags": ["log"]}).get("tags", ())}
    path = data.draw(st.sampled_from(sorted(read - {"/health/ready"})))  # what is logged needs somebody who is signed in
    asked = paths[path]["get"]
    known = {p["name"]: _values(p["schema"]) for p in asked.get("parameters", ()) if p["in"] == "query"}
    query = data.draw(st.fixed_dictionaries({}, optional={**known, "more": st.text(max_size=5)}))
    file = data.draw(st.from_regex(r"[^/.\x00][^/\x00]{0,12}", fullmatch=True) | st.sampled_from(["all.json", "code.json"]))
    answer = client.get(path.replace("{file}", quote(file, safe="")), params=query)

    assert answer.status_code < 500, answer.text
    if answer.status_code == 200:
        assert answer.headers["content-type"].partition(";")[0] in asked["responses"]["200"]["content"]
    else:
        problem(answer, answer.status_code, answer.json()["type"])


@pytest.mark.parametrize(("role", "told"), [("analyst", True), ("steward", True), ("contributor", False), ("owner", False)])
def test_an_analyst_is_told_every_number(tmp_path: Path, role: str, told: bool) -> None:
    """At `/api/analyst` no number is too small, no other site may read the answer, and no shared cache keeps it."""
    workspace = Workspace.init(tmp_path / "vale", settings="public_k = 50\n")
    counted().write(workspace.derived)
    for client in served(workspace, Caller("somebody", (Grant(role),))):
        active, table = client.get("/api/analyst/active"), client.get("/api/analyst/extract.csv")
        again = client.get("/api/analyst/active", headers={"if-none-match": active.headers["etag"]})

    private = ("private, no-cache", "cookie", None)
    headers = [(one.headers["cache-control"], one.headers.get("vary"), one.headers.get("access-control-allow-origin"))
               for one in (active, table, again)]
    assert (active.json()["active"], again.status_code) == (3 if told else None, 304)
    assert (headers == [private] * 3) == told
    assert (",3," in table.text) == told
