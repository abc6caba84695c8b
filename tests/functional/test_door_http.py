"""The door as senders meet it: a real server on loopback, a real queue on disk, and clients that behave and that do not."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from baloo.clock import FixedClock
from baloo.errors import StorageFull
from baloo.ingest.express import Express, Ticket
from baloo.ingest.http import DoorApp, is_door_path, make_door
from baloo.ingest.tokens import TokenChecker, Tokens
from baloo.queue.base import Request, Void, decode
from baloo.queue.group import GroupCommit
from baloo.queue.log import LogQueue
from baloo.records import Records
from baloo.records.tables import promotions
from baloo.registry.model import Community, Kind, Registry, System
from baloo.settings import Settings
from baloo.web.edge import server_of
from baloo.web.lane import Lane
from baloo.workspace import Workspace

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
REGISTRY = Registry(
    Community("test", "Test", "?"), {"git": System("git", "Git", {"git.commit": Kind("git.commit", "Wrote")})}, {}, {}, "hash")
ID = "6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10"
OTHER = "00000000-0000-4000-8000-000000000001"
EVENT = {
    "schema": "contribution", "version": 1, "at": "2014-10-02T12:30:00Z", "system": "git", "kind": "git.commit",
    "actor": {"name": "Ama", "email": "ama@example.org"},
}  # fmt: skip
LIMIT = 100_000


class Appender:
    """The queue's group commit, with a disk that can be full."""

    def __init__(self, group: GroupCommit) -> None:
        self.group = group
        self.full = False

    async def append(self, row: bytes) -> int:
        """Append, or say that there is no room."""
        if self.full:
            raise StorageFull("There is no room on the disk.", where="/srv/community/data/queue")
        return await self.group.append(row)

    def submit(self, row: bytes, done: Callable[[int | Exception], None]) -> None:
        """Append, or say that there is no room."""
        if self.full:
            asyncio.get_running_loop().call_soon(done, StorageFull("There is no room.", where="/srv/community/data/queue"))
        else:
            self.group.submit(row, done)


class Nowhere:
    """A queue that keeps nothing."""

    async def append(self, row: bytes) -> int:
        """Say that it is kept."""
        return 1

    def submit(self, row: bytes, done: Callable[[int | Exception], None]) -> None:
        """Say that it is kept."""
        asyncio.get_running_loop().call_soon(done, 1)


@dataclass
class World:
    """A running door, and what lies behind it."""

    url: str
    port: int
    client: httpx.Client
    queue: LogQueue
    appender: Appender
    express: Express
    tokens: dict[str, str]  # of each system; `trying` is one of git that only tries out
    seen: int = 0  # the seq before the test

    @property
    def rows(self) -> list[Request]:
        """What the test has brought into the queue, on disk."""
        return [decode(stored.data) for stored in self.queue.read(self.seen, 1_000)]

    def speak(self, data: bytes, *, seconds: float = 5.0, end: bool = False) -> bytes:
        """Send bytes as they are; everything that comes back until the server closes or `seconds` are over."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as plug:
            plug.sendall(data)
            if end:
                plug.shutdown(socket.SHUT_WR)
            back = b""
            try:
                while part := plug.recv(65_536):
                    back += part
            except TimeoutError:
                pass
            return back


def _workspace(folder: Path, **values: Any) -> Workspace:
    workspace = Workspace.init(folder)
    changed = {**workspace.settings.values, "max_body": LIMIT, "body_seconds": 1, "namespaces": ["baloo", "closed", "test_*"],
               "open_namespaces": ["baloo", "test_*"], "deletable_namespaces": ["baloo"], **values}
    return replace(workspace, settings=Settings(changed))


def _serve(app: DoorApp) -> tuple[uvicorn.Server, threading.Thread, int]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = server_of(app, connection=partial(Lane, express=app.express))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    return server, thread, listener.getsockname()[1]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A door on a port of its own, for all tests of this file."""
    workspace = _workspace(tmp_path_factory.mktemp("door") / "w")
    clock = FixedClock(NOW)
    records = Records.open(workspace.records)
    queue = LogQueue(workspace.queue)
    tokens = {system: Tokens(records, clock).create(system).secret for system in ("git", "sumo")}
    tokens["trying"] = Tokens(records, clock).create("git", scope="staging").secret
    tokens["looking"] = Tokens(records, clock).create("git", scope="live").secret
    with records.engine.begin() as connection:
        connection.execute(promotions.insert(), [{"system": system, "made": 0, "who": "test"} for system in ("git", "sumo")])
    with GroupCommit(queue) as group:
        appender = Appender(group)
        door = make_door(workspace, lambda: REGISTRY, TokenChecker(records, clock), appender, clock)
        server, thread, port = _serve(door)
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
            yield World(url, port, client, queue, appender, door.express, tokens)
        server.should_exit = True
        thread.join()
    queue.close()
    records.close()


