"""The lean way through the door against the judge: whatever it lets in, the judge lets in, and both say the same."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baloo.clock import FixedClock
from baloo.errors import InputError
from baloo.ingest import accept as module
from baloo.ingest.accept import Door, Verdict
from baloo.ingest.lean import look, look_at_all
from baloo.ingest.moment import are_usual, is_usual, micros
from baloo.queue.base import decode, encode
from baloo.registry.model import Community, Kind, Registry, Schema, System
from baloo.settings import SETTINGS, Settings

SHAPE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": False,
    "properties": {
        "n": {"type": "integer", "minimum": 0}, "when": {"type": "string", "format": "date-time"}, "list": {"type": "array"},
    },
}  # fmt: skip
KINDS = {kind.id: kind for kind in (Kind("git.commit", "Wrote"), Kind("git.tag", "Marked", schema="tag"))}
REGISTRY = Registry(
    Community("c", "C", "?"), {"git": System("git", "Git", KINDS), "forum": System("forum", "Forum", {"a": Kind("a", "A")})}, {},
    {("tag", "1"): Schema("tag", "1", "Tag", {}, SHAPE)}, "hash",
)
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DOOR = Door(lambda: REGISTRY, FixedClock(NOW), Settings({s.name: s.default for s in SETTINGS}))
ID = "6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10"

texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ['"', "\\", " ", "\u00a0", "e\u0301", "x" * 1001, "x" * 4001])
odd = st.sampled_from([None, 0, 1, True, 1.0, "", " ", [], {}, {"a": 1}, 2**70])
moments = st.sampled_from([
    "2026-11-22T12:00:00Z", "2026-11-22T12:04:59+00:00", "2026-11-22T12:06:00Z", "2026-11-22T14:00:00.5+02:00",
    "1970-01-01T00:00:00Z", "1970-01-01T00:00:00+01:00", "1969-12-31T23:59:59Z", "2026-11-22T12:00:00", "2026-11-22 12:00:00Z",
    "2026-11-22t12:00:00z", "2026-11-22T12:00:00z", "20261122T120000Z", "2026-W47-1T12:00:00Z", "2026-11-22",
    "2026-11-31T12:00:00Z", "2016-12-31T23:59:60Z", "2026-11-22T12:00:00,123456789Z", "0001-01-01T00:00:00+14:00",
    "2026-11-22T12:00:00+02:00:30", "2026-11-22T12:00:00.123-00:00", "2026-11-22T12:00:00 Z", "2026-11-22T24:00:00Z",
    "\uff12\uff1026-11-22T12:00:00Z", "2026-11-22T12:00:00.1234567Z", "2026-11-22T12:00:00+0260", "2026-11-22T12:00:00.Z",
])  # fmt: skip
ids = st.sampled_from([
    ID, ID.upper(), ID[:-1], ID[:-1] + "g", ID.replace("-", "_"), ID[:8] + "0" + ID[8:9] + ID[10:], ID[:-1] + "\u00e9",
])  # fmt: skip
values = st.recursive(
    odd | texts, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2), max_leaves=6)
known = {
    "n": st.integers(-1, 3) | odd, "when": st.sampled_from(["2026-11-22T12:00:00Z", "soon"]),
    "list": st.lists(values, max_size=2),
}  # fmt: skip
extras = st.dictionaries(texts, values, max_size=3) | st.fixed_dictionaries({}, optional=known)
events = st.fixed_dictionaries(
    {
        "schema": st.sampled_from(["contribution", "tag"]), "version": st.sampled_from([1, "1"]), "at": moments,
        "system": st.just("git"), "kind": st.sampled_from(["git.commit", "git.tag"]),
        "actor": st.fixed_dictionaries({}, optional=dict.fromkeys(("account", "username", "email", "name"), texts | st.none())),
    },
    optional={
        "id": ids, "object": texts | st.none(), "extra": extras | st.none(),
        "environment": st.sampled_from(["production", "staging", None, "test"]),
    },
)  # fmt: skip
USUAL = {"at": "2026-11-22T12:00:00Z", "actor": {"name": "Ama"}, "extra": {}, "id": ID, "object": None}
plain = events.map(lambda event: event | USUAL)
mixed = st.lists(st.one_of(plain, plain, events), min_size=1, max_size=4)
changes = st.tuples(st.sampled_from(["schema", "version", "at", "system", "kind", "actor", "id", "extra", "new"]), odd | texts)


def both(body: bytes, **said: Any) -> tuple[Verdict | str, Verdict | str]:
    """The verdict as it is, and the judge's alone."""
    found: list[Verdict | str] = []
    for lean in (look, lambda *_, **__: None):
        with mock.patch.object(module, "look", lean):
            try:
                found.append(DOOR.accept(body, namespace="baloo", via="http", **{"sender": "git", **said}))
            except InputError as error:
                found.append(f"{error.slug} {error.message} {error.where}")
    return found[0], found[1]


