"""The mappings that the pages of the sources show for what systems push: each makes what the source reads, so both count once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.sources.test_every_source import HERE, Run, _shown

from baloo.registry import load

TOVE = {"name": "Tove", "email": "tove@example.org", "username": "tove"}
CHANGE = {"project": "marula/basket", "branch": "main", "number": 42, "url": "https://review.example.org/42",
          "owner": {"name": "Jun", "email": "jun@example.org", "username": "jun"}}
ISSUE = {"number": 5, "html_url": "https://github.com/marula/web-bugs/issues/5", "closed_at": "2024-06-04T10:00:00Z"}
POST = {"post_type": 1, "topic_archetype": "regular", "topic_id": 12, "category_id": 4}
COMMENT = {"id": 9002, "is_private": False, "creation_time": "2024-05-02T08:00:00", "number": 1}
NEW = {"routing_key": "comment.create", "time": "2024-05-02T08:00:00", "user": {"login": "tove@example.org"}}
COMMIT = {"id": "a" * 40, "timestamp": "2024-06-01T10:00:00+02:00", "author": {"name": "Ama Mensah", "email": "ama@example.org"},
          "url": f"https://gitlab.example.org/marula/basket/-/commit/{'a' * 40}"}
PUSHED: list[tuple[str, dict[str, Any]]] = [
    ("discourse", {"post": POST | {"id": 30, "post_number": 1, "username": "jun", "created_at": "2024-03-02T09:30:00.000Z"}}),
    ("discourse", {"post": POST | {"id": 122, "post_number": 3, "username": "idris", "created_at": "2024-06-20T09:00:00.000Z"}}),
    ("gerrit", {"type": "patchset-created", "change": CHANGE, "uploader": CHANGE["owner"],
                "patchSet": {"number": 1, "createdOn": 1717322400}, "eventCreatedOn": 1717322401}),
    ("gerrit", {"type": "patchset-created", "change": CHANGE, "uploader": CHANGE["owner"],
                "patchSet": {"number": 2, "createdOn": 1717495200}, "eventCreatedOn": 1717495201}),
    ("gerrit", {"type": "comment-added", "change": CHANGE, "author": {"name": "Ama Mensah", "username": "ama"},
                "approvals": [{"type": "Verified", "value": "0"}, {"type": "Code-Review", "value": "1", "oldValue": "0"}],
                "comment": "Patch Set 1: Code-Review+1", "eventCreatedOn": 1717326000}),
    ("bugzilla", {"event": NEW, "bug": {"id": 101, "is_private": False, "comment": COMMENT}}),
    ("gitlab", {"object_kind": "push", "project": {"path_with_namespace": "marula/basket"}, "commits": [COMMIT]}),
    ("webcompat", {"event": "issues", "body": {"action": "closed", "issue": ISSUE, "sender": {"login": "tove"}}}),
    ("webcompat", {"event": "issues", "body": {
        "action": "milestoned", "issue": ISSUE | {"updated_at": "2024-06-03T10:00:00Z"}, "sender": {"login": "ama"},
        "milestone": {"title": "sitewait"}}}),
]  # fmt: skip


def _run(name: str, folder: Path) -> tuple[Run, str]:
    """A source with the mapping that its page shows, and how that is called."""
    page = (HERE.parents[1] / "docs" / "sources" / f"{name}.md").read_text("utf-8")
    (mapping,) = re.findall(r"^```yaml\n(mapping:.*?)^```", page, re.MULTILINE | re.DOTALL)
    run = Run(name, folder)
    (folder / "registry" / "mappings").mkdir()
    (folder / "registry" / "mappings" / "pushed.yaml").write_text(mapping, "utf-8")
    run.registry = load(folder / "registry")
    protocol, named = (re.search(rf"^{word}: (.*)$", mapping, re.MULTILINE) for word in ("protocol", "mapping"))
    assert protocol
    assert named
    return run, f"{protocol[1]}:{named[1]}"


@pytest.mark.parametrize(("name", "payload"), PUSHED, ids=[f"{name}-{place}" for place, (name, _) in enumerate(PUSHED)])
def test_what_is_pushed_is_what_is_read(name: str, payload: dict[str, Any], tmp_path: Path):
    """The same id, or the same person, kind and thing in the same second, as an event that the source makes of its pages."""
    run, mapping = _run(name, tmp_path)
    body = json.dumps({"mapping": mapping, "payload": payload}).encode()
    request = run.door.accept(body, namespace="baloo", sender=None, via="import").request
    (event,) = map(_shown, request.events)
    read = json.loads((HERE / name / "events.json").read_text("utf-8"))

    assert request.refusals == ()
    assert [one["kind"] for one in read if _is_same(one, event)] == [event["kind"]]


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    who = all(one["actor"].get(part) == other["actor"].get(part) for part in ("username", "email") if part in other["actor"])
    parts = ("id",) if one["id"] == other["id"] else ("object",)
    return who and all(one[part] == other[part] is not None for part in ("kind", "at", *parts))


@pytest.mark.parametrize(("name", "payload"), [
    ("discourse", {"post": POST | {"id": 9, "post_number": 2, "username": "jun", "topic_archetype": "private_message"}}),
    ("bugzilla", {"event": NEW, "bug": {"is_private": True, "comment": COMMENT}}),
    ("bugzilla", {"event": NEW, "bug": {"is_private": False, "comment": COMMENT | {"is_private": True}}}),
    ("webcompat", {"event": "issues", "body": {"action": "opened", "issue": ISSUE, "sender": {"login": "webcompat-bot"}}}),
])  # fmt: skip
def test_what_is_not_for_everybody_is_ignored(name: str, payload: dict[str, Any], tmp_path: Path):
    """Nor is what only the source can tell."""
    run, mapping = _run(name, tmp_path)
    body = json.dumps({"mapping": mapping, "payload": payload}).encode()
    request = run.door.accept(body, namespace="baloo", sender=None, via="import").request

    assert (request.events, request.refusals) == ((), ())
