"""The seeds' community: a written history of fictional people, counted by hand, through door, lake, people and engine."""

from __future__ import annotations

import datetime as dt
import json
import shlex
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from baloo.registry import load
from baloo.registry.init import presets, write_preset
from house import Asked, House

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[2] / "examples" / "mozilla" / "registry"
TODAY = dt.date(2014, 9, 30)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """The history, counted by the preset."""
    house = House(tmp_path_factory.mktemp("mozilla") / "workspace", TODAY)
    write_preset(house.workspace.registry, "mozilla")
    house.open()
    refused = house.send("\n".join(json.dumps(event) for event in history()))
    assert refused == 0
    house.load()
    house.refresh()
    yield Asked(house)
    house.close()


def test_the_example_is_the_preset() -> None:
    """`examples/mozilla` has the files that `baloo init --preset mozilla` copies, each word of them."""
    packaged = presets()["mozilla"]
    names = {file.relative_to(packaged) for file in packaged.rglob("*.*")}

    assert {file.relative_to(EXAMPLE) for file in EXAMPLE.rglob("*.*")} == names
    assert all((EXAMPLE / name).read_bytes() == (packaged / name).read_bytes() for name in names)


@pytest.mark.parametrize("line", (HERE / "counted-by-hand.txt").read_text("utf-8").splitlines()[1:],
                         ids=lambda line: "-".join(line.split()[:2]))
def test_what_was_counted_by_hand(asked: Asked, line: str) -> None:
    """B01 to B08, B11 to B14, B16 to B20 and B22: those at each level of a scope are as many as were counted by hand."""
    day, scope, *written = line.split()[:5]

    found = [len(asked.people(scope, level, dt.date.fromisoformat(day))) for level in ("casual", "active", "core")]
    assert found == [int(n) for n in written]


def test_who_finishes_a_task_and_takes_another(asked: Asked) -> None:
    """B15: Gil finished two, Hal one."""
    again = asked.people("area:one-and-done", "point:another-task", TODAY)

    assert again == {frozenset({("oneanddone", "gil")})}


def history() -> list[dict[str, object]]:
    """The events of `history.txt`: one line is as many as it says, a minute apart."""
    systems, events = load(EXAMPLE).systems, []
    for line in (HERE / "history.txt").read_text("utf-8").splitlines()[1:]:
        day, system, kind, who, times, *fields = shlex.split(line)
        said = dict(field.split("=") for field in fields)
        extra = {name: int(value) if value.isdigit() else value == "true" or value for name, value in said.items()}
        actor = {"username": who} if system == "location" else {"account": who, "email": f"{who}@example.org"}  # a nickname alone
        events += [{
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{line} {minute}")),
            "schema": systems[system].kinds[kind].schema, "version": 1,
            "at": f"{day}T12:{minute:02d}:00Z", "system": system, "kind": kind,
            "actor": actor, "extra": extra,
        } for minute in range(int(times))]
    return events
