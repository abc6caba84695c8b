"""The short lane: what many connections bring in one turn of the loop, and what happens to a connection meanwhile."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from baloo.clock import SystemClock
from baloo.ingest.http import DoorApp, make_door
from baloo.ingest.quota import Limit, Tally, TooMany
from baloo.ingest.tokens import TokenChecker, Tokens
from baloo.queue.base import Request, decode
from baloo.records import Records
from baloo.registry.model import Community, Kind, Registry, System
from baloo.web.edge import server_of
from baloo.web.lane import Lane
from baloo.workspace import Workspace

REGISTRY = Registry(
    Community("test", "Test", "?"), {"git": System("git", "Git", {"git.commit": Kind("git.commit", "Wrote")})}, {}, {}, "hash")


class Kept:
    """A queue in memory."""

    def __init__(self) -> None:
        self.rows: list[Request] = []

    async def append(self, row: bytes) -> int:
        """Keep a row."""
        self.rows.append(decode(row))
        return len(self.rows)

    def submit(self, row: bytes, done: Callable[[int | Exception], None]) -> None:
        """Keep a row, and say so in the next turn."""
        self.rows.append(decode(row))
        asyncio.get_running_loop().call_soon(done, len(self.rows))


class Plug(asyncio.Transport):
    """The other end of a connection."""

    def __init__(self) -> None:
        super().__init__()
        self.back = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take an answer."""
        self.back += data

    def close(self) -> None:
        """End it."""
        self.closed = True

    def is_closing(self) -> bool:
        """Whether it has ended."""
        return self.closed

    def get_write_buffer_size(self) -> int:
        """Everything is read at once."""
        return 0

    def pause_reading(self) -> None:
        """Nothing comes by itself."""

    def resume_reading(self) -> None:
        """Nothing comes by itself."""

    @property
    def statuses(self) -> list[int]:
        """Those of the answers so far."""
        return [int(part[:3]) for part in self.back.split(b"HTTP/1.1 ")[1:]]


