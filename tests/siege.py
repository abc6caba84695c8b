"""`baloo serve` as its users run it, clients that keep a ledger, and the judge of both: for tests that break a whole server."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from baloo.errors import ExitCode
from ledger import Ledger, Verdict, found_in, mark

PATIENCE = 300.0
"""Seconds after which something that ought to come is taken not to come; no claim about speed."""
_REGISTRY = {
    "community.yaml": "community: marula\ntitle: Marula\nquestion: Are we ten yet?\n",
    "systems/code.yaml": "system: code\ntitle: The code\nowner: code@example.org\nkinds: {git.commit: Wrote a change}\n",
    "areas/coding.yaml": "area: coding\ntitle: Coding\nowner: coding@example.org\ncounts: [{system: code}]\n",
}
_ADDRESS = re.compile(r"on http://127\.0\.0\.1:(\d+)")
_LENGTH = re.compile(rb"content-length: (\d+)")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Site:
    """A workspace with one system, `code`, and its token; the ledger of what was sent to it; and its server, where one runs."""

    def __init__(self, root: Path, **environment: str) -> None:
        self.root = root
        self.ledger = Ledger()
        self.statuses: Counter[int] = Counter()
        self.readiness: list[float] = []  # seconds from each start to the address, to be told
        self.port = 0
        self.pause = 0.002  # seconds between two requests of a client under load
        self._environment = {**os.environ, **environment}
        self._server: subprocess.Popen[bytes] | None = None
        self._log = root.with_name(f"{root.name}.log")
        self.baloo("init", str(root))
        for name, text in _REGISTRY.items():
            (root / "registry" / name).write_text(text, "utf-8")
        self.token = self.baloo("token", "create", "code").split()[-1]

    def baloo(self, *arguments: str, code: int = 0) -> str:
        """Run a command, expect its exit code, return its stdout."""
        done = self._asked(*arguments)
        assert done.returncode == code, f"{done.returncode}: {done.stderr}"
        return done.stdout

    def _asked(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "baloo", "-w", str(self.root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=self._environment, timeout=PATIENCE)

    async def start(self, *under: str) -> None:
        """Start the server, `under` another program where one is named, and wait until it says its address."""
        assert self._server is None
        before = time.monotonic()
        self._log.write_bytes(b"")
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [*under, sys.executable, "-m", "baloo", "-w", str(self.root), "serve", "--port", "0"],
                stdin=subprocess.DEVNULL, stderr=log, start_new_session=True, env=self._environment,
            )  # fmt: skip
        self.port = int((await self.said(_ADDRESS)).group(1))
        self.readiness.append(time.monotonic() - before)

    @contextlib.asynccontextmanager
    async def running(self, *under: str) -> AsyncIterator[None]:
        """Start the server, and kill what is left of it at the end."""
        await self.start(*under)
        try:
            yield
        finally:
            await self.kill("both")

    @property
    def log(self) -> str:
        """What the server that runs, or ran last, has said."""
        return self._log.read_text("utf-8", "replace")

    @property
    def pid(self) -> int:
        """The process of door and pages."""
        assert self._server is not None
        return self._server.pid

    @property
    def worker(self) -> int | None:
        """The worker's process, None where none runs at the moment."""
        with contextlib.suppress(OSError):
            for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
                if b"baloo.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return int(pid)
        return None

    async def kill(self, who: str) -> None:
        """`kill -9` of the `server`, the `worker`, or `both` with all that belongs to them."""
        if who == "worker":
            pid = await until(lambda: self.worker, "a worker")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            return
        server, self._server = self._server, None
        if server is None:
            return
        if who == "server":
            server.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
        await asyncio.to_thread(server.wait)

    async def terminate(self) -> tuple[int, float]:
        """SIGTERM to the server; its exit code, and after how many seconds."""
        assert self._server is not None
        before = time.monotonic()
        self._server.terminate()
        code = await asyncio.to_thread(self._server.wait, PATIENCE)
        return code, time.monotonic() - before

    def left(self) -> list[int]:
        """Processes of the server's group that still run."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
                if int(group) == self.pid and state != "Z":
                    found.append(int(stat.parent.name))
        return found

    def memory(self) -> int:
        """What the server's processes take together, in bytes; what they share counts once."""
        found = 0
        for pid in self.left():
            with contextlib.suppress(OSError, ValueError):
                found += int(Path(f"/proc/{pid}/smaps_rollup").read_text().split("Pss:")[1].split()[0]) << 10
        return found

    async def said(self, words: re.Pattern[str]) -> re.Match[str]:
        """Wait until the server has said this."""

        def look() -> re.Match[str] | None:
            found = words.search(self.log)
            assert found or self._server is None or self._server.poll() is None, f"the server has ended: {self.log}"
            return found

        return await until(look, words.pattern)

    def loads(self) -> int:
        """How often something was loaded into the lake."""
        return sum(1 for _ in (self.root / "data" / "lake" / "events" / "_delta_log").glob("*.json"))

    async def loaded(self) -> None:
        """Wait until something more was loaded into the lake."""
        before = self.loads()
        await until(lambda: self.loads() > before, "the next load")

    def judged(self) -> Verdict:
        """Load what waits, beside the server or without it, and hold the lake against the ledger.

        A worker whose server was killed comes to its end; who asks it meanwhile is told to try again.
        """
        deadline = time.monotonic() + PATIENCE
        while (done := self._asked("refresh")).returncode == ExitCode.BUSY and time.monotonic() < deadline:
            time.sleep(0.05)
        assert done.returncode == ExitCode.OK, done.stderr
        return self.ledger.judge(found_in(self.root / "data" / "lake"))