@pytest.fixture
def world(running: World) -> World:
    """The running door, and of its queue only what the test itself brings."""
    return replace(running, seen=running.queue.last())


@pytest.fixture
def bearer(world: World) -> dict[str, str]:
    """The header of a token of git."""
    return {"authorization": f"Bearer {world.tokens['git']}"}


def _problem(response: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    """The one shape of every error."""
    body: dict[str, Any] = response.json()
    assert (status, "application/problem+json") == (response.status_code, response.headers["content-type"])
    assert (status, slug) == (body["status"], body["type"])
    assert body["title"]
    assert body["detail"]
    return body


def test_the_literal_curl_of_the_seeds_gets_201(world: World):
    """`curl -X POST -d '{"test":"hello"}' .../submit/baloo/`: kept as refused, never counted, and answered with an id."""
    head = {"content-type": "application/x-www-form-urlencoded"}
    response = world.client.post("/submit/baloo/", content=b'{"test":"hello"}', headers=head)

    (row,) = world.rows
    (refusal,) = row.refusals
    assert (201, refusal.id) == (response.status_code, response.text)
    assert (refusal.body, row.events, row.sender, row.namespace) == (b'{"test":"hello"}', (), None, "baloo")


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("path", [
    f"/submit/baloo/{ID}", f"/1.0/submit/baloo/{ID}", f"/1/submit/baloo/{ID}", f"/submit/baloo/{ID}/",
    f"/submit/baloo/{ID}/2014/10", f"/submit/baloo/{ID.upper()}",
])  # fmt: skip
def test_the_id_of_the_path_is_the_answer(method: str, path: str, world: World):
    """POST and PUT are one; an API version and partitions are passed over."""
    response = world.client.request(method, path, json=EVENT)

    assert (response.status_code, response.text) == (201, ID)
    assert [[event.id for event in row.events] for row in world.rows] == [[ID]]


@pytest.mark.parametrize("path", ["/submit/baloo", "/submit/baloo/", "/1.0/submit/baloo/"])
def test_without_an_id_one_is_made(path: str, world: World):
    """The answer is the id of the document."""
    response = world.client.post(path, json=EVENT)

    assert (response.status_code, response.headers["content-type"]) == (201, "text/plain; charset=utf-8")
    assert [response.text] == [event.id for row in world.rows for event in row.events]


@pytest.mark.parametrize("pack", [
    lambda events: json.dumps(events).encode(), lambda events: "\n".join(map(json.dumps, events)).encode(),
], ids=["an array", "lines"])  # fmt: skip
def test_several_events_answer_their_ids(pack: Callable[[list[Any]], bytes], world: World):
    """One a line, in the order of the body, refused ones too; one row in the queue."""
    response = world.client.post("/submit/baloo/", content=pack([EVENT | {"id": ID}, {"test": "hello"}, EVENT]))

    (row,) = world.rows
    assert response.status_code == 201
    assert response.text.split("\n") == [ID, row.refusals[0].id, row.events[1].id]


def test_json_is_answered_where_it_is_asked_for(world: World):
    """`Accept: application/json` gives the outcomes."""
    response = world.client.post("/submit/baloo/", json=[EVENT | {"id": ID}, 7], headers={"accept": "application/json"})

    told = response.json()
    assert (response.status_code, told["accepted"], told["refused"]) == (201, 1, 1)
    assert [outcome["accepted"] for outcome in told["outcomes"]] == [True, False]


@pytest.mark.parametrize(("body", "status"), [
    ([EVENT, EVENT], 201), (EVENT, 201), ([EVENT, 7], 207), ([7, {"test": "hello"}], 400), (7, 400),
])  # fmt: skip
def test_the_native_path_answers_outcomes(body: Any, status: int, world: World):
    """201 all, 207 some, 400 none; refused events are kept in any case, and told with pointer and remedy."""
    response = world.client.post("/v1/contributions", json=body)

    listed = response.json()["outcomes"]
    assert status == response.status_code
    assert [{"index", "accepted", "id"} if o["accepted"] else {"index", "accepted", "id", "type", "pointer", "detail", "remedy"}
            for o in listed] == [set(o) for o in listed]
    assert sum(o["accepted"] for o in listed) == sum(len(row.events) for row in world.rows)
    assert sum(not o["accepted"] for o in listed) == sum(len(row.refusals) for row in world.rows)


def test_a_native_refusal_is_a_problem(world: World):
    """The first refusal is the problem's."""
    body = _problem(world.client.post("/v1/contributions", json=EVENT | {"at": "2014-02-31"}), 400, "bad-time")

    assert (body["pointer"], body["refused"]) == ("/at", 1)
    assert body["remedy"]


def test_the_native_path_takes_a_namespace(world: World):
    """By query; without one it is `baloo`."""
    world.client.post("/v1/contributions?namespace=test_1", json=EVENT)
    world.client.post("/v1/contributions/", json=EVENT)

    assert [row.namespace for row in world.rows] == ["test_1", "baloo"]
    _problem(world.client.post("/v1/contributions?namespace=nowhere", json=EVENT), 404, "not-found")
    wrong = world.client.get("/v1/contributions")
    _problem(wrong, 405, "method")
    assert wrong.headers["allow"] == "POST"


@pytest.mark.parametrize("path", [
    "/submit/nowhere/", "/submit/", "/submit", "/submit/ba", "/submit/baloo2/", "/submit/BALOO/", "/submit/closed2/",
    "/1.0/submit/",
    "/submit/baloo/7", f"/submit/baloo/{ID}0", "/submit/baloo/core/Firefox/1", "/submit/..%2F..%2Fetc/", "/submit/test_%00/",
    "/submit/test_%E2%80%AE/", "/submit/*/", "/submit/test_*/", "/submit//baloo/", "/submit/test_/../../x",
])  # fmt: skip
def test_names_are_matched_whole(path: str, world: World):
    """An unknown namespace, a part of one, or an id that is none: 404, as Bagheera has it."""
    raw = world.speak(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode())

    assert raw.startswith(b"HTTP/1.1 404 ")
    assert world.rows == []


@pytest.mark.parametrize("name", ["test_", "test_1", "test_a.b-c"])
def test_a_star_at_the_end_stands_for_any_ending(name: str, world: World):
    """As in Bagheera's white-list."""
    assert world.client.post(f"/submit/{name}/", json=EVENT).status_code == 201


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "OPTIONS"])
def test_other_methods_are_forbidden(method: str, world: World):
    """Bagheera answers 403."""
    assert world.client.request(method, f"/submit/baloo/{ID}").status_code == 403


