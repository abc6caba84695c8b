"""Refused events: kept once, listed without what they say, replayed exactly once, forgotten in time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest

from baloo.clock import FixedClock
from baloo.errors import StorageFull, UnknownName
from baloo.ingest.accept import Door
from baloo.ingest.quarantine import Quarantine, Replayed
from baloo.ingest.refusals import REMEDIES
from baloo.queue.base import Request, decode
from baloo.records import Records
from baloo.registry.model import Registry
from baloo.settings import Settings

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


class World:
    """A door whose registry can change, a quarantine, and a queue that is a list."""

    def __init__(self, registry: Registry, records: Records, settings: Settings) -> None:
        self.whole = registry
        self.registry = replace(registry, systems={}, areas={})
        self.door = Door(lambda: self.registry, FixedClock(NOON), settings)
        self.quarantine = Quarantine(records)
        self.rows: list[bytes] = []
        self._seq = 0

    def send(self, body: object, **given: Any) -> Request:
        """Send a body through the door; what is refused is kept, as the loader does it."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = self.door.accept(raw, **{"namespace": "baloo", "sender": "git", "via": "http", **given}).request
        self._seq += 1
        self.quarantine.keep(self._seq, request.received, request.namespace, request.sender, request.refusals)
        return request

    def replay(self, ids: Sequence[int] | str = "all") -> Replayed:
        """Replay into the list."""
        return self.quarantine.replay(self.door, self.append, ids)  # type: ignore[arg-type]

    def append(self, rows: Sequence[bytes]) -> None:
        """The queue."""
        self.rows += rows

    @property
    def events(self) -> list[Any]:
        """The events that were replayed."""
        return [event for row in self.rows for event in decode(row).events]


@pytest.fixture
def world(registry: Registry, records: Records, settings: Settings) -> World:
    """Nothing is declared yet."""
    return World(registry, records, settings)


def test_a_row_is_kept_once(world: World, event: dict[str, Any]):
    """The loader may hand over a row as often as it must."""
    request = world.send([event, event | {"kind": "other"}])
    world.quarantine.keep(1, request.received, request.namespace, request.sender, request.refusals)

    assert [kept.id for kept in world.quarantine.list()] == [1, 2]


def test_what_waits_is_not_kept_a_second_time(world: World, event: dict[str, Any]):
    """The same event again, in one request or in a file imported once more, waits once; from another sender it is another one."""
    world.send([event, event])
    world.send(event)
    world.send(event, sender="forum")
    world.send(event, namespace="other")

    assert [(kept.sender, kept.namespace) for kept in world.quarantine.list()] == [
        ("git", "baloo"), ("forum", "baloo"), ("git", "other"),
    ]  # fmt: skip


def test_what_was_replayed_may_be_refused_again(world: World, event: dict[str, Any]):
    """An event that was taken in and is refused when it comes again waits again."""
    world.send(event)
    world.registry = world.whole
    world.replay()
    world.registry = replace(world.whole, systems={}, areas={})
    world.send(event)

    assert [kept.id for kept in world.quarantine.list()] == [2]


def test_groups_count_slug_pointer_and_system(world: World, event: dict[str, Any]):
    """What waits is seen at a glance, the most frequent first, with a remedy."""
    world.registry = world.whole
    often = [event | {"at": "never " * n} for n in (1, 2, 3)]
    world.send([*often, *[event | {"kind": kind} for kind in "xy"], event | {"system": "x"}, 7])

    groups = [(g.count, g.slug, g.pointer, g.system) for g in world.quarantine.groups()]
    assert groups == [
        (3, "bad-time", "/at", "git"), (2, "unknown-kind", "/kind", "git"), (1, "not-an-object", "", None),
        (1, "unknown-system", "/system", None),
    ]  # fmt: skip
    assert {REMEDIES[g.slug] for g in world.quarantine.groups()} == {g.remedy for g in world.quarantine.groups()}


def test_lists_and_groups_hold_nothing_personal(world: World, event: dict[str, Any]):
    """What an event says is given by `show` alone."""
    world.registry = world.whole
    world.send([event | {"at": "ama@example.org"}, event | {"ama@example.org": 1}, event | {"extra": "Ama"}])
    listed = json.dumps([asdict(x) for x in [*world.quarantine.list(), *world.quarantine.groups()]])

    assert "Ama" not in listed
    assert "ama@" not in listed
    assert b"ama@example.org" in world.quarantine.show(1).body


def test_lists_are_narrowed_and_paged(world: World, event: dict[str, Any]):
    """By slug, by system, by what was seen before."""
    world.registry = world.whole
    world.send([event | {"at": "never"}, event | {"kind": "x"}, 7, event | {"at": "ever"}])

    assert [kept.id for kept in world.quarantine.list(slug="bad-time")] == [1, 4]
    assert [kept.id for kept in world.quarantine.list(system="git")] == [1, 2, 4]
    assert [kept.id for kept in world.quarantine.list(after=2, limit=1)] == [3]
    assert world.quarantine.list(state="replayed") == []
    assert world.quarantine.list()[0].remedy == REMEDIES["bad-time"]


