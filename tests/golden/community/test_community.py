"""A written community of three hundred events, through the whole spine: oracle, golden table and engine say the same."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pytest
from ruamel.yaml import YAML

from baloo.lake.base import LakeSnapshot
from baloo.metrics.cube import count_cube
from baloo.publish.contributor_active import as_csv
from baloo.registry import load
from house import Asked, House
from oracle.arrivals import Arrivals
from oracle.declared import read
from oracle.oracle import Identity, Oracle, People

HERE = Path(__file__).parent
TODAY = dt.date(2025, 4, 1)
DAYS = [dt.date.fromisoformat(day) for day in (
    "2024-01-31", "2024-02-29", "2024-03-30", "2024-03-31", "2024-04-01", "2024-05-31", "2024-06-09", "2024-06-30",
    "2024-08-31", "2024-09-30", "2024-12-31", "2025-02-28", "2025-03-31")]
SUNDAYS = [dt.date(2024, 6, 9), dt.date(2024, 6, 2)]
COUNTED = ("active", "volunteers")  # empty before the first rule: no number, not 0
COLUMNS = ["visitor", "casual", "active", "core", "volunteers", "inactive", "seen", "new"]


class Judge(Protocol):
    """Something that answers who counts."""

    def people(self, scope: str, measure: str, day: dt.date) -> frozenset[Any]:
        """Who holds a measure of a scope at a day."""
        ...

    def without_staff(self, scope: str, measure: str, day: dt.date) -> frozenset[Any]:
        """The same less staff."""
        ...

    def no_number_before(self, scope: str) -> dt.date | None:
        """Before when there is no number."""
        ...


@cache
def told() -> dict[str, Any]:
    """What is written of people."""
    return YAML(typ="safe", pure=True).load((HERE / "people.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    """The oracle of this community."""
    return make_oracle()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same community, sent through the door in four loads and told of its people, counted as it goes."""
    house = House(tmp_path_factory.mktemp("house") / "lantern", TODAY)
    shutil.copytree(HERE / "registry", house.workspace.registry, dirs_exist_ok=True)
    house.open()
    house.send((HERE / "1-first.ndjson").read_text("utf-8"))
    house.load()
    house.refresh()
    house.send((HERE / "2-later.ndjson").read_text("utf-8"))
    house.load()
    for a, b in told()["by_hand"]:
        house.link(tuple(a), tuple(b))
    house.refresh()
    for system, id_ in _taken_back():
        house.take_back([id_], system)
    for who in told()["bots"]:
        house.exclude(tuple(who), "bot")
    for who in told()["opted_out"]:
        house.exclude(tuple(who), "opted-out")
    house.load()
    house.refresh()
    house.send((HERE / "4-sent-again.ndjson").read_text("utf-8"))
    for span in told()["roster"]:
        house.enrol(tuple(span["who"]), str(span["since"]), str(span["until"]))
    house.load()
    house.refresh()
    yield house
    house.close()


def test_oracle_says_what_is_written(oracle: Oracle):
    """The golden table is what the oracle says, line for line."""
    with (HERE / "expected.csv").open(encoding="utf-8", newline="") as lines:
        expected = list(csv.reader(lines))

    assert table(oracle, oracle.scopes(), called) == expected


def test_engine_says_what_is_written(oracle: Oracle, house: House):
    """The golden table is what comes of the door, the queue, the lake, people and the engine."""
    with (HERE / "expected.csv").open(encoding="utf-8", newline="") as lines:
        expected = list(csv.reader(lines))

    assert table(Asked(house), oracle.scopes(), _whoever) == expected


def test_weeks_by_area_and_system_are_what_is_written(oracle: Oracle, house: House):
    """E06: the exported table of two weeks is the golden one, byte for byte, and the golden one is the oracle's."""
    expected = (HERE / "contributor_active.csv").read_text("utf-8")
    registry = load(house.workspace.registry)
    cube = count_cube(house.workspace.derived, registry, TODAY, _not_read, weeks=len(SUNDAYS), until=SUNDAYS[0])

    assert as_csv(cube) == expected
    assert [",".join(row) for row in cube_table(oracle)] == expected.splitlines()


def test_all_is_counted_the_same_when_rebuilt(house: House, tmp_path: Path):
    """Counted from nothing, every interval is the same as counted load by load."""
    house.refresh(whole=True, derived=tmp_path)

    assert house.rows(tmp_path) == house.rows()


def test_persons_are_found(oracle: Oracle, house: House):
    """Addresses and words by hand make the persons that are written, and no others."""
    expected = {frozenset(map(tuple, identities)) for identities in told()["persons"].values()}
    found = {person for person in house.persons().values() if len(person) > 1}

    assert found == {person for person in expected if len(person) > 1}


