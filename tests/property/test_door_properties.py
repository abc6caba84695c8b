"""The door against everything: it never fails but by name, and never lies."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from baloo.clock import FixedClock
from baloo.errors import InputError
from baloo.ingest.accept import Door
from baloo.ingest.moment import micros
from baloo.queue.base import decode, encode
from baloo.registry.model import Community, Kind, Registry, System
from baloo.settings import SETTINGS, Settings

KIND = Kind("git.commit", "Wrote a change")
REGISTRY = Registry(Community("c", "C", "?"), {"git": System("git", "Git", {KIND.id: KIND})}, {}, {}, "hash")
CLOCK = FixedClock(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))
DOOR = Door(lambda: REGISTRY, CLOCK, Settings({s.name: s.default for s in SETTINGS}))

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-2**70, 2**70) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12)
pasts = st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2026, 11, 22), timezones=st.just(dt.UTC))  # noqa: DTZ001 - zoned
events = st.fixed_dictionaries(
    {
        "schema": st.just("contribution"), "version": st.sampled_from([1, "1"]), "at": pasts.map(dt.datetime.isoformat),
        "system": st.just("git"), "kind": st.just("git.commit"),
        "actor": st.fixed_dictionaries(
            {"name": texts.filter(str.strip)}, optional={"email": texts, "account": st.none() | texts}),
    },
    optional={
        "id": st.uuids().map(str), "object": st.none() | texts, "extra": st.none() | st.dictionaries(texts, values, max_size=4),
        "environment": st.sampled_from(["production", "staging", None]),
    },
)  # fmt: skip


@given(events, st.booleans(), st.sampled_from([None, 1]))
def test_a_valid_event_comes_round(event: dict[str, Any], ascii_only: bool, indent: int | None):
    """Whatever its texts, its extra and its spelling, it is taken in and says the same behind the queue."""
    body = json.dumps(event, ensure_ascii=ascii_only, indent=indent).encode()
    (taken,) = decode(encode(DOOR.accept(body, namespace="baloo", sender="git", via="http").request)).events

    assert micros(dt.datetime.fromisoformat(event["at"])) == taken.at
    assert (event.get("extra") or {}) == json.loads(taken.extra)
    assert (event.get("environment") or "production") == taken.environment
    assert event.get("id", taken.id) == taken.id
    assert -2**63 <= taken.body < 2**63


@given(events, st.randoms())
def test_spelling_makes_no_other_document(event: dict[str, Any], random: Any):
    """Order of keys, blanks and escapes do not change the id or the hash."""
    event.pop("id", None)
    keys = list(event)
    random.shuffle(keys)
    one = json.dumps(event).encode()
    other = json.dumps({key: event[key] for key in keys}, ensure_ascii=False, separators=(",", ":")).encode()
    (a,), (b,) = (DOOR.accept(x, namespace="baloo", sender="git", via="http").request.events for x in (one, other))

    assert (a.id, a.body) == (b.id, b.body)


@settings(max_examples=300)
@given(st.binary(max_size=300) | values.map(lambda value: json.dumps(value).encode()) | st.lists(events).map(
    lambda some: b"\n".join(json.dumps(event).encode() for event in some)), st.sampled_from(["http", "import 7"]), st.data())
def test_any_bytes_are_answered(body: bytes, via: str, data: st.DataObject):
    """Bytes of every sort, cut and joined anywhere: an outcome for each event, or an InputError, and nothing else."""
    cut = data.draw(st.integers(0, len(body)))
    try:
        verdict = DOOR.accept(body[:cut] + data.draw(st.binary(max_size=3)) + body[cut:], namespace="baloo", sender=None, via=via)
    except InputError:
        return

    assert len(verdict.outcomes) == verdict.accepted + verdict.refused > 0
    assert verdict.request == decode(encode(verdict.request))


@given(events, st.data())
def test_one_doubled_key_is_always_found(event: dict[str, Any], data: st.DataObject):
    """Wherever a key stands twice, the event is not taken in."""
    event["extra"] = {"first": data.draw(values), "inner": {"second": data.draw(values)}}
    key = data.draw(st.sampled_from(["system", "name", "first", "second"]))
    body = json.dumps(event)
    place = body.index(f'"{key}": ')
    doubled = f'{body[:place]}"{key}": {json.dumps(data.draw(values))}, {body[place:]}'
    verdict = DOOR.accept(doubled.encode(), namespace="baloo", sender="git", via="import")

    assert verdict.accepted == 0