def test_what_is_not_there_is_not_shown(world: World):
    """A wrong number is an error that says so."""
    with pytest.raises(UnknownName, match="There is no refused event `7`"):
        world.quarantine.show(7)


def test_a_replay_sends_what_the_registry_now_takes(world: World, event: dict[str, Any]):
    """Declared after the fact: the events come in as they would have, and only once."""
    world.send([event, event | {"id": None}, event | {"at": "never", "id": None}])
    world.registry = world.whole
    expected = world.door.accept(json.dumps([event, event | {"id": None}]).encode(), namespace="baloo", sender="git", via="http")

    assert Replayed(3, 2, 1) == world.replay()
    assert list(expected.request.events) == world.events
    assert Replayed(1, 0, 1) == world.replay()
    assert len(world.rows) == 2


def test_what_is_refused_again_says_why(world: World, event: dict[str, Any]):
    """The reason is that of today."""
    world.send(event | {"at": "never"})
    world.registry = world.whole
    world.replay()

    assert [(k.slug, k.pointer, k.system) for k in world.quarantine.list()] == [("bad-time", "/at", "git")]


def test_a_queue_without_room_leaves_everything_waiting(world: World, event: dict[str, Any]):
    """Replayed means that the queue has it."""
    world.send(event)
    world.registry = world.whole

    def full(_rows: Sequence[bytes]) -> None:
        raise StorageFull("No room.")

    with pytest.raises(StorageFull):
        world.quarantine.replay(world.door, full, "all")
    assert [(k.state, k.slug) for k in world.quarantine.list()] == [("waiting", "unknown-system")]


def test_only_those_that_are_named_are_replayed(world: World, event: dict[str, Any]):
    """Ids that do not wait are passed over."""
    world.send([event, event | {"id": None}])
    world.registry = world.whole

    assert Replayed(1, 1, 0) == world.replay([2, 99])
    assert [kept.id for kept in world.quarantine.list()] == [1]


@pytest.mark.parametrize(("sender", "via", "environment"), [
    (None, "http", "staging"), ("git", "http", "production"), (None, "import 7", "production"),
])  # fmt: skip
def test_a_replay_trusts_nobody_more_than_the_door_did(
    sender: str | None, via: str, environment: str, world: World, event: dict[str, Any],
):
    """What nobody sent stays staging for ever; an import and a token keep their trust."""
    world.send(event, sender=sender, via=via)
    world.registry = world.whole
    world.replay()

    assert [environment] == [event.environment for event in world.events]
    assert [sender is not None or via != "http"] == [kept.authenticated for kept in world.quarantine.list(state=None)]


def test_a_replay_keeps_the_tokens_system(world: World, event: dict[str, Any]):
    """A token of another system does not get in by the back door."""
    world.send(event, sender="sumo")
    world.registry = world.whole

    assert Replayed(1, 0, 1) == world.replay()
    assert [kept.slug for kept in world.quarantine.list()] == ["other-system"]


def test_an_id_from_the_path_is_kept(world: World, event: dict[str, Any]):
    """The document stays the one that the sender named."""
    path = event.pop("id")
    world.send(event, doc_id=path)
    world.registry = world.whole
    world.replay()

    assert [path] == [event.id for event in world.events]


def test_a_list_in_a_list_is_still_no_event(world: World, event: dict[str, Any]):
    """What was one refused thing stays one thing."""
    world.send(json.dumps([[event]]).encode())
    world.registry = world.whole

    assert Replayed(1, 0, 1) == world.replay()


def test_what_the_loader_refuses_is_not_replayed_with_all(world: World, event: dict[str, Any]):
    """A document of somebody else stays somebody else's."""
    refusal = replace_slug(world.send(event), "not-yours")
    world.quarantine.purge(2**62)
    world.quarantine.keep(9, refusal.received, "baloo", "git", refusal.refusals)
    world.registry = world.whole

    assert Replayed(0, 0, 0) == world.replay()


def replace_slug(request: Request, slug: str) -> Request:
    """The same request, refused for another reason."""
    import msgspec  # noqa: PLC0415 - the only place where a request is changed
    return msgspec.structs.replace(request, refusals=tuple(msgspec.structs.replace(r, slug=slug) for r in request.refusals))


def test_old_refusals_are_forgotten(world: World, event: dict[str, Any]):
    """Personal data is kept for a while only, replayed or not."""
    request = world.send([event, 7])
    world.registry = world.whole
    world.replay()

    assert world.quarantine.purge(request.received) == 0
    assert world.quarantine.purge(request.received + 1) == 2
    assert world.quarantine.list(state=None) == []
