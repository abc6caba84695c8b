"""A small community at its door: three systems, one schema in two versions, a clock that stands still."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from baloo.clock import FixedClock
from baloo.ingest.accept import Door, Verdict
from baloo.records import Records
from baloo.registry.model import Area, Claim, Community, Field, Kind, Leaf, Point, Registry, Schema, Span, System, Version, Window
from baloo.settings import SETTINGS, Settings

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def _schema(version: str, **properties: object) -> Schema:
    json_schema = {"type": "object", "additionalProperties": False, "required": ["locale"], "properties": properties}
    return Schema("answer", version, "An answer", {name: Field(name) for name in properties}, json_schema, "schemas/answer.yaml")


@pytest.fixture
def registry() -> Registry:
    """Git, SUMO whose answers have a schema, and Reps whose activities may be dated two weeks ahead."""
    systems = (
        System("git", "Git", {"git.commit": Kind("git.commit", "Wrote a change")}),
        System("sumo", "SUMO", {
            "sumo.answer": Kind("sumo.answer", "Answered", schema="answer"), "sumo.revision": Kind("sumo.revision", "Wrote")}),
        System("remo", "Reps", {"remo.activity": Kind("remo.activity", "Was active")}),
        System("github", "GitHub", {"github.commit": Kind("github.commit", "Wrote a change")}),
    )
    schemas = (
        _schema("1", locale={"type": "string"}),
        _schema(
            "2", locale={"type": "string"}, day={"type": "string", "format": "date"}, votes={"type": "integer", "minimum": 0}),
    )
    around = Leaf(Window("around", Span(2, "weeks")), "at_least", 1)
    reps = Area("reps", "Reps", counts=(Claim("remo"),), pathway=(Point("active", "active", (Version(around),)),))
    return Registry(
        Community("test", "Test", "How many?"), {s.id: s for s in systems}, {"reps": reps},
        {(s.id, s.version): s for s in schemas}, "hash",
    )


@pytest.fixture
def settings() -> Settings:
    """The defaults."""
    return Settings({setting.name: setting.default for setting in SETTINGS})


@pytest.fixture
def door(registry: Registry, settings: Settings) -> Door:
    """The door of that community, at noon of 22 November 2026."""
    return Door(lambda: registry, FixedClock(NOW), settings)


@pytest.fixture
def event() -> dict[str, Any]:
    """A plain event of version 1: Ama wrote a change."""
    return {
        "id": "6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10", "schema": "contribution", "version": 1, "at": "2014-10-02T12:30:00+02:00",
        "system": "git", "kind": "git.commit", "actor": {"name": "Ama", "email": "ama@example.org"},
        "object": "https://git.example.org/change/1", "extra": {"sha": "c0ffee"},
    }


@pytest.fixture
def judge(door: Door) -> Callable[..., Verdict]:
    """Send one event as a system of its own would, by its token; gives the verdict."""
    def judge(body: object, **given: object) -> Verdict:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return door.accept(raw, **{"namespace": "baloo", "sender": "*", "via": "http", **given})

    return judge


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records of an empty workspace."""
    opened = Records.open(tmp_path / "records.sqlite")
    yield opened
    opened.close()
