"""What the door takes in, and what becomes of it."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from baloo.clock import FixedClock
from baloo.errors import InputError, RegistryError
from baloo.ingest.accept import Door, Verdict
from baloo.ingest.moment import micros
from baloo.queue.base import Event, Void, decode, encode
from baloo.queue.event import _CONTENT, uuid_of
from baloo.registry.model import Registry
from baloo.settings import Settings

Judge = Callable[..., Verdict]
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def _one(verdict: Verdict) -> Event:
    assert [outcome.slug for outcome in verdict.outcomes] == [None]
    (event,) = verdict.request.events
    return event


def test_an_event_of_version_1_is_normalised(event: dict[str, Any], judge: Judge):
    """Each field of the event stands where the queue's contract wants it."""
    taken = _one(judge(event))

    assert taken == Event(
        id="6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10", schema="contribution", version="1",
        at=micros(dt.datetime(2014, 10, 2, 10, 30, tzinfo=dt.UTC)), offset=120, system="git", kind="git.commit", account=None,
        username=None, email="ama@example.org", name="Ama", object="https://git.example.org/change/1",
        extra='{"sha": "c0ffee"}', environment="production", body=taken.body,
    )  # fmt: skip


def test_a_request_keeps_who_sent_it_when_and_how(event: dict[str, Any], judge: Judge):
    """What the queue keeps of a request survives the queue."""
    request = decode(encode(judge(event, sender="git", namespace="baloo-test").request))

    assert ("baloo-test", "git", micros(NOON), "http") == (request.namespace, request.sender, request.received, request.via)


def test_the_same_body_is_the_same_document(event: dict[str, Any], judge: Judge):
    """An event without an id gets one made of what it says, however it is spelt."""
    del event["id"]
    spelt = json.dumps(dict(reversed(event.items())), indent=2, ensure_ascii=True).encode()

    one, other = _one(judge(event)), _one(judge(spelt))
    assert (one.id, one.body) == (other.id, other.body)


@pytest.mark.parametrize("change", [
    {"at": "2014-10-02T12:30:01+02:00"}, {"object": "https://git.example.org/change/2"}, {"extra": {"sha": "decaf"}},
    {"actor": {"name": "Jun"}}, {"kind": "git.commit", "extra": {}},
])  # fmt: skip
def test_another_body_is_another_document(change: dict[str, Any], event: dict[str, Any], judge: Judge):
    """What says something else has another id and another hash."""
    del event["id"]
    one, other = _one(judge(event)), _one(judge(event | change))

    assert one.id != other.id
    assert one.body != other.body


def test_order_and_blanks_of_extra_make_no_other_body(event: dict[str, Any], judge: Judge):
    """The hash is of canonical JSON; the text stays as it arrived."""
    one = _one(judge(json.dumps(event | {"extra": {"b": [1, {"y": 2, "x": 3}], "a": "é"}}).encode()))
    body = json.dumps(event | {"extra": "HERE"}).replace('"HERE"', '{"a":"é","b":[1,{"x":3,"y":2}]}').encode()
    other = _one(judge(body))

    assert one.body == other.body
    assert other.extra == '{"a":"é","b":[1,{"x":3,"y":2}]}'


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_an_empty_text_is_absent(empty: str | None, event: dict[str, Any], judge: Judge):
    """Fields of the actor and the object without a text are as good as left out."""
    taken = _one(judge(event | {"actor": {"account": empty, "username": empty, "name": "Ama"}, "object": empty}))

    assert (taken.account, taken.username, taken.name, taken.object) == (None, None, "Ama", None)


def test_names_are_composed(event: dict[str, Any], judge: Judge):
    """Two spellings of one name are one name: NFC, and otherwise as it arrived."""
    taken = _one(judge(event | {"actor": {"name": unicodedata.normalize("NFD", " Tové  Ñ ")}}))

    assert taken.name == " Tové  Ñ "


@pytest.mark.parametrize("extra", [None, {}])
def test_no_extra_is_an_empty_object(extra: object, event: dict[str, Any], judge: Judge):
    """The lake always finds an object."""
    assert _one(judge(event | {"extra": extra})).extra == "{}"


def test_an_id_is_lower_case(event: dict[str, Any], judge: Judge):
    """One UUID has one spelling."""
    assert event["id"] == _one(judge(event | {"id": event["id"].upper()})).id


def test_the_path_gives_an_id(event: dict[str, Any], judge: Judge):
    """An id in the path is the event's, where that has none or the same."""
    path = event.pop("id")

    assert path == _one(judge(event, doc_id=path)).id
    assert path == _one(judge(event | {"id": path}, doc_id=path)).id


def test_two_ids_that_differ_are_refused(event: dict[str, Any], judge: Judge):
    """Nobody can say which is meant; the path's id names the refusal."""
    path = "00000000-0000-4000-8000-000000000001"
    (outcome,) = judge(event, doc_id=path).outcomes

    assert ("id-mismatch", "/id", path) == (outcome.slug, outcome.pointer, outcome.id)


def test_a_path_names_one_event(event: dict[str, Any], judge: Judge):
    """Several events under one id are an error of the whole request."""
    with pytest.raises(InputError, match="holds several events"):
        judge([event, event], doc_id=event["id"])


@pytest.mark.parametrize(("sender", "via", "asked", "given"), [
    ("git", "http", None, "production"), ("git", "http", "production", "production"), ("git", "http", "staging", "staging"),
    (None, "http", None, "staging"), (None, "http", "production", "staging"),
    (None, "import 7", None, "production"), (None, "import 7", "staging", "staging"),
])  # fmt: skip
def test_nobody_sends_to_staging(
    sender: str | None, via: str, asked: str | None, given: str, event: dict[str, Any], judge: Judge,
):
    """Without a token an event is staging for ever; an operator's import is trusted."""
    assert given == _one(judge(event | {"environment": asked}, sender=sender, via=via)).environment


