"""Mappings at the door: which rule takes a payload, what it makes of it, and what is kept of what none takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.ingest.conftest import NOW

from baloo.clock import FixedClock
from baloo.ingest.accept import Door, Verdict
from baloo.ingest.forms.mapped import apart
from baloo.ingest.mapping import NOTHING, event_of, look, rule_for
from baloo.ingest.quarantine import Quarantine
from baloo.queue.base import decode
from baloo.records import Records
from baloo.registry import load
from baloo.registry.envelope import wrap
from baloo.registry.model import EventRule, PayloadMapping, Registry
from baloo.registry.model import Test as Condition
from baloo.settings import Settings

REGISTRY = load(Path(__file__).parents[2] / "conformance" / "wire" / "registry")
FORM = REGISTRY.mappings["hook", "workshop-form"]
HELD = {
    "type": "held", "date": "14.06.2026", "place": {"city": "Accra"},
    "people": [{"name": "Ama", "mail": "ama@example.org"}, {"name": "Jun", "mail": "jun@example.org"}],
}  # fmt: skip


@pytest.fixture
def registry() -> Registry:
    """The registry of the recorded requests."""
    return REGISTRY


def _sent(judge: Callable[..., Verdict], payload: object, name: str = "workshop-form", **more: Any) -> Verdict:
    return judge(wrap("hook", name, json.dumps(payload).encode()), **more)


@pytest.mark.parametrize(("pointer", "found"), [
    ("/a/b", 1), ("/list/1", "y"), ("/x~1y", 2), ("/m~0n", 3), ("/list/2", None), ("/list/-1", None), ("/list/\u0661", None),
    ("/none/b", None), ("/a/b/c", None), ("/null", None), ("./b", 7), (".", {"b": 7}), ("./c", None), ("/", "empty"),
])  # fmt: skip
def test_a_pointer_leads_into_the_payload_or_the_element(pointer: str, found: object):
    """Nothing, and null, are None; a pointer with a point before it begins at the element."""
    payload = {"a": {"b": 1}, "list": ["x", "y"], "x/y": 2, "m~n": 3, "null": None, "": "empty"}

    assert look(pointer, payload, {"b": 7}) == found


@pytest.mark.parametrize(("test", "value", "holds"), [
    (Condition("in", ("a", "b")), "b", True), (Condition("in", ("a",)), "c", False), (Condition("in", ("a",)), ["c", "a"], True),
    (Condition("in", (1,)), True, False), (Condition("in", (True,)), 1, False), (Condition("in", ("a",)), None, False),
    (Condition("not", ("a",)), "b", True), (Condition("not", ("a",)), ["b", "a"], False), (Condition("not", ("a",)), None, False),
    (Condition("starts", ("Mer",)), "Merge", True), (Condition("starts", ("Mer",)), 5, False),
    (Condition("at_least", (2,)), 2, True), (Condition("below", (2,)), 2, False), (Condition("at_least", (2,)), "3", False),
    (Condition("at_least", (0,)), True, False), (Condition("missing", (True,)), None, True),
    (Condition("missing", (True,)), "", False),
    (Condition("missing", (False,)), 0, True), (Condition("in", ("a",)), {"a": 1}, False),
])  # fmt: skip
def test_when_is_read_as_where(test: Condition, value: object, holds: bool):
    """The tests mean what they mean in a rule of the registry."""
    rule = EventRule({"kind": "k"}, (("/v", test),))

    assert (rule_for([rule], {"v": value}) is rule) is holds


def test_the_first_rule_that_holds_is_taken():
    """Those behind it are not asked."""
    first, second = EventRule({"kind": "a"}, (("/t", Condition("in", (1,))),)), EventRule({"kind": "b"})

    assert [rule_for([first, second], {"t": n}) for n in (1, 2)] == [first, second]
    assert rule_for([first], {"t": 2}) is None


def test_a_long_thread_is_taken_apart():
    """Each element with no more of what stands around the list than the rules point to, where all of it would be too much."""
    rule = EventRule({"kind": "k", "extra": {"who": {"pointer": "/a/b"}}}, each="/list")
    mapping = PayloadMapping("long", "hook", "forum", (rule,))
    terms = SimpleNamespace(mapping=lambda _: mapping)
    payload = {"a": {"b": "ama", "c": "x"}, "text": "x" * 100_000, "list": [{"n": n} for n in range(500)]}
    parts = [json.loads(part) for part in apart([wrap("hook", "long", json.dumps(payload).encode())], terms)]

    assert [part["item"]["n"] for part in parts] == [*range(500)]
    assert {json.dumps(part["payload"]) for part in parts} == {'{"a": {"b": "ama"}}'}


@pytest.mark.parametrize(("written", "value", "made"), [
    ({"pointer": "/v"}, {"deep": [1]}, {"deep": [1]}), ({"pointer": "/v", "type": "text"}, 12.0, "12"),
    ({"pointer": "/v", "type": "number"}, "12", 12), ({"pointer": "/v", "type": "number"}, "1.5", 1.5),
    ({"pointer": "/v", "type": "number"}, "many", "many"), ({"pointer": "/v", "type": "number"}, "9" * 5_000, "9" * 5_000),
    ({"pointer": "/v", "type": "number"}, "nan", "nan"), ({"pointer": "/v", "type": "number"}, "1e3", 1000.0),
    ({"pointer": "/v", "type": "number"}, "90071992547409931", 90071992547409931),
    ({"pointer": "/v", "type": "boolean"}, "Yes", True), ({"pointer": "/v", "type": "list"}, "a; b;", ["a", "b"]),
    ({"pointer": "/v", "type": "name"}, "Ama Mensah <ama@example.org>", "Ama Mensah"),
    ({"pointer": "/v", "type": "email"}, "Ama Mensah <ama@example.org>", "ama@example.org"),
    ({"pointer": "/v", "type": "email"}, "ama@example.org", "ama@example.org"),
    ({"pointer": "/v", "type": "email"}, "ama@example.org (Ama Mensah)", "ama@example.org"),
    ({"pointer": "/v", "type": "email"}, "ama at example.org (Ama Mensah)", "ama@example.org"),
    ({"pointer": "/v", "type": "email"}, "Ama at work", None),
    ({"pointer": "/v", "type": "name"}, '"Mensah, Ama" <ama@example.org>', "Mensah, Ama"),
    ({"pointer": "/v", "type": "name"}, "ama@example.org (Ama Mensah)", "Ama Mensah"),
    ({"pointer": "/v", "type": "name"}, "ama@example.org", None),
    ({"pointer": "/v", "type": "name"}, "Ama at work", "Ama at work"),
    ({"pointer": "/v", "type": "name"}, "Ama", "Ama"), ("as it is", None, "as it is"), (True, None, True),
])  # fmt: skip
def test_a_value_has_the_type_that_is_asked_for(written: object, value: object, made: object):
    """What cannot be turned into it stays as it is, and the schema judges it."""
    rule = EventRule({"kind": "k", "extra": {"field": written}})

    assert event_of(FORM, rule, {"v": value})["extra"].get("field") == made


@pytest.mark.parametrize(("written", "value", "made"), [
    ({"pointer": "/v"}, "2026-06-14T10:00:00Z", "2026-06-14T10:00:00Z"),
    ({"pointer": "/v", "format": "%d.%m.%Y", "zone": "Europe/Athens"}, "14.06.2026", "2026-06-14T00:00:00+03:00"),
    ({"pointer": "/v", "zone": "Europe/Athens"}, "2026-12-14T10:00", "2026-12-14T10:00:00+02:00"),
    ({"pointer": "/v", "format": "%a %b %d %H:%M:%S %Y %z"}, "Tue Aug 14 14:30:13 2012 -0300", "2012-08-14T14:30:13-03:00"),
    ({"pointer": "/v", "format": "unix"}, 1781434800.5, "2026-06-14T11:00:00.500000+00:00"),
    ({"pointer": "/v", "format": "unix-ms"}, "1781434800000", "2026-06-14T11:00:00+00:00"),
    ({"pointer": "/v", "format": "unix"}, 1e300, "1e+300"), ({"pointer": "/v", "format": "unix"}, True, True),
    ({"pointer": "/v", "format": "%d.%m.%Y"}, "June", "June"), ("2026-06-14", None, "2026-06-14"),
])  # fmt: skip
def test_a_time_is_read_by_its_form(written: object, value: object, made: object):
    """A time that cannot be read goes to the door as it is, which refuses it."""
    rule = EventRule({"kind": "k", "at": written})

    assert event_of(FORM, rule, {"v": value})["at"] == made


def test_an_id_that_is_no_uuid_stands_for_one_in_its_system():
    """The same text is the same id in one system, and another in another."""
    rule = EventRule({"kind": "k", "id": {"pointer": "/n"}})
    other = replace(FORM, system="forum")
    ids = [event_of(mapping, rule, {"n": n})["id"] for mapping, n in ((FORM, 9), (FORM, 9.0), (FORM, "9"), (other, 9))]
    given = event_of(FORM, rule, {"n": "6F1A0C3E2B474D0E9A510D3C8B7F9E10"})["id"]

    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert given == "6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10"


def test_each_element_of_a_list_is_an_event(judge: Callable[..., Verdict]):
    """Its own parts and those of the payload around it."""
    verdict = _sent(judge, HELD)

    assert [(e.name, e.email, e.extra) for e in verdict.request.events] == [
        ("Ama", "ama@example.org", '{"city":"Accra"}'), ("Jun", "jun@example.org", '{"city":"Accra"}')]


def test_a_list_may_lie_within_others(registry: Registry, settings: Settings):
    """What is left around its elements has an empty list in its place, and nothing else changes."""
    rule = EventRule({**FORM.rules[0].fields, "actor": {"name": {"pointer": "."}}}, (), "/days/1/people~1staff")
    registry = replace(registry, mappings={("hook", "workshop-form"): replace(FORM, rules=(rule,))})
    door = Door(lambda: registry, FixedClock(NOW), settings)
    payload = {"date": "14.06.2026", "days": [{"n": 1}, {"n": 2, "people/staff": ["Ama", 7]}]}
    verdict = _sent(door.accept, payload, namespace="baloo", sender="workshops", via="http")

    assert [event.name for event in verdict.request.events] == ["Ama", "7"]


def test_a_payload_may_be_an_event_and_have_a_list_of_them(judge: Callable[..., Verdict]):
    """Of the rules with the same `each`, the first that holds makes the events: an issue, and each comment on it."""
    user = {"user": {"login": "ama"}, "created_at": "2026-11-20T09:15:02Z", "html_url": "https://github.com/marula/basket/issues/7"}
    item = {
        "backend_name": "GitHub", "category": "issue", "uuid": "c0ffee",
        "data": {**user, "number": 7, "comments_data": [user | {"user": {"login": "jun"}}, user | {"user": {"login": "tove"}}]},
    }  # fmt: skip
    verdict = judge(wrap("perceval", "GitHub", json.dumps(item).encode()))

    assert [(e.kind, e.username) for e in verdict.request.events] == [
        ("github.issue-opened", "ama"), ("github.comment", "jun"), ("github.comment", "tove")]


def test_an_element_that_fails_is_kept_with_what_stands_around_it(judge: Callable[..., Verdict]):
    """The others are accepted."""
    verdict = _sent(judge, HELD | {"people": [*HELD["people"], {"phone": 7}]})

    (refusal,) = verdict.request.refusals
    assert (verdict.accepted, refusal.index, refusal.slug, refusal.system) == (2, 2, "no-actor", "workshops")
    assert json.loads(refusal.body) == {
        "mapping": "hook:workshop-form", "payload": HELD | {"people": []}, "each": "/people", "item": {"phone": 7}}


@pytest.mark.parametrize(("payload", "name", "slug", "pointer"), [
    (HELD, "workshop-fomr", "no-mapping", "/mapping"), ({"type": "cancelled"}, "workshop-form", "not-mapped", "/payload"),
    (HELD | {"people": 7}, "workshop-form", "not-mapped", "/payload"), (7, "workshop-form", "not-mapped", "/payload"),
    (HELD | {"people": [{}] * 5_001}, "workshop-form", "too-large", "/payload/people"),
    (HELD | {"people": [{}] * 900, "url": "x" * 9_000}, "workshop-form", "too-large", "/payload/people"),
])  # fmt: skip
def test_what_no_mapping_takes_is_kept_whole(payload: object, name: str, slug: str, pointer: str, judge: Callable[..., Verdict]):
    """With its reason, to be replayed; a list that would fill the memory is not taken apart."""
    verdict = _sent(judge, payload, name)

    (refusal,) = verdict.request.refusals
    assert (refusal.slug, refusal.pointer, verdict.accepted) == (slug, pointer, 0)
    assert json.loads(refusal.body)["payload"] == payload


def test_what_a_mapping_ignores_leaves_nothing(judge: Callable[..., Verdict]):
    """`otherwise: ignore`, and an empty list."""
    ignored, empty = _sent(judge, {"type": "other"}, "held-signed"), _sent(judge, HELD | {"people": []})

    assert [(v.accepted, v.refused) for v in (ignored, empty)] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("envelope", [
    {"mapping": 7, "payload": {}}, {"mapping": "hook:workshop-form"}, {"mapping": "hook:workshop-form", "payload": {}, "more": 1},
    {"mapping": "hook:workshop-form", "payload": HELD, "each": 7, "item": {}},
    {"mapping": "hook:workshop-form", "payload": HELD, "each": "/other", "item": {}},
    {"mapping": "hook:workshop-form", "payload": {}, "broken": "no such thing"},
    {"mapping": "hook:workshop-form", "payload": {}, "broken": ["truncated"]}, {"mapping": "", "payload": None},
])  # fmt: skip
def test_an_envelope_of_another_shape_is_refused(envelope: object, judge: Callable[..., Verdict]):
    """It may come from anybody."""
    raw = json.dumps(envelope, separators=(",", ":")).encode()

    assert [(r.body, r.slug != "") for r in judge(raw).request.refusals] == [(raw, True)]


@pytest.mark.parametrize("body", [
    b'{"mapping":"hook:workshop-form","payload":{"type":"held","type":"held"}}',
    b'{"mapping":"hook:workshop-form","payload":{"a":',
])  # fmt: skip
def test_a_payload_that_is_no_json_is_told(body: bytes, door: Door):
    """As of any other body: a refusal where the sender cannot be asked."""
    verdict = door.accept(body, namespace="baloo", sender="*", via="import")

    assert [r.slug for r in verdict.request.refusals] in (["duplicate-key"], ["not-json"])


def test_a_replay_reads_by_the_mapping_of_today(records: Records, settings: Settings):
    """What had no mapping becomes its events once there is one, each once; what the mapping ignores by now is done with."""
    registry = replace(REGISTRY, mappings={})
    door = Door(lambda: registry, FixedClock(NOW), settings)
    quarantine = Quarantine(records)
    for seq, payload in enumerate((HELD, {"type": "other"}), 1):
        request = _sent(door.accept, payload, namespace="baloo", sender="workshops", via="http").request
        quarantine.keep(seq, request.received, "baloo", "workshops", request.refusals)
    mapping = replace(FORM, otherwise="ignore")
    registry = replace(REGISTRY, mappings={("hook", "workshop-form"): mapping})
    rows: list[bytes] = []

    first = quarantine.replay(door, rows.extend, "all")
    again = quarantine.replay(door, rows.extend, "all")
    assert (first.tried, first.refused, again.tried) == (2, 0, 0)
    assert [event.email for row in rows for event in decode(row).events] == ["ama@example.org", "jun@example.org"]


def test_an_element_is_replayed_by_the_mapping_of_today(records: Records, settings: Settings):
    """A mapping that was put right makes an event of an element that was refused."""
    registry = REGISTRY
    door = Door(lambda: registry, FixedClock(NOW), settings)
    quarantine = Quarantine(records)
    request = _sent(door.accept, HELD | {"people": [{"phone": 7}]}, namespace="baloo", sender="workshops", via="http").request
    quarantine.keep(1, request.received, "baloo", "workshops", request.refusals)
    (rule, *_) = FORM.rules
    fixed = PayloadMapping(FORM.id, "hook", "workshops", (replace(rule, fields={**rule.fields, "actor": {
        "account": {"pointer": "./phone"}}}),))  # fmt: skip
    registry = replace(REGISTRY, mappings={("hook", "workshop-form"): fixed})
    rows: list[bytes] = []

    quarantine.replay(door, rows.extend, "all")
    assert [event.account for row in rows for event in decode(row).events] == ["7"]


def test_github_s_mapping_is_there_for_who_declares_its_kinds():
    """A system without any of them has none, and a mapping of its own goes before it."""
    mapping = REGISTRY.mappings["github", "code"]

    assert ("github", "forum") not in REGISTRY.mappings
    assert mapping.system == "code"
    assert {rule.fields["kind"] for rule in mapping.rules if rule.fields} <= set(REGISTRY.systems["code"].kinds)
    assert rule_for(mapping.rules, {"event": "star", "body": {"action": "created"}}, NOTHING).fields == {}
