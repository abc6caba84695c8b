"""When systems are read, and what is noted of it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from baloo.clock import FixedClock
from baloo.errors import InputError
from baloo.records import Records
from baloo.records import runs as rows
from baloo.registry.model import Community, Feed, Kind, Registry, System
from baloo.watch.runs import Alarm, alarms, runs_of
from baloo.worker.importing import Report
from baloo.worker.runs import noted
from baloo.worker.schedule import Schedule, carrying_out, due
from baloo.workspace import Workspace

NOW = dt.datetime(2024, 6, 30, 12, 30, tzinfo=dt.UTC)


def _ago(**ago: float) -> int:
    return int((NOW - dt.timedelta(**ago)).timestamp() * 1_000_000)


def _system(name: str, cron: str | None) -> System:
    feed = Feed("discourse", (f"https://{name}.example.org",), cron)
    return System(name, name, {"discourse.post": Kind("discourse.post", "Posted")}, source=feed)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return Workspace.init(tmp_path / "W")


@pytest.fixture
def records(workspace: Workspace) -> Records:
    """Its records."""
    return Records.open(workspace.records)


@pytest.fixture
def registry() -> Registry:
    """A registry with a forum that is read each hour, a wiki each night, and a tracker when somebody asks."""
    systems = [_system("forum", "0 * * * *"), _system("wiki", "0 3 * * *"), _system("tracker", None)]
    return Registry(Community("marula", "Marula", "How many?"), {s.id: s for s in systems}, {}, {}, "")


class Started:
    """Stands for the processes that are begun: each runs until it is told to end."""

    def __init__(self) -> None:
        self.commands: list[Sequence[str]] = []
        self.running: list[subprocess.Popen[bytes]] = []

    def __call__(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Begin one that waits for its stdin."""
        self.commands.append(command)
        child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
        self.running.append(child)
        return child


def test_who_waits_longest_is_read_first(registry: Registry):
    """What was missed is due once; what was read since its last minute is not, nor what has no line."""
    last = {"forum": _ago(hours=5), "wiki": _ago(hours=30)}

    assert due(registry, last, NOW, NOW) == ["wiki", "forum"]
    assert due(registry, last | {"wiki": _ago(hours=2)}, NOW, NOW) == ["forum"]
    assert due(registry, {"forum": _ago(minutes=20), "wiki": _ago(hours=2), "tracker": _ago(days=9)}, NOW, NOW) == []


def test_what_was_never_read_waits_for_its_first_minute(registry: Registry):
    """From when the schedule began."""
    assert due(registry, {}, NOW, NOW) == []
    assert due(registry, {}, NOW - dt.timedelta(minutes=31), NOW) == ["forum"]


def test_one_at_a_time_and_those_left_are_told(workspace: Workspace, registry: Registry, records: Records):
    """A second is not begun while the first is at work; one that was killed stands as stopped."""
    started = Started()
    left = rows.begin(records, "forum", "discourse", "schedule", _ago(hours=5))
    rows.begin(records, "wiki", "discourse", "hand", _ago(hours=1))
    schedule = Schedule(workspace, lambda: registry, records, FixedClock(NOW), started)
    schedule.tend()
    schedule.tend()

    assert [command[-3:] for command in started.commands] == [["fetch", str(workspace.root), "forum"]]
    assert {run.id: run.outcome for run in rows.recent(records)}[left] == "stopped"
    schedule.stop()
    assert [child.returncode is not None for child in started.running] == [True]


def test_a_run_that_leaves_no_note_is_not_begun_again_and_again(
    workspace: Workspace, registry: Registry, records: Records, monkeypatch: pytest.MonkeyPatch
):  # fmt: skip
    """As where the registry's files are wrong by now: it waits for its next minute, and the others have their turn."""
    monkeypatch.setattr("baloo.worker.schedule._LOOK", 0.0)
    for system in ("forum", "wiki"):
        rows.end(records, rows.begin(records, system, "discourse", "schedule", _ago(days=2)), "done", _ago(days=2), {})
    started = Started()
    schedule = Schedule(workspace, lambda: registry, records, FixedClock(NOW), started)
    for _ in range(4):
        schedule.tend()
        for child in started.running:
            child.communicate()

    assert [command[-1] for command in started.commands] == ["forum", "wiki"]


def test_a_run_by_hand_that_was_killed_is_no_longer_running(workspace: Workspace, registry: Registry, records: Records):
    """One that somebody carries out is."""
    killed = rows.begin(records, "wiki", "discourse", "hand", _ago(minutes=9))
    going = rows.begin(records, "tracker", "discourse", "hand", _ago(minutes=5))
    with carrying_out(workspace, going):
        Schedule(workspace, lambda: registry, records, FixedClock(NOW), Started()).tend()

    assert {run.id: run.outcome for run in rows.recent(records)} == {killed: "stopped", going: "running"}
    assert list((workspace.root / "data").glob("run-*")) == []


def test_a_run_is_noted_with_what_it_brought(workspace: Workspace, records: Records):
    """And one that failed, with what it brought until then, and why."""
    failed = InputError("It answers 500.", where="https://forum.example.org", remedy="Run this again later.")
    failed.report = Report(read=3, accepted=2, duplicates=1)  # type: ignore[attr-defined] # as an import raises it

    def fails() -> Report:
        raise failed

    noted(workspace, FixedClock(NOW), "forum", "discourse", "hand", lambda: Report(read=5, accepted=4, refused=1))
    with pytest.raises(InputError):
        noted(workspace, FixedClock(NOW), "forum", "discourse", "schedule", fails)
    bad, good = rows.recent(records)

    assert (good.outcome, good.read, good.accepted, good.refused, good.why) == ("done", 5, 4, 1, "")
    assert (bad.outcome, bad.accepted, bad.asked) == ("failed", 2, "schedule")
    assert bad.why == "https://forum.example.org: It answers 500. Run this again later."


