"""The worker's report: what it holds, when it is written, and what outlives the worker."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from baloo.errors import StorageFull
from baloo.lake.base import Loaded
from baloo.lake.told import Latest, Told
from baloo.worker import report as reports
from baloo.worker.report import Reporter, heard, read_report
from baloo.workspace import Workspace

_LATEST = Latest(1_000_000, "forum", "forum.answer", "contribution", "1", "production")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace in which nothing ran yet."""
    return Workspace.init(tmp_path / "W")


def _loaded(**told: object) -> Loaded:
    told = {"oldest": 1_000_000, "outcomes": {("kept", "forum", "contribution"): 2}, "latest": (_LATEST,), **told}
    return Loaded(through=7, accepted=2, voided=1, staging=1, told=Told(**told))  # type: ignore[arg-type]


def test_loads_add_up(workspace: Workspace) -> None:
    """Outcomes are summed by system and schema, and the lag is what the oldest request had waited."""
    reporter = Reporter(workspace)
    reporter.loaded(_loaded())
    reporter.loaded(_loaded(oldest=0))
    reporter.refreshed(1.5)
    reporter.write(now=True)

    report = read_report(workspace)
    assert report is not None
    assert report.outcomes == {"kept": {"forum": {"contribution": 4}}}
    assert (report.loads, report.voided, report.staging, report.through, report.refreshes) == (2, 2, 2, 7, 1)
    assert report.lag is not None
    assert report.loaded is not None
    assert report.lag == pytest.approx(report.loaded)
    assert report.refresh_seconds == 1.5
    assert report.memory > 1 << 20


def test_it_is_written_where_something_changed_and_not_too_often(workspace: Workspace) -> None:
    """Nothing new, or something new at once after the last time, writes nothing."""
    reporter = Reporter(workspace, pause=3600)
    reporter.write()
    first = read_report(workspace)
    reporter.loaded(_loaded())
    reporter.write()

    assert read_report(workspace) == first
    reporter.write(now=True)
    assert read_report(workspace) != first


def test_what_was_last_seen_outlives_the_worker(workspace: Workspace) -> None:
    """The next worker counts from nothing, and knows the last events and the last heartbeat; of events the last fifty."""
    first = Reporter(workspace)
    first.loaded(_loaded(heartbeat=5_000_000, latest=(_LATEST,) * 60, pushed={"forum": 7_000_000}))
    first.write(now=True)
    second = Reporter(workspace).report

    assert (second.loads, second.outcomes) == (0, {})
    assert second.heartbeat == 5
    assert second.latest == [_LATEST] * 50
    assert heard(workspace, ["forum"]).pushed == {"forum": dt.datetime(1970, 1, 1, 0, 0, 7, tzinfo=dt.UTC)}


def test_no_report_is_no_trouble(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is torn or missing is none, and one that cannot be written is tried again."""
    reporter = Reporter(workspace, pause=0)
    assert read_report(workspace) is None
    reports._path(workspace).write_bytes(b'{"started":')
    assert read_report(workspace) is None

    with monkeypatch.context() as broken:
        broken.setattr(Path, "write_bytes", _full)
        reporter.write()
    assert read_report(workspace) is None
    reporter.write()
    assert read_report(workspace) is not None


def _full(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_troubles_are_told_at_once_and_taken_back(workspace: Workspace) -> None:
    """Each stage that stands still, with words and remedy; the same again is no news."""
    reporter = Reporter(workspace, pause=3600)
    reporter.write()
    why = StorageFull("There is no room.", remedy="Make some.")
    news = [reporter.trouble("loading", why), reporter.trouble("loading", why), reporter.trouble("counting", why)]
    told = read_report(workspace)
    news += [reporter.trouble("loading", None), reporter.trouble("loading", None), reporter.trouble("counting", None)]
    after = read_report(workspace)

    assert news == [True, False, True, True, False, True]
    assert told is not None
    assert told.troubles == {"loading": "There is no room. Make some.", "counting": "There is no room. Make some."}
    assert after is not None
    assert after.troubles == {}
