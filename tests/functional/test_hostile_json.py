"""Texts that are JSON and texts that are none, alone and within an event: refused, or kept as they are; never a fault."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from baloo.ingest.text import MAX_DEPTH
from hostile.door import HostileDoor, event, open_door
from hostile.json_cases import suite

SUITE = dict(suite())


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileDoor]:
    """A door for all cases."""
    with open_door(tmp_path_factory.mktemp("hostile") / "w") as opened:
        yield opened


def _within(text: bytes) -> bytes:
    return json.dumps(event(extra={"it": "HERE"})).encode().replace(b'"HERE"', text)


def _value(text: bytes) -> Any:
    return json.loads(text, parse_float=_float, parse_int=_float)


def _float(text: str) -> float:
    """A number as a reader that knows doubles alone takes it; whole ones of 64 bits are kept exactly."""
    return int(text) if text.lstrip("-").isdigit() and -(2**63) <= int(text) < 2**64 else float(text)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "in pieces"])
@pytest.mark.parametrize("name", SUITE)
def test_a_text_within_an_event_is_kept_as_it_is_or_refused(name: str, whole: bool, door: HostileDoor):
    """What must be taken comes back the same, what must not is refused, and nothing is lost: 201, or a 4xx that says why.

    What holds U+0000 or a key twice is JSON, and refused by rules of our own.
    """
    body = _within(SUITE[name])
    with door.watched() as rows:
        answer = door.send(body, whole=whole)

    events = [event for row in rows for event in row.events]
    refusals = [refusal for row in rows for refusal in row.refusals]
    if answer.status_code == 201:
        (kept,) = events
        assert not name.startswith("n_")
        assert _same(_value(SUITE[name].removeprefix(b"\xef\xbb\xbf")), _value(kept.extra.encode())["it"])
    else:
        assert answer.status_code in (400, 413)
        assert not name.startswith("y_") or "U+0000" in answer.text or "is there twice" in answer.text, answer.text
        assert events == []
        assert [body] == [refusal.body for refusal in refusals] or refusals == []
        assert answer.json()["type"]


def test_what_comes_whole_takes_the_short_lane(door: HostileDoor):
    """So that it is judged here, with what it leaves to the long one."""
    before = len(door.taken)
    answers = [door.send(body, whole=whole) for body in (_within(b"1"), _within(b"[")) for whole in (True, True, False)]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 400, 400, 400]
    assert len(door.taken) - before >= 2  # pieces that come fast are whole when they are looked at


@pytest.mark.parametrize("path", [
    "/v1/contributions", "/submit/baloo/", "/v1/events", "/submit/org-example-app/events/1/6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10",
])  # fmt: skip
def test_a_text_alone_gets_an_answer(path: str, door: HostileDoor):
    """Whatever the protocol: no text of the suite is an event, and none is accepted."""
    with door.watched() as rows:
        told = {name: door.send(text, path).status_code for name, text in SUITE.items()}

    assert [row.events for row in rows if row.events] == []
    assert {name: status for name, status in told.items() if status not in (200, 201, 400, 404, 413)} == {}


@pytest.mark.parametrize("part", ['{"a":', "["])
def test_depth_has_one_limit(part: str, door: HostileDoor):
    """As deep as it may be is taken and comes back; one deeper is refused by name."""
    shut = "}" if part.startswith("{") else "]"
    texts = [part * n + "1" + shut * n for n in (MAX_DEPTH - 2, MAX_DEPTH - 1)]
    with door.watched() as rows:
        answers = [door.send(_within(text.encode())) for text in texts]

    assert [answer.status_code for answer in answers] == [201, 400]
    assert answers[1].json()["type"] == "too-deep"
    assert _same(_value(rows[0].events[0].extra.encode())["it"], _value(texts[0].encode()))
