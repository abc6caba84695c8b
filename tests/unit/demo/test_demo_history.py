"""The invented community: the same each time, of the shape that is promised, and nobody real in it."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from baloo.demo.describe import describe
from baloo.demo.files import exclusions, mailmap, roster_csv
from baloo.demo.history import AHEAD, events
from baloo.demo.registry import write_registry
from baloo.demo.source import DemoSource
from baloo.registry import check, load

UNTIL = dt.date(2026, 2, 17)


@cache
def history() -> tuple[dict[str, Any], ...]:
    """A small history, parsed."""
    return tuple(json.loads(line) for line in events(300, 3, UNTIL))


def test_the_same_arguments_give_the_same_lines() -> None:
    """A history can be written again, byte for byte; another seed gives another one."""
    one = b"".join(events(40, 2, UNTIL))

    assert one == b"".join(events(40, 2, UNTIL))
    assert one != b"".join(events(40, 2, UNTIL, seed=2))


def test_every_id_is_its_own_uuid_of_version_5() -> None:
    """Events that are sent again are found by their ids."""
    ids = [event["id"] for event in history()]

    assert len(ids) == len(set(ids))
    assert {(uuid.UUID(name).version, uuid.UUID(name).variant) for name in ids} == {(5, uuid.RFC_4122)}
    assert all(str(uuid.UUID(name)) == name for name in ids)


def test_the_history_goes_by_day_to_the_last_one_and_only_events_lie_ahead() -> None:
    """Nothing but announced events is dated after the last day, and those not further than a rule looks."""
    days = [dt.date.fromisoformat(event["at"][:10]) for event in history()]

    assert days == sorted(days)
    assert dt.timedelta(3 * 365 - 40) < UNTIL - days[0] < dt.timedelta(3 * 366)
    assert UNTIL in days
    ahead = [event for event, day in zip(history(), days, strict=True) if day > UNTIL]
    assert {event["system"] for event in ahead} == {"gatherings"}
    assert max(days) <= UNTIL + dt.timedelta(AHEAD)


def test_everybody_is_invented() -> None:
    """Addresses are of domains that belong to nobody, and addresses of objects too."""
    for event in history():
        email = event["actor"].get("email", "a@example.org")
        assert re.search(r"@(staff\.)?example\.(org|com|net)$", email, re.IGNORECASE)
        assert event["object"].split("/")[2].endswith(".marula.example")


def test_the_registry_is_faultless_and_covers_the_history(tmp_path: Path) -> None:
    """`check` finds nothing in the registry, and everything that was done is of a kind and a schema that it declares."""
    write_registry(tmp_path, until=UNTIL)

    registry = load(tmp_path)

    assert check(tmp_path) == []
    assert (len(registry.systems), len(registry.areas)) == (12, 8)
    rules = [point for area in registry.areas.values() for point in area.pathway]
    assert len(rules) == 24
    assert [(area.id, area.split_by) for area in registry.areas.values() if area.split_by] == [("events", "country")]
    for system, kind, schema, version in {(e["system"], e["kind"], e["schema"], str(e["version"])) for e in history()}:
        declared = registry.systems[system].kinds[kind]
        assert (declared.schema or "contribution", "1") == (schema, version)
    assert {(e["system"], e["kind"]) for e in history()} == {(s.id, k) for s in registry.systems.values() for k in s.kinds} - {
        ("patches", "patch.account")
    }


@pytest.mark.parametrize(("people", "target"), [(3000, 1000), (300, 100), (100_000, 33_000), (3, 1)])
def test_targets_grow_with_the_community(tmp_path: Path, people: int, target: int) -> None:
    """The question's target is a round number in proportion to the people."""
    write_registry(tmp_path, until=UNTIL, people=people)

    assert load(tmp_path).community.target == target


def test_people_use_several_systems_and_some_come_back() -> None:
    """Many have accounts on several systems; some are quiet for a year and then return."""
    systems: dict[str, set[str]] = {}
    days: dict[str, list[dt.date]] = {}
    for event in history():
        email = event["actor"].get("email", "").casefold()
        if email:
            systems.setdefault(email, set()).add(event["system"])
            days.setdefault(email, []).append(dt.date.fromisoformat(event["at"][:10]))

    several = sum(len(used) >= 3 for used in systems.values())
    gaps = sum(any(b - a > dt.timedelta(365) for a, b in pairwise(d)) for d in days.values())
    assert several > 100
    assert gaps >= 3


def test_a_history_is_about_as_large_as_is_said() -> None:
    """There are 60 to 120 events a person in five years, growing from year to year."""
    years = Counter(json.loads(line)["at"][:4] for line in events(400, 5, dt.date(2025, 12, 31)))

    assert 60 * 400 < sum(years.values()) < 120 * 400
    assert [years[str(year)] for year in range(2021, 2026)] == sorted(years[str(year)] for year in range(2021, 2026))


def test_machines_staff_and_second_addresses_are_those_of_the_history() -> None:
    """The exclusions, the roster and the `.mailmap` speak of those who are in the history."""
    accounts = {f"{e['system']}:{e['actor'].get('account')}" for e in history()}
    emails = {e["actor"].get("email", "") for e in history()}

    assert {reference for reference, _, _ in exclusions()} <= accounts
    staff = [line.split(",")[0] for line in roster_csv(300, 3, UNTIL).splitlines()[1:]]
    assert staff
    assert all(address.endswith("@staff.example.org") for address in staff)
    assert len(set(staff) & emails) >= len(staff) * 0.9
    proper = re.findall(r"<(.*?)>", mailmap(300, 3))[::2]
    assert len(set(proper) & emails) > len(proper) / 2


def test_the_description_names_every_area_and_system() -> None:
    """The documentation's page of the demo says what the registry says."""
    text = describe()

    assert text.count("\n| ") == 8 + 1
    for word in ("Coding", "Infrastructure", "Friends of Marula", "Writes code with us (active)", "gatherings", "git, patches"):
        assert word in text


def test_the_history_is_a_source_that_goes_on_where_it_stopped() -> None:
    """Chunks after a number of events are those that were not read yet."""
    source = DemoSource(40, 2, UNTIL, 1)
    whole = b"".join(chunk.body for chunk in source.chunks(0))

    rest = b"".join(chunk.body for chunk in source.chunks(100))

    assert whole == b"".join(events(40, 2, UNTIL))
    assert rest == b"".join(list(events(40, 2, UNTIL))[100:])
    assert source.notes() == []