@pytest.mark.parametrize(("body", "detail", "where"), [
    (b"", "The body is empty.", None), (b"hello", "This is not JSON: invalid character.", "line 1, column 1"),
    (b'{"a": NaN}', "This is not JSON: invalid character.", "line 1, column 7"),
    (b'{"a": "\xff"}', "This is not UTF-8.", "line 1, column 8"),
    (b'{"a": 1, "a": 2}', "The key `a` is there twice in one object.", None),
    (b'{"a": 1}\n{"b": nul}', "This is not JSON: invalid character.", "line 2, column 11"),
])  # fmt: skip
def test_what_is_no_json_gets_400_and_is_not_kept(body: bytes, detail: str, where: str | None, world: World):
    """The sender still has it, and is told where it breaks."""
    problem = _problem(world.client.post("/submit/baloo/", content=body), 400, "input")

    assert (detail, where) == (problem["detail"], problem.get("where"))
    assert world.rows == []


def test_one_id_for_several_events_gets_400(world: World):
    """The path names one."""
    _problem(world.client.post(f"/submit/baloo/{ID}", json=[EVENT, EVENT]), 400, "input")


def test_without_a_token_everything_is_staging(world: World):
    """Open namespaces are for trying, for ever."""
    world.client.post("/submit/baloo/", json=EVENT | {"environment": "production"})

    assert [event.environment for row in world.rows for event in row.events] == ["staging"]


