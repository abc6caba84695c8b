"""What the protocols of other programs say where the door itself is in trouble, and what they write down."""

from __future__ import annotations

import gzip
import json
import logging
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.conformance.test_wire_recorded import NOW, REGISTRY, Behind, ask

from baloo.clock import FixedClock
from baloo.errors import Busy, Forbidden, InputError, RegistryError, StorageFull
from baloo.ingest.answer import WrongMethod
from baloo.ingest.body import Slow
from baloo.ingest.http import make_door
from baloo.ingest.quota import TooMany
from baloo.ingest.unpack import TooLarge
from baloo.ingest.wire.base import NotFound
from baloo.ingest.wire.glean import Glean
from baloo.registry.capsule import capsule_uuid
from baloo.settings import SETTINGS, Settings
from baloo.workspace import Workspace

PING = '{"ping_info":{"end_time":"2026-11-22T11:31+02:00"},"client_info":{"client_id":"0f0e1f7d-6a3c-4c44-8f53-2f6f0a7e9c11"}}'
GLEAN = "POST /submit/org-example-lookout/usage/1/3c1b7f6e-5f0d-4b0e-9c55-5d2f0e5a7c01 HTTP/1.1"
BEACON = "GET /beacon/event?%7B%22schema%22%3A%22A%22%7D; HTTP/1.1"
EVENT = '{"$schema": "/contribution/1", "meta": {"stream": "forum.question", "dt": "2026-11-20"}, "actor": {"name": "Ama"}}'


class Full(Behind):
    """A queue on a disk without room."""

    async def append(self, row: bytes) -> int:
        """There is no room."""
        raise StorageFull("There is no room on the disk.")


@pytest.mark.parametrize(("head", "body"), [
    (GLEAN, PING), (BEACON, ""), ("POST /v1/events HTTP/1.1", EVENT), ("POST /v1/events?hasty=true HTTP/1.1", EVENT),
    ("POST /hooks/workshop-form HTTP/1.1", '{"type": "planned", "host": "Ama <ama@example.org>"}'),
])  # fmt: skip
def test_a_full_disk_is_507_in_every_protocol(head: str, body: str):
    """No protocol says that it took what is not on the disk, however hastily it was asked."""
    status, headers, _ = ask(Full(), head, body.encode())

    assert (status, "retry-after" in headers) == (507, True)


@pytest.mark.parametrize(("error", "status"), [
    (InputError("?"), 503), (Slow("?"), 503), (Forbidden("?"), 503), (TooMany("?", 7), 503), (Busy("?"), 503),
    (RegistryError.__new__(RegistryError), 503), (StorageFull("?"), 507), (TooLarge("?"), 413), (NotFound("?"), 404),
    (WrongMethod("POST"), 405),
])  # fmt: skip
def test_glean_s_client_is_asked_to_come_again(error: Any, status: int):
    """A 4xx, for which it would delete its ping, is only for what can never go through."""
    if isinstance(error, RegistryError):
        error.message, error.where, error.remedy = "?", None, None

    assert Glean.told(object.__new__(Glean), error, close=False).status == status


def test_a_ping_that_unpacks_to_more_than_the_limit_is_kept_as_it_was_sent():
    """The SDK's limit is one of packed bytes; what is longer before it is unpacked cannot be kept."""
    behind, ping = Behind(), b'"%b"' % (b"x" * 3_000_000)
    status, _, _ = ask(behind, f"{GLEAN}\nContent-Encoding: gzip", ping)
    ((refusal,),) = ([*row.refusals] for row in behind.rows)
    kept = json.loads(refusal.body)["payload"]["packed"]

    assert (status, refusal.slug, gzip.decompress(b64decode(kept))) == (200, "too-large", ping)
    assert ask(behind, GLEAN, ping)[0] == 413


@pytest.mark.parametrize("credentials", ["Bearer nobody-made-this", "Basic eA=="])
def test_a_beacon_with_credentials_of_another_place_is_kept(credentials: str):
    """A proxy or a page may add them, and nobody reads the answer: it is kept as of nobody known."""
    behind = Behind()
    status, _, _ = ask(behind, f"{BEACON}\nAuthorization: {credentials}", b"")

    assert status == 204
    assert [row.sender for row in behind.rows] == [None]


