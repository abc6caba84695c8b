"""Systems: in staging they try out, in production they count; their owner lets them in once an event was accepted."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baloo.clock import FixedClock
from baloo.ingest import tokens as module
from baloo.ingest.accept import Door
from baloo.ingest.systems import NotTried, State, Systems
from baloo.ingest.tokens import TokenChecker, Tokens
from baloo.people.resolver import Resolver
from baloo.queue.base import Event, decode, encode
from baloo.queue.log import LogQueue
from baloo.records import Records

CLOCK = FixedClock(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))
NOON = 1_795_348_800_000_000


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[LogQueue]:
    """An empty queue."""
    opened = LogQueue(tmp_path / "queue")
    yield opened
    opened.close()


@pytest.fixture
def systems(records: Records, queue: LogQueue) -> Systems:
    """The systems of an empty workspace."""
    return Systems(records, queue, CLOCK)


def _send(door: Door, queue: LogQueue, event: dict[str, Any], *, staging: bool) -> list[Event]:
    """Send an event of git; everything that now waits in the queue."""
    verdict = door.accept(json.dumps(event).encode(), namespace="baloo", sender="git", via="http", staging=staging)
    queue.append([encode(verdict.request)])
    return [event for row in queue.read(0, 100) for event in decode(row.data).events]


def test_a_system_that_never_sent_is_not_let_in(systems: Systems):
    """Nobody knows yet whether what it sends is right."""
    with pytest.raises(NotTried):
        systems.promote("git", "Tove")

    assert systems.states(["git"]) == [State("git", None, tried=False, counted=False)]


def test_a_refused_event_lets_nobody_in(door: Door, queue: LogQueue, systems: Systems, event: dict[str, Any]):
    """It must be one that was accepted."""
    _send(door, queue, event | {"at": "yesterday"}, staging=True)

    with pytest.raises(NotTried):
        systems.promote("git", "Tove")


@pytest.mark.parametrize("loaded", [False, True])
def test_a_system_that_tried_out_is_let_in(
    loaded: bool, door: Door, queue: LogQueue, systems: Systems, records: Records, event: dict[str, Any],
):
    """Once, by name, as soon as the door accepted an event of staging; whether it was loaded makes no difference."""
    found = _send(door, queue, event, staging=True)
    if loaded:
        Resolver(records, now=lambda: NOON).resolve(found)
        queue.drop(queue.last())

    assert systems.states(["git", "sumo"])[0] == State("git", None, tried=True, counted=False)
    assert [systems.promote("git", "Tove"), systems.promote("git", "Tove")] == [True, False]
    assert systems.states(["git"]) == [State("git", NOON, tried=True, counted=False)]


def test_a_system_can_be_put_back(door: Door, queue: LogQueue, systems: Systems, event: dict[str, Any]):
    """And let in again."""
    _send(door, queue, event, staging=True)
    systems.promote("git", "Tove")

    assert [systems.demote("git"), systems.demote("git"), systems.promote("git", "Tove")] == [True, False, True]


def test_what_the_operator_imported_speaks_for_a_system(door: Door, queue: LogQueue, systems: Systems, event: dict[str, Any]):
    """Its events count already."""
    _send(door, queue, event, staging=False)

    assert systems.states(["git"]) == [State("git", None, tried=False, counted=True)]
    assert systems.promote("git", "import")


def test_a_token_counts_when_its_system_and_its_scope_do(
    records: Records, door: Door, queue: LogQueue, systems: Systems, event: dict[str, Any], monkeypatch: pytest.MonkeyPatch,
):
    """A running door notices; a token of scope `staging` never counts."""
    monkeypatch.setattr(module, "_LOOK_AT_LAST", 0.0)
    tokens, checker = Tokens(records, CLOCK), TokenChecker(records, CLOCK)
    secrets = [tokens.create("git", scope=scope).secret for scope in ("send", "staging")]
    before = [checker.sender_of(secret).staging for secret in secrets]
    _send(door, queue, event, staging=True)
    systems.promote("git", "Tove")

    assert before == [True, True]
    assert [checker.sender_of(secret).staging for secret in secrets] == [False, True]