def alike(one: Verdict | str, other: Verdict | str) -> bool:
    """Whether two verdicts say the same, at once and behind the queue."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    rows = [decode(verdict.row) for verdict in (one, other)]
    said = [(verdict.ids, verdict.kinds, verdict.outcomes, verdict.accepted, verdict.refused) for verdict in (one, other)]
    return rows[0] == rows[1] == one.request == decode(encode(one.request)) and said[0] == said[1]


@settings(max_examples=500)
@given(mixed, st.booleans(), st.sampled_from(["array", "lines", "one"]), st.sampled_from([None, "git", "forum"]), st.booleans())
def test_the_lean_way_says_what_the_judge_says(
    some: list[dict[str, Any]], ascii_only: bool, form: str, sender: str | None, staging: bool,
):  # fmt: skip
    """Ids, events, refusals and outcomes are the same whichever way a body goes."""
    written = [json.dumps(event, ensure_ascii=ascii_only) for event in (some[:1] if form == "one" else some)]
    body = f"[{','.join(written)}]" if form == "array" else "\n".join(written)

    assert alike(*both(body.encode(errors="replace"), sender=sender, staging=staging))


@settings(max_examples=300)
@given(plain, changes, st.sampled_from([None, ID, ID.replace("6", "7")]))
def test_a_changed_event_fares_the_same(event: dict[str, Any], change: tuple[str, Any], doc_id: str | None):
    """Whatever stands in one of its places, and with an id in the path or without."""
    body = json.dumps(event | dict([change])).encode(errors="replace")

    assert alike(*both(body, doc_id=doc_id))


@settings(max_examples=300)
@given(plain, st.data())
def test_a_cut_or_doubled_text_fares_the_same(event: dict[str, Any], data: st.DataObject):
    """Any piece of the text left out, or there twice: a key among others."""
    body = json.dumps(event | {"extra": {"n": 1, "list": [{"a": 1}]}}, separators=(",", ":")).encode()
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
    piece = b"" if data.draw(st.booleans()) else body[start:end] * 2

    assert alike(*both(body[:start] + piece + body[end:]))


@settings(max_examples=300)
@given(st.lists(plain | events, min_size=1, max_size=4), st.sampled_from([None, "git", "forum"]), st.data())
def test_bodies_looked_at_together_fare_as_each_does(some: list[dict[str, Any]], sender: str | None, data: st.DataObject):
    """All of them, or none; a piece of one may be left out, or be there twice."""
    bodies = [json.dumps(event).encode() for event in some]
    if data.draw(st.booleans()):
        start, end = sorted(data.draw(st.tuples(st.integers(0, len(bodies[0])), st.integers(0, len(bodies[0])))))
        bodies[0] = bodies[0][:start] + (b"" if data.draw(st.booleans()) else bodies[0][start:end] * 2) + bodies[0][end:]
    how = {"terms": DOOR.terms(), "now": micros(NOW), "sender": sender}
    each = [look(body, doc_id=None, **how) for body in bodies]

    assert look_at_all(bodies, **how) == (None if None in each else each)


@settings(max_examples=500)
@given(
    st.sampled_from(["2026-11-22T12:00:00Z", "2026-11-22T12:00:00.5Z", "2026-11-22T12:00:00+02:00"]),
    st.lists(st.tuples(st.integers(0, 24), st.sampled_from("0-T:.Z+6")), min_size=1, max_size=3), st.data(),
)  # fmt: skip
def test_moments_written_alike_fare_as_each_does(usual: str, changed: list[tuple[int, str]], data: st.DataObject):
    """Any letter of one or the other may be another."""
    written = [usual[:place] + letter + usual[place + 1 :] for place, letter in changed]
    written[(place := data.draw(st.integers(0, 3))) : place] = [usual] * data.draw(st.integers(0, 2))

    assert are_usual(written) == all(map(is_usual, written))


@pytest.mark.parametrize(("between", "half", "rest"), [(b" ", b'{"x":', b"{}}}"), (b",", b'{"x":[1', b"{}]}}")])
def test_no_body_ends_what_another_begins(between: bytes, half: bytes, rest: bytes):
    """Two events in one body make up in number for one that is in two."""
    event = {"schema": "contribution", "version": 1, "at": "2026-11-22T12:00:00Z", "system": "git", "kind": "git.commit"}
    whole = json.dumps(event | {"actor": {"account": "ama"}}).encode()
    bodies = [whole + between + whole, whole[:-1] + b',"extra":' + half, rest]

    assert look_at_all([whole] * 3, DOOR.terms(), now=micros(NOW), sender="git") is not None
    assert look_at_all(bodies, DOOR.terms(), now=micros(NOW), sender="git") is None


@pytest.mark.parametrize("body", [b"{\n%b\n{%b", b"{%b\n{\n%b", b"{%b\n\n{%b", b"{%b\r\n{%b", b"{%b {%b", b"{%b\n,{%b"])
def test_events_that_are_no_array_stand_on_a_line_each(body: bytes):
    """The decoder takes those that go on over several lines, too."""
    event = {"schema": "contribution", "version": 1, "at": "2024-06-01T12:00:00Z", "system": "git", "kind": "git.commit"}
    written = json.dumps(event | {"actor": {"account": "ama"}, "id": ID}).encode()[1:]

    assert alike(*both(body % (written, written)))


@pytest.mark.parametrize("bad", [ID.upper(), ID[:-1] + "g", ID.replace("-", "_"), ID[:8] + "0" + ID[8:9] + ID[10:]])
@pytest.mark.parametrize("beside", [0, 2])
def test_an_id_that_is_none_is_looked_at_again(bad: str, beside: int):
    """Alone, and among others that are in order."""
    event = {"schema": "contribution", "version": 1, "at": "2026-11-22T12:00:00Z", "system": "git", "kind": "git.commit"}
    written = [json.dumps(event | {"actor": {"account": "ama"}, "id": given}).encode() for given in [bad, *[ID] * beside]]

    assert look(b"[%b]" % b",".join(written), DOOR.terms(), now=micros(NOW), sender="git", doc_id=None) is None
    assert look_at_all(written, DOOR.terms(), now=micros(NOW), sender="git") is None


def test_the_usual_event_goes_the_lean_way():
    """Else this file would claim nothing."""
    event = {
        "schema": "tag", "version": 1, "at": "2026-11-22T12:00:00+01:00", "system": "git", "kind": "git.tag", "id": ID,
        "actor": {"account": "ama", "name": "A \"quoted\" Ama\n"}, "object": None, "extra": {"n": 1, "list": [1, "a"]},
    }  # fmt: skip
    seen = look(json.dumps([event] * 3).encode(), DOOR.terms(), now=micros(NOW), sender="git", doc_id=None)

    assert seen == ({("git", "git.tag", "tag", "1"): 3}, [ID] * 3)
