"""What one request may cost: so many events, keys and hints, whatever a megabyte can be made to hold."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from baloo import errors
from baloo.errors import InputError
from baloo.ingest.accept import Door, Verdict
from baloo.ingest.refusals import nearest
from baloo.ingest.text import MAX_EVENTS, MAX_KEYS, TooManyEvents
from baloo.ingest.unpack import gunzip

Judge = Callable[..., Verdict]


@pytest.mark.parametrize("body", [b"[" + b"0," * MAX_EVENTS + b"0]", b"{}\n" * (MAX_EVENTS + 1)], ids=["an array", "lines"])
def test_a_request_has_so_many_events(body: bytes, judge: Judge, door: Door):
    """One more, and none of them is kept; an import, which nobody waits for, may bring more."""
    with pytest.raises(TooManyEvents):
        judge(body)
    imported = door.accept(body, namespace="baloo", sender=None, via="import 1")

    assert imported.refused == MAX_EVENTS + 1


def test_as_many_events_as_may_be(judge: Judge):
    """Are judged."""
    assert judge(b"[" + b"0," * (MAX_EVENTS - 1) + b"0]").refused == MAX_EVENTS


@pytest.mark.parametrize("spread", [
    lambda names: dict.fromkeys(names, 0), lambda names: {"it": dict.fromkeys(names, 0)},
    lambda names: {"it": [{name: 0} for name in names]}, lambda names: {"it": [{"is": {name: 0}} for name in names[::2]]},
], ids=["at the top", "within", "in a list", "deep in a list"])  # fmt: skip
@pytest.mark.parametrize("beside", [0, 40])
def test_an_event_has_so_many_keys(spread: Any, beside: int, judge: Judge, event: dict[str, Any]):
    """Wherever they stand, and whatever comes with it; one with fewer is taken, though it has as many colons."""
    many = event | {"extra": spread([f"k{n}" for n in range(MAX_KEYS)])}
    few = event | {"extra": spread([f"k:{n}:" for n in range(MAX_KEYS // 2)])}
    verdict = judge([many, few, *[event] * beside])

    (refusal,) = verdict.request.refusals
    assert (refusal.index, refusal.slug) == (0, "too-many-keys")
    assert verdict.accepted == beside + 1


@pytest.mark.parametrize(("number", "kept"), [
    ("1e308", False), ("-1.7976931348623157e+308", False), ("4.9E-324", False), ("1.5e300", False), ("1e99", True),
    ("1e-9", True), ('"1e308"', True), ("3", True),
])  # fmt: skip
@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_numbers_at_the_edge_have_an_end(number: str, kept: bool, blank: str, judge: Judge, event: dict[str, Any]):
    """A megabyte of them would hold the door up for seconds; others, a few of them, and an import are taken."""
    def body(times: int) -> bytes:
        it = "[" + f",{blank}".join([number] * times) + "]"
        return json.dumps(event | {"extra": {"it": "IT"}}).replace('"IT"', it).encode()

    assert judge(body(900)).accepted == 1
    assert judge(body(6_000), via="import 1").accepted == 1
    if kept:
        assert judge(body(6_000)).accepted == 1
    else:
        with pytest.raises(InputError, match="Too many numbers"):
            judge(body(6_000))


def test_hints_have_an_end(judge: Judge, event: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    """The first refusals of a request say which name was meant; looking for it a thousand times is nobody's gain."""
    asked: list[str] = []
    monkeypatch.setattr(errors, "nearest", lambda name, _valid: asked.append(name))
    verdict = judge([event | {"kind": f"git.comit{n}"} for n in range(1_000)])
    first = len(asked)
    judge(event | {"kind": "git.comit"})

    assert (verdict.refused, first, len(asked)) == (1_000, 100, 101)


def test_no_name_is_looked_for_that_is_none(judge: Judge, event: dict[str, Any]):
    """A text of a megabyte is like nothing."""
    judge(event)

    assert nearest("git.comit", ["git.commit"]) == "git.commit"
    assert nearest("git.comit" * 100, ["git.comit" * 100]) is None


def test_a_gzip_text_has_few_members():
    """A megabyte of empty ones would take long."""
    assert gunzip(gzip.compress(b"a") * 1_000, 2_000) == b"a" * 1_000
    with pytest.raises(InputError, match="members"):
        gunzip(gzip.compress(b"") * 1_001, 2_000)


def test_the_limits_are_told(judge: Judge, event: dict[str, Any]):
    """With a number and what to do."""
    body = json.dumps(event | {"extra": {f"k{n}": 0 for n in range(MAX_KEYS)}}).encode()

    assert judge(body).outcomes[0].reason == "The event has more than 10,000 keys."
    assert judge(body).outcomes[0].remedy == "Send an event with fewer keys."