def test_a_token_sends_to_production(world: World, bearer: dict[str, str]):
    """Its system, which is in production, is the sender."""
    world.client.post("/submit/closed/", json=EVENT, headers=bearer)
    world.client.post("/submit/closed/", json=EVENT, headers={"x-baloo-token": bearer["authorization"].removeprefix("Bearer ")})

    assert [(row.sender, row.events[0].environment) for row in world.rows] == [("git", "production")] * 2


def test_a_token_for_trying_out_sends_to_staging(world: World):
    """Whatever the event says: it may send into closed namespaces, and neither counts nor takes back what counts."""
    head = {"authorization": f"Bearer {world.tokens['trying']}"}
    world.client.post("/submit/closed/", json=[EVENT | {"environment": "production"}, {"test": "hello"}], headers=head)
    world.client.delete(f"/submit/baloo/{ID}", headers=head)

    sent, gone = world.rows
    assert (sent.sender, sent.events[0].environment, sent.refusals[0].staging) == ("git", "staging", True)
    assert gone.voids == (Void(ID, "staging", "deleted"),)


@pytest.mark.parametrize(("path", "headers"), [
    ("/submit/closed/", {}), ("/submit/baloo/", {"authorization": "Bearer baloo_wrong"}),
    ("/submit/baloo/", {"x-baloo-token": ""}),
    ("/submit/baloo/", {"authorization": "Basic Z2l0OnNlY3JldA=="}), ("/v1/contributions?namespace=closed", {}),
])  # fmt: skip
def test_a_missing_or_wrong_token_is_forbidden(path: str, headers: dict[str, str], world: World):
    """Where one is needed, or where one is shown."""
    _problem(world.client.post(path, json=EVENT, headers=headers), 403, "forbidden")

    assert world.rows == []


def test_a_token_of_another_system_is_refused(world: World):
    """The event is kept as refused."""
    head = {"x-baloo-token": world.tokens["sumo"]}
    body = _problem(world.client.post("/v1/contributions", json=EVENT, headers=head), 400, "other-system")

    assert body["pointer"] == "/system"


def test_a_token_for_looking_sends_nothing(world: World):
    """It is for the live page."""
    head = {"x-baloo-token": world.tokens["looking"]}
    _problem(world.client.post("/v1/contributions", json=EVENT, headers=head), 403, "forbidden")
    _problem(world.client.delete(f"/submit/baloo/{ID}", headers=head), 403, "forbidden")

    assert world.rows == []


def test_whoever_sends_too_much_is_asked_to_wait(tmp_path: Path):
    """429 with `Retry-After`, for each sender by itself, and nothing of the request is kept."""
    limits = {"requests_per_second": 2, "open_requests_per_second": 1, "open_events_per_day": 3}
    records, clock = Records.open(tmp_path / "records.sqlite"), FixedClock(NOW)
    secrets = [Tokens(records, clock).create("git").secret for _ in range(2)]
    door = make_door(
        _workspace(tmp_path / "w", **limits), lambda: REGISTRY, TokenChecker(records, clock), Nowhere(), clock)
    server, thread, port = _serve(door)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
        heads = [{"authorization": f"Bearer {secret}"} for secret in secrets]
        first = [client.post("/submit/baloo/", json=EVENT, headers=heads[0]) for _ in range(50)]
        second = client.post("/submit/baloo/", json=EVENT, headers=heads[1])
        nobody = client.post("/submit/baloo/", json=[EVENT] * 4)
        later = client.post("/submit/baloo/", json=EVENT)
    server.should_exit = True
    thread.join()
    records.close()

    refused = next(answer for answer in first if answer.status_code != 201)
    assert first[0].status_code == second.status_code == nobody.status_code == 201
    _problem(refused, 429, "too-many")
    _problem(later, 429, "too-many")
    assert refused.headers["retry-after"] == "1"
    assert int(later.headers["retry-after"]) > 1


