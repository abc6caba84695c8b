"""Events of people who opted out, at the door: answered as accepted, and kept nowhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.ingest.conftest import NOW

from baloo.clock import FixedClock
from baloo.ingest.accept import HTTP, IMPORT, Door
from baloo.ingest.answer import ids, outcomes
from baloo.people.find import find
from baloo.people.marks import OPTED_OUT, Suppressed, suppress
from baloo.people.own import opt_out
from baloo.people.resolver import Resolver
from baloo.queue.base import decode
from baloo.records import Records
from baloo.registry.model import Registry
from baloo.settings import Settings
from baloo.web.live.ring import Ring

JUN = {"name": "Jun Sato", "email": "jun@example.org"}


@pytest.fixture
def hushed(tmp_path: Path, registry: Registry, settings: Settings, event: dict[str, Any]) -> Door:
    """A door that knows that Ama opted out."""
    records = Records.open(tmp_path / "records" / "records.sqlite")
    ama = Door(lambda: registry, FixedClock(NOW), settings).accept(
        json.dumps(event).encode(), namespace="baloo", sender="git", via=HTTP).request.events
    ((identity, _),) = Resolver(records).resolve(ama)
    find(records)
    opt_out(records, identity, who="person", now=1)
    return Door(lambda: registry, FixedClock(NOW), settings, Suppressed(records))


@pytest.mark.parametrize("via", [HTTP, IMPORT])
@pytest.mark.parametrize("form", ["lines", "array", "with ids made of what they say", "with a refused one between"])
def test_an_event_of_somebody_who_opted_out_is_dropped(hushed: Door, event: dict[str, Any], via: str, form: str) -> None:
    """Its sender hears that it was accepted, in its place; neither the queue nor the live page has anything of it."""
    other = event | {"id": "6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e11", "actor": JUN}
    events = [event, event | {"kind": "git.nothing"}, other] if "refused" in form else [event, other]
    if "made" in form:
        events = [{key: value for key, value in one.items() if key != "id"} for one in events]
    body = json.dumps(events) if form == "array" else "\n".join(map(json.dumps, events))
    verdict = hushed.accept(body.encode(), namespace="baloo", sender="git", via=via)
    ring = Ring()
    ring.saw(verdict, body.encode(), None)

    assert [one.accepted for one in verdict.outcomes] == ([True, False, True] if "refused" in form else [True, True])
    if "made" not in form:
        assert [one.id for one in verdict.outcomes if one.accepted] == [event["id"], other["id"]]
    assert len(ids(verdict).body.split()) == len(events)
    assert len(json.loads(outcomes(verdict, 201).body)["outcomes"]) == len(events)
    assert verdict.suppressed == {("git", "contribution"): 1}
    assert sum(verdict.kinds.values()) == 1
    assert [one.name for one in decode(verdict.row).events] == ["Jun Sato"]
    assert b"Ama" not in b"".join(refusal.body for refusal in verdict.refusals) or "refused" in form
    assert list(ring.newest()) == []


def test_the_live_page_forgets_when_somebody_opts_out(tmp_path: Path, registry: Registry, settings: Settings) -> None:
    """What it holds in memory may be of them; it is told when the door learns of it, and not before."""
    records = Records.open(tmp_path / "records" / "records.sqlite")
    ring = Ring()
    known = Suppressed(records, ring.forget)
    door = Door(lambda: registry, FixedClock(NOW), settings, known)
    body = json.dumps({"kind": "git.commit", "actor": JUN}).encode()
    ring.saw(door.accept(body, namespace="baloo", sender="git", via=HTTP), body, "tag")
    known.renew()
    assert len(list(ring.newest())) == 1

    with records.engine.begin() as connection:
        suppress(connection, [b"mark"], OPTED_OUT, 1)
    known.renew()

    assert list(ring.newest()) == []


def test_who_did_not_opt_out_takes_the_lean_way(hushed: Door, event: dict[str, Any]) -> None:
    """A body without anybody who opted out is looked at once and queued as it is."""
    body = json.dumps(event | {"actor": JUN}).encode()

    assert hushed.usual(body, namespace="baloo", sender="git", staging=False) is not None
    assert hushed.usual(json.dumps(event).encode(), namespace="baloo", sender="git", staging=False) is None
