"""Lines of EventLogging's logs as a source: the capsules that its processor made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from baloo.errors import InputError
from baloo.sources.log_lines import FORMAT, LogSource

EVENT = {
    "wiki": "testwiki", "schema": "Generic", "revision": 13, "event": {"articleId": 1, "articleTitle": "Ama's baskets"},
    "webHost": "test.example.org",
}  # fmt: skip
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:10.0) Gecko/20100101 Firefox/10.0"
AROUND = f"srv0.example.org 132073 2013-01-19T23:16:38 - {AGENT}"


def _read(folder: Path, line: str, form: str = FORMAT) -> Any:
    file = folder / "events.log"
    file.write_text(f"{line}\n", "utf-8")
    ((envelope,),) = ([json.loads(raw) for raw in chunk.body.split(b"\n")] for chunk in LogSource(file, form).chunks(0))
    return envelope


def test_a_line_becomes_the_capsule_that_eventlogging_made_of_it(tmp_path: Path):
    """Field for field; the UUID is the one in EventLogging's own tests."""
    found = _read(tmp_path, f"?{quote(json.dumps(EVENT), safe='')}; {AROUND}")

    assert found == {"mapping": "eventlogging:Generic", "payload": EVENT | {
        "recvFrom": "srv0.example.org", "seqId": 132073, "dt": "2013-01-19T23:16:38Z", "userAgent": AGENT,
        "uuid": "749684341abf513186c71f74c6a09502"}}  # fmt: skip


def test_what_the_event_says_goes_before_what_the_line_says(tmp_path: Path):
    """Its own browser, not that of the request; and a `+` is a blank."""
    event = EVENT | {"userAgent": "an app", "isTruncated": False, "clientValidated": True}
    found = _read(tmp_path, f"?{quote_plus(json.dumps(event))}; {AROUND}")["payload"]

    assert (found["userAgent"], found["event"]["articleTitle"]) == ("an app", "Ama's baskets")
    assert {"isTruncated", "clientValidated"}.isdisjoint(found)


@pytest.mark.parametrize(("form", "line", "payload"), [
    ("%j %{recvFrom}s %t", '{"schema":"A","x":1} here 2013-01-19T23:16:38',
     {"schema": "A", "x": 1, "recvFrom": "here", "timestamp": 1358637398}),
    ("%{seqId}d  %j", '7 {"schema":"A"}', {"schema": "A", "seqId": 7}),
    ("%{host}i\t%j", 'a host\t{"schema":"A"}', {"schema": "A", "host": "a host"}),
    ("[%D] %j", '[2013-01-19T23:16:38] {"schema":"A"}', {"schema": "A", "dt": "2013-01-19T23:16:38Z"}),
    ("%t %j %{recvFrom}s %{seqId}d", '2013-01-19T23:16:38 {"schema":"A"} srv0.example.org 132073', {
        "schema": "A", "timestamp": 1358637398, "recvFrom": "srv0.example.org", "seqId": 132073,
        "uuid": "749684341abf513186c71f74c6a09502"}),
])  # fmt: skip
def test_each_specifier_reads_its_part(form: str, line: str, payload: dict[str, Any], tmp_path: Path):
    """As its processor has them; a time in seconds makes the same UUID."""
    assert _read(tmp_path, line, form) == {"mapping": "eventlogging:A", "payload": payload}


@pytest.mark.parametrize(("line", "slug", "schema", "revision"), [
    ("Fails to parse.", "not-of-format", "unknown", -1),
    (f"?%7B%22schema%22%3A%22Generic%22%2C%22revision%22%3A13%2C%22ev {AROUND}", "truncated", "Generic", 13),
    (f"?%7B%22schema%22%3A%22Generic%22; {AROUND}", "not-json", "Generic", -1), (f"?%FF; {AROUND}", "not-json", "unknown", -1),
    (f"?%5B%5D; {AROUND}", "not-an-object", "unknown", -1),
])  # fmt: skip
def test_a_line_that_is_no_event_is_an_event_error(line: str, slug: str, schema: str, revision: int, tmp_path: Path):
    """With the whole line, and the schema where it can be found."""
    found = _read(tmp_path, line)

    event = found["payload"]["event"]
    assert (found["mapping"], found["broken"]) == ("eventlogging:EventError", slug)
    assert (event["rawEvent"], event["schema"], event["revision"]) == (line, schema, revision)


@pytest.mark.parametrize("form", ["%{recvFrom}s %D", "%q %x", "%q %{a}s %{a}d", "%q %j", "%q 100%"])
def test_a_format_that_means_nothing_is_said(form: str, tmp_path: Path):
    """Before anything is read."""
    file = tmp_path / "events.log"
    file.write_text("x\n", "utf-8")

    with pytest.raises(InputError):
        LogSource(file, form)