def test_delete_takes_a_document_back(world: World, bearer: dict[str, str]):
    """Where the namespace allows; nobody takes back nothing but staging."""
    one = world.client.delete(f"/submit/baloo/{ID}")
    two = world.client.delete(f"/submit/baloo/{ID}", headers=bearer)

    staging, production = Void(ID, "staging", "deleted"), Void(ID, "production", "deleted")
    assert [(one.status_code, one.text), (two.status_code, two.text)] == [(200, ""), (200, "")]
    assert [(staging,), (production, staging)] == [row.voids for row in world.rows]


@pytest.mark.parametrize(("path", "status"), [
    (f"/submit/closed/{ID}", 403), (f"/submit/test_1/{ID}", 403), ("/submit/baloo/", 404),
])  # fmt: skip
def test_delete_is_forbidden_elsewhere(path: str, status: int, world: World, bearer: dict[str, str]):
    """A namespace must allow it, and something must be named."""
    assert status == world.client.delete(path, headers=bearer).status_code
    assert world.rows == []


def test_obsolete_documents_go_with_the_event(world: World):
    """A comma list in X-Obsolete-Document."""
    world.client.post("/submit/baloo/", json=EVENT, headers={"x-obsolete-document": f"{ID} ,{OTHER.upper()},"})

    (row,) = world.rows
    assert (len(row.events), [void.id for void in row.voids]) == (1, [ID, OTHER])
    _problem(world.client.post("/submit/baloo/", json=EVENT, headers={"x-obsolete-document": "7"}), 400, "input")


def test_a_packed_body_is_unpacked(world: World):
    """gzip, as clients send it."""
    head = {"content-encoding": "gzip"}

    assert world.client.post("/submit/baloo/", content=gzip.compress(json.dumps(EVENT).encode()), headers=head).status_code == 201
    _problem(world.client.post("/submit/baloo/", content=b"hello", headers=head), 400, "input")
    _problem(world.client.post("/submit/baloo/", content=b"hello", headers={"content-encoding": "br"}), 415, "unknown-encoding")


def _chunks(size: int) -> Iterator[bytes]:
    for _ in range(0, size, 10_000):
        yield b" " * 10_000


@pytest.mark.parametrize("content", [
    b" " * (LIMIT + 1), b" " * (2 << 20), _chunks(LIMIT + 10_000), gzip.compress(b" " * (64 << 20)),
], ids=["one byte more", "2 MiB", "in chunks", "a bomb"])  # fmt: skip
def test_a_body_that_is_too_large_gets_413(content: bytes | Iterator[bytes], world: World):
    """By its length, while it is read, or while it is unpacked; the connection goes on."""
    packed = isinstance(content, bytes) and content.startswith(b"\x1f\x8b")
    response = world.client.post("/submit/baloo/", content=content, headers={"content-encoding": "gzip"} if packed else {})

    _problem(response, 413, "too-large")
    assert world.client.post("/submit/baloo/", json=EVENT).status_code == 201


def test_the_limit_itself_is_allowed(world: World):
    """Not a byte less."""
    body = json.dumps(EVENT).encode()

    assert world.client.post("/submit/baloo/", content=body + b" " * (LIMIT - len(body))).status_code == 201


def test_a_client_that_waits_for_leave_is_told_at_once(world: World):
    """`Expect: 100-continue` with too long a body: 413 before a byte of it is sent."""
    raw = world.speak(b"POST /submit/baloo/ HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")

    assert raw.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in raw.lower()