class World:
    """A door without a socket."""

    def __init__(self, door: DoorApp, kept: Kept, token: str) -> None:
        self.door = door
        self.kept = kept
        self._token = token
        self._config = server_of(door, connection=partial(Lane, express=door.express)).config
        self._state = server_of(door).server_state
        self._config.load()

    def connect(self) -> tuple[Lane, Plug]:
        """A connection."""
        lane = self._config.http_protocol_class(config=self._config, server_state=self._state, app_state={})  # type: ignore[operator]
        plug = Plug()
        lane.connection_made(plug)
        return lane, plug

    def request(self, body: bytes) -> bytes:
        """A request whose head is that of each as long."""
        head = f"POST /v1/contributions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self._token}\r\nContent-Length: {len(body)}"
        return head.encode() + b"\r\n\r\n" + body

    async def known(self, body: bytes) -> bytes:
        """A request whose head the server has met."""
        lane, plug = self.connect()
        lane.data_received(self.request(event(9_999, len(body))))
        await settled(plug)
        self.kept.rows.clear()
        return self.request(body)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A door in front of a queue in memory."""
    workspace = Workspace.init(tmp_path / "w")
    records, clock, kept = Records.open(workspace.records), SystemClock(), Kept()
    token = Tokens(records, clock).create("git").secret
    yield World(make_door(workspace, lambda: REGISTRY, TokenChecker(records, clock), kept, clock), kept, token)
    records.close()


def event(number: int, size: int = 700, **more: Any) -> bytes:
    """An event of so many bytes."""
    said = {
        "schema": "contribution", "version": 1, "at": "2024-06-01T12:00:00Z", "system": "git", "kind": "git.commit",
        "actor": {"account": "ama"}, "id": f"00000000-0000-4000-8000-{number:012}", **more,
    }  # fmt: skip
    return json.dumps(said).encode().ljust(size)


async def settled(*plugs: Plug, answers: int = 1) -> None:
    """Wait until each has so many answers."""
    while any(len(plug.statuses) < answers and not plug.closed for plug in plugs):
        await asyncio.sleep(0.001)


def ids(rows: list[Request]) -> list[str]:
    """The ids of what was kept, in order."""
    return sorted(event.id for row in rows for event in row.events)


def test_what_comes_at_once_is_looked_at_together(world: World, monkeypatch: pytest.MonkeyPatch):
    """One look for all of them; each gets the answer that names its own event, and each is a row."""
    looks: list[int] = []
    usual_each = world.door.entry.door.usual_each

    def counted(bodies: list[bytes], **said: Any) -> Any:
        looks.append(len(bodies))
        return usual_each(bodies, **said)

    monkeypatch.setattr(world.door.entry.door, "usual_each", counted)

    async def main() -> list[Plug]:
        await world.known(event(0))
        open_ = [world.connect() for _ in range(20)]
        for n, (lane, _) in enumerate(open_):
            lane.data_received(world.request(event(n)))
        plugs = [plug for _, plug in open_]
        await settled(*plugs)
        return plugs

    plugs = asyncio.run(main())

    assert looks == [20]
    assert all(f"8000-{n:012}".encode() in plug.back and plug.statuses == [201] for n, plug in enumerate(plugs))
    assert [row.events[0].id[-3:] for row in world.kept.rows] == [f"{n:03}" for n in range(20)]


ODD = {
    "nothing": event(5),
    "a key twice": event(5, 0)[:-1] + b',"kind":"git.commit"}',
    "no JSON": b"{" * 700,
    "two events": event(5, 0) + b"," + event(6, 0),
    "lines": event(5, 0) + b"\n" + event(6, 0),
    "an array": b"[" + event(5, 0) + b"]",
    "the beginning of another": event(5, 0)[:-1] + b',"extra":{"x":',
    "unknown kind": event(5, kind="git.tag"),
    "a moment to come": event(5, at="2999-01-01T00:00:00Z"),
    "no moment": event(5, at="2024-13-01T12:00:00Z"),
    "an id that is none": event(5, id="x" * 36),
    "nobody": event(5, actor={"account": " "}),
    "another kind of time": event(5, at="20240601T120000Z    "),
    "U+0000": event(5, object="\0"),
}


@pytest.mark.parametrize("odd", ODD)
def test_each_fares_as_if_it_came_alone(world: World, odd: str):
    """Whatever one of those who come at once sends: same answers, same events as one after the other."""
    bodies = [event(1), event(2), ODD[odd].ljust(700), event(3), b"{}}}".ljust(700), event(4)]

    async def main(*, together: bool) -> tuple[list[bytes], list[str]]:
        await world.known(event(0))
        open_ = [world.connect() for _ in bodies]
        for (lane, plug), body in zip(open_, bodies, strict=True):
            lane.data_received(world.request(body))
            if not together:
                await settled(plug)
        await settled(*(plug for _, plug in open_))
        return [plug.back.partition(b"\r\n\r\n")[2] for _, plug in open_], ids(world.kept.rows)

    assert asyncio.run(main(together=True)) == asyncio.run(main(together=False))


@pytest.mark.parametrize(("body", "status"), [(event(1), 201), (event(1, kind="git.tag"), 400)], ids=["usual", "unusual"])
def test_requests_of_one_connection_are_answered_in_order(world: World, body: bytes, status: int):
    """The second and the third come before the first was looked at."""
    async def main() -> Plug:
        first = await world.known(body)
        lane, plug = world.connect()
        lane.data_received(first)
        lane.data_received(world.request(event(2)) + world.request(event(3)))
        await settled(plug, answers=3)
        return plug

    plug = asyncio.run(main())

    assert plug.statuses == [status, 201, 201]
    assert plug.back.index(b"000000000001") < plug.back.index(b"000000000002") < plug.back.index(b"000000000003")


@pytest.mark.parametrize("body", [event(1), b"{" * 700], ids=["usual", "unusual"])
@pytest.mark.parametrize("what", ["eof_received", "shutdown"])
def test_whoever_ends_right_after_a_request_gets_its_answer(world: World, what: str, body: bytes):
    """It says that it is the last, and the connection ends."""
    async def main() -> Plug:
        first = await world.known(body)
        lane, plug = world.connect()
        lane.data_received(first)
        getattr(lane, what)()
        await settled(plug)
        return plug

    plug = asyncio.run(main())

    assert plug.statuses == [201 if body == event(1) else 400]
    assert plug.closed
    assert b"connection: close" in plug.back


@pytest.mark.parametrize("body", [event(1), b"{" * 700], ids=["usual", "unusual"])
def test_a_connection_that_is_lost_right_after_a_request_leaves_nothing(world: World, body: bytes):
    """What was whole is kept, nothing is written, and the connection is let go."""
    async def main() -> tuple[Plug, weakref.ref[Lane]]:
        first = await world.known(body)
        gc.collect()
        gc.disable()
        lane, plug = world.connect()
        lane.data_received(first)
        lane.connection_lost(None)
        weak = weakref.ref(lane)
        del lane
        for _ in range(5):
            await asyncio.sleep(0)
        return plug, weak

    try:
        plug, weak = asyncio.run(main())

        assert plug.back == b""
        assert ids(world.kept.rows) == (["00000000-0000-4000-8000-000000000001"] if body == event(1) else [])
        assert body != event(1) or weak() is None
    finally:
        gc.enable()


def test_a_fault_is_told_to_each(world: World, monkeypatch: pytest.MonkeyPatch):
    """Nobody waits for ever, and nobody hears that it was kept."""
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a fault")

    async def main() -> list[Plug]:
        await world.known(event(0))
        monkeypatch.setattr("baloo.ingest.accept.look_at_all", fail)
        monkeypatch.setattr("baloo.ingest.accept.look", fail)
        open_ = [world.connect() for _ in range(3)]
        for n, (lane, _) in enumerate(open_):
            lane.data_received(world.request(event(n)))
        await settled(*(plug for _, plug in open_))
        return [plug for _, plug in open_]

    plugs = asyncio.run(main())

    assert [(plug.statuses, plug.closed) for plug in plugs] == [([500], True)] * 3
    assert world.kept.rows == []


def test_who_may_send_so_many_may_not_send_more_at_once(world: World, monkeypatch: pytest.MonkeyPatch):
    """The limit counts requests, however they are looked at."""
    let_in: list[Tally] = []

    def admit(_: Limit, tally: Tally) -> None:
        if len(let_in) == 4:
            raise TooMany("This is more than you may send.", 1.0)
        let_in.append(tally)

    monkeypatch.setattr(Limit, "admit", admit)

    async def main() -> list[Plug]:
        await world.known(event(0))
        open_ = [world.connect() for _ in range(6)]
        for n, (lane, _) in enumerate(open_):
            lane.data_received(world.request(event(n)))
        await settled(*(plug for _, plug in open_))
        return [plug for _, plug in open_]

    plugs = asyncio.run(main())

    assert [plug.statuses for plug in plugs] == [[201]] * 3 + [[429]] * 3


def test_a_connection_that_rests_holds_nothing_of_what_came(world: World):
    """Ten thousand of them would hold ten thousand bodies."""
    async def main() -> Any:
        first = await world.known(event(1))
        lane, plug = world.connect()
        lane.data_received(first)
        await settled(plug)
        return lane.cycle

    assert asyncio.run(main()).data == b""


@pytest.mark.parametrize("path", ["/v1/contributions", "/status"])
def test_a_head_behind_another_request_is_not_too_long_either(world: World, path: str):
    """Though both come at once; who came before gets its answer."""
    long = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Long: {'x' * 70_000}\r\nContent-Length: 0\r\n\r\n".encode()

    async def main(*, wait: bool) -> Plug:
        lane, plug = world.connect()
        lane.data_received(world.request(event(1)) + (b"" if wait else long))
        await settled(plug)
        if wait:
            lane.data_received(world.request(event(2)) + long[:20])
            await settled(plug, answers=2)
            lane.data_received(long[20:])
            await settled(plug, answers=3)
        return plug

    at_once, after = asyncio.run(main(wait=False)), asyncio.run(main(wait=True))

    assert (at_once.statuses, at_once.closed) == ([201], True)
    assert (after.statuses, after.closed) == ([201, 201, 431], True)


@pytest.mark.parametrize("cut", [1, 40, 110])
def test_a_long_body_and_the_beginning_of_a_head_are_no_long_head(world: World, cut: int):
    """What ends before it is none of it."""
    first, second = world.request(event(1, 150_000)), world.request(event(2))

    async def main() -> Plug:
        lane, plug = world.connect()
        lane.data_received(first[:80_000])
        lane.data_received(first[80_000:] + second[:cut])
        lane.data_received(second[cut:])
        await settled(plug, answers=2)
        return plug

    assert asyncio.run(main()).statuses == [201, 201]


HEADS = [
    "authorization: bearer {token}", "Authorization: BEARER  {token}  ", "Authorization: Bearer\t{token}",
    "Authorization: Bearer x",
    "Authorization: Bearer {TOKEN}", "Authorization: Basic {token}", "Authorization:", "X-Baloo-Token: {token}", "X-Other: 1",
    "Authorization: Bearer {token}\r\nAuthorization: Bearer x", "Authorization: Bearer x\r\nAuthorization: Bearer {token}",
    "Authorization: Bearer {token}\r\nX-Baloo-Token: x", "Authorization : Bearer {token}", "Authorization: Bearer {token}\xa0",
    "Authorization: Bearer\r\n {token}", "Authorization: Bearer {token}\r\n x",
    *(f"Authorization: Bearer {{token}}\r\n{more}" for more in (
        "Content-Encoding: gzip", "Content-Encoding: identity", "Content-Type: text/plain; charset=utf-16", "X-Debug-Id: ama",
        "Accept: application/json", "Accept: text/plain\r\nAccept: application/json", "X-Obsolete-Document: x", "Expect: x",
        "X-Obsolete-Document: 00000000-0000-4000-8000-000000000007", "Connection: close", "Upgrade: h2c",
        "Connection: upgrade\r\nUpgrade: h2c", "Cookie: a=b", "Content-Length: 700", "Content-Length: 699",
        "Content-Length: x", "Transfer-Encoding: chunked", "Transfer-Encoding: identity",
    )),
]  # fmt: skip


@pytest.mark.parametrize("path", ["/v1/contributions?namespace=baloo", "/submit/baloo", "/v1/contributions?namespace=none"])
def test_the_short_lane_says_what_the_long_way_says(world: World, path: str, monkeypatch: pytest.MonkeyPatch):
    """Of whatever head: the same answer and the same rows, also where the head was met before."""
    bodies = [event(1), b"[" + event(1, 0) + b"," + event(2, 0) + b"]", event(3, kind="git.tag"), b"\xef\xbb\xbf" + event(4, 0)]

    async def said(head: str, body: bytes) -> tuple[bytes, list[str]]:
        lines = head.format(token=world._token, TOKEN=world._token.upper())
        size = "" if "Content-Length: 700" in head or "chunked" in head else f"Content-Length: {len(body.ljust(700))}\r\n"
        lane, plug = world.connect()
        world.kept.rows.clear()
        lane.data_received(f"POST {path} HTTP/1.1\r\nHost: x\r\n{size}{lines}\r\n\r\n".encode("latin-1") + body.ljust(700))
        for _ in range(30):
            await asyncio.sleep(0)
        await settled(plug)
        return plug.back, ids(world.kept.rows)

    async def main() -> list[tuple[bytes, list[str]]]:
        return [await said(head, body) for head in HEADS for body in bodies]

    first, again = asyncio.run(main()), asyncio.run(main())
    world.door.express.heads.clear()
    monkeypatch.setattr(world.door.express, "leads", lambda _: False)

    assert first == again == asyncio.run(main())