@pytest.mark.parametrize(("where", "told"), [
    ("https://forum.example.org/u/ama.json?key=sesame", "https://forum.example.org: It answers 404."),
    ("/home/tove/town/registry/sql/talks.yaml:3", "talks.yaml:3: It answers 404."), (None, "It answers 404."),
])
def test_why_a_run_failed_names_nobody(workspace: Workspace, records: Records, where: str | None, told: str):
    """Everybody reads it: of an address stands the server alone, of a file its name."""

    def fails() -> Report:
        raise InputError("It answers 404.", where=where)

    with pytest.raises(InputError):
        noted(workspace, FixedClock(NOW), "forum", "discourse", "schedule", fails)

    assert rows.recent(records)[0].why == told


def _run(records: Records, system: str, began: int, outcome: rows.Outcome = "done", accepted: int = 0) -> None:
    run = rows.begin(records, system, "discourse", "schedule", began)
    rows.end(records, run, outcome, began + 1_000_000, {"accepted": accepted})


def test_two_runs_that_did_not_go_well_raise_an_alarm(registry: Registry, records: Records):
    """B09: one does not; the one that went well last is named, and a good run by hand ends it."""
    _run(records, "forum", _ago(hours=3, minutes=30))
    _run(records, "forum", _ago(minutes=30), "failed")

    assert alarms(registry, rows.pasts(records), NOW - dt.timedelta(hours=2)) == []
    (alarm,) = alarms(registry, rows.pasts(records), NOW)
    assert (alarm.system, alarm.what, alarm.since) == ("forum", "overdue", NOW - dt.timedelta(hours=3, minutes=30, seconds=-1))
    _run(records, "forum", _ago(minutes=5))
    assert alarms(registry, rows.pasts(records), NOW) == []


def test_nothing_for_twice_as_long_as_ever_raises_an_alarm(registry: Registry, records: Records):
    """Where runs go well and bring nothing; a system that is always slow is not silent."""
    for days in (30, 28, 26, 25, 5):
        _run(records, "wiki", _ago(days=days, hours=9), accepted=int(days != 5))
    _run(records, "wiki", _ago(hours=9))

    assert alarms(registry, rows.pasts(records), NOW) == [Alarm("wiki", "silent", NOW - dt.timedelta(days=25, hours=9))]
    _run(records, "wiki", _ago(hours=1), accepted=1)
    assert alarms(registry, rows.pasts(records), NOW) == []


def test_a_system_that_is_new_is_not_overdue(registry: Registry, records: Records):
    """Its first run failed since the last two were due: nobody knows yet."""
    _run(records, "wiki", _ago(hours=9), "failed")

    assert alarms(registry, rows.pasts(records), NOW) == []


@pytest.mark.parametrize(("came", "silent"), [
    ((9, 8, 7, 6), True), ((9, 8, 7), False),  # hours ago it brought something: three times tell nothing
    ((12, 9, 6, 3), False), ((90, 60, 50, 25), False), ((110, 101, 95, 90), True),
])
def test_silence_is_longer_than_usual_and_than_a_day(registry: Registry, records: Records, came: tuple[float, ...], silent: bool):
    """Four times tell what is usual; twice as long as the longest, and more than a day, is silence."""
    later = NOW + dt.timedelta(hours=20)
    for hours in came:
        _run(records, "forum", _ago(hours=hours), accepted=1)
    _run(records, "forum", int((later - dt.timedelta(minutes=30)).timestamp() * 1_000_000))

    assert [alarm.what for alarm in alarms(registry, rows.pasts(records), later)] == ["silent"] * silent


def test_so_many_runs_of_a_system_are_kept(records: Records):
    """The oldest is forgotten, of that system alone; one that never ended was stopped when the next begins."""
    _run(records, "wiki", _ago(days=9))
    old = [{"system": "forum", "source": "discourse", "asked": "schedule", "began": _ago(minutes=n), "outcome": "running"}
           for n in range(rows.KEPT, 0, -1)]
    with records.engine.begin() as connection:
        connection.execute(sa.insert(rows.runs), old)
    rows.begin(records, "forum", "discourse", "hand", _ago(seconds=1))
    found = rows.recent(records, limit=2 * rows.KEPT)

    assert [run.system for run in found].count("forum") == rows.KEPT
    assert _ago(minutes=rows.KEPT) not in [run.began for run in found]
    assert found[-1].system == "wiki"
    assert [run.outcome for run in found[:2]] == ["running", "stopped"]


def test_a_busy_system_hides_no_other_s_alarm(registry: Registry, records: Records):
    """However often another one is read, what went wrong of one that is read each night is known, and its runs are shown."""
    _run(records, "wiki", _ago(days=3, hours=9))
    _run(records, "wiki", _ago(days=1, hours=9), "failed")
    busy = [{"system": "forum", "source": "discourse", "asked": "schedule", "began": _ago(minutes=n), "outcome": "done",
             "ended": _ago(minutes=n)} for n in range(1, rows.KEPT + 1)]
    with records.engine.begin() as connection:
        connection.execute(sa.insert(rows.runs), busy)
    told = runs_of(records, registry, NOW, system="wiki")

    assert [(alarm.system, alarm.what) for alarm in told.alarms] == [("wiki", "overdue")]
    assert [run.outcome for run in told.runs] == ["failed", "done"]
    assert len(runs_of(records, registry, NOW).runs) == 100