def test_a_slow_body_is_cut_off(world: World):
    """The deadline is for the whole body, however often a byte comes."""
    with socket.create_connection(("127.0.0.1", world.port), timeout=10) as plug:
        plug.sendall(b"POST /submit/baloo/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        back = b""
        for _ in range(100):
            plug.sendall(b" ")
            plug.settimeout(0.1)
            try:
                back = plug.recv(65_536)
            except TimeoutError:
                continue
            break

    assert back.startswith(b"HTTP/1.1 408 ")
    assert world.rows == []


@pytest.mark.parametrize("head", [
    b"Content-Length: 2\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 2", b"Content-Length: -2",
    b"Content-Length: 2\r\nContent-Length: 3", b"Content-Length: two", b"Transfer-Encoding: gzip, chunked",
])  # fmt: skip
def test_two_lengths_are_refused(head: bytes, world: World):
    """Nobody can say where such a request ends."""
    after = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    raw = world.speak(b"POST /submit/baloo/ HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + after, seconds=2)

    assert raw.startswith(b"HTTP/1.1 400 ")
    assert raw.count(b"HTTP/1.1 ") == 1
    assert world.rows == []


def test_a_client_that_goes_away_leaves_nothing(world: World):
    """Half a body is no event."""
    world.speak(b"POST /submit/baloo/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{}", seconds=0.2, end=True)

    assert world.client.post("/submit/baloo/", json=EVENT).status_code == 201
    assert len(world.rows) == 1


def test_a_full_disk_gets_507_until_there_is_room(world: World, caplog: pytest.LogCaptureFixture):
    """Nothing is acknowledged, one clear line is logged, no restart is needed, and no folder of ours is named to senders."""
    world.appender.full = True
    first = world.client.post("/submit/baloo/", json=EVENT)
    second = world.client.post("/submit/baloo/", json=EVENT)
    world.appender.full = False
    third = world.client.post("/submit/baloo/", json=EVENT)

    _problem(first, 507, "storage-full")
    _problem(second, 507, "storage-full")
    assert "/srv" not in first.text
    assert (third.status_code, len(world.rows), first.headers["retry-after"]) == (201, 1, "5")
    assert [message for message in caplog.messages if "disk" in message] == [
        "The disk is full: the door answers 507 until there is room.",
        "There is room on the disk again: the door takes in events.",
    ]


def test_what_was_answered_201_is_on_disk(world: World):
    """A second process would find every one of many that came at once."""
    with httpx.Client(base_url=world.url, trust_env=False, timeout=60) as client:
        ids = [client.post("/submit/baloo/", json=EVENT | {"extra": {"n": n}}).text for n in range(50)]
    other = LogQueue(world.queue.path)
    found = [event.id for stored in other.read(world.seen, 1_000) for event in decode(stored.data).events]
    other.close()

    assert ids == found


@pytest.mark.parametrize(("path", "ours"), [
    ("/submit", True), ("/submit/", True), ("/submit/baloo/", True), ("/1.0/submit/baloo", True), ("/1/submit/x", True),
    ("/v1/contributions", True), ("/v1/contributions/", True),
    ("/", False), ("/submitted", False), ("/v1/contributions/7", False), ("/1.0/", False), ("/areas/submit/", False), ("", False),
])  # fmt: skip
def test_the_door_knows_its_paths(path: str, ours: bool):
    """The dispatcher before the pages asks this."""
    assert ours is is_door_path(path)


def _written(world: World, *events: dict[str, Any], headers: str = "", path: str = "/v1/contributions") -> bytes:
    body = json.dumps(events).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.tokens['git']}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}{headers}\r\n".encode() + body


def _answers(plug: socket.socket, count: int) -> list[tuple[int, dict[str, Any]]]:
    """Status and JSON of so many answers on one connection."""
    back, found = b"", []
    while len(found) < count:
        back += plug.recv(65_536)
        while b"\r\n\r\n" in back:
            head, _, rest = back.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            if len(rest) < length:
                break
            found.append((int(head[9:12]), json.loads(rest[:length])))
            back = rest[length:]
    return found


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
def test_however_a_request_comes_its_answer_is_the_same(size: int, world: World):
    """Whole it goes by the short lane, in pieces the long way."""
    data = _written(world, EVENT | {"id": ID}, EVENT | {"id": OTHER})
    with socket.create_connection(("127.0.0.1", world.port)) as plug:
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(data), size):
            plug.sendall(data[start : start + size])
            time.sleep(0.0002 if size < 50 else 0.01)
        ((status, body),) = _answers(plug, 1)

    assert (status, body) == (201, {"accepted": 2, "refused": 0, "outcomes": [
        {"index": 0, "accepted": True, "id": ID}, {"index": 1, "accepted": True, "id": OTHER}]})  # fmt: skip
    (row,) = world.rows
    assert [event.id for event in row.events] == [ID, OTHER]
    assert row.sender == "git"


