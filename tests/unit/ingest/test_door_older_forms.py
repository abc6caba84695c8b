"""The payloads of 2014: the seeds' schema 0.1, and the form before it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from baloo.clock import FixedClock
from baloo.ingest.accept import Door, Verdict
from baloo.ingest.moment import micros
from baloo.queue.base import Event
from baloo.registry.model import Kind, Registry, System
from baloo.settings import Settings

Judge = Callable[..., Verdict]


@pytest.fixture
def payload() -> dict[str, Any]:
    """Jun revised an article."""
    return {
        "email": "jun@example.org", "datetime": "2014-10-02T12:30:00Z", "canonical": "https://sumo.example.org/kb/1",
        "type": "sumo-revision", "source": "sumo", "version": "0.1", "extra": {"type": "revision", "locale": "de"},
    }


def test_a_payload_of_0_1_is_converted(payload: dict[str, Any], judge: Judge):
    """The seeds' payload is taken in as it stands, under its own schema."""
    (taken,) = judge(payload).request.events

    assert taken == Event(
        id=taken.id, schema="baloo", version="0.1", at=micros(dt.datetime(2014, 10, 2, 12, 30, tzinfo=dt.UTC)), offset=None,
        system="sumo", kind="sumo.revision", account=None, username=None, email="jun@example.org", name=None,
        object="https://sumo.example.org/kb/1", extra='{"locale":"de","type":"revision"}', environment="production",
        body=taken.body,
    )  # fmt: skip


def test_a_payload_without_version_is_of_blackhole(payload: dict[str, Any], judge: Judge):
    """Its guid is the id, and its word on pay a claim beside the rest."""
    del payload["version"]
    guid = "6F1A0C3E-2B47-4d0e-9a51-0d3c8b7f9e10"
    (taken,) = judge(payload | {"guid": guid, "volunteer": True}).request.events

    assert guid.lower() == taken.id
    assert json.loads(taken.extra) == {"locale": "de", "type": "revision", "volunteer": True}


@pytest.mark.parametrize(("change", "slug", "pointer"), [
    ({"email": None}, "wrong-type", "/email"), ({"email": " "}, "missing", "/email"),
    ({"datetime": "31 February"}, "bad-time", "/datetime"), ({"datetime": "1969-01-01"}, "too-old", "/datetime"),
    ({"source": "smo"}, "unknown-system", "/source"), ({"type": "sumo-revison"}, "unknown-kind", "/type"),
    ({"type": "hg-commit"}, "unknown-kind", "/type"), ({"version": "0.2"}, "unknown-version", "/version"),
    ({"version": 0.1}, "wrong-type", "/version"), ({"extra": []}, "wrong-type", "/extra"), ({"foo": 1}, "unknown-key", "/foo"),
    ({"guid": "7"}, "bad-id", "/guid"), ({"volunteer": "yes"}, "wrong-type", "/volunteer"),
    ({"canonical": 7}, "wrong-type", "/canonical"),
])  # fmt: skip
def test_a_fault_is_named_by_the_keys_that_arrived(
    change: dict[str, Any], slug: str, pointer: str, payload: dict[str, Any], judge: Judge,
):
    """The pointer of a refusal is one into the payload, not into what it was converted to."""
    (outcome,) = judge(payload | change).outcomes

    assert (slug, pointer) == (outcome.slug, outcome.pointer)


@pytest.mark.parametrize("key", ["email", "datetime", "type", "source", "version"])
def test_each_required_key_is_required(key: str, payload: dict[str, Any], judge: Judge):
    """A payload that leaves one out is refused, with the key named."""
    del payload[key]
    (outcome,) = judge(payload).outcomes

    assert ("missing", f"/{key}") == (outcome.slug, outcome.pointer)


@pytest.mark.parametrize(("source", "type_", "extra"), [
    ("bugzilla", "bugzilla-comment", {"fields": "status", "values": "NEW", "id": 7, "product": "Core", "new": False}),
    ("hg", "hg-commit", {"tree": "mozilla-central", "sha": "c0ffee"}),
    ("sumo", "sumo-revision", {"type": "revision", "locale": "de", "article": "1", "thread": {"id": 3, "slug": "hello"}}),
    ("reps", "reps-activity", {}),
    ("github", "github-commit", {"commit-msg": "Fix", "issue-id": 9, "action-type": "commit-author"}),
    ("one_and_done", "one_and_done-task-finished", {"task": 4}),
    ("moztrap", "moztrap-result", {"case": "4", "case_to_run": "5", "product_version_to_product": "7"}),
])  # fmt: skip
def test_each_source_comes_round(
    source: str, type_: str, extra: dict[str, Any], payload: dict[str, Any], settings: Settings, registry: Registry,
):
    """B10: a source is a system, its type a kind, and its extras come back whole."""
    ids = {"one_and_done": "one-and-done", "reps": "remo"}
    system = ids.get(source, source)
    kind = f"{system}.{type_.removeprefix(source + '-')}"
    known = replace(registry, areas={}, systems={system: System(system, "One", {kind: Kind(kind, "Did it")})})
    door = Door(lambda: known, FixedClock(dt.datetime(2026, 11, 22, tzinfo=dt.UTC)), settings)
    body = json.dumps(payload | {"source": source, "type": type_, "extra": extra}).encode()

    (taken,) = door.accept(body, namespace="baloo", sender=None, via="import").request.events
    assert (system, kind, extra) == (taken.system, taken.kind, json.loads(taken.extra))


@pytest.mark.parametrize(("source", "key"), [("github", "github-username"), ("moztrap", "user")])
def test_a_username_among_the_extras_moves_to_the_actor(
    source: str, key: str, payload: dict[str, Any], registry: Registry, settings: Settings,
):
    """Names stand nowhere but in the actor, so that they can be erased; elsewhere `user` is a word like any other."""
    systems = {name: System(name, name, {f"{name}.x": Kind(f"{name}.x", "Did it")}) for name in (source, "sumo")}
    known = replace(registry, areas={}, systems=systems)
    door = Door(lambda: known, FixedClock(dt.datetime(2026, 11, 22, tzinfo=dt.UTC)), settings)
    sent = [payload | {"source": name, "type": "x", "extra": {key: "jun-example", "case": 9}} for name in (source, "sumo")]

    there, elsewhere = door.accept(json.dumps(sent).encode(), namespace="baloo", sender=None, via="import").request.events
    assert (there.username, there.extra) == ("jun-example", '{"case":9}')
    assert elsewhere.username == (None if key == "user" else "jun-example")


def test_a_kinds_own_schema_in_version_0_1_is_asked_for(payload: dict[str, Any], registry: Registry, settings: Settings):
    """A payload is held to the version that it states, and not to a later one."""
    own = replace(registry.schemas["answer", "1"], version="0.1")
    known = replace(registry, schemas={**registry.schemas, ("answer", "0.1"): own})
    door = Door(lambda: known, FixedClock(dt.datetime(2026, 11, 22, tzinfo=dt.UTC)), settings)
    body = json.dumps(payload | {"type": "sumo-answer", "extra": {"votes": 1}}).encode()

    (outcome,) = door.accept(body, namespace="baloo", sender=None, via="import").outcomes
    assert (outcome.slug, outcome.pointer) == ("bad-extra", "/extra/votes")