def test_an_import_without_a_sender_is_the_operators(event: dict[str, Any], judge: Judge):
    """So that what it refuses is still trusted when it is replayed."""
    assert judge(event, sender=None, via="import 7").request.sender == "*"


def test_a_kind_may_be_dated_as_far_ahead_as_a_rule_looks(event: dict[str, Any], judge: Judge):
    """Reps plan ahead: the last moment of the fourteenth day is taken in."""
    planned = event | {"system": "remo", "kind": "remo.activity", "at": "2026-12-06T23:59:59Z"}

    assert judge(planned).accepted == 1


@pytest.mark.parametrize(("now", "at"), [("23:58", "2026-11-23T00:01:00Z"), ("12:00", "2026-11-22T23:59:59Z")])
def test_a_clock_may_be_a_little_ahead(now: str, at: str, event: dict[str, Any], registry: Registry, settings: Settings):
    """Later today is today, and five minutes make no future."""
    clock = FixedClock(dt.datetime.fromisoformat(f"2026-11-22T{now}:00Z"))
    door = Door(lambda: registry, clock, settings)

    assert door.accept(json.dumps(event | {"at": at}).encode(), namespace="baloo", sender="*", via="http").accepted == 1


def test_a_schema_is_met(event: dict[str, Any], judge: Judge):
    """What satisfies the schema that it states is taken in, in either version."""
    answer = event | {"schema": "answer", "system": "sumo", "kind": "sumo.answer"}

    assert judge(answer | {"version": 1, "extra": {"locale": "de"}}).accepted == 1
    assert judge(answer | {"version": "2", "extra": {"locale": "de", "day": "2014-10-02", "votes": 3}}).accepted == 1
    assert judge(answer | {"schema": "contribution", "version": 1, "extra": {"locale": "de", "votes": 3}}).accepted == 1


def test_a_schema_of_another_kind_is_refused(event: dict[str, Any], registry: Registry, settings: Settings):
    """A kind that declares its schema takes no other."""
    other = replace(registry.schemas["answer", "1"], id="other")
    wider = replace(registry, schemas={**registry.schemas, ("other", "1"): other})
    door = Door(lambda: wider, FixedClock(NOON), settings)
    wrong = event | {"schema": "other", "system": "sumo", "kind": "sumo.answer", "extra": {"locale": "de"}}

    (outcome,) = door.accept(json.dumps(wrong).encode(), namespace="baloo", sender="*", via="http").outcomes
    assert (outcome.slug, outcome.pointer) == ("wrong-schema", "/schema")


def test_a_schema_that_fetches_does_not_compile(registry: Registry, settings: Settings, event: dict[str, Any]):
    """No reference leaves the machine."""
    far = replace(registry.schemas["answer", "1"], json_schema={"$ref": "http://127.0.0.1:9/schema.json"})
    door = Door(lambda: replace(registry, schemas={("answer", "1"): far}), FixedClock(NOON), settings)

    with pytest.raises(RegistryError, match=r"schemas/answer\.yaml:1: The schema does not compile"):
        door.accept(b"{}", namespace="baloo", sender="*", via="http")


def test_a_changed_registry_counts_from_the_next_event(event: dict[str, Any], registry: Registry, settings: Settings):
    """The door asks for the registry at each request."""
    now = [replace(registry, systems={}, areas={})]
    door = Door(lambda: now[0], FixedClock(NOON), settings)
    body = json.dumps(event).encode()
    before = door.accept(body, namespace="baloo", sender="*", via="http")
    now[0] = registry
    after = door.accept(body, namespace="baloo", sender="*", via="http")

    assert (before.accepted, after.accepted) == (0, 1)


def test_outcomes_are_in_the_order_of_the_body(event: dict[str, Any], judge: Judge):
    """Accepted and refused events of one body keep their places."""
    plain = {key: value for key, value in event.items() if key != "id"}
    verdict = judge([plain, 7, plain | {"at": "never"}, plain | {"extra": {"n": 2}}])

    assert [outcome.accepted for outcome in verdict.outcomes] == [True, False, False, True]
    assert [outcome.index for outcome in verdict.outcomes] == [0, 1, 2, 3]
    assert (verdict.accepted, verdict.refused) == (2, 2)


@pytest.mark.parametrize(("sender", "environments"), [(None, {"staging"}), ("git", {"production", "staging"})])
def test_ids_are_taken_back(sender: str | None, environments: set[str], door: Door, event: dict[str, Any], judge: Judge):
    """Nobody takes back nothing but staging; a token takes back both."""
    ids = ("00000000-0000-4000-8000-000000000001",)
    deleted = door.take_back(ids, namespace="baloo", sender=sender).request.voids
    obsolete = judge(event, sender=sender, obsolete=ids).request.voids

    assert {Void(ids[0], environment, "deleted") for environment in environments} == set(deleted)
    assert {Void(ids[0], environment, "obsolete") for environment in environments} == set(obsolete)


@pytest.mark.parametrize("content", ["", "a", "é" * 100])
def test_an_id_made_of_content_is_a_uuid_of_version_5(content: str):
    """The same as the standard library makes, only faster."""
    assert uuid_of(content.encode()) == str(uuid.uuid5(uuid.UUID(bytes=_CONTENT), content))
