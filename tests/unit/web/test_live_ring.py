"""The ring behind the live page: bounded, ordered, and a flood of accepted events leaves what was refused or tagged in it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

import pretend
from baloo.clock import FixedClock
from baloo.ingest.accept import HTTP, Door
from baloo.settings import load_settings
from baloo.web.live.gallery import Gallery, Wanted
from baloo.web.live.ring import Ring
from baloo.web.live.sight import own

_DOOR = Door(
    pretend.registry, FixedClock(dt.datetime.combine(pretend.TODAY, dt.time(12), dt.UTC)), load_settings(Path("none.toml"), {}))
_EVERYBODY = Wanted()


def _event(system: str = "forum", **more: Any) -> dict[str, Any]:
    actor = {"name": "Ama Mensah", "email": "ama@example.org"}
    return {
        "schema": "contribution", "version": 1, "at": "2026-11-20T10:00:00Z", "system": system, "kind": f"{system}.done",
        "actor": actor, "object": "https://forum.example.org/questions/7", **more,
    }


def _see(ring: Ring, body: object, *, sender: str | None = "forum", tag: str | None = None) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    ring.saw(_DOOR.accept(raw, namespace="baloo", sender=sender, via=HTTP), raw, tag)


def test_the_newest_stands_first() -> None:
    """What came last is shown first, requests and the events in them."""
    ring = Ring()
    _see(ring, [_event(), {"test": "hello"}])
    _see(ring, _event("wiki"), sender="wiki")

    shown = [(sight.key, sight.system, sight.accepted) for sight, _ in Gallery(ring).look(_EVERYBODY, 30).shown]

    assert shown == [("2-0", "wiki", True), ("1-1", None, False), ("1-0", "forum", True)]


def test_a_refusal_is_explained() -> None:
    """The curl line of the seeds is shown as refused, with why and what to do."""
    ring = Ring()
    _see(ring, {"test": "hello"}, sender=None)

    (sight, _), = Gallery(ring).look(_EVERYBODY, 30).shown

    assert (sight.accepted, sight.slug, sight.environment) == (False, "unknown-form", "staging")
    assert sight.reason == "No key of this object is one of an event."
    assert sight.remedy is not None
    assert sight.remedy.startswith("Send `schema`")


@pytest.mark.parametrize("bad", [{"at": "31 February"}, {"kind": "forum.nothing"}, {"actor": {}}, {"object": 7}])
def test_nobody_else_sees_what_an_event_says(bad: dict[str, Any]) -> None:
    """What everybody is shown repeats no value of the event but registered names, whether it is accepted or refused."""
    ring = Ring()
    _see(ring, _event())
    _see(ring, _event(**bad))

    told = json.dumps([sight.facts() for sight, _ in Gallery(ring).look(Wanted(system="forum", mine="wiki"), 30).shown])

    assert told.count('"verdict"') == 2
    assert not [secret for secret in ("Ama", "ama@", "questions", "February", "nothing") if secret in told]


def test_only_their_sender_opens_events() -> None:
    """A request is opened by its debug tag or by a token of its system, and by nothing else."""
    ring = Ring()
    _see(ring, _event(), tag="ama-7f3k")
    _see(ring, _event(), sender=None)
    look = Gallery(ring).look

    def opened(wanted: Wanted) -> list[str]:
        return [sight.key for sight, kept in look(wanted, 30).shown if kept is not None]

    assert opened(_EVERYBODY) == []
    assert opened(Wanted(tag="ama-7f3k")) == opened(Wanted(mine="forum")) == ["1-0"]
    assert opened(Wanted(tag="ama-7f3")) == opened(Wanted(mine="wiki")) == []
    assert [Wanted(tag="ama-7f3k").opens(kept) for kept in ring.newest()] == [False, True]


def test_its_sender_sees_an_event_whole() -> None:
    """Of several in one body each is shown by itself: as it arrived, as it was read, and as a command without the token."""
    ring, first, second = Ring(), _event(), _event(actor={"name": "Ama's 'twin'"})
    _see(ring, [first, {"test": "hello"}, second], tag="t")

    shown = Gallery(ring).look(Wanted(tag="t"), 30).shown
    newest, refused, oldest = (own(kept, sight, "http://h") for sight, kept in shown if kept is not None)

    assert [json.loads(one.body) for one in (oldest, refused, newest)] == [first, {"test": "hello"}, second]
    assert dict(oldest.columns)["email"] == "ama@example.org"
    assert dict(newest.columns)["at"] == "2026-11-20T10:00:00+00:00"
    assert refused.columns == ()
    assert oldest.curl.startswith("curl -X PUT http://h/submit/baloo/")
    assert '-H "Authorization: Bearer $BALOO_TOKEN"' in oldest.curl
    assert """Ama'"'"'s """ in newest.curl


