"""The client and what servers say: a server in this process that answers as it is told, and no Baloo behind it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import baloo.client
from baloo.client import Client, Stats
from baloo.registry.values import document_id

EVENT = {"kind": "forum.answer", "actor": {"account": "ama"}}


class Said(NamedTuple):
    """One answer: its status, its body (None for a verdict on each event), its headers."""

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


class Fake:
    """A server that gives the answers that wait, then 201; `requests` are the events of each request."""

    def __init__(self) -> None:
        self.answers: list[Said] = []
        self.requests: list[list[dict[str, Any]]] = []
        self.heads: list[dict[str, str]] = []
        self.judge: Callable[[dict[str, Any]], bool] = lambda _: True
        self.go = threading.Event()
        self.go.set()
        self.url = ""

    def answer(self, body: bytes, heads: dict[str, str]) -> Said:
        """What is said to a request."""
        events = [json.loads(line) for line in gzip.decompress(body).splitlines()]
        self.requests.append(events)
        self.heads.append(heads)
        self.go.wait(20)
        said = self.answers.pop(0) if self.answers else Said(201)
        return said if said.body is not None else said._replace(body=_verdict([self.judge(event) for event in events]))

    @property
    def ids(self) -> list[str]:
        """The ids of the events of all requests."""
        return [event["id"] for events in self.requests for event in events]


def _verdict(good: list[bool]) -> dict[str, Any]:
    why = {"type": "no-actor", "pointer": "/actor", "detail": "Nobody is named.", "remedy": "Name somebody."}
    return {"outcomes": [{"index": n, "accepted": yes, **({} if yes else why)} for n, yes in enumerate(good)]}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """The server, and a client that does not pause for long."""
    monkeypatch.setattr(baloo.client, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(baloo.client, "_LONGEST_PAUSE", 0.05)
    found = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            said = found.answer(body, {name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
            text = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in (*said.headers, ("content-length", str(len(text)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        found.go.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """The folder of the spool."""
    return tmp_path / "spool"


def _aside(spool: Path) -> list[dict[str, Any]]:
    file = spool / "refused.ndjson"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def _waiting(spool: Path) -> list[str]:
    return [json.loads(line)["id"] for file in sorted(spool.glob("[0-9]*.ndjson")) for line in file.read_text().splitlines()]


def test_an_event_is_made_whole(fake: Fake, spool: Path):
    """What is missing is filled in; token, tag and namespace are sent as the door wants them."""
    with Client(fake.url + "/", token="baloo_t", system="forum", namespace="a b", spool=spool, tag="ama") as client:
        id_ = client.send(EVENT)
        assert client.flush(20)

    ((sent,),) = fake.requests
    (head,) = fake.heads
    assert sent | {"at": ""} == {**EVENT, "id": id_, "at": "", "schema": "contribution", "version": 1, "system": "forum"}
    assert sent["at"].endswith("+00:00")
    assert (head["authorization"], head["x-debug-id"]) == ("Bearer baloo_t", "ama")
    assert head["path"] == "/v1/contributions?namespace=a%20b"


def test_what_an_event_says_itself_stands(fake: Fake):
    """Its id, time, schema and system are sent as they are; without a spool as well."""
    own = EVENT | {"id": "6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10", "at": "2014-10-02", "schema": "x", "version": "2", "system": "y"}
    with Client(fake.url, system="forum") as client:
        assert client.send(own) == own["id"]
        assert client.flush(20)

    assert fake.requests == [[own]]


@pytest.mark.parametrize("kept", [True, False], ids=["spool", "memory"])
@pytest.mark.parametrize("said", [
    Said(503, {}, (("retry-after", "0"),)), Said(429, {"type": "too-many"}, (("retry-after", "1"),)), Said(507, {"type": "full"}),
    Said(500, b"oops"), Said(401, {"type": "forbidden"}), Said(403, {"type": "forbidden"}), Said(404, {"type": "not-found"}),
    Said(408, {}), Said(400, {"type": "not-http"}), Said(400, b"<html>a proxy's</html>"), Said(200, b"<html>log in</html>"),
    Said(201, b'{"outcomes":'), Said(302, b"", (("location", "/elsewhere"),)), Said(207, {"outcomes": []}),
], ids=lambda said: str(said.status))  # fmt: skip
def test_nothing_is_given_up(said: Said, kept: bool, fake: Fake, spool: Path):
    """Whatever is no verdict leaves the events where they are, and the same bytes are sent again."""
    fake.answers = [said, said]
    with Client(fake.url, spool=spool if kept else None) as client:
        client.send(EVENT)
        assert client.flush(20)
        stats = client.stats

    assert len(fake.requests) == 3
    assert fake.requests[0] == fake.requests[2]
    assert stats == Stats(taken=1, delivered=1)
    assert _aside(spool) == []


def test_retry_after_is_kept(fake: Fake, spool: Path, monkeypatch: pytest.MonkeyPatch):
    """The client waits for as long as the server asks, and a little longer, however soon it would have come by itself."""
    asked: list[float] = []
    monkeypatch.setattr(threading.Event, "wait", lambda _, timeout=None: asked.append(timeout) or False)
    fake.answers = [Said(429, {}, (("retry-after", "7"),)), Said(503, {}, (("retry-after", "99999"),))]
    client = Client(fake.url)
    client.send(EVENT)
    assert client.flush(20)
    client.close()

    told = [seconds for seconds in asked if seconds and seconds > 6 and seconds != 20]
    assert len(told) == 2
    assert 7 <= told[0] <= 7.7
    assert 3600 <= told[1] <= 3960


def test_refused_events_are_set_aside_with_their_reason(fake: Fake, spool: Path):
    """A verdict is final: the good are delivered, the refused written down once, and none is sent again."""
    fake.judge = lambda event: "actor" in event
    fake.go.clear()
    with Client(fake.url, spool=spool) as client:
        ids = [client.send(event) for event in (EVENT, {"kind": "x"}, EVENT)]
        fake.go.set()
        assert client.flush(20)
        stats = client.stats

    (refused,) = _aside(spool)
    assert (refused["event"]["id"], refused["why"]["pointer"], refused["why"]["remedy"]) == (ids[1], "/actor", "Name somebody.")
    assert stats == Stats(taken=3, delivered=2, refused=1)
    assert sorted(fake.ids) == sorted(filter(None, ids))


@pytest.mark.parametrize("said", [Said(413, b""), Said(413, {"type": "too-large"}), Said(400, {"type": "input"})],
                         ids=["413 of a proxy", "413", "400"])  # fmt: skip
def test_a_request_that_cannot_be_taken_is_halved(said: Said, fake: Fake, spool: Path, monkeypatch: pytest.MonkeyPatch):
    """Until the one event at fault stands alone: it is set aside, and all others arrive once."""
    bad = "3"

    def answer(body: bytes, heads: dict[str, str]) -> Said:
        events = [json.loads(line) for line in gzip.decompress(body).splitlines()]
        if any(event["n"] == bad for event in events):
            return said
        taken.extend(event["n"] for event in events)
        return Said(201, _verdict([True] * len(events)))

    taken: list[str] = []
    monkeypatch.setattr(fake, "answer", answer)
    with Client(fake.url, spool=spool) as client:
        for n in range(50):
            client.send(EVENT | {"n": str(n)})
        assert client.flush(20)

    assert sorted(taken, key=int) == [str(n) for n in range(50) if str(n) != bad]
    (refused,) = _aside(spool)
    assert (refused["event"]["n"], refused["why"]["status"]) == (bad, said.status)


def test_a_host_never_waits_and_learns_what_was_dropped(fake: Fake):
    """While the server holds its answer, events are taken as long as there is room; the newest of the rest are dropped."""
    fake.go.clear()
    client = Client(fake.url, memory_bytes=3_000)
    sent = [client.send(EVENT) for _ in range(100)]
    fake.go.set()
    assert client.flush(20)
    client.close()

    taken = [id_ for id_ in sent if id_]
    assert 0 < len(taken) < 100
    assert sent[:len(taken)] == taken
    assert sorted(fake.ids) == sorted(taken)
    assert client.stats == Stats(len(taken), len(taken), 0, 100 - len(taken))


@pytest.mark.parametrize("bad", [
    {"at": object()}, {"x": float("nan")}, {"x": "\ud800"}, {1j: 2}, None, "an event", []],
    ids=["object", "nan", "surrogate", "key", "none", "text", "list"])
def test_what_is_no_json_is_dropped_and_disturbs_nobody(bad: Any, fake: Fake, spool: Path):
    """`send` raises nothing: it returns None and counts."""
    with Client(fake.url, spool=spool) as client:
        assert client.send(bad) is None
        assert client.send(EVENT)
        assert client.flush(20)

        assert client.stats == Stats(1, 1, 0, 1)


def test_a_closed_client_takes_nothing(fake: Fake, spool: Path):
    """What comes after `close` is dropped, and said so."""
    client = Client(fake.url, spool=spool)
    client.close()

    assert client.send(EVENT) is None
    assert client.stats.dropped == 1


def test_what_waits_when_a_client_closes_is_on_disk(spool: Path):
    """Closed without a server, the events stand in the spool; the next client begins with them."""
    client = Client("http://127.0.0.1:9", spool=spool)
    ids = [client.send(EVENT) for _ in range(100)]
    delivered = client.close(20)

    assert not delivered
    assert sorted(_waiting(spool)) == sorted(filter(None, ids))
    assert {file.stat().st_mode & 0o777 for file in spool.iterdir()} == {0o600}


def test_the_next_client_delivers_what_an_earlier_one_left(fake: Fake, spool: Path):
    """It need not send anything of its own; half a line at the end of a file was never kept, and is passed over."""
    spool.mkdir()
    (spool / "00000000000000000001-7.ndjson").write_text('{"id": "a"}\n{"id": "b"}\n{"id": ')
    (spool / "00000000000000000002-7.ndjson").write_text("")
    with Client(fake.url, spool=spool) as client:
        while list(spool.glob("[0-9]*")):
            assert client.flush(20)

    assert fake.ids == ["a", "b"]


def test_a_full_spool_drops_nothing_while_memory_has_room(fake: Fake, spool: Path, caplog: pytest.LogCaptureFixture):
    """Events that the spool has no room for are delivered from memory."""
    with Client(fake.url, spool=spool, spool_bytes=0) as client:
        ids = [client.send(EVENT) for _ in range(20)]
        assert client.flush(20)

    assert sorted(fake.ids) == sorted(filter(None, ids))
    assert _waiting(spool) == []
    assert caplog.records == []


def test_a_spool_that_breaks_is_done_without(fake: Fake, spool: Path, monkeypatch: pytest.MonkeyPatch):
    """Where fsync fails nothing half written is left, and the events are delivered from memory."""
    real, failing = os.fsync, [True]

    def fsync(handle: int) -> None:
        if failing[0]:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with Client(fake.url, spool=spool) as client:
        first = [client.send(EVENT) for _ in range(20)]
        assert client.flush(20)
        failing[0] = False
        second = [client.send(EVENT) for _ in range(20)]
        assert client.flush(20)

    assert sorted(fake.ids) == sorted(filter(None, first + second))
    assert _waiting(spool) == []


def test_a_forked_process_begins_with_nothing(fake: Fake, spool: Path):
    """Neither loses nor doubles what its parent was given, and sends its own."""
    with Client(fake.url, spool=spool) as client:
        fake.go.clear()
        before = client.send(EVENT)
        child = os.fork()
        if not child:
            client.send(EVENT | {"kind": "child"})
            os._exit(0 if client.flush(20) else 1)
        fake.go.set()
        assert client.flush(20)
        assert os.waitpid(child, 0)[1] == 0

    events = [event for events in fake.requests for event in events]
    assert [event["id"] for event in events if event["kind"] != "child"] == [before]
    assert [event["kind"] for event in events].count("child") == 1


def test_a_host_that_ends_delivers_what_it_sent(fake: Fake):
    """At the exit of the interpreter, without a word of the host, and without a spool."""
    code = f"from baloo.client import Client\nClient({fake.url!r}).send({EVENT!r})"
    subprocess.run([sys.executable, "-c", code], check=True)

    assert len(fake.ids) == 1


def test_the_module_is_whole_in_itself(fake: Fake, tmp_path: Path):
    """Copied beside a program, it works in an interpreter that has nothing but the standard library."""
    (tmp_path / "client.py").write_text(Path(baloo.client.__file__).read_text("utf-8"), "utf-8")
    code = (f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nfrom client import Client\n"
            f"with Client({fake.url!r}) as c: c.send({EVENT!r})\nassert 'baloo' not in sys.modules")
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)

    assert len(fake.ids) == 1


def test_an_address_without_a_scheme_is_an_error():
    """Said at once, where the client is made."""
    with pytest.raises(ValueError, match="http"):
        Client("baloo.example.org")


def test_logs_hold_no_event(fake: Fake, spool: Path, caplog: pytest.LogCaptureFixture):
    """Refusals, trouble and drops are told by reason and pointer."""
    fake.answers = [Said(503, {})]
    fake.judge = lambda _: False
    caplog.set_level("DEBUG")
    with Client(fake.url, spool=spool) as client:
        client.send(EVENT)
        client.send({"x": object(), "actor": {"account": "ama"}})
        assert client.flush(20)

    assert "1 refused: no-actor at /actor." in caplog.text
    assert "Events wait: status 503" in caplog.text
    assert "ama" not in caplog.text


@pytest.mark.parametrize("named", ["answer 7", "<1@lists.example.org>", "6F1F6E0E7D7C4C1B9A430A4D8F3D2A10", "a" * 40])
def test_an_id_that_is_no_uuid_is_the_one_that_sources_make(named: str):
    """What a source reads and a program sends is one document; a UUID stays as it is."""
    with Client("http://127.0.0.1:9", system="forum") as client:
        ids = [client.send(EVENT | {"id": named}), client.send(EVENT | {"id": named, "system": "code"})]

    assert ids == [document_id(system, named) for system in ("forum", "code")]