def test_every_arrival_is_judged(tmp_path: Path):
    """Duplicates, revisions and what was taken back are as many as the oracle's book-keeping finds."""
    house = House(tmp_path / "lantern", TODAY)
    shutil.copytree(HERE / "registry", house.workspace.registry, dirs_exist_ok=True)
    house.open()
    arrivals = Arrivals(read(HERE / "registry"))

    found = []
    for name in ("1-first.ndjson", "2-later.ndjson"):
        house.send((HERE / name).read_text("utf-8"))
        for event in _events(name):
            arrivals.arrive(event)
    found += house.load()
    for system, id_ in _taken_back():
        house.take_back([id_], system)
        arrivals.take_back(system, id_)
    found += house.load()
    house.close()

    assert (arrivals.duplicates, arrivals.revised, arrivals.voided) == tuple(
        sum(getattr(loaded, name) for loaded in found) for name in ("duplicates", "revised", "voided"))
    assert (arrivals.duplicates, arrivals.revised, arrivals.voided) == (12, 4, 7)


def test_refused_are_refused(tmp_path: Path):
    """Each of the events that are wrong is refused at the door."""
    house = House(tmp_path / "lantern", TODAY)
    shutil.copytree(HERE / "registry", house.workspace.registry, dirs_exist_ok=True)
    house.open()
    body = (HERE / "5-refused.ndjson").read_text("utf-8")

    refused = house.send(body)
    house.close()

    assert refused == len(body.splitlines())


def make_oracle() -> Oracle:
    """The oracle, of all that arrived."""
    declared = read(HERE / "registry")
    arrivals = Arrivals(declared)
    for event in _events("1-first.ndjson") + _events("2-later.ndjson"):
        arrivals.arrive(event)
    for system, id_ in _taken_back():
        arrivals.take_back(system, id_)
    for event in _events("4-sent-again.ndjson"):
        arrivals.arrive(event)
    people = People(
        same=tuple(tuple(map(tuple, identities)) for identities in told()["persons"].values()),
        out=tuple(map(tuple, told()["bots"] + told()["opted_out"])),
        roster=tuple((tuple(span["who"]), _date(span["since"]), _date(span["until"])) for span in told()["roster"]),
    )
    return Oracle(declared, arrivals.facts(), people)


def table(judge: Judge, scopes: list[str], name: Any) -> list[list[str]]:
    """How many are at each level of each scope on each day, and who is active."""
    rows = [["day", "scope", *COLUMNS, "who is active"]]
    for day in DAYS:
        for scope in scopes:
            active = judge.people(scope, "active", day)
            asked = [judge.without_staff(scope, "active", day) if column == "volunteers" else judge.people(scope, column, day)
                     for column in COLUMNS]
            counts = [len(people) for people in asked]
            if any(counts):
                who = sorted(map(name, active))
                begun = (judge.no_number_before(scope) or day) <= day
                shown = ["" if column in COUNTED and not begun else str(n) for column, n in zip(COLUMNS, counts, strict=True)]
                rows.append([str(day), scope, *shown, " ".join(who)])
    return rows


def cube_table(oracle: Oracle) -> list[list[str]]:
    """Who contributed where from where, and is active there, in the weeks of `SUNDAYS`."""
    rows = [["c_date", "team_name", "source_name", "total", "new", "active"]]
    for sunday in SUNDAYS:
        for area in sorted(["all", "unclaimed", *oracle.declared.areas]):
            scope = {"all": "community", "unclaimed": area}.get(area, f"area:{area}")
            begun = (oracle.no_number_before(scope) or sunday) <= sunday
            for system in sorted(["all", *oracle.declared.systems]):
                total, new, active = map(len, oracle.cell(scope, None if system == "all" else system, sunday))
                if total or active:
                    monday = sunday - dt.timedelta(6)
                    rows.append([str(monday), area, system, str(total), str(new), str(active) if begun else ""])
    return rows


def called(person: Identity) -> str:
    """A person's name in people.yaml, or what the system calls them."""
    return next((name for name, identities in told()["persons"].items() if list(person) in identities), person[-1])


def _whoever(person: frozenset[Identity]) -> str:
    return called(min(person))


def _events(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


def _taken_back() -> list[tuple[str, str]]:
    return [tuple(line.split(" ")) for line in (HERE / "3-taken-back.txt").read_text("utf-8").splitlines()]  # type: ignore[misc]


def _date(written: object) -> dt.date | None:
    return dt.date.fromisoformat(str(written)) if written else None


def _not_read() -> LakeSnapshot:
    raise AssertionError("the state has all that is asked for")
