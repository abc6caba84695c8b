"""The page of runs: what each brought, why it failed, and what is the matter."""

from __future__ import annotations

import datetime as dt

from asking import asking, pretend_site
from baloo.records.runs import Outcome, Run
from baloo.watch.runs import Alarm, Runs

AT = dt.datetime(2026, 11, 20, 3, 17, tzinfo=dt.UTC)
_MICROS = int(AT.timestamp() * 1_000_000)


def _run(system: str, outcome: Outcome, ended: int | None, why: str = "") -> Run:
    return Run(1, system, "discourse", "schedule", _MICROS, ended, outcome, 1200, 1100, 0, 90, 10, why)


def test_runs_are_shown_with_what_they_brought():
    """Each with its system, its moment, how long it took and its numbers; one that is at work has no length yet."""
    site = pretend_site()
    ended = _MICROS + 12_500_000
    runs = [_run("forum", "running", None), _run("forum", "done", ended), _run("gone", "failed", ended, "No <answer>.")]
    site._read = lambda: Runs(runs, [Alarm("forum", "overdue", None), Alarm("chat", "silent", AT)])

    with asking(site) as ask:
        text = ask("/runs").text
    assert text.index("Running") < text.index("12.5 s") < text.index("Failed")
    assert "1,100" in text
    assert "<small>No &lt;answer&gt;.</small>" in text
    assert "none of the last two runs that were due went well. Last well: never." in text
    assert "nothing came since Friday 20 November 2026, 03:17 UTC, which is longer than usual." in text


def test_without_runs_the_page_says_how_they_begin():
    """And stands there before anything is counted."""
    with asking(pretend_site()) as ask:
        text = ask("/runs").text

    assert "No source was read yet." in text
