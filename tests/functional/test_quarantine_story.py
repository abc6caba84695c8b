"""What was refused is found, understood, put right and brought in, beside a running server; and counts once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from baloo.records import Records
from baloo.records.tables import quarantine
from baloo.workspace import Workspace
from served import World

MAPPING = """
mapping: tracker
system: code
events:
  - when: {/what: reviewed}
    kind: git.review
    at: {pointer: /when}
    actor: {username: {pointer: /who}}
    object: {pointer: /link}
"""
REVIEW = {"what": "reviewed", "date": "2026-11-20T10:00:00Z", "who": "jun", "link": "https://git.example.org/marula/review/7"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A server with a mapping whose author took one name for another; its system is in production."""
    found = World(tmp_path / "W")
    folder = found.root / "registry" / "mappings"
    folder.mkdir(exist_ok=True)
    (folder / "tracker.yaml").write_text(MAPPING, "utf-8")
    found.start()
    _post(found, "/v1/contributions", _event("git.commit", "ama"))
    found.baloo("system", "promote", "code")
    yield found
    found.kill()


def _event(kind: str, who: str, **more: object) -> dict[str, object]:
    return {"schema": "contribution", "version": 1, "at": "2026-11-20", "system": "code", "kind": kind,
            "actor": {"account": who}, **more}  # fmt: skip


def _post(world: World, path: str, data: object) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {world.token}", "content-type": "application/json"}
    request = urllib.request.Request(world.url + path, json.dumps(data).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)


def _json(world: World, *arguments: str) -> Any:
    return json.loads(world.baloo(*arguments, "--json"))


@pytest.mark.slow
def test_a_mapping_is_put_right_and_what_it_could_not_read_counts_once(world: World):
    """Grouped with its reason, shown with what arrived, tried first, replayed through the new mapping; not twice by any way."""
    for n in range(3):
        _post(world, "/hooks/tracker", REVIEW | {"who": f"jun-{n}"})
    _post(world, "/v1/contributions", _event("git.tag", "tove"))
    world.baloo("refresh")
    groups = {(g["slug"], g["pointer"], g["system"]): g["count"] for g in _json(world, "quarantine", "list")}
    (first, *_) = kept = _json(world, "quarantine", "list", "--reason", "missing", "--system", "code")
    shown = _json(world, "quarantine", "show", str(first["id"]))
    tried = _json(world, "quarantine", "replay", "--reason", "missing", "--dry-run")

    mapping = world.root / "registry" / "mappings" / "tracker.yaml"
    mapping.write_text(MAPPING.replace("/when}", "/date}"), "utf-8")
    world.baloo("check")
    would = _json(world, "quarantine", "replay", "--reason", "missing", "--dry-run")
    done = _json(world, "quarantine", "replay", "--reason", "missing")
    again = _json(world, "quarantine", "replay", "--all")
    _forget_that_it_was_replayed(world)
    died = _json(world, "quarantine", "replay", "--reason", "missing")
    _post(world, "/hooks/tracker", REVIEW | {"who": "jun-0"})
    world.baloo("refresh")

    assert groups == {("missing", "/at", "code"): 3, ("unknown-kind", "/kind", "code"): 1}
    assert (len(kept), shown["remedy"], "date" in json.loads(shown["body"])["payload"]) == (3, "Add it.", True)
    assert [(t["tried"], t["accepted"], t["refused"]) for t in (tried, would, done, died)] == [(3, 0, 3), *[(3, 3, 0)] * 3]
    assert tried["again"] == [{"pointer": "/at", "reason": "`at` is missing.", "count": 3}]
    assert (again["tried"], again["refused"]) == (1, 1)
    assert int(_json(world, "count", "active", "--area", "coding")["active"]) == 3
    assert sorted(world.found().values()) == [1, 1, 1, 1]  # three, and the one that was tried out


@pytest.mark.slow
def test_a_schema_is_put_right(world: World):
    """An event that its schema refused comes in when the schema has the field."""
    schema = world.root / "registry" / "schemas" / "change.yaml"
    schema.write_text("schema: change\nversion: 1\nfields:\n  branch: text\n", "utf-8")
    world.baloo("check")
    event = _event("git.commit", "tove", schema="change", extra={"branch": "main", "lines": 7})
    while (refused := _post(world, "/v1/contributions", event))["type"] == "unknown-schema":  # the server looks once a second
        time.sleep(0.1)
    schema.write_text("schema: change\nversion: 1\nfields:\n  branch: text\n  lines: integer\n", "utf-8")
    world.baloo("check")
    world.baloo("refresh")
    done = _json(world, "quarantine", "replay", "--reason", refused["type"])
    world.baloo("refresh")

    assert (refused["type"], refused["pointer"]) == ("bad-extra", "/extra/lines")
    assert done["accepted"] == 1
    assert int(_json(world, "count", "active", "--area", "coding")["active"]) == 1


@pytest.mark.slow
def test_which_events_must_be_said(world: World):
    """Ids, a reason or system, or all of them: one of these. A reason that nothing has is told with those that are there."""

    def wrong(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "baloo", "-w", str(world.root), "quarantine", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    _post(world, "/v1/contributions", _event("git.tag", "tove"))
    world.baloo("refresh")

    assert [wrong("replay", *words)[0] for words in ([], ["1", "--all"], ["--all", "--reason", "x"], ["99"])] == [4, 4, 4, 4]
    assert "Reasons of what waits: unknown-kind. Systems: code." in wrong("list", "--reason", "unknown-kindd")[1]


def _forget_that_it_was_replayed(world: World) -> None:
    """As if the replay had been killed between the queue and its note."""
    records = Records.open(Workspace.open(world.root).records)
    with records.engine.begin() as connection:
        connection.execute(sa.update(quarantine).where(quarantine.c.state == "replayed").values(state="waiting"))
    records.close()
