"""What the live page knows of the time before its process: from queue, lake and quarantine, without personal data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from baloo.errors import StorageBroken
from baloo.ingest.quarantine import Quarantine
from baloo.lake.told import Latest
from baloo.queue.base import Refusal, Request, encode
from baloo.queue.log import LogQueue
from baloo.records import Records
from baloo.web.live.past import remembered
from baloo.worker.report import Report
from walls import NOON, event


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[LogQueue]:
    """A queue in which sixty requests wait, each later than the one before."""
    made = LogQueue(tmp_path / "queue")
    made.append([encode(Request("baloo", "forum", NOON + n, "http", (event(n, email="ama@example.org"),))) for n in range(60)])
    yield made
    made.close()


@pytest.fixture
def quarantine(tmp_path: Path) -> Iterator[Quarantine]:
    """A quarantine that holds one event of nobody."""
    records = Records.open(tmp_path / "records.sqlite")
    made = Quarantine(records)
    body = b'{"actor":{"email":"ama@example.org"}}'
    made.keep(1, NOON + 100, "baloo", None, [Refusal(0, None, None, None, "/at", "missing", "It is not there.", body)])
    yield made
    records.close()


def _report() -> Report:
    latest = [Latest(NOON + n, "wiki", "wiki.edit", "contribution", "1", "production") for n in (200, 300)]
    return Report(started=0.0, latest=latest)


def test_the_last_of_all_stands_first(queue: LogQueue, quarantine: Quarantine) -> None:
    """What is in the lake, refused, or waiting is one list by time of receipt, of fifty at the most; nobody is named in it."""
    found = remembered(queue, _report(), quarantine)

    assert [sight.received - NOON for sight in found] == [300, 200, 100, *range(59, 12, -1)]
    assert [(s.system, s.accepted) for s in found[1:4]] == [("wiki", True), (None, False), ("forum", True)]
    assert (found[2].slug, found[2].remedy, found[2].environment) == ("missing", "Add it.", "staging")
    assert "ama" not in json.dumps([sight.facts() for sight in found])


def test_what_cannot_be_read_is_left_out(
    queue: LogQueue, quarantine: Quarantine, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A broken queue, or no report yet, leaves what the others know: the page opens all the same."""
    def broken(*_: object) -> None:
        raise StorageBroken("It is damaged.")

    monkeypatch.setattr(LogQueue, "read", broken)

    assert [sight.slug for sight in remembered(queue, None, quarantine)] == ["missing"]