def test_requests_of_both_lanes_are_answered_in_their_order(world: World):
    """Sent at once on one connection: usual ones, one that is refused, one in staging by its path."""
    events = [EVENT | {"id": f"{n:08x}-0000-4000-8000-000000000001"} for n in range(6)]
    sent = [_written(world, event) for event in events]
    sent[2] = _written(world, EVENT | {"kind": "git.comit"})
    sent[4] = _written(world, events[4], headers="X-Debug-ID: tove\r\n")
    with socket.create_connection(("127.0.0.1", world.port)) as plug:
        plug.sendall(b"".join(sent))
        found = _answers(plug, 6)

    assert [status for status, _ in found] == [201, 201, 400, 201, 201, 201]
    accepted = [body["outcomes"][0]["id"] for status, body in found if status == 201]
    assert accepted == [event["id"] for n, event in enumerate(events) if n != 2]


def test_a_head_that_is_known_is_as_good_as_one_that_is_parsed(world: World):
    """The same head again: whole, cut within head or body, with a refused event, with the next request behind it."""
    events = [EVENT | {"id": f"{n:08x}-0000-4000-8000-000000000002"} for n in range(9)]
    sent = [_written(world, event) for event in events]
    refused = sent[5].replace(b"git.commit", b"git.comitt")
    found = []
    with socket.create_connection(("127.0.0.1", world.port)) as plug:
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for parts in [
            [sent[0]], [sent[1]], [sent[2][:50], sent[2][50:]], [sent[3][:-9], sent[3][-9:]], [sent[4]], [refused],
            [sent[6] + sent[7]], [sent[8]],
        ]:  # fmt: skip
            for part in parts:
                plug.sendall(part)
                time.sleep(0.01)
            found += _answers(plug, 2 if len(parts[0]) > len(sent[0]) else 1)
        known = {data[: data.index(b"\r\n\r\n") + 4] for data in sent}

    assert [status for status, _ in found] == [201, 201, 201, 201, 201, 400, 201, 201, 201]
    assert [event.id for row in world.rows for event in row.events] == [event["id"] for n, event in enumerate(events) if n != 5]
    assert known <= set(world.express.heads)


@pytest.mark.parametrize("known", [False, True])
def test_a_fault_of_ours_is_not_called_the_senders(
    known: bool, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """An error in the short lane is answered 500, so that the client keeps what it sent, and is in the log."""
    data = _written(world, EVENT, headers="X-New: head\r\n")

    def broken(*_: object) -> bool:
        raise RuntimeError("a bug")

    with socket.create_connection(("127.0.0.1", world.port)) as plug:
        if known:
            plug.sendall(data)
            _answers(plug, 1)
        monkeypatch.setattr(world.express, "take", broken)
        plug.sendall(data)
        ((status, _),) = _answers(plug, 1)

    assert status == 500
    assert "a bug" in caplog.text


def test_a_known_head_does_not_outlive_its_token(world: World):
    """The token is asked for at each request."""
    data = _written(world, EVENT).replace(world.tokens["git"].encode(), b"x" * len(world.tokens["git"]))
    world.express.heads[data[: data.index(b"\r\n\r\n") + 4]] = (Ticket("baloo", True, "x"), len(data.partition(b"\r\n\r\n")[2]))
    with socket.create_connection(("127.0.0.1", world.port)) as plug:
        plug.sendall(data)
        ((status, _),) = _answers(plug, 1)

    assert status == 403
    assert world.rows == []


@pytest.mark.parametrize("headers", ["Connection: close\r\n", "Connection: close\r\nX-Debug-ID: tove\r\n"])
def test_a_connection_that_is_to_end_ends(headers: str, world: World):
    """The answer comes first."""
    with socket.create_connection(("127.0.0.1", world.port), timeout=10) as plug:
        plug.sendall(_written(world, EVENT, headers=headers))
        back = b""
        while part := plug.recv(65_536):
            back += part

    assert back.startswith(b"HTTP/1.1 201 ")


def test_an_express_client_may_go_away(world: World):
    """What it sent is kept, and the next one is served."""
    with socket.create_connection(("127.0.0.1", world.port)) as plug:
        plug.sendall(_written(world, EVENT | {"id": ID}))
    with socket.create_connection(("127.0.0.1", world.port)) as plug:
        plug.sendall(_written(world, EVENT | {"id": OTHER}))
        ((status, _),) = _answers(plug, 1)

    assert status == 201
    assert OTHER in [event.id for row in world.rows for event in row.events]
