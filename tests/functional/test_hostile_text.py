"""Naughty texts in every field, in paths and in headers: refused, or kept as they are; never a fault, never another file."""

from __future__ import annotations

import http.client
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from baloo.ingest.judge import MAX_TEXT, MAX_URL
from hostile.door import HostileDoor, event, open_door
from hostile.naughty import NAUGHTY

ID = "6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10"
_KNOWN = ("contribution", "git.commit")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileDoor]:
    """A door for all cases."""
    with open_door(tmp_path_factory.mktemp("hostile") / "w") as opened:
        yield opened


def _sent(door: HostileDoor, events: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    """Send events, each in a request of its own where the array is too large; the outcome of each and the event that was kept."""
    outcomes: list[Any] = []
    with door.watched() as rows:
        for n in range(0, len(events), 40):
            answer = door.send(json.dumps(events[n:n + 40]).encode())
            outcomes += answer.json()["outcomes"]
    found = iter(event for row in rows for event in row.events)
    kept = [next(found) if outcome["accepted"] else None for outcome in outcomes]

    assert next(found, None) is None
    return outcomes, kept


@pytest.mark.parametrize("field", ["account", "username", "email", "name"])
def test_a_naughty_actor_comes_back(field: str, door: HostileDoor):
    """As NFC; only what is empty, too long or holds U+0000 is refused, with the pointer."""
    outcomes, kept = _sent(door, [event(actor={field: text}) for text in NAUGHTY])

    for text, outcome, found in zip(NAUGHTY, outcomes, kept, strict=True):
        if not text or text.isspace() or len(text) > MAX_TEXT or "\0" in text:
            assert outcome["type"] in ("no-actor", "too-long", "control-character"), text
            assert outcome["pointer"].startswith("/actor")
        else:
            assert getattr(found, field) == unicodedata.normalize("NFC", text)


def test_a_naughty_object_comes_back(door: HostileDoor):
    """As it is."""
    outcomes, kept = _sent(door, [event(object=text) for text in NAUGHTY])

    for text, outcome, found in zip(NAUGHTY, outcomes, kept, strict=True):
        if len(text) > MAX_URL or "\0" in text:
            assert outcome["pointer"] == "/object"
        else:
            assert found.object == (text if text and not text.isspace() else None)


@pytest.mark.parametrize("place", [lambda text: {"it": text}, lambda text: {text: 1}, lambda text: {"it": [{"is": text}]}],
                         ids=["a value", "a key", "within"])  # fmt: skip
def test_naughty_extra_comes_back(place: Any, door: HostileDoor):
    """Whatever it says and wherever; only U+0000 is refused."""
    sent = [place(text) for text in NAUGHTY]
    outcomes, kept = _sent(door, [event(extra=extra, schema="any") for extra in sent])

    for extra, outcome, found in zip(sent, outcomes, kept, strict=True):
        if "\\u0000" in json.dumps(extra).replace("\\\\", ""):
            assert outcome["type"] == "control-character"
        else:
            assert json.loads(found.extra) == extra


@pytest.mark.parametrize(("field", "good"), [
    ("schema", {"contribution", "any"}), ("version", {"1", "01"}), ("system", {"git"}), ("kind", {"git.commit"}),
    ("environment", {"production", "staging"}), ("at", None), ("id", None),
])  # fmt: skip
def test_a_naughty_name_is_no_name(field: str, good: set[str] | None, door: HostileDoor):
    """Names are compared whole with those that are known; a time is a time, an id a UUID. The refusal repeats nothing."""
    outcomes, kept = _sent(door, [event(**{field: text}) for text in NAUGHTY])

    for text, outcome, found in zip(NAUGHTY, outcomes, kept, strict=True):
        if found is None:
            assert outcome["pointer"] in (f"/{field}", "/version")
            assert text not in outcome["detail"] or len(text) < 8 or text in _KNOWN
        elif good is not None:
            assert text in good
        elif field == "id":
            assert UUID.fullmatch(text.lower())
        else:
            assert re.match(r"\s*\d{4}-?\d\d-?\d\d", text)


def test_a_naughty_namespace_is_no_file(door: HostileDoor):
    """In a path as it is, quoted, and quoted twice: a name is matched whole, or there is none; nothing is made of it."""
    with door.watched() as rows:
        for text in NAUGHTY:
            for path in (quote(text, safe=""), quote(quote(text, safe=""), safe=""), f"test_{quote(text, safe='')}"):
                answer = door.send(json.dumps(event()).encode(), f"/submit/{path[:3000]}/")
                assert answer.status_code in (201, 404), text

    assert [row.namespace for row in rows if not re.fullmatch(r"baloo|test_[\w.-]*", row.namespace, re.ASCII)] == []


def test_a_naughty_id_in_the_path_is_none(door: HostileDoor):
    """Whichever the method."""
    told = {}
    for text in NAUGHTY:
        if text in (".", ".."):  # the client itself shortens such a path
            continue
        for method in ("POST", "PUT", "DELETE"):
            answer = door.send(json.dumps(event()).encode(), f"/submit/baloo/{quote(text, safe='')[:3000]}", method)
            told[method, text] = answer.status_code

    for (method, text), status in told.items():
        good = UUID.fullmatch(text.partition("/")[0].lower()) or (not text.partition("/")[0] and method != "DELETE")
        assert status in ((200, 201) if good else (404,)), (method, text)


@pytest.mark.parametrize("name", [
    "x-debug-id", "x-obsolete-document", "authorization", "x-baloo-token", "content-type", "content-encoding", "accept", "host",
    "x-forwarded-for", "x-source-tags", "user-agent", "cookie", "if-none-match", "range", "x-http-method-override",
])  # fmt: skip
def test_a_naughty_header_is_no_fault(name: str, door: HostileDoor):
    """Those that HTTP lets through at all; the others get 400, and the connection ends."""
    body, told = json.dumps(event()).encode(), list[int]()
    for text in NAUGHTY:
        value = re.sub(rb"[\r\n]", b"", text.encode())[:8_000]
        line = http.client.HTTPConnection("127.0.0.1", door.client.base_url.port)
        line.putrequest("POST", "/submit/baloo/", skip_host=True)
        for given in {"authorization": f"Bearer {door.token}".encode(), "host": b"x", name: value}.items():
            line.putheader(*given)
        line.putheader("content-length", str(len(body)))
        line.endheaders(body)
        told.append(line.getresponse().status)
        line.close()

    assert [text for text, status in zip(NAUGHTY, told, strict=True) if status >= 500] == []


@pytest.mark.parametrize("path", [
    "/submit/../../etc/passwd", "/submit/baloo/../../x", "/submit/%2e%2e/%2e%2e/x", "/submit/baloo%2f..%2f..%2fx/",
    "/submit/..%5c..%5cx/", "/submit/baloo%00.json/", "/submit/baloo;a=b/", "/submit/./baloo/",
    "/submit//baloo/", "/submit/baloo?namespace=closed/",
    "/v1/contributions?namespace=../../x", "/v1/contributions?namespace=baloo%00", "/v1/contributions?namespace=x&namespace=y",
    "/hooks/..%2f..%2fregistry", "/v1/events/../../x", "/submit/app/../../../x",
])  # fmt: skip
def test_no_path_leads_out(path: str, door: HostileDoor):
    """404, or the namespace that it names whole."""
    line = http.client.HTTPConnection("127.0.0.1", door.client.base_url.port)
    with door.watched() as rows:
        line.request("POST", path, b"{}", {"authorization": f"Bearer {door.token}"})
        status = line.getresponse().status
    line.close()

    assert status < 500
    assert {row.namespace for row in rows} <= {"baloo"}