class Client:
    """One connection to a site's door. What it sends stands in the site's ledger, acknowledged when its 201 has arrived."""

    def __init__(self, site: Site, luck: random.Random) -> None:
        self.site = site
        self.told = b""  # the last answer
        self._luck = luck
        self._plug: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, events: list[dict[str, Any]], *, listen: bool = True) -> int:
        """Send events in one request; its status. Where `listen` is false, hang up before the answer: 0.

        Raises OSError or EOFError where the connection breaks.
        """
        said = marks(events)
        self.site.ledger.sent(said)
        status = await self._post(events, listen=listen)
        if status == 201:
            self.site.ledger.acknowledged(said)
        return status

    async def send_nameless(self, events: list[dict[str, Any]]) -> list[str]:
        """Send events without their ids; the ids that were made for them."""
        status = await self._post([{key: value for key, value in event.items() if key != "id"} for event in events])
        assert status == 201
        ids = [outcome["id"] for outcome in json.loads(self.told)["outcomes"]]
        self.site.ledger.acknowledged(dict(zip(ids, marks(events).values(), strict=True)))
        return ids

    async def _post(self, events: list[dict[str, Any]], *, listen: bool = True) -> int:
        body = b"\n".join(json.dumps(event).encode() for event in events)
        reader, writer = self._plug = self._plug or await asyncio.open_connection("127.0.0.1", self.site.port)
        head = f"POST /v1/contributions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.site.token}\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        if not listen:
            await writer.drain()
            self.close()
            return 0
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = _LENGTH.search(answer)
        self.told = await reader.readexactly(int(length.group(1)) if length else 0)
        status = int(answer[9:12])
        assert status not in (207, 400), self.told
        self.site.statuses[status] += 1
        if b"connection: close" in answer:
            self.close()
        return status

    async def keep_sending(self, most: int) -> None:
        """Send requests of up to `most` new events, whatever comes back, until the connection breaks."""
        with contextlib.closing(self), contextlib.suppress(OSError, EOFError):
            while True:
                await self.send(invent(self._luck, self._luck.randint(1, most)))
                await asyncio.sleep(self.site.pause)

    def close(self) -> None:
        """Hang up."""
        if self._plug is not None:
            self._plug[1].close()
            self._plug = None


@contextlib.asynccontextmanager
async def load_on(
    site: Site, luck: random.Random, *, clients: int = 4, most: int = 20, pause: float = 0.002
) -> AsyncIterator[None]:
    """Clients that keep sending to the running server until its connections break, or the block ends; `site.pause` can change."""
    site.pause = pause
    tasks = [asyncio.create_task(Client(site, random.Random(luck.random())).keep_sending(most)) for _ in range(clients)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


def invent(luck: random.Random, count: int, at: dt.datetime | None = None) -> list[dict[str, Any]]:
    """New events of fictional people, done in 2024 or at a given moment."""
    return [_event(luck, at or dt.datetime(2024, luck.randint(1, 12), 1, 10, tzinfo=dt.UTC)) for _ in range(count)]


def marks(events: list[dict[str, Any]]) -> Mapping[str, str]:
    """The mark of each event by its id, as the ledger has it."""
    return {
        event["id"]: mark(event["kind"], (dt.datetime.fromisoformat(event["at"]) - _EPOCH) // dt.timedelta(microseconds=1),
                          event["object"], json.dumps(event["extra"]))
        for event in events
    }  # fmt: skip


async def until(look: Callable[[], Any], what: str) -> Any:
    """Wait until `look` finds something, and return it."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.01)
    return found


def _event(luck: random.Random, at: dt.datetime) -> dict[str, Any]:
    name = str(uuid.UUID(int=luck.getrandbits(128), version=4))
    return {
        "id": name, "schema": "contribution", "version": 1, "at": at.isoformat(), "system": "code", "kind": "git.commit",
        "actor": {"account": f"person-{luck.randint(1, 40)}"}, "object": f"https://git.example.org/{name}",
        "extra": {"n": luck.getrandbits(40)},
    }  # fmt: skip