def test_what_is_no_text_has_no_command() -> None:
    """A body that is not UTF-8 is shown as far as it can be, and there is no command line for it."""
    ring = Ring()
    ring.saw(
        _DOOR.accept(b'{"test": "\xff"}', namespace="baloo", sender=None, via=HTTP, patient=True), b'{"test": "\xff"}', "t")

    (sight, kept), = Gallery(ring).look(Wanted(tag="t"), 30).shown

    assert kept is not None
    assert own(kept, sight, "http://h").body == '{"test": "\ufffd"}'
    assert own(kept, sight, "http://h").curl == ""


def test_a_flood_leaves_what_is_looked_for() -> None:
    """Ten thousand accepted events later what was refused and what was tagged is still there."""
    ring = Ring()
    _see(ring, {"test": "hello"})
    _see(ring, _event(), tag="mine")
    verdict, body = _DOOR.accept(json.dumps(_event()).encode(), namespace="baloo", sender="forum", via=HTTP), b"{}"
    for _ in range(10_000):
        ring.saw(verdict, body, None)

    look = Gallery(ring).look
    assert [sight.key for sight, _ in look(Wanted(verdict="refused"), 30).shown] == ["1-0"]
    assert [sight.key for sight, _ in look(Wanted(tag="mine"), 30).shown] == ["2-0"]
    assert len(list(ring.newest())) == 402


def test_bodies_are_bounded_by_their_size() -> None:
    """Large bodies push each other out: no more than four megabytes of them are kept, and the last one always is."""
    ring = Ring()
    verdict = _DOOR.accept(json.dumps(_event()).encode(), namespace="baloo", sender="forum", via=HTTP)
    for _ in range(100):
        ring.saw(verdict, bytes(1 << 20), None)
    many = [kept.number for kept in ring.newest()]
    ring.saw(verdict, bytes(8 << 20), None)

    assert many == [100, 99, 98, 97]
    assert [kept.number for kept in ring.newest()] == [101]


def test_a_look_examines_few() -> None:
    """However much came, one look reads two hundred events, gives what was asked for, and says that there was more."""
    ring = Ring()
    for _ in range(30):
        _see(ring, [_event(id=None) for _ in range(100)])
    gallery = Gallery(ring)

    first = gallery.look(_EVERYBODY, 12)
    rare = gallery.look(Wanted(system="wiki"), 12)

    assert (len(first.shown), first.crowded, first.last) == (12, True, 30)
    assert (rare.shown, rare.crowded) == ([], True)
    assert [len(known) for _, known in gallery._windows[False].requests] == [100, 100]


def test_a_look_goes_on_where_the_last_one_ended() -> None:
    """Each event is shown once to who comes by again and again; past ones only to who has just come."""
    ring = Ring()
    past = [sight for sight, _ in Gallery(_with_one(Ring())).look(_EVERYBODY, 1).shown]
    gallery = Gallery(ring, past)
    _see(ring, _event())
    first = gallery.look(_EVERYBODY, 30)
    _see(ring, _event("wiki"), sender="wiki")

    again = gallery.look(_EVERYBODY, 30, first.last)

    assert [sight.system for sight, _ in first.shown] == ["forum", "chat"]
    assert [sight.system for sight, _ in again.shown] == ["wiki"]
    assert gallery.look(_EVERYBODY, 30, again.last).shown == []


def test_nothing_is_shown_of_what_is_forgotten() -> None:
    """Somebody is erased, and nothing arrives after that: what a look has found is forgotten with the ring."""
    ring = Ring()
    _see(ring, _event(), tag="t")
    _see(ring, _event())
    gallery, wanted = Gallery(ring), [_EVERYBODY, Wanted(tag="t"), Wanted(mine="forum"), Wanted(verdict="refused")]
    before = [len(gallery.look(one, 30, fresh=False).shown) for one in wanted]
    gallery.forget()

    assert before == [2, 1, 2, 0]
    assert [gallery.look(one, 30, fresh=False).shown for one in wanted] == [[], [], [], []]


@pytest.mark.parametrize(("wanted", "keys"), [
    (Wanted(system="wiki"), ["2-0"]), (Wanted(verdict="refused"), ["3-0"]), (Wanted(verdict="accepted"), ["2-0", "1-0"]),
    (Wanted(schema="contribution", system="forum"), ["1-0"]), (Wanted(tag="x"), []),
])
def test_watchers_choose(wanted: Wanted, keys: list[str]) -> None:
    """System, schema, verdict and tag narrow what is shown, together."""
    ring = Ring()
    _see(ring, _event())
    _see(ring, _event("wiki"), sender="wiki")
    _see(ring, {"test": "hello"})

    assert [sight.key for sight, _ in Gallery(ring).look(wanted, 30).shown] == keys


def _with_one(ring: Ring) -> Ring:
    _see(ring, _event("chat"), sender="chat")
    return ring
