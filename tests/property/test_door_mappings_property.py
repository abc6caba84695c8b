"""Payloads of every shape at the mappings of the recorded requests: each is accepted, kept or ignored, and nothing fails."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from baloo.clock import FixedClock
from baloo.ingest.accept import Door
from baloo.registry import load
from baloo.registry.envelope import wrap
from baloo.settings import SETTINGS, Settings

REGISTRY = load(Path(__file__).parents[1] / "conformance" / "wire" / "registry")
DOOR = Door(
    lambda: REGISTRY, FixedClock(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)), Settings({s.name: s.default for s in SETTINGS}))
WORDS = [
    "held", "planned", "usage", "push", "issues", "opened", "issue", "commit", "2026-11-20T09:15:02Z", "14.06.2026",
    "Ama <ama@example.org>", "1e999", "-0", "nan", "9" * 400, "0001-01-01T00:00:00+23:59", "\ud7ff", "",
]  # fmt: skip
KEYS = [
    "type", "date", "people", "mail", "name", "at", "host", "number", "ping", "body", "ping_info", "end_time", "client_info",
    "client_id", "document_id", "event", "action", "issue", "created_at", "user", "login", "html_url", "commits", "timestamp",
    "author", "email", "id", "data", "category", "comments_data", "uuid", "dt", "userName", "AuthorDate", "Author", "seats",
]  # fmt: skip
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8) | (
    st.sampled_from(WORDS))
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8), max_leaves=30)


@settings(max_examples=600)
@given(st.sampled_from(sorted(REGISTRY.mappings)), st.dictionaries(st.sampled_from(KEYS), values, max_size=10) | values)
def test_no_payload_makes_the_door_fail(named: tuple[str, str], payload: Any):
    """What is refused is kept as an envelope that is refused again."""
    verdict = DOOR.accept(wrap(*named, json.dumps(payload).encode()), namespace="baloo", sender=None, via="http", patient=True)

    again = [DOOR.accept(r.body, namespace="baloo", sender=None, via="http", patient=True) for r in verdict.request.refusals]
    assert [[r.slug] for r in verdict.request.refusals] == [[r.slug for r in each.request.refusals] for each in again]
    assert all(e.environment == "staging" for e in verdict.request.events)
