"""What is refused, where and why: the golden cases, and that a refusal gives nothing away."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from baloo.clock import FixedClock
from baloo.errors import InputError
from baloo.ingest.accept import Door, Verdict
from baloo.ingest.refusals import REMEDIES, pointer_to, remedy_for
from baloo.registry.model import Community, Registry
from baloo.settings import Settings

GOLDEN = Path(__file__).parents[2] / "golden" / "door" / "refusals.txt"


class Case(NamedTuple):
    """One golden case."""

    title: str
    change: str
    expected: str


def _cases() -> list[Case]:
    blocks = GOLDEN.read_text("utf-8").split("\n\n")
    return [Case(*block.strip().split("\n")) for block in blocks if not block.startswith("#")]


def _body(plain: dict[str, Any], change: str) -> bytes:
    if change.startswith("= "):
        return change[2:].encode()
    whole = plain | json.loads(change)
    return json.dumps({key: value for key, value in whole.items() if value != "(gone)"}).encode()


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.title)
def test_a_fault_is_refused_with_pointer_and_reason(case: Case, event: dict[str, Any], judge: Callable[..., Verdict]):
    """Each fault is refused with its slug, its JSON pointer and its reason, and has a remedy."""
    verdict = judge(_body(event, case.change))

    (outcome,) = verdict.outcomes
    assert case.expected == f"{outcome.slug} {outcome.pointer or '(whole)'} {outcome.reason}"
    assert outcome.remedy
    assert not outcome.accepted


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.title)
def test_a_refused_event_is_kept_as_it_arrived(case: Case, event: dict[str, Any], judge: Callable[..., Verdict]):
    """The refusal holds the bytes of the event."""
    body = _body(event, case.change)

    (refusal,) = judge(body).request.refusals
    assert body == refusal.body


def test_every_slug_of_the_golden_cases_has_a_remedy():
    """Whoever is refused is told what to do."""
    assert {case.expected.split()[0] for case in _cases()} <= REMEDIES.keys()


def test_an_unknown_slug_has_no_remedy():
    """A slug of another version is shown without one."""
    assert remedy_for("from-the-future") == ""


@pytest.mark.parametrize("change", [
    {"actor": {"name": 7, "email": "secret-value@example.org"}}, {"at": "secret-value"}, {"system": "secret-value"},
    {"kind": "secret-value"}, {"id": "secret-value"}, {"schema": "secret-value"}, {"version": "secret-value"},
    {"environment": "secret-value"}, {"extra": "secret-value"}, {"object": ["secret-value"]},
    {"schema": "answer", "version": 2, "system": "sumo", "kind": "sumo.answer", "extra": {"locale": ["secret-value"]}},
])  # fmt: skip
def test_a_reason_repeats_no_value_of_the_event(change: dict[str, Any], event: dict[str, Any], judge: Callable[..., Verdict]):
    """Reasons go to logs and lists, so no value of an event stands in them."""
    (outcome,) = judge(event | change).outcomes

    assert not outcome.accepted
    assert "secret-value" not in f"{outcome.reason} {outcome.pointer} {outcome.remedy}"


@pytest.mark.parametrize(("path", "pointer"), [
    (("extra", "locale"), "/extra/locale"), (("extra", 3), "/extra/3"), (("extra", "ama@example.org"), "/extra/*"),
    (("a/b",), "/*"), (("x" * 65,), "/*"), ((), ""),
])  # fmt: skip
def test_a_pointer_shows_names_that_look_like_names(path: tuple[str | int, ...], pointer: str):
    """A key that looks like an address or like text is shown as a star."""
    assert pointer == pointer_to(*path)


def test_another_systems_token_is_refused(event: dict[str, Any], judge: Callable[..., Verdict]):
    """A token belongs to one system."""
    (outcome,) = judge(event, sender="sumo").outcomes

    assert (outcome.slug, outcome.pointer) == ("other-system", "/system")


def test_an_event_longer_than_a_body_may_be_is_refused(event: dict[str, Any], judge: Callable[..., Verdict]):
    """An import meets the limit that a sender over HTTP meets."""
    (outcome,) = judge(event | {"extra": {"text": "x" * 1_048_576}}, via="import").outcomes

    assert (outcome.slug, outcome.pointer) == ("too-large", "")


@pytest.mark.parametrize("field", ["account", "username", "email", "name"])
def test_a_text_of_an_actor_has_an_end(field: str, event: dict[str, Any], judge: Callable[..., Verdict]):
    """Names are not documents."""
    (outcome,) = judge(event | {"actor": {field: "x" * 1_001}}).outcomes

    assert ("too-long", f"/actor/{field}") == (outcome.slug, outcome.pointer)


def test_an_object_has_an_end(event: dict[str, Any], judge: Callable[..., Verdict]):
    """Addresses are not documents either."""
    (outcome,) = judge(event | {"object": "https://example.org/" + "x" * 4_000}).outcomes

    assert (outcome.slug, outcome.pointer) == ("too-long", "/object")


@pytest.mark.parametrize("depth", [40, 900, 100_000])
def test_depth_has_an_end(depth: int, event: dict[str, Any], judge: Callable[..., Verdict]):
    """An event that nests too deep is refused, however deep."""
    body = json.dumps(event | {"extra": {"deep": "HERE"}}).replace('"HERE"', "[" * depth + "]" * depth).encode()

    (outcome,) = judge(body).outcomes
    assert outcome.slug == "too-deep"


def test_many_brackets_in_a_flat_event_are_no_depth(event: dict[str, Any], judge: Callable[..., Verdict]):
    """Width is not depth."""
    assert judge(event | {"extra": {"wide": [[] for _ in range(500)], "text": "{[" * 500}}).accepted == 1


@pytest.mark.parametrize("number", ["1e400", "-1e999", "1" * 5_000])
def test_a_number_that_nobody_can_hold_is_refused(number: str, event: dict[str, Any], judge: Callable[..., Verdict]):
    """JSON has no largest number; Baloo has."""
    body = json.dumps(event | {"extra": {"n": "HERE"}}).replace('"HERE"', number).encode()

    (outcome,) = judge(body).outcomes
    assert (outcome.slug, outcome.pointer) == ("number-out-of-range", "/extra/n")


def test_the_number_that_is_too_large_is_pointed_at(event: dict[str, Any], judge: Callable[..., Verdict]):
    """However deep it stands, in objects and lists."""
    body = json.dumps(event | {"extra": {"a": [1, {"b": 2, "c": "HERE"}]}}).replace('"HERE"', "1e400").encode()

    (outcome,) = judge(body).outcomes
    assert (outcome.slug, outcome.pointer) == ("number-out-of-range", "/extra/a/1/c")


@pytest.mark.parametrize("rest", [b"} x", b"", b",}", b',"b":"\xff"}'])
def test_what_is_wrong_behind_a_number_that_is_too_large_is_told(rest: bytes, judge: Callable[..., Verdict]):
    """It is no JSON, which a sender over HTTP hears, and an import passes over."""
    with pytest.raises(InputError, match="This is not"):
        judge(b'{"a": 1e400' + rest)
    (outcome,) = judge(b'{"a": 1e400' + rest, via="import").outcomes
    assert outcome.slug == "not-json"


def test_a_registry_without_systems_refuses_everything_and_says_what_to_do(event: dict[str, Any], settings: Settings):
    """A fresh workspace counts nothing until a system is declared."""
    empty = Registry(Community("new", "New", "?"), {}, {}, {}, "empty")
    door = Door(lambda: empty, FixedClock(dt.datetime(2026, 11, 22, tzinfo=dt.UTC)), settings)

    (outcome,) = door.accept(json.dumps(event).encode(), namespace="baloo", sender=None, via="import").outcomes
    assert outcome.slug == "unknown-system"
    assert "The registry declares no system yet." in (outcome.reason or "")
    assert "registry/systems/" in (outcome.remedy or "")
