"""Hostile texts in the protocols of other programs: everything is a 4xx or kept as it came, and Glean's client loses no ping."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from tests.conformance.test_wire_recorded import Behind, ask

from hostile.json_cases import suite
from hostile.naughty import NAUGHTY

CASES = [(name, text) for name, text in suite() if len(text) <= 50_000]
GLEAN = "POST /submit/org-example-lookout/usage/1/3c1b7f6e-5f0d-4b0e-9c55-5d2f0e5a7c01 HTTP/1.1"
META = {"stream": "forum.question", "dt": "2026-11-20T09:15:02Z"}
EVENT = {"$schema": "/contribution/1", "meta": META, "actor": {"name": "Ama"}}
HELD = {"type": "held", "date": "14.06.2026", "people": [{"name": "Ama", "mail": "ama@example.org"}], "place": {"city": "Accra"}}


def _events(behind: Behind) -> int:
    return sum(len(row.events) for row in behind.rows)


def _refusals(behind: Behind) -> int:
    return sum(len(row.refusals) for row in behind.rows)


@pytest.mark.parametrize("head", [
    "POST /v1/events HTTP/1.1", "POST /v1/events?hasty=1 HTTP/1.1", "POST /hooks/workshop-form HTTP/1.1",
    "POST /hooks/github/code HTTP/1.1\nX-GitHub-Event: push",
])  # fmt: skip
def test_a_text_of_a_parser_s_suite_is_no_fault_of_ours(head: str):
    """What is no JSON is a 400, and nothing of it is kept; what is, and no event, is refused and kept, or ignored."""
    for name, text in CASES:
        behind = Behind()
        status, _, _ = ask(behind, head, text)

        assert 200 <= status < 500, name
        assert _events(behind) == 0, name
        if name.startswith("n_"):
            assert status == 400, name
            assert _refusals(behind) == 0, name


def test_glean_s_client_loses_nothing():
    """Whatever a ping is, it is kept, unless it is sent in more bytes than this door takes."""
    for name, text in CASES:
        behind = Behind()
        status, _, _ = ask(behind, GLEAN, text)

        assert (status, _refusals(behind)) == ((200, 1) if len(text) <= 4_000 else (413, 0)), name


def test_a_beacon_of_any_text_is_kept():
    """As an EventError, or as a capsule that no mapping reads."""
    for name, text in CASES:
        behind = Behind()
        status, _, _ = ask(behind, f"GET /beacon/event?{quote(text, safe='')}; HTTP/1.1", b"")

        assert (status, _refusals(behind)) == ((204, 1) if text.strip(b"?;") else (400, 0)), name


def test_a_naughty_text_comes_back_as_it_was():
    """In a field of a hook's payload, and of an EventGate event: kept in the event, or refused with the whole payload."""
    for text in NAUGHTY:
        if len(text) > 3_000 or "\0" in text:
            continue
        bodies: list[tuple[str, dict[str, Any]]] = [
            ("POST /hooks/workshop-form HTTP/1.1", HELD | {"place": {"city": text}}),
            ("POST /v1/events HTTP/1.1", EVENT | {"city": text}),
        ]
        for head, payload in bodies:
            behind = Behind()
            status, _, _ = ask(behind, head, json.dumps(payload).encode())
            ((event,),) = ([*row.events] for row in behind.rows)

            assert status == 201, text
            assert json.loads(event.extra).get("city", "") == text, text


def test_a_naughty_name_leads_nowhere():
    """As the name of a hook, of GitHub's system, of an application and a ping, of a schema and a stream."""
    for text in NAUGHTY:
        if len(text) > 1_000 or text == "git.commit":  # which is a kind
            continue
        named = quote(text, safe="")
        for head, body in (
            (f"POST /hooks/{named} HTTP/1.1", b"{}"), (f"POST /hooks/github/{named} HTTP/1.1", b"{}"),
            (f"POST /submit/{named}/usage/1/3c1b7f6e-5f0d-4b0e-9c55-5d2f0e5a7c01 HTTP/1.1", b"{}"),
            (f"POST /submit/org-example-lookout/{named}/1/3c1b7f6e-5f0d-4b0e-9c55-5d2f0e5a7c01 HTTP/1.1", b"{}"),
            (f"POST /submit/org-example-lookout/usage/1/{named} HTTP/1.1", b"{}"),
            ("POST /v1/events HTTP/1.1", json.dumps(EVENT | {"$schema": text}).encode()),
            ("POST /v1/events HTTP/1.1", json.dumps(EVENT | {"meta": META | {"stream": text}}).encode()),
            (f"GET /beacon/event?{quote(json.dumps({'schema': text}), safe='')}; HTTP/1.1", b""),
        ):
            behind = Behind()
            status, _, _ = ask(behind, head, body)

            assert 200 <= status < 500, (head[:40], text)
            assert _events(behind) == 0, (head[:40], text)