@pytest.mark.parametrize(("text", "slug"), [
    (r'{"schema":"A","a":"\u0000"}', "control-character"), ('{"schema":"A","a":1e400}', "number-out-of-range"), ("{", "not-json"),
])  # fmt: skip
def test_a_beacon_that_cannot_be_kept_says_why(text: str, slug: str):
    """In quarantine, as the other protocols do."""
    behind = Behind()
    status, _, _ = ask(behind, f"GET /beacon/event?{quote(text)}; HTTP/1.1", b"")
    ((refusal,),) = ([*row.refusals] for row in behind.rows)

    assert (status, refusal.slug) == (204, slug)


@pytest.mark.parametrize(("kind", "before"), [
    ("Application/X-WWW-Form-Urlencoded", ""), ("application/x-www-form-urlencoded", "a=1&"),
])  # fmt: skip
def test_a_hook_s_form_is_read_wherever_its_payload_stands(kind: str, before: str):
    """Types have no case, and fields no order."""
    behind = Behind()
    payload = quote('{"type": "planned", "host": "Ama <ama@example.org>"}')
    status, _, _ = ask(behind, f"POST /hooks/workshop-form HTTP/1.1\nContent-Type: {kind}", f"{before}payload={payload}".encode())

    assert status in (201, 202)


def test_github_s_delivery_is_written_down_and_kept_nowhere(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    """By it a delivery is found at GitHub; one that is no such id is not written."""
    monkeypatch.delenv("BALOO_HOOK_SECRET_GITHUB_CODE", raising=False)
    behind = Behind()
    issue = {"html_url": "https://example.org/issues/7", "user": {"login": "jun"}, "created_at": "2026-11-20T09:15:02Z"}
    body = json.dumps({"action": "opened", "issue": issue}).encode()
    with caplog.at_level(logging.INFO, "baloo.ingest"):
        for delivery in ("72d3162e-cc78-11e3-81ab-4c9367dc0958", "ama@example.org"):
            ask(behind, f"POST /hooks/github/code HTTP/1.1\nX-GitHub-Event: issues\nX-GitHub-Delivery: {delivery}", body)

    assert [record.getMessage() for record in caplog.records] == [
        "GitHub's delivery 72d3162e-cc78-11e3-81ab-4c9367dc0958: 1 accepted, 0 refused.",
        "GitHub's delivery -: 1 accepted, 0 refused."]
    assert not any("72d3162e" in repr(row) for row in behind.rows)


def test_who_a_mapping_trusts_is_limited_by_address():
    """One address cannot use up what the others may send."""
    settings = Settings({s.name: s.default for s in SETTINGS} | {"open_requests_per_second": 1, "requests_per_second": 0})
    behind = Behind()
    entry = make_door(Workspace(Path("nowhere"), settings), lambda: REGISTRY, behind, behind, FixedClock(NOW))._wires[0].entry
    one, other = (type("Headers", (), {"client": address})() for address in ("192.0.2.1", "192.0.2.2"))
    senders = [entry.trusted("lookout", one), entry.trusted("lookout", other)]

    assert [sender.system for sender in senders] == ["lookout", "lookout"]
    with pytest.raises(TooMany):
        [entry.trusted("lookout", one) for _ in range(5)]
    assert entry.trusted("lookout", other).system == "lookout"


def test_the_capsule_s_uuid_is_eventlogging_s():
    """The vector is the one in EventLogging's own tests."""
    assert capsule_uuid("srv0.example.org", 132073, "2013-01-19T23:16:38Z") == "749684341abf513186c71f74c6a09502"


def test_two_beacons_of_one_second_are_two():
    """Each has a number of its own."""
    behind = Behind()
    settings = Settings({s.name: s.default for s in SETTINGS})
    door = make_door(Workspace(Path("nowhere"), settings), lambda: REGISTRY, behind, behind, FixedClock(NOW))
    beacon = next(wire for wire in door._wires if type(wire).__name__ == "Beacon")
    stamps = [beacon._stamped(NOW) for _ in range(3)]

    assert len({stamp["seqId"] for stamp in stamps}) == 3
    assert {stamp["dt"] for stamp in stamps} == {"2026-11-22T12:00:00Z"}
